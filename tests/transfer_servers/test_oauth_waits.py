"""A slow authorization server delays only what needs its token."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ulid import ULID

from gantry.engine import events
from gantry.engine.cancel import Cancelled, CancelToken, Stopped
from gantry.engine.job import Job
from gantry.engine.job_runner import JobRunner
from gantry.engine.transfer.http.bearer_sign_in import BearerSignIn
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.http.device_flow import DeviceFlow
from gantry.engine.transfer.http.oauth_tokens import Tokens
from gantry.engine.transfer.kinds.form import FormDestination
from support.parcels import dense, parcel_with
from support.script_server import ScriptServer, Talk, answer, response
from support.sending import direct

FRESH = {"token_type": "Bearer", "access_token": "new", "refresh_token": "next", "expires_in": 3600}


class SlowIssuer:
    """Renews tokens once it may; until then it is silent, or trickles."""

    def __init__(self, trickles: bool) -> None:
        self.may_answer = threading.Event()
        self.asked = threading.Event()
        self.refreshes = 0
        self._trickles = trickles
        self._server = ScriptServer(self._talk)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    def __enter__(self) -> SlowIssuer:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.may_answer.set()
        self._server.__exit__()

    def _talk(self, talk: Talk) -> None:
        while True:
            head = talk.read_head()
            talk.read_body(head)
            if head.startswith(b"GET"):
                said = {"issuer": self.url, "token_endpoint": self.url + "/token"}
                talk.send(response(200, json.dumps(said).encode()))
                continue
            self.refreshes += 1
            self.asked.set()
            body = json.dumps(FRESH).encode()
            if self._trickles:
                talk.send(f"HTTP/1.1 200 OK\r\nContent-Length: {1000 + len(body)}\r\n\r\n".encode())
                left = 1000
                while left and not self.may_answer.wait(0.1):
                    talk.send(b" ")
                    left -= 1
                talk.send(b" " * left + body)
            else:
                self.may_answer.wait(60)
                talk.send(response(200, body))


@pytest.fixture(params=[False, True], ids=["silent", "trickling"])
def issuer(request: pytest.FixtureRequest) -> Iterator[SlowIssuer]:
    with SlowIssuer(request.param) as running:
        yield running


@pytest.fixture
def server() -> Iterator[ScriptServer]:
    with ScriptServer(answer(200)) as running:
        yield running


def _sign_in(issuer: SlowIssuer, keep: Callable[[Tokens], None] = lambda t: None) -> BearerSignIn:
    flow = DeviceFlow(issuer.url, "gantry", options=direct())
    return BearerSignIn(flow, Tokens("", "old"), keep)


def _sender(client: Client, token: CancelToken, ends: list[object]) -> threading.Thread:
    def send() -> None:
        try:
            ends.append(client.request("POST", client.url, token=token, body=b"x").status)
        except Cancelled as error:
            ends.append(type(error))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread


def test_each_sender_that_waits_for_a_token_is_cancelled_for_itself(
    issuer: SlowIssuer, server: ScriptServer
) -> None:
    client = Client(server.url, options=direct(auth=_sign_in(issuer)))
    ends: list[object] = []
    tokens = [CancelToken() for _ in range(3)]
    threads = [_sender(client, token, ends) for token in tokens]
    assert issuer.asked.wait(60)
    tokens[0].cancel()
    threads[0].join(60)
    assert ends == [Cancelled]
    tokens[1].stop()
    threads[1].join(60)
    assert ends == [Cancelled, Stopped]
    assert threads[2].is_alive()
    assert issuer.refreshes == 1
    assert server.hits == 0
    issuer.may_answer.set()
    threads[2].join(60)
    assert ends == [Cancelled, Stopped, 200]


def test_a_renewal_that_nobody_waits_for_any_more_still_keeps_its_tokens(
    server: ScriptServer,
) -> None:
    kept: list[Tokens] = []
    is_kept = threading.Event()

    def keep(tokens: Tokens) -> None:
        kept.append(tokens)
        is_kept.set()

    with SlowIssuer(trickles=False) as issuer:
        client = Client(server.url, options=direct(auth=_sign_in(issuer, keep)))
        token, ends = CancelToken(), list[object]()
        thread = _sender(client, token, ends)
        assert issuer.asked.wait(60)
        token.cancel()
        thread.join(60)
        issuer.may_answer.set()
        assert is_kept.wait(60)
        assert [t.refresh for t in kept] == ["next"]
        assert client.request("POST", client.url, body=b"x").status == 200
        assert issuer.refreshes == 1
    assert "Bearer new" in server.heads[-1]


def test_a_renewal_after_a_401_is_cancelled_too(issuer: SlowIssuer) -> None:
    with ScriptServer(answer(401)) as refusing:
        sign_in = BearerSignIn(
            DeviceFlow(issuer.url, "gantry", options=direct()), Tokens("ended", "old")
        )
        client = Client(refusing.url, options=direct(auth=sign_in))
        token, ends = CancelToken(), list[object]()
        thread = _sender(client, token, ends)
        assert issuer.asked.wait(60)
        token.cancel()
        thread.join(60)
        assert ends == [Cancelled]


@pytest.mark.parametrize("how", ["cancel", "stop"])
def test_a_job_ends_at_once_while_a_token_is_renewed(
    issuer: SlowIssuer, server: ScriptServer, tmp_path: Path, how: str
) -> None:
    parcel = parcel_with(tmp_path / "source", [dense(1000)])
    destination = FormDestination(server.url, options=direct(auth=_sign_in(issuer)))
    said: list[events.Event] = []
    job = Job(str(ULID()), "x", destination.url, (parcel,))
    runner = JobRunner(job, destination, tmp_path / "spool", said.append)
    thread = threading.Thread(target=runner.run, daemon=True)
    thread.start()
    assert issuer.asked.wait(60)
    if how == "cancel":
        runner.token.cancel()
        runner.kick()
    else:
        runner.stop()
    thread.join(60)
    assert not thread.is_alive()
    cancelled = [e for e in said if isinstance(e, events.ParcelCancelled)]
    assert len(cancelled) == (1 if how == "cancel" else 0)
    assert runner.unfinished == (0 if how == "cancel" else 1)
