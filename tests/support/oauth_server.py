"""An OAuth 2.0 server with the device flow (RFC 8628), refresh (RFC 6749 §6), metadata (RFC 8414).

The rules of the protocol are Authlib's; this file only keeps the codes and tokens in memory, and
lets a test play the person who types the user code.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector
from authlib.oauth2.rfc6749 import ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc8628 import (
    DEVICE_CODE_GRANT_TYPE,
    DeviceAuthorizationEndpoint,
    DeviceCodeGrant,
    DeviceCredentialDict,
)
from flask import Flask, jsonify
from werkzeug.serving import make_server

CLIENT = "gantry-desktop"
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # on loopback there is no TLS to insist on


class _Client(ClientMixin):  # type: ignore[misc]
    """A public client: it has no secret."""

    def get_client_id(self) -> str:
        return CLIENT

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_client_secret(self, secret: str) -> bool:
        return not secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "none"

    def check_grant_type(self, grant: str) -> bool:
        return grant in (DEVICE_CODE_GRANT_TYPE, "refresh_token")


@dataclass
class _Token(TokenMixin):  # type: ignore[misc]
    access_token: str
    refresh_token: str
    expires_at: float
    scope: str = "upload"
    revoked: bool = False

    def check_client(self, client: ClientMixin) -> bool:
        return bool(client.get_client_id() == CLIENT)

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return int(self.expires_at - time.time())

    def is_expired(self) -> bool:
        return time.time() > self.expires_at

    def is_revoked(self) -> bool:
        return self.revoked

    def get_user(self) -> str:
        return "person"

    def get_client(self) -> ClientMixin:
        return _Client()


@dataclass
class OAuthServer:
    """`approve` and `deny` are the person at the browser; `refreshes` counts used refresh tokens.

    Attributes:
        interval: seconds that a device must wait between polls; quicker ones hear slow_down.
    """

    interval: int = 1
    token_seconds: float = 3600
    code_seconds: int = 600
    devices: dict[str, Any] = field(default_factory=dict)
    tokens: list[_Token] = field(default_factory=list)
    grants: dict[str, bool] = field(default_factory=dict)
    polls: list[float] = field(default_factory=list)
    refreshes: int = 0
    slowed_down: int = 0

    def __post_init__(self) -> None:
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> OAuthServer:
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(60)

    def approve(self, user_code: str) -> None:
        self.grants[user_code] = True

    def deny(self, user_code: str) -> None:
        self.grants[user_code] = False

    def expire_access_tokens(self) -> None:
        for token in self.tokens:
            token.expires_at = 0

    def knows(self, access_token: str) -> bool:
        """Whether a server that trusts this one would let the bearer in."""
        return any(
            t.access_token == access_token and not t.revoked and not t.is_expired()
            for t in self.tokens
        )

    def _issue(self, *_: object, **__: object) -> dict[str, Any]:
        token = _Token(
            secrets.token_hex(16), secrets.token_hex(16), time.time() + self.token_seconds
        )
        self.tokens.append(token)
        return {
            "token_type": "Bearer",
            "access_token": token.access_token,
            "refresh_token": token.refresh_token,
            "expires_in": int(self.token_seconds),
            "scope": token.scope,
        }

    def _app(self) -> Flask:
        state = self
        app = Flask(__name__)
        server = AuthorizationServer(app, lambda _: _Client(), lambda *_: None)
        server.register_token_generator("default", state._issue)

        class Device(DeviceAuthorizationEndpoint):  # type: ignore[misc]
            INTERVAL = state.interval
            EXPIRES_IN = state.code_seconds

            def get_verification_uri(self) -> str:
                return f"{state.url}/activate"

            def save_device_credential(self, client: str, scope: str, data: dict[str, Any]) -> None:
                state.devices[data["device_code"]] = DeviceCredentialDict(
                    client_id=client,
                    scope=scope,
                    expires_at=time.time() + state.code_seconds,
                    **data,
                )

        class Grant(DeviceCodeGrant):  # type: ignore[misc]
            def query_device_credential(self, code: str) -> Any:
                state.polls.append(time.monotonic())
                return state.devices.get(code)

            def query_user_grant(self, user_code: str) -> tuple[str, bool] | None:
                said = state.grants.get(user_code)
                return None if said is None else ("person", said)

            def should_slow_down(self, credential: Any) -> bool:
                quick = len(state.polls) > 1 and (
                    state.polls[-1] - state.polls[-2] < state.interval * 0.9
                )
                state.slowed_down += quick
                return quick

        class Refresh(RefreshTokenGrant):  # type: ignore[misc]
            TOKEN_ENDPOINT_AUTH_METHODS = ["none"]  # noqa: RUF012
            INCLUDE_NEW_REFRESH_TOKEN = True

            def authenticate_refresh_token(self, text: str) -> _Token | None:
                for token in state.tokens:
                    if token.refresh_token == text and not token.revoked:
                        return token
                return None

            def authenticate_user(self, token: _Token) -> str:
                return "person"

            def revoke_old_credential(self, token: _Token) -> None:
                state.refreshes += 1
                token.revoked = True

        class Bearer(BearerTokenValidator):  # type: ignore[misc]
            def authenticate_token(self, text: str) -> _Token | None:
                return next((t for t in state.tokens if t.access_token == text), None)

        server.register_endpoint(Device)
        server.register_grant(Grant)
        server.register_grant(Refresh)
        protect = ResourceProtector()
        protect.register_token_validator(Bearer())

        @app.get("/.well-known/oauth-authorization-server")
        def metadata() -> Any:
            return jsonify(
                issuer=state.url,
                device_authorization_endpoint=f"{state.url}/device",
                token_endpoint=f"{state.url}/token",
                grant_types_supported=[DEVICE_CODE_GRANT_TYPE, "refresh_token"],
                response_types_supported=[],
            )

        @app.post("/device")
        def device() -> Any:
            return server.create_endpoint_response("device_authorization")

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        @app.get("/protected")
        @protect("upload")  # type: ignore[untyped-decorator]
        def protected() -> Any:
            return jsonify(hello="person")

        return app
