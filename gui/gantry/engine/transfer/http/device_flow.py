"""Sign-in by OAuth 2.0 without an embedded browser: the device flow (RFC 8628).

The user opens the server's page on any device and enters a short code; meanwhile Gantry polls.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlencode, urlsplit

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials, DeviceCode
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.text import drop_hidden
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.http.access import is_loopback, origin
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.http.oauth_tokens import Tokens
from gantry.engine.transfer.options import Options

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SLOW_DOWN = 5.0  # RFC 8628 §3.5
_SHORTEST, _LONGEST = 1.0, 60.0
_WELL_KNOWN = ("oauth-authorization-server", "openid-configuration")


class DeviceFlow:
    """Talks to one authorization server.

    Args:
        issuer: its address; metadata is looked for there (RFC 8414, OpenID Connect Discovery).
        client_id: the id under which Gantry is registered there.

    Raises:
        GantryError: DESTINATION_INVALID: the issuer is not https (loopback may be http).
    """

    def __init__(
        self,
        issuer: str,
        client_id: str,
        scope: str = "",
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        self.issuer = issuer.rstrip("/")
        self._client_id, self._scope = client_id, scope
        _must_be_safe(self.issuer)
        self._client = Client(self.issuer, Credentials(), limits, options)
        self._endpoints: dict[str, str] = {}

    def begin(self, token: CancelToken) -> DeviceCode:
        """Asks for a code.

        Raises:
            GantryError: the server can't be asked, or offers no device flow (OAUTH_REFUSED).
        """
        form = {"client_id": self._client_id, **({"scope": self._scope} if self._scope else {})}
        answer, said = self._post("device_authorization_endpoint", form, token)
        try:
            direct = str(said.get("verification_uri_complete", ""))
            return DeviceCode(
                user_code=drop_hidden(str(said["user_code"]), 40),
                address=_shown(str(said["verification_uri"])),
                direct=_shown(direct) if direct else "",
                seconds=float(said["expires_in"]),
                interval=max(_SHORTEST, min(float(said.get("interval", 5)), _LONGEST)),
                device_code=str(said["device_code"]),
            )
        except (KeyError, ValueError, TypeError) as error:
            raise self._refused(answer, said) from error

    def wait(self, code: DeviceCode, token: CancelToken) -> Tokens:
        """Polls until the user has agreed.

        Raises:
            GantryError: OAUTH_REFUSED (denied), OAUTH_EXPIRED (nobody entered the code in time).
            Cancelled.
        """
        interval = code.interval
        form = {
            "grant_type": DEVICE_GRANT,
            "device_code": code.device_code,
            "client_id": self._client_id,
        }
        while time.monotonic() - code.begun < code.seconds:
            token.wait(interval)
            try:
                answer, said = self._post("token_endpoint", form, token)
            except GantryError as error:
                if not error.transient:
                    raise
                interval = min(interval * 2, _LONGEST)  # RFC 8628 §3.5: back off
                continue
            match said.get("error"):
                case None:
                    return self._tokens(answer, said)
                case "authorization_pending":
                    continue
                case "slow_down":
                    interval += _SLOW_DOWN
                case "expired_token":
                    break
                case _:
                    raise self._refused(answer, said)
        raise GantryError(ErrorCode.OAUTH_EXPIRED, facts={"host": _host(self.issuer)})

    def refresh(self, tokens: Tokens, token: CancelToken | None = None) -> Tokens:
        """New tokens for old ones.

        Raises:
            GantryError: OAUTH_EXPIRED if the user must sign in again.
        """
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh,
            "client_id": self._client_id,
        }
        if tokens.refresh:
            answer, said = self._post("token_endpoint", form, token)
            if said.get("error") is None:
                fresh = self._tokens(answer, said)
                # Without a new refresh token, the old one stays valid (RFC 6749 §6).
                return Tokens(fresh.access, fresh.refresh or tokens.refresh, fresh.until)
            if said["error"] != "invalid_grant":
                raise self._refused(answer, said)
        raise GantryError(ErrorCode.OAUTH_EXPIRED, facts={"host": _host(self.issuer)})

    def close(self) -> None:
        self._client.close()

    def _post(
        self, endpoint: str, form: dict[str, str], token: CancelToken | None
    ) -> tuple[Answer, dict[str, Any]]:
        url = self._endpoint(endpoint, token)
        answer = self._client.request(
            "POST",
            url,
            token=token,
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Accept": "application/json",
            },
            body=urlencode(form).encode(),
        )
        if answer.status >= 500 or answer.status == 429:
            raise answer.error()
        try:
            said = answer.json()
        except ValueError:
            said = None
        if not isinstance(said, dict) or (answer.status != 200 and "error" not in said):
            raise self._refused(answer, {})
        return answer, said

    def _endpoint(self, name: str, token: CancelToken | None) -> str:
        if not self._endpoints:
            self._endpoints = self._discover(token)
        if name not in self._endpoints:
            raise GantryError(
                ErrorCode.OAUTH_REFUSED,
                facts={"host": _host(self.issuer), "reason": f"no {name}"},
                detail=f"its metadata names no {name}",
            )
        return self._endpoints[name]

    def _discover(self, token: CancelToken | None) -> dict[str, str]:
        parts = urlsplit(self.issuer)
        root = f"{parts.scheme}://{parts.netloc}"
        # RFC 8414 §3.1 puts the well-known part before the issuer's path, OpenID after it.
        places = [f"{root}/.well-known/{name}{parts.path}" for name in _WELL_KNOWN]
        places.append(f"{self.issuer}/.well-known/{_WELL_KNOWN[1]}")
        answer = None
        for place in dict.fromkeys(places):
            answer = self._client.request("GET", place, token=token)
            try:
                said = answer.json() if answer.status == 200 else None
            except ValueError:
                said = None
            if isinstance(said, dict) and str(said.get("issuer", "")).rstrip("/") == self.issuer:
                found = {
                    key: str(value) for key, value in said.items() if key.endswith("_endpoint")
                }
                for url in found.values():
                    _must_be_safe(url)
                return found
        assert answer is not None
        raise answer.error() if answer.status >= 500 else self._refused(answer, {})

    def _tokens(self, answer: Answer, said: dict[str, Any]) -> Tokens:
        access, kind = said.get("access_token"), str(said.get("token_type", "")).lower()
        if not isinstance(access, str) or not access or kind != "bearer":
            raise self._refused(answer, said)
        try:
            seconds = float(said.get("expires_in") or 0)
        except (TypeError, ValueError):
            seconds = 0.0
        return Tokens(
            access, str(said.get("refresh_token") or ""), time.time() + seconds if seconds else 0.0
        )

    def _refused(self, answer: Answer, said: dict[str, Any]) -> GantryError:
        reason = drop_hidden(str(said.get("error", "") or "not an OAuth server"), 60)
        words = drop_hidden(str(said.get("error_description", "")), 200)
        return GantryError(
            ErrorCode.OAUTH_REFUSED,
            facts={**answer.facts(), "reason": reason},
            private={"words": words} if words else None,
            detail=f"{reason} (HTTP {answer.status})",
        )


def _must_be_safe(url: str) -> None:
    scheme, host, _ = origin(url)
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise GantryError(
            ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "sign-in without https"}
        )


def _shown(url: str) -> str:
    """Checks that an address from the server, which the user will open, is a web page."""
    if urlsplit(url).scheme not in ("http", "https"):
        raise ValueError("no web address")
    return drop_hidden(url, 500)


def _host(url: str) -> str:
    return urlsplit(url).netloc
