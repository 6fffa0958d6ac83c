"""A job's `--option` applies to that job when it is resumed, and to no other."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from support.cli import Cli
from support.dicom import make_study


class Lab:
    """Takes uploads once it is open; `fields` are the form fields that the archives came in."""

    def __init__(self) -> None:
        lab = self
        self.open = False
        self.fields: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if lab.open:
                    lab.fields.append(body.split(b'name="', 1)[1].split(b'"', 1)[0].decode())
                said = b'{"state": "queued"}'
                self.send_response(200 if lab.open else 503)
                self.send_header("Retry-After", "30")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def do_GET(self) -> None:
                self.send_error(404)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/up"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def lab() -> Iterator[Lab]:
    running = Lab()
    yield running
    running.close()


def _leave_unfinished(cli: Cli, folder: Path, to: str, *options: str) -> None:
    """Sends until the lab has refused once, then kills."""
    more = [text for option in options for text in ("--option", option)]
    process = cli.start("send", folder, "--to", to, "--json", *more)
    assert process.stderr is not None
    for line in process.stderr:
        if "503" in line or "busy" in line:
            break
    process.kill()
    process.communicate(timeout=120)


def test_two_killed_jobs_are_resumed_each_with_its_own_options(
    cli: Cli, tmp_path: Path, lab: Lab
) -> None:
    for name, options in (
        ("one", ["field=dicom", "success=/state=queued"]),
        ("two", []),
    ):
        folder = tmp_path / name
        make_study(folder, instances=1)
        _leave_unfinished(cli, folder, lab.url, *options)
    lab.open = True

    ran = cli("resume", "--json")

    assert sorted(lab.fields) == ["dicom", "file"]
    assert ran.code == 0, ran.err
    parcels = cli("history", "--json").of("parcel")
    assert sorted(line["state"] for line in parcels) == ["accepted", "delivered"]


def test_of_two_destinations_at_one_address_resume_takes_the_jobs_own(
    cli: Cli, tmp_path: Path, lab: Lab
) -> None:
    make_study(tmp_path / "source", instances=1)
    cli.home.mkdir()
    places = [{"name": n, "url": lab.url, "options": {"field": n}} for n in ("first", "second")]
    (cli.home / "settings.json").write_text(json.dumps({"destinations": places}))
    _leave_unfinished(cli, tmp_path / "source", "second")
    lab.open = True
    ran = cli("resume", "--json")
    assert ran.code == 0, ran.err
    assert lab.fields == ["second"]
