"""A test upload, only when asked for: its answer is shown, and the user says what it means."""

from __future__ import annotations

import json
import tarfile
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from support.cli import Cli
from support.dicom import make_study
from support.script_server import Script, ScriptServer, Talk, response

pytestmark = pytest.mark.same_everywhere


def backend(body: bytes, status: int = 200, header: str = "X: 1") -> Script:
    """Answers each POST with this, and anything else with 405."""

    def script(talk: Talk) -> None:
        head = talk.read_head()
        if not head.startswith(b"POST"):
            talk.send(response(405))
            return
        talk.server.bodies.append(talk.read_body(head))
        talk.send(response(status, body, header))

    return script


def rules(cli: Cli) -> dict[str, str]:
    settings = json.loads((cli.home / "settings.json").read_text("utf-8"))
    return dict(settings["destinations"][0].get("options", {}))


@pytest.mark.parametrize(
    ("status", "body", "header", "state", "rule"),
    [
        (200, b'{"code": 1, "data": null}', "X: 1", "accepted", {"success": "/code=1"}),
        (200, b"eingegangen", "X: 1", "accepted", {"success": "text~eingegangen"}),
        (302, b"", "Location: /list", "accepted", {"redirect": "ok"}),
    ],
)
def test_the_user_teaches_what_an_answer_means(
    tmp_path: Path, status: int, body: bytes, header: str, state: str, rule: dict[str, str]
) -> None:
    make_study(tmp_path / "in", instances=2)
    cli = Cli(tmp_path / "home")
    with ScriptServer(backend(body, status, header)) as server:
        cli("destinations", "--add", "Lab", server.url)
        taught = cli("doctor", "Lab", "--try", "--means-stored", "--json")
        sent = cli("send", tmp_path / "in", "--to", "Lab", "--json")

    assert (taught.code, taught.of("trial")[0]["state"]) == (0, state)
    assert rules(cli) == rule
    (delivered,) = sent.of("delivered")
    assert (sent.code, delivered["proof"]) == (0, "success rule")


def test_the_test_upload_holds_a_made_up_image_and_nothing_else(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "home")
    with ScriptServer(backend(b"ok")) as server:
        cli("destinations", "--add", "Lab", server.url)
        cli("doctor", "Lab", "--try")
        uploads = [b for b in server.bodies if b"gzip" in b]

    assert rules(cli) == {}, "nothing is learned that nobody said"
    assert len(uploads) == 1
    data = uploads[0].split(b"\r\n\r\n", 1)[1].rsplit(b"\r\n--", 1)[0]
    with tarfile.open(fileobj=BytesIO(data)) as archive:
        (image,) = [m for m in archive.getmembers() if m.name.endswith(".dcm")]
        file = archive.extractfile(image)
        assert file is not None
        assert str(pydicom.dcmread(BytesIO(file.read())).PatientName) == "Gantry^Test"


def test_a_refused_test_upload_is_explained_and_teaches_nothing(tmp_path: Path) -> None:
    cli = Cli(tmp_path / "home")
    with ScriptServer(backend(b'{"msg": "no such project"}', 422)) as server:
        cli("destinations", "--add", "Lab", server.url)
        ran = cli("doctor", "Lab", "--try", "--means-stored")

    assert ran.code == 1
    assert "no such project" in ran.err + ran.out
    assert rules(cli) == {}
