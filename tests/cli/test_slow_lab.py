"""A lab's backend that stores an upload but whose answer is lost: exactly one copy in every case.

The backend is a real HTTP server that can't be asked what it has; in front of it is a real nginx
that gives up waiting.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.cli import Cli
from support.dicom import make_study
from support.nginx import nginx


class Lab:
    """Takes any upload, and answers `{"code": 0, "msg": "ok"}` once `answers` is set.

    Attributes:
        copies: the uploads that it has stored.
        stored: set when there is one.
    """

    def __init__(self) -> None:
        lab = self
        self.copies: list[bytes] = []
        self.stored, self.answers = threading.Event(), threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                lab.copies.append(self.rfile.read(int(self.headers["Content-Length"])))
                lab.stored.set()
                lab.answers.wait(60)
                self._say(200, b'{"code": 0, "msg": "ok"}')

            def do_GET(self) -> None:
                self._say(404, b"<h1>Not Found</h1>")

            def _say(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]
        self.port = int(self._server.server_address[1])

    @contextmanager
    def running(self) -> Iterator[Lab]:
        thread = threading.Thread(target=self._server.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.answers.set()
            self._server.shutdown()
            thread.join()
            self._server.server_close()


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab().running() as running:
        yield running


@pytest.fixture
def study(canary_folder: Path) -> Path:
    make_study(canary_folder, instances=3)
    return canary_folder


def state_of(cli: Cli) -> str:
    (row,) = cli("history", "--json").of("parcel")
    return str(row["state"])


@pytest.mark.same_everywhere
def test_a_gateway_that_gives_up_waiting_leaves_one_copy_and_an_unclear_parcel(
    tmp_path: Path, lab: Lab, study: Path
) -> None:
    cli = Cli(tmp_path / "home")
    limit = "client_max_body_size 0; proxy_read_timeout 4s;"
    with nginx(tmp_path / "nginx", lab.port, extra=limit) as front:
        sent = cli("send", study, "--to", f"{front.url}/up", "--json")
        again = cli("resume", "--json")
        asked = cli("settle", sent.of("error")[-1]["parcel"])

    assert (sent.code, sent.done["unclear"], sent.done["failed"]) == (1, 1, 0)
    (last,) = [e for e in sent.of("error") if e.get("final")]
    assert (last["code"], last["state"], last["facts"]["cause"]) == (
        "receipt.unclear", "unclear", "http.504",
    )  # fmt: skip
    assert (again.code, again.done["jobs"]) == (0, 0)
    assert asked.code == 1
    assert state_of(cli) == "unclear"
    assert len(lab.copies) == 1


def test_a_kill_while_the_answer_is_awaited_leaves_one_copy(
    tmp_path: Path, lab: Lab, study: Path
) -> None:
    cli = Cli(tmp_path / "home")
    process = cli.start("send", study, "--to", f"http://127.0.0.1:{lab.port}/up")
    assert lab.stored.wait(60)
    process.kill()
    process.communicate()
    assert state_of(cli) == "interrupted", "nothing is running"
    lab.answers.set()

    resumed = cli("resume", "--json")

    assert (resumed.code, resumed.done["unclear"]) == (1, 1)
    assert state_of(cli) == "unclear"
    assert len(lab.copies) == 1


@pytest.mark.same_everywhere
def test_the_user_may_say_that_it_is_there_or_have_another_copy_sent(
    tmp_path: Path, lab: Lab, study: Path
) -> None:
    cli = Cli(tmp_path / "home")
    limit = "client_max_body_size 0; proxy_read_timeout 4s;"
    with nginx(tmp_path / "nginx", lab.port, extra=limit) as front:
        first = cli("send", study, "--to", f"{front.url}/up", "--json").of("error")[-1]["parcel"]
        said = cli("settle", first, "--there", "--json")
        second = cli("send", study, "--to", f"{front.url}/up", "--json").of("error")[-1]["parcel"]
        lab.answers.set()
        sent = cli("settle", second, "--again", "--json")

    assert (said.code, said.of("delivered")[0]["proof"]) == (0, "user's word")
    assert (sent.code, sent.done["delivered"]) == (0, 1)
    assert len(lab.copies) == 3
    states = {row["id"]: (row["state"], row["outcome"], row["proof"])
              for row in cli("history", "--json").of("parcel")}  # fmt: skip
    assert states == {
        first: ("delivered", "stored", "user's word"),
        second: ("delivered", "stored", ""),
    }


def test_a_job_that_another_process_is_sending_is_left_to_it_and_said(
    tmp_path: Path, lab: Lab, study: Path
) -> None:
    cli = Cli(tmp_path / "home")
    process = cli.start("send", study, "--to", f"http://127.0.0.1:{lab.port}/up", "--json")
    assert lab.stored.wait(60)
    resumed = cli("resume")
    while_sending = state_of(cli)
    shown = cli("history", "--state", "interrupted", "--json").of("parcel")
    lab.answers.set()
    out, _ = process.communicate(timeout=120)

    assert resumed.code == 0
    assert "Another Gantry is sending 1 job of this home" in resumed.err
    assert (while_sending, shown) == ("sending", [])
    delivered = [line for line in map(json.loads, out.splitlines()) if line["event"] == "delivered"]
    assert [(d["state"], d["outcome"], d["proof"]) for d in delivered] == [
        ("delivered", "stored", "")
    ]
    assert len(lab.copies) == 1


@pytest.mark.same_everywhere
@pytest.mark.parametrize(
    ("rule", "code", "event"), [("/code=0", 0, "delivered"), ("/code=1", 1, "error")]
)
def test_a_rule_for_one_call_decides_what_the_answer_means(
    tmp_path: Path, lab: Lab, study: Path, rule: str, code: int, event: str
) -> None:
    lab.answers.set()
    url = f"http://127.0.0.1:{lab.port}/up"
    sent = Cli(tmp_path / "home")("send", study, "--to", url, "--option", f"success={rule}",
                                  "--json")  # fmt: skip
    assert sent.code == code
    assert len(sent.of(event)) == 1
    assert len(lab.copies) == 1


@pytest.mark.same_everywhere
def test_an_option_that_does_not_exist_is_an_invalid_call(tmp_path: Path, study: Path) -> None:
    cli = Cli(tmp_path / "home")
    assert cli("send", study, "--to", "http://lab.test/", "--option", "sucess=x").code == 2
    assert cli("send", study, "--to", "http://lab.test/", "--option", "success=maybe").code == 2
