"""The HTTP client against misbehaving servers: early answers, silence, cuts, redirects, junk."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.http.access import header_value
from gantry.engine.transfer.http.adapter import _Watched
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.body import ArchiveBody, BytesBody
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.http.wire import Exchange, under_way
from gantry.engine.transfer.rate_limit import Bandwidth
from support.fake_clock import FakeClock
from support.fault_proxy import Fault, FaultProxy
from support.script_server import (
    ScriptServer,
    Talk,
    answer,
    answer_early,
    never_answer,
    never_read,
    reset_after,
    response,
)
from support.sending import bytes_archive, direct, past_resets

SECRET = Credentials(token="secret-token-81")
LARGE = 20_000_000  # more than any socket's buffers hold


def client(url: str, credentials: Credentials = SECRET, **limits: float) -> Client:
    return Client(url, credentials, Limits(**limits), direct())


def post(url: str, path: Path, size: int, **limits: float) -> int:
    archive = bytes_archive(path, size)
    return (
        Client(url, SECRET, Limits(**limits), direct())
        .request("POST", url, body=ArchiveBody(archive))
        .status
    )


def failure(url: str, path: Path, size: int = 1000, **limits: float) -> GantryError:
    with pytest.raises(GantryError) as caught:
        post(url, path, size, **limits)
    return caught.value


def test_a_connection_that_is_made_after_it_was_given_up_is_closed() -> None:
    near, far = socket.socketpair()
    may_connect = threading.Event()

    class Late:
        """Stands in for urllib3: the system answers only after the user has cancelled."""

        def connect(self) -> None:
            may_connect.wait(60)

        def close(self) -> None:
            near.close()

    class Connection(_Watched, Late):
        pass

    token = CancelToken()
    token.cancel()
    with under_way(Exchange(Limits(), token)), pytest.raises(Cancelled):
        Connection().connect()
    may_connect.set()
    far.settimeout(20)
    assert far.recv(1) == b""
    far.close()


@pytest.mark.parametrize("status", [413, 401])
@pytest.mark.parametrize("linger", [0.0, 2.0])
def test_c04_answer_while_the_body_goes_out_is_read(
    tmp_path: Path, status: int, linger: float
) -> None:
    archive = bytes_archive(tmp_path, LARGE)
    sent: list[int] = []

    def attempt() -> Answer:
        sent.clear()
        body = ArchiveBody(archive)
        return client(server.url).request("POST", server.url, body=body, sent=sent.append)

    with ScriptServer(answer_early(status, b"no", "Server: nginx/1.22.1", linger=linger)) as server:
        got = past_resets(attempt)

    assert (got.status, got.body, got.front_end) == (status, b"no", "nginx")
    assert got.early
    assert sum(sent) < LARGE


def test_body_under_the_limit_raises_no_false_alarm(tmp_path: Path) -> None:
    with ScriptServer(answer(201, b"{}")) as server:
        archive = bytes_archive(tmp_path, 900_000)
        sent: list[int] = []
        over: list[int] = []
        got = client(server.url).request(
            "POST",
            server.url,
            body=ArchiveBody(archive),
            sent=sent.append,
            handed_over=lambda: over.append(sum(sent)),
        )

    assert got.status == 201
    assert not got.early
    assert sum(sent) == 900_000
    assert over == [900_000]
    assert server.bodies == [archive.path.read_bytes()]


def test_interim_answer_does_not_end_the_sending(tmp_path: Path) -> None:
    def hasty(talk: Talk) -> None:
        head = talk.read_head()
        talk.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\nX: 1\r\n\r\n")
        body = talk.read_body(head)
        talk.server.bodies.append(body)
        talk.send(response(201, b"{}"))

    with ScriptServer(hasty) as server:
        assert post(server.url, tmp_path, LARGE) == 201
    assert len(server.bodies[0]) == LARGE


@pytest.mark.parametrize("script", [never_read, never_answer])
def test_cancel_is_felt_at_once_whatever_the_server_does(tmp_path: Path, script: object) -> None:
    archive, token = bytes_archive(tmp_path, LARGE), CancelToken()
    with ScriptServer(script) as server:  # type: ignore[arg-type]

        def cancel() -> None:
            while not server.hits:
                threading.Event().wait(0.01)
            threading.Event().wait(0.2)  # in the middle of the body, or of the answer
            token.cancel()

        threading.Thread(target=cancel).start()
        with pytest.raises(Cancelled):
            client(server.url).request("POST", server.url, body=ArchiveBody(archive), token=token)

    assert server.hits == 1


def test_pause_holds_the_sending_and_resume_continues_it(tmp_path: Path) -> None:
    archive, token, sent = bytes_archive(tmp_path, LARGE), CancelToken(), []

    def count(more: int) -> None:
        sent.append(more)
        if len(sent) == 10:
            token.pause()
            threading.Timer(4, token.resume).start()  # longer than nothing may move

    with ScriptServer(answer(201)) as server:
        got = client(server.url, idle=3).request(
            "POST", server.url, body=ArchiveBody(archive), token=token, sent=count
        )

    assert got.status == 201
    assert token.pauses == 1


def test_c15_server_that_stops_reading_runs_into_the_idle_limit(tmp_path: Path) -> None:
    with ScriptServer(never_read) as server:
        error = failure(server.url, tmp_path, LARGE, idle=0.3)

    assert error.code is ErrorCode.NO_PROGRESS
    assert error.transient
    assert server.hits == 1


def test_c16_slow_but_moving_line_never_times_out(tmp_path: Path) -> None:
    with (
        ScriptServer(answer(201)) as server,
        FaultProxy(server.port, Fault(trickle_up=30_000)) as proxy,
    ):
        url = f"http://127.0.0.1:{proxy.port}/upload"
        assert post(url, tmp_path, 100_000, idle=2, connect=2) == 201

    assert proxy.fired


def test_c17_answer_that_never_comes_has_a_deadline_of_its_own(tmp_path: Path) -> None:
    with ScriptServer(never_answer) as server:
        error = failure(server.url, tmp_path, answer=0.3)

    assert error.code is ErrorCode.TIMED_OUT
    assert error.facts["phase"] == "answer"


@pytest.mark.parametrize("status", [200, 500])
def test_c17_answer_that_trickles_is_cut_off(tmp_path: Path, status: int) -> None:
    def trickle(talk: Talk) -> None:
        talk.read_request()
        talk.send(response(status, b"", length=1000))
        for _ in range(100):
            talk.send(b".")
            time.sleep(0.05)

    with ScriptServer(trickle) as server:
        if status == 500:  # the status is what counts, whole page or not
            assert post(server.url, tmp_path, 1000, answer=2) == 500
        else:
            assert failure(server.url, tmp_path, answer=0.3).code is ErrorCode.TIMED_OUT


def test_c17_endless_answer_is_read_to_64_kib(tmp_path: Path) -> None:
    def endless(talk: Talk) -> None:
        talk.read_request()
        talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            talk.send(b"x" * 65536)

    with ScriptServer(endless) as server:
        got = client(server.url).request("POST", server.url, body=b"1")

    assert len(got.body) == 64 * 1024
    assert not got.whole


def test_c17_gzip_bomb_stays_small() -> None:
    bomb = gzip.compress(b"\0" * 30_000_000)
    with ScriptServer(answer(500, bomb, "Content-Encoding: gzip")) as server:
        got = client(server.url).request("GET", server.url)

    assert "Accept-Encoding: identity" in server.heads[0]
    assert len(got.body) == 64 * 1024
    assert not got.whole


@pytest.mark.parametrize("status", [301, 302, 303])
def test_c18_post_is_not_turned_into_a_get_elsewhere(tmp_path: Path, status: int) -> None:
    with ScriptServer(answer(status, b"", "Location: /login?next=1")) as server:
        archive = bytes_archive(tmp_path, 1000)
        got = client(server.url).request("POST", server.url, body=ArchiveBody(archive))
        error = got.error()

    assert server.hits == 1
    assert error.code is ErrorCode.HTTP_MOVED
    assert error.facts["to"] == f"http://127.0.0.1:{server.port}/login"
    assert not error.transient


@pytest.mark.parametrize("status", [307, 308])
def test_c18_redirect_that_keeps_the_method_is_followed_on_the_same_origin(
    tmp_path: Path, status: int
) -> None:
    with ScriptServer(answer(status, b"", "Location: /new"), answer(201)) as server:
        assert post(server.url, tmp_path, 300_000) == 201

    assert server.hits == 2
    assert server.heads[1].startswith("POST /new ")
    assert server.bodies[0] == server.bodies[1]


def test_c18_a_body_that_goes_out_again_is_counted_once(tmp_path: Path) -> None:
    archive, counted = bytes_archive(tmp_path, 300_000), list[int]()
    with ScriptServer(answer(307, b"", "Location: /new"), answer(201)) as server:
        got = client(server.url).request(
            "POST", server.url, body=ArchiveBody(archive), sent=counted.append
        )

    assert got.status == 201
    assert sum(counted) == archive.size


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_c18_secret_never_goes_to_another_origin(tmp_path: Path, method: str) -> None:
    with ScriptServer(answer(200)) as other:
        elsewhere = f"Location: http://127.0.0.1:{other.port}/upload"
        with ScriptServer(answer(307, b"", elsewhere)) as server:
            got = client(server.url).request(method, server.url)

    assert got.status == 307
    assert other.hits == 0
    assert "secret-token-81" in server.heads[0]


def test_c18_redirects_end(tmp_path: Path) -> None:
    with ScriptServer(answer(307, b"", "Location: /again")) as server:
        got = client(server.url).request("GET", server.url)

    assert got.error().code is ErrorCode.HTTP_MOVED
    assert server.hits == 6


def test_secret_is_not_sent_to_a_url_of_another_origin() -> None:
    with ScriptServer(answer(200)) as home, ScriptServer(answer(200)) as other:
        client(home.url).request("GET", other.url)

    assert "Authorization" not in other.heads[0]


def test_netrc_does_not_replace_the_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login spy password spy\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with ScriptServer(answer(200)) as server:
        client(server.url).request("GET", server.url)
        Client(server.url, options=direct()).request("GET", server.url)

    assert "Authorization: Bearer secret-token-81" in server.heads[0]
    assert "Authorization" not in server.heads[1]


def test_basic_sign_in_is_utf_8_and_the_token_may_have_its_own_header() -> None:
    with ScriptServer(answer(200)) as server:
        client(server.url, Credentials(user="ü", password="p:ß")).request("GET", server.url)
        own = direct(header="X-Api-Key")
        Client(server.url, SECRET, options=own).request("GET", server.url)

    assert "Authorization: Basic w7w6cDrDnw==" in server.heads[0]  # base64 of UTF-8 "ü:p:ß"
    assert "X-Api-Key: secret-token-81" in server.heads[1]
    assert "Authorization" not in server.heads[1]


def test_password_over_http_to_another_computer_needs_consent() -> None:
    with pytest.raises(GantryError) as caught:
        Client("http://pacs.example/upload", SECRET)
    assert caught.value.code is ErrorCode.CREDENTIALS_EXPOSED

    Client("http://pacs.example/upload", SECRET, options=direct(plain_password_ok=True))
    Client("http://pacs.example/upload")
    Client("https://pacs.example/upload", SECRET)


def test_cookies_are_not_kept_and_the_agent_is_no_browser() -> None:
    with ScriptServer(answer(200, b"", "Set-Cookie: a=b")) as server:
        one = client(server.url)
        one.request("GET", server.url)
        one.request("GET", server.url)

    assert "Cookie" not in server.heads[1]
    assert "User-Agent: gantry/" in server.heads[0]
    assert "Mozilla" not in server.heads[0]


def test_c25_header_values_can_neither_end_the_header_nor_fail() -> None:
    with ScriptServer(answer(200)) as server:
        client(server.url).request("GET", server.url, headers={"X-A": "a\r\nX-B: b", "X-C": "ü\0"})

    assert "X-A: aX-B: b" in server.heads[0]
    assert "\r\nX-B" not in server.heads[0]
    assert "X-C: %C3%BC" in server.heads[0]
    assert header_value("plain ~ text") == "plain ~ text"


@pytest.mark.parametrize("at", [0, 1, 65_536, 299_999, 300_000])
def test_c14_reset_at_any_byte_is_a_cut_connection(tmp_path: Path, at: int) -> None:
    with ScriptServer(reset_after(at)) as server:
        error = failure(server.url, tmp_path, 300_000)

    assert error.code is ErrorCode.DISCONNECTED
    assert error.transient
    assert server.hits == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (b"SSH-2.0-OpenSSH_9\r\n", ErrorCode.HTTP_UNEXPECTED),
        (b"HTTP/1.1 what\r\n\r\n", ErrorCode.HTTP_UNEXPECTED),
        (b"", ErrorCode.DISCONNECTED),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfour", ErrorCode.DISCONNECTED),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n",
            ErrorCode.DISCONNECTED,
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
            ErrorCode.DISCONNECTED,
        ),
    ],
)
def test_c26_broken_framing_is_named_and_the_connection_not_used_again(
    reply: bytes, code: ErrorCode
) -> None:
    def script(talk: Talk) -> None:
        talk.read_request()
        talk.send(reply)

    with ScriptServer(script, answer(200)) as server:
        one = client(server.url)
        with pytest.raises(GantryError) as caught:
            one.request("GET", server.url)
        assert one.request("GET", server.url).status == 200

    assert caught.value.code is code
    assert server.hits == 2


def test_c26_half_close_still_gets_the_answer(tmp_path: Path) -> None:
    with (
        ScriptServer(answer(201)) as server,
        FaultProxy(server.port, Fault(half_close_up=5000)) as proxy,
    ):
        error = failure(f"http://127.0.0.1:{proxy.port}/upload", tmp_path, 300_000)

    assert proxy.fired
    assert error.code is ErrorCode.DISCONNECTED


def test_connection_is_kept_for_the_next_request() -> None:
    def twice(talk: Talk) -> None:
        for _ in range(2):
            talk.read_request()
            talk.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    with ScriptServer(twice) as server:
        one = client(server.url)
        bodies = [one.request("POST", server.url, body=b"hello").body for _ in range(2)]
        one.close()

    assert bodies == [b"ok", b"ok"]
    assert server.hits == 1
    assert server.bodies == [b"hello", b"hello"]


def test_c01_closed_port_unknown_name_and_no_route_are_told_apart(tmp_path: Path) -> None:
    with ScriptServer(answer(200)) as server:
        port = server.port

    refused = failure(f"http://127.0.0.1:{port}/", tmp_path)
    with pytest.raises(GantryError) as caught:
        Client("http://nowhere.invalid/", options=direct()).request(
            "GET", "http://nowhere.invalid/"
        )
    unknown = caught.value

    assert (refused.code, refused.transient) == (ErrorCode.REFUSED, True)
    assert (unknown.code, unknown.transient) == (ErrorCode.DNS_FAILED, True)
    assert refused.facts["host"] == f"127.0.0.1:{port}"


def test_c03_proxy_that_wants_a_sign_in_is_named() -> None:
    with ScriptServer(answer(407, b"", "Proxy-Authenticate: Basic")) as proxy:
        options = direct()
        options = type(options)(proxy=f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(GantryError) as caught:
            Client("https://pacs.invalid/", options=options).request("GET", "https://pacs.invalid/")
        plain = Client("http://pacs.invalid/", options=options)
        error = plain.request("GET", "http://pacs.invalid/").error()

    assert caught.value.code is ErrorCode.HTTP_407
    assert caught.value.facts["proxy"] == f"127.0.0.1:{proxy.port}"
    assert error.code is ErrorCode.HTTP_407
    assert proxy.heads[0].startswith("CONNECT pacs.invalid:443 ")


def test_c03_dead_proxy_is_named() -> None:
    with ScriptServer(answer(200)) as server:
        port = server.port
    options = type(direct())(proxy=f"http://127.0.0.1:{port}")

    with pytest.raises(GantryError) as caught:
        Client("http://pacs.invalid/", options=options).request("GET", "http://pacs.invalid/")

    assert caught.value.code is ErrorCode.PROXY_FAILED
    assert caught.value.facts["proxy"] == f"127.0.0.1:{port}"
    assert caught.value.transient


def test_system_proxy_is_used_but_never_for_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptServer(answer(200, b"by proxy")) as proxy, ScriptServer(answer(200)) as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        far = Client("http://pacs.invalid/").request("GET", "http://pacs.invalid/x")
        Client(server.url).request("GET", server.url)

    assert far.body == b"by proxy"
    assert server.hits == 1
    assert proxy.hits == 1


@pytest.mark.parametrize("change", ["flip", "shorten", "remove"])
def test_a25_archive_that_changed_after_it_was_verified_is_never_sent_whole(
    tmp_path: Path, change: str
) -> None:
    archive = bytes_archive(tmp_path, 1_000_000)
    data = bytearray(archive.path.read_bytes())
    if change == "flip":
        data[500_000] ^= 1
        archive.path.write_bytes(data)
    elif change == "shorten":
        archive.path.write_bytes(data[:900_000])
    else:
        archive.path.unlink()
    received: list[int] = []

    def script(talk: Talk) -> None:
        talk.read_head()
        while block := talk.socket.recv(65536):
            received.append(len(block))

    with ScriptServer(script) as server:
        one = client(server.url)
        with pytest.raises(GantryError) as caught:
            one.request("POST", server.url, body=ArchiveBody(archive))

    expected = ErrorCode.ARCHIVE_MISSING if change == "remove" else ErrorCode.ARCHIVE_DAMAGED
    assert caught.value.code is expected
    assert sum(received) < 1_000_000


def test_bandwidth_limit_is_kept_by_all_sends_together(tmp_path: Path) -> None:
    limit = Bandwidth(200_000)
    booked: list[int] = []
    take = limit.take

    def watched(count: int) -> float:
        booked.append(count)
        return take(count)

    limit.take = watched  # type: ignore[method-assign]
    archive = bytes_archive(tmp_path, 60_000)
    with ScriptServer(answer(201)) as server:
        one = Client(server.url, options=direct(bandwidth=limit))
        for _ in range(2):
            one.request("POST", server.url, body=ArchiveBody(archive))

    assert sum(booked) == 120_000  # each byte once, however the line takes it
    assert max(booked) <= 50_000  # so that a slow line moves several times a second


def test_bandwidth_makes_those_wait_who_come_after_what_is_booked() -> None:
    clock = FakeClock()
    limit = Bandwidth(1000, clock)

    assert [limit.take(1000) for _ in range(3)] == [0.0, 1.0, 2.0]
    clock.advance(100)
    assert [limit.take(1000) for _ in range(2)] == [0.0, 0.75]  # a quarter of a second is saved up
    assert Bandwidth(0).take(10**9) == 0.0


def test_a_body_that_is_shorter_than_it_said_is_not_waited_for() -> None:
    class Short(BytesBody):
        length = 1000

    with ScriptServer(answer(201)) as server, pytest.raises(GantryError):
        client(server.url).request("POST", server.url, body=Short(b"x" * 10))
