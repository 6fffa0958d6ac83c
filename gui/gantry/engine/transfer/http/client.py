"""The HTTP client for all destinations, built on requests.

    client = Client(url, credentials, limits, options)
    answer = client.request("POST", url, token=token, body=ArchiveBody(archive), sent=count)
    answer.expect({200, 201})          # or raises GantryError with everything known about it

`request` returns an Answer for any status, and raises GantryError if there was no answer. It makes
one attempt; `retry.py` retries. It sends no secret to another origin, follows no redirect that
would change the request, reads at most 64 KiB of an answer, and can be cancelled within a second at
any point, even if the server stopped reading.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import IO
from urllib.parse import urljoin

import requests
from requests.utils import select_proxy

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.http.access import RequestAuth, header_value, origin, want_consent
from gantry.engine.transfer.http.answer import ANSWER_LIMIT, Answer
from gantry.engine.transfer.http.answer_reader import read_answer
from gantry.engine.transfer.http.body import Body, BytesBody, Spent
from gantry.engine.transfer.http.connections import Connections
from gantry.engine.transfer.http.diagnosis import CAUGHT, diagnose
from gantry.engine.transfer.http.request import OutgoingBody, Request
from gantry.engine.transfer.http.url_secrets import with_secrets
from gantry.engine.transfer.http.wire import Exchange, under_way
from gantry.engine.transfer.options import Auth, Options, Renewing
from gantry.engine.transfer.rate_limit import Bandwidth

REDIRECTS = 5

_KEPT_METHOD = frozenset({307, 308})
_MOVED = frozenset({301, 302, 303, 307, 308})


class Client:
    """Talks to one origin; may be used from several threads at once.

    Args:
        url: the destination's; only its origin gets the secret.
        auth: signs requests instead of `credentials` (AWS signatures, OAuth).

    Raises:
        GantryError: DESTINATION_INVALID, CREDENTIALS_EXPOSED.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
        *,
        auth: Auth | None = None,
    ) -> None:
        self.url = url
        self.limits = limits
        self.options = options
        auth = auth or options.auth
        self._auth = auth or RequestAuth(credentials, options.header)
        self._secrets = credentials.query
        self._bandwidth = options.bandwidth or Bandwidth()
        if auth or credentials != Credentials():
            want_consent(url, options)
        self._connections = Connections(options)

    def request(
        self,
        method: str,
        url: str,
        *,
        token: CancelToken | None = None,
        headers: Mapping[str, str] | None = None,
        body: Body | bytes | None = None,
        sent: Callable[[int], None] | None = None,
        handed_over: Callable[[], None] | None = None,
        limit: int = ANSWER_LIMIT,
        into: IO[bytes] | None = None,
    ) -> Answer:
        """Makes the request that `Request` describes, and returns its answer.

        Raises:
            GantryError: there was no answer (`network.…`, `tls.…`), or `body.read` raised it.
            Cancelled: the token was cancelled.
        """
        clean = {name: header_value(value) for name, value in (headers or {}).items()}
        whole = BytesBody(body) if isinstance(body, bytes) else body
        try:
            return self._answer_to(
                Request(method, url, token, clean, whole, sent, handed_over, limit, into)
            )
        finally:
            if whole is not None:
                whole.close()

    def _answer_to(self, request: Request) -> Answer:
        """The last answer, after redirects within the origin and one new sign-in after a 401."""
        renewed = False
        for _ in range(REDIRECTS + 1):
            answer = self._once(request)
            if answer.status == 401 and not renewed and self._renew(request):
                renewed = True
            elif target := _redirected(request, answer):
                request = dataclasses.replace(request, url=target)
            else:
                return answer
            try:
                request.rewind(answer.sent)
            except Spent:
                error = answer.error()
                error.transient = answer.status == 401  # its source can be read again
                raise error from None
        return answer

    def _renew(self, request: Request) -> bool:
        """Whether there is a new secret to try after a 401 (an OAuth token that had expired)."""
        is_home = origin(request.url) == origin(self.url)
        return is_home and isinstance(self._auth, Renewing) and self._auth.renew(request.token)

    def _once(self, request: Request) -> Answer:
        url, body = request.url, request.body
        length = body.length if body else 0
        exchange = Exchange(self.limits, request.token, length=length, sent=request.sent)
        data = OutgoingBody(request, body, exchange, self._bandwidth) if body and length else None
        proxies = self._connections.proxies(url)
        session = self._connections.take()
        is_sound = False
        try:
            with (
                under_way(exchange),
                session.request(
                    request.method,
                    url,
                    headers=request.headers,
                    data=data,
                    auth=self._sign if origin(url) == origin(self.url) else _unsigned,
                    proxies=proxies,
                    timeout=(self.limits.connect, None),
                    allow_redirects=False,
                    stream=True,
                ) as response,
            ):
                answer = read_answer(
                    response, exchange, limit=request.limit, into=request.into,
                    secrets=self._secrets,
                )  # fmt: skip
                is_sound = answer.whole and not answer.early
                return answer
        except GantryError:
            raise
        except CAUGHT as error:
            proxy = select_proxy(url, proxies) or ""
            raise diagnose(error, url, exchange, proxy=proxy) from error
        finally:
            self._connections.give_back(session, is_sound=is_sound)

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._secrets and request.url:
            request.url = with_secrets(request.url, self._secrets)
        return self._auth(request)

    def close(self) -> None:
        """Closes idle connections; those in use are closed when their request ends."""
        self._connections.close()


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _redirected(request: Request, answer: Answer) -> str:
    """The address to which the same request must be sent again; "" if the answer is no redirect."""
    is_kept = request.method in ("GET", "HEAD") or answer.status in _KEPT_METHOD
    if answer.status not in _MOVED or not is_kept:
        return ""
    try:
        target = urljoin(request.url, answer.headers.get("location", ""))
    except ValueError:
        return ""
    return target if origin(target) == origin(request.url) else ""
