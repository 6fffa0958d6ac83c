"""The device flow against a server whose rules are Authlib's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.credentials import DeviceCode
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome
from gantry.engine.transfer.http.bearer_sign_in import BearerSignIn
from gantry.engine.transfer.http.device_flow import DeviceFlow
from gantry.engine.transfer.http.oauth_tokens import Tokens
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.registry import open_destination
from support.nginx import nginx
from support.oauth_server import CLIENT, OAuthServer
from support.orthanc import Orthanc
from support.process import free_port
from support.shipments import make_archive, shipment_of
from support.tus_server import TusServer


@pytest.fixture
def server() -> Iterator[OAuthServer]:
    with OAuthServer() as running:
        yield running


def flow_of(server: OAuthServer) -> DeviceFlow:
    return DeviceFlow(server.url, CLIENT, "upload")


def later(seconds: float, work: object, *args: object) -> None:
    threading.Timer(seconds, work, args).start()  # type: ignore[arg-type]


def signed_in(server: OAuthServer) -> tuple[DeviceFlow, Tokens]:
    flow = flow_of(server)
    code = flow.begin(CancelToken())
    server.approve(code.user_code)
    return flow, flow.wait(code, CancelToken())


def test_a_person_who_types_the_code_lets_gantry_in(server: OAuthServer) -> None:
    flow = flow_of(server)
    code = flow.begin(CancelToken())
    assert code.address == f"{server.url}/activate"
    assert code.user_code in code.direct
    later(1.5, server.approve, code.user_code)
    tokens = flow.wait(code, CancelToken())
    assert server.knows(tokens.access)
    assert tokens.refresh
    assert server.slowed_down == 0  # the interval that the server names is kept


def test_gantry_slows_down_when_it_is_told(server: OAuthServer) -> None:
    flow = flow_of(server)
    code = flow.begin(CancelToken())
    eager = DeviceCode(
        code.user_code, code.address, code.direct, code.seconds, 0.2, code.device_code
    )
    later(1.0, server.approve, code.user_code)
    assert server.knows(flow.wait(eager, CancelToken()).access)
    assert server.slowed_down == 1
    assert server.polls[-1] - server.polls[-2] > 5  # RFC 8628 §3.5


def test_a_person_who_refuses_is_believed(server: OAuthServer) -> None:
    flow = flow_of(server)
    code = flow.begin(CancelToken())
    server.deny(code.user_code)
    with pytest.raises(GantryError) as caught:
        flow.wait(code, CancelToken())
    assert caught.value.code is ErrorCode.OAUTH_REFUSED
    assert caught.value.facts["reason"] == "access_denied"


def test_a_code_that_nobody_typed_expires() -> None:
    with OAuthServer(code_seconds=2) as server:
        flow = flow_of(server)
        with pytest.raises(GantryError) as caught:
            flow.wait(flow.begin(CancelToken()), CancelToken())
    assert caught.value.code is ErrorCode.OAUTH_EXPIRED


def test_waiting_ends_with_a_cancel(server: OAuthServer) -> None:
    flow, token = flow_of(server), CancelToken()
    code = flow.begin(token)
    later(0.3, token.cancel)
    with pytest.raises(Cancelled):
        flow.wait(code, token)


def test_a_refresh_token_is_used_once_and_replaced(server: OAuthServer) -> None:
    flow, tokens = signed_in(server)
    fresh = flow.refresh(tokens)
    assert fresh.refresh not in ("", tokens.refresh)
    assert server.knows(fresh.access)
    with pytest.raises(GantryError) as caught:
        flow.refresh(tokens)  # the old one is spent
    assert caught.value.code is ErrorCode.OAUTH_EXPIRED


def test_tokens_are_in_no_repr(server: OAuthServer) -> None:
    flow, tokens = signed_in(server)
    code = flow.begin(CancelToken())
    shown = repr(tokens) + repr(code) + repr(BearerSignIn(flow, tokens))
    assert tokens.access not in shown
    assert tokens.refresh not in shown
    assert code.device_code not in shown


def test_what_is_kept_brings_a_new_token_after_a_restart(server: OAuthServer) -> None:
    flow, tokens = signed_in(server)
    restored = Tokens.from_text(tokens.to_text())
    assert restored.refresh == tokens.refresh
    assert server.knows(flow.refresh(restored).access)
    assert Tokens.from_text("{broken") == Tokens("")


def test_a_sign_in_without_https_is_refused() -> None:
    with pytest.raises(GantryError) as caught:
        DeviceFlow("http://login.example.org", CLIENT)
    assert caught.value.code is ErrorCode.DESTINATION_INVALID


def test_a_server_without_metadata_is_reported(tmp_path: Path) -> None:
    with TusServer(tmp_path) as other, pytest.raises(GantryError) as caught:
        DeviceFlow(f"http://127.0.0.1:{other.port}", CLIENT).begin(CancelToken())
    assert caught.value.code is ErrorCode.OAUTH_REFUSED


class Introspection:
    """Says to nginx's auth_request whether a bearer is let in."""

    def __init__(self, server: OAuthServer) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                said = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self.send_response(204 if server.knows(said) else 401)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port

    def __enter__(self) -> Introspection:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def guard(port: int) -> str:
    """nginx directives by which each request needs a bearer that the OAuth server knows."""
    return (
        "auth_request /_auth; client_max_body_size 0; "
        f"location = /_auth {{ internal; proxy_pass http://127.0.0.1:{port}; "
        'proxy_pass_request_body off; proxy_set_header Content-Length ""; }'
    )


@pytest.mark.parametrize("kind", ["tus", "dicomweb", "orthanc"])
def test_c09_a_token_that_expires_midway_is_renewed_and_the_send_continues(
    server: OAuthServer, tmp_path: Path, kind: str
) -> None:
    flow, tokens = signed_in(server)
    archive = make_archive(tmp_path, instances=8, size=256)
    kept: list[Tokens] = []
    sign_in = BearerSignIn(flow, tokens, kept.append)
    port = free_port()
    backend = (
        TusServer(tmp_path / "tus", port=port)
        if kind == "tus"
        else Orthanc(tmp_path / "orthanc", AuthenticationEnabled=False)
    )
    with (
        backend,
        Introspection(server) as introspection,
        nginx(tmp_path / "nginx", backend.port, extra=guard(introspection.port)) as front,
    ):
        path = {"tus": "/files", "dicomweb": "/dicom-web", "orthanc": ""}[kind]
        options = Options(auth=sign_in, proxy="none")
        destination = open_destination(f"{kind}+{front.url}{path}", options=options)
        if kind == "tus":
            destination.chunk = archive.size // 6  # type: ignore[attr-defined]
        if kind == "dicomweb":
            destination.batch_bytes = 200_000  # type: ignore[attr-defined]
        shipment = shipment_of(archive)
        state = {"ended": False}
        original = shipment.token.check

        def check() -> None:
            if not state["ended"] and shipment.progress.sent > archive.size // 3:
                state["ended"] = True
                server.expire_access_tokens()
            original()

        shipment.token.check = check  # type: ignore[method-assign]
        receipt = destination.send(shipment)
    assert state["ended"]
    assert receipt.outcome is Outcome.STORED
    assert server.refreshes == len(kept) == 1
