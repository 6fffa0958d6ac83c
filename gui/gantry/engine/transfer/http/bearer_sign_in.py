"""Signs requests with an OAuth access token, and renews it (RFC 6749 §6).

A token is renewed before it expires, and once more if a server still answers 401.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait

import requests

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.http.access import header_value
from gantry.engine.transfer.http.device_flow import DeviceFlow
from gantry.engine.transfer.http.oauth_tokens import Tokens
from gantry.engine.transfer.http.wire import under_way_now
from gantry.engine.transfer.run_with_timeout import TICK


class BearerSignIn:
    """Adds the access token to requests, as requests' `auth`; renews it in time.

    Several threads may send with it: all wait for one renewal, each as long as its own token
    allows. A renewal that nobody waits for any more still completes, on its own thread: a refresh
    token is often valid for one use only, and the next one must not be lost. `keep` is called with
    new tokens before they are used.
    """

    def __init__(
        self, flow: DeviceFlow, tokens: Tokens, keep: Callable[[Tokens], None] = lambda tokens: None
    ) -> None:
        self._flow, self._tokens, self._keep = flow, tokens, keep
        self._lock = threading.Lock()  # held for moments only
        self._renewal: Future[None] | None = None
        self._used = threading.local()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Signs the request. Raises GantryError, or Cancelled by the current exchange's token."""
        if not self._tokens.access or self._tokens.is_over:
            exchange = under_way_now()
            self._renew(self._tokens, exchange.token if exchange else None)
        access = self._used.token = self._tokens.access
        request.headers["Authorization"] = header_value(f"Bearer {access}")
        return request

    def renew(self, token: CancelToken | None = None) -> bool:
        """Called after a 401 to this thread's last request: returns whether there is a new token.

        Raises:
            GantryError: the server can't be asked.
            Cancelled: by `token`.
        """
        tokens = self._tokens
        if self._used.token == tokens.access:
            try:
                self._renew(tokens, token)
            except GantryError as error:
                if error.code is ErrorCode.OAUTH_EXPIRED:
                    return False
                raise
        return True

    def _renew(self, old: Tokens, token: CancelToken | None) -> None:
        """Returns once there are tokens other than the `old` ones."""
        with self._lock:
            if self._tokens is not old:
                return
            renewal = self._renewal
            if renewal is None:
                renewal = self._renewal = Future()
                threading.Thread(
                    target=self._run, args=(renewal,), name="gantry-oauth", daemon=True
                ).start()
        while not wait([renewal], timeout=TICK).done:
            if token is not None:
                token.raise_if_over()
        renewal.result()

    def _run(self, renewal: Future[None]) -> None:
        error: BaseException | None = None
        fresh = self._tokens
        try:
            fresh = self._flow.refresh(self._tokens)
            self._keep(fresh)
        except BaseException as caught:  # noqa: BLE001  (raised again where it is waited for)
            error = caught
        with self._lock:
            self._tokens, self._renewal = fresh, None
        if error is None:
            renewal.set_result(None)
        else:
            renewal.set_exception(error)
