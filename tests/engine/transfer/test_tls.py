"""TLS: what is refused, why, and whose certificate it was; early answers over it."""

from __future__ import annotations

import os
import ssl
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.http import certificate
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.body import ArchiveBody
from gantry.engine.transfer.http.client import Client
from gantry.messages import error_message
from support.script_server import ScriptServer, Talk, answer, answer_early, response
from support.sending import bytes_archive, direct, past_resets

DAY = timedelta(days=1)


class Authority:
    """A certificate authority of the test's own, and servers with its certificates."""

    def __init__(self, folder: Path) -> None:
        self.ca = trustme.CA(organization_name="Test Hospital CA")
        self.file = folder / "ca.pem"
        self.ca.cert_pem.write_to_path(str(self.file))

    def context(
        self, *names: str, not_before: datetime | None = None, not_after: datetime | None = None
    ) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = self.ca.issue_cert(
            *names or ("localhost",), not_before=not_before, not_after=not_after
        )
        certificate.configure_cert(context)
        return context


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


def ask(server: ScriptServer, ca_file: Path | str = "") -> int:
    one = Client(server.url, limits=Limits(connect=5), options=direct(ca_file=str(ca_file)))
    return one.request("GET", server.url).status


def refusal(server: ScriptServer, ca_file: Path | str = "") -> GantryError:
    with pytest.raises(GantryError) as caught:
        ask(server, ca_file)
    assert not server.heads or server.heads[0].startswith("HEAD / ")  # the look at the certificate
    assert not caught.value.transient
    return caught.value


@pytest.mark.skipif(sys.platform == "win32", reason="Windows judges after the one handshake")
def test_a_look_at_the_certificate_of_a_silent_server_is_cancelled_too(
    authority: Authority,
) -> None:
    """The first handshake fails, as nobody trusts the server; the second one hangs."""
    hands, hang = list[object](), threading.Event()
    looking = threading.Event()

    def shake(*hand: object) -> None:
        hands.append(hand)
        if len(hands) > 1:
            looking.set()
            hang.wait(60)

    context = authority.context()
    context.sni_callback = shake
    token, ended = CancelToken(), list[type[BaseException]]()

    def send() -> None:
        try:
            Client(server.url, options=direct()).request("GET", server.url, token=token)
        except (GantryError, Cancelled) as error:
            ended.append(type(error))

    with ScriptServer(answer(200), tls=context) as server:
        thread = threading.Thread(target=send, daemon=True)
        thread.start()
        assert looking.wait(60)
        token.cancel()
        thread.join(60)
        hang.set()
    assert ended == [Cancelled]


def test_trusted_server_is_spoken_to(authority: Authority) -> None:
    with ScriptServer(answer(200), tls=authority.context()) as server:
        assert ask(server, authority.file) == 200


def test_c02_unknown_issuer_is_refused_and_named(authority: Authority) -> None:
    context = authority.context()
    authority.ca.configure_trust(context)  # so the server shows the root too, as many do
    with ScriptServer(answer(200), tls=context) as server:
        error = refusal(server)

    assert error.code is ErrorCode.TLS_UNKNOWN_ISSUER
    assert "Test Hospital CA" in str(error.facts["issuer"])


def test_c02_certificate_for_another_name_is_refused(authority: Authority) -> None:
    with ScriptServer(answer(200), tls=authority.context("elsewhere.example")) as server:
        error = refusal(server, authority.file)

    assert error.code is ErrorCode.TLS_WRONG_HOST


def test_c02_expired_certificate_is_refused_with_its_date(authority: Authority) -> None:
    now = datetime.now(UTC)
    old = authority.context(not_before=now - 30 * DAY, not_after=now - 10 * DAY)
    with ScriptServer(answer(200), tls=old) as server:
        error = refusal(server, authority.file)

    assert error.code is ErrorCode.TLS_EXPIRED
    assert error.facts["until"] == (now - 10 * DAY).date().isoformat()


def test_c02_certificate_of_the_future_is_refused(authority: Authority) -> None:
    now = datetime.now(UTC)
    young = authority.context(not_before=now + 10 * DAY, not_after=now + 30 * DAY)
    with ScriptServer(answer(200), tls=young) as server:
        error = refusal(server, authority.file)

    assert error.code is ErrorCode.TLS_NOT_YET_VALID


@pytest.mark.parametrize("days", [-20, 20])
def test_wrong_clock_is_told_from_a_wrong_certificate(authority: Authority, days: int) -> None:
    theirs = datetime.now(UTC) + days * DAY
    context = authority.context(not_before=theirs - 5 * DAY, not_after=theirs + 5 * DAY)
    date = "Date: " + theirs.strftime("%a, %d %b %Y %H:%M:%S GMT")
    with ScriptServer(answer(200, b"", date), tls=context) as server:
        error = refusal(server, authority.file)

    assert error.code is ErrorCode.CLOCK_WRONG
    assert str(error.facts["theirs"]).startswith(theirs.date().isoformat())


def test_https_to_a_server_without_tls_says_so() -> None:
    def plain(talk: Talk) -> None:
        talk.socket.recv(65536)
        talk.send(response(400, b"a plain request was wanted"))

    with ScriptServer(plain) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(GantryError) as caught:
            Client(url, options=direct()).request("GET", url)

    assert caught.value.code is ErrorCode.TLS_FAILED
    assert caught.value.facts["reason"] == "not TLS"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_refused(authority: Authority) -> None:
    context = authority.context()
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with ScriptServer(answer(200), tls=context) as server:
        assert refusal(server, authority.file).code is ErrorCode.TLS_FAILED


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("linger", [0.0, 2.0])
def test_c04_early_answer_is_read_over_tls(
    authority: Authority, tmp_path: Path, version: ssl.TLSVersion, linger: float
) -> None:
    context = authority.context()
    context.maximum_version = version
    archive = bytes_archive(tmp_path / "spool", 20_000_000)
    sent: list[int] = []

    def attempt() -> Answer:
        sent.clear()
        one = Client(server.url, options=direct(ca_file=str(authority.file)))
        return one.request("POST", server.url, body=ArchiveBody(archive), sent=sent.append)

    with ScriptServer(answer_early(413, b"no", linger=linger), tls=context) as server:
        got = past_resets(attempt)

    assert (got.status, got.body, got.early) == (413, b"no", True)
    assert sum(sent) < 20_000_000


def test_whole_body_goes_over_tls_although_session_tickets_come(
    authority: Authority, tmp_path: Path
) -> None:
    archive = bytes_archive(tmp_path / "spool", 5_000_000)
    with ScriptServer(answer(201), tls=authority.context()) as server:
        one = Client(server.url, options=direct(ca_file=str(authority.file)))
        got = one.request("POST", server.url, body=ArchiveBody(archive))

    assert got.status == 201
    assert not got.early
    assert server.bodies == [archive.path.read_bytes()]


@pytest.mark.skipif("GANTRY_IN_BENCH" in os.environ, reason="NOT TESTED: Wine trusts no CA file")
def test_client_certificate_is_shown(authority: Authority, tmp_path: Path) -> None:
    context = authority.context()
    context.verify_mode = ssl.CERT_REQUIRED
    authority.ca.configure_trust(context)
    mine = authority.ca.issue_cert("me@example.org")
    file = tmp_path / "me.pem"
    mine.private_key_and_cert_chain_pem.write_to_path(str(file))
    with ScriptServer(answer(200), tls=context) as server:
        options = direct(ca_file=str(authority.file), client_certificate=str(file))
        assert Client(server.url, options=options).request("GET", server.url).status == 200
        with pytest.raises(GantryError):
            ask(server, authority.file)


def _locked_certificate(authority: Authority, folder: Path) -> tuple[str, str]:
    """A certificate, and its key in a file of its own under the passphrase `geheim`."""
    mine = authority.ca.issue_cert("me@example.org")
    chain, key = folder / "me.pem", folder / "me.key"
    chain.write_bytes(b"".join(pem.bytes() for pem in mine.cert_chain_pems))
    private = serialization.load_pem_private_key(mine.private_key_pem.bytes(), None)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"geheim"),
        )
    )
    return str(chain), str(key)


@pytest.mark.skipif("GANTRY_IN_BENCH" in os.environ, reason="NOT TESTED: Wine trusts no CA file")
def test_a_key_with_a_passphrase_is_opened_with_it(authority: Authority, tmp_path: Path) -> None:
    context = authority.context()
    context.verify_mode = ssl.CERT_REQUIRED
    authority.ca.configure_trust(context)
    chain, key = _locked_certificate(authority, tmp_path)
    with ScriptServer(answer(200), tls=context) as server:
        options = direct(
            ca_file=str(authority.file),
            client_certificate=chain,
            client_key=key,
            key_password=lambda: "geheim",
        )
        assert Client(server.url, options=options).request("GET", server.url).status == 200
    assert "geheim" not in repr(options)


@pytest.mark.parametrize("password", ["", "wrong", "x" * 2000])
def test_a_key_whose_passphrase_is_not_known_is_reported_and_never_asked_for_at_the_terminal(
    authority: Authority, tmp_path: Path, password: str
) -> None:
    chain, key = _locked_certificate(authority, tmp_path)
    options = direct(client_certificate=chain, client_key=key, key_password=lambda: password)
    with pytest.raises(GantryError) as caught:
        Client("https://localhost/", options=options)
    assert caught.value.code is ErrorCode.DESTINATION_INVALID
    assert caught.value.facts["reason"] == "key passphrase"
    assert "passphrase" in error_message(caught.value).what


@pytest.mark.skipif("GANTRY_IN_BENCH" in os.environ, reason="NOT TESTED: Wine trusts no CA file")
def test_a_server_that_wants_a_client_certificate_is_understood(authority: Authority) -> None:
    context = authority.context()
    context.verify_mode = ssl.CERT_REQUIRED
    authority.ca.configure_trust(context)
    with ScriptServer(answer(200), tls=context) as server, pytest.raises(GantryError) as caught:
        ask(server, authority.file)
    assert caught.value.facts.get("reason") == "client certificate", caught.value
    assert "Choose your certificate" in error_message(caught.value).do


def test_certificate_file_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nonsense", encoding="ascii")
    with pytest.raises(GantryError) as caught:
        Client("https://localhost/", options=direct(ca_file=str(file)))

    assert caught.value.code is ErrorCode.DESTINATION_INVALID
    assert caught.value.facts["reason"] == "certificate file"


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x03\x02\x01\x01"]
)
def test_hostile_certificate_bytes_are_no_certificate(data: bytes) -> None:
    assert certificate.parse(data) is None
