"""`texts`: what a user ticks in the list stays, and nothing else."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest
from pydicom import dcmread

from support.cli import Cli
from support.dicom import make_instance

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    file = tmp_path / "reviewed.json"
    made = {"schema": "gantry.privacy/1", "name": "x", "base": "research", "texts": "reviewed"}
    file.write_text(json.dumps(made))
    return file


def _source(folder: Path, *descriptions: str) -> Path:
    for number, text in enumerate(descriptions):
        uid = f"1.2.840.99999.{number}"
        make_instance(
            folder / f"{number}.dcm",
            study=uid,
            series=f"{uid}.1",
            StudyDescription=text,
            SpecificCharacterSet="ISO_IR 192",
        )
    return folder


def _tick(file: Path, *texts: str) -> None:
    found = json.loads(file.read_text("utf-8"))
    for row in found["texts"]:
        row["keep"] = row["text"] in texts
    file.write_text(json.dumps(found), "utf-8")


def _left(folder: Path) -> list[str]:
    return sorted(str(dcmread(p).get("StudyDescription", "")) for p in folder.rglob("*.dcm"))


def test_only_what_was_ticked_stays(cli: Cli, profile: Path, tmp_path: Path) -> None:
    source = _source(tmp_path / "in", "Knee of the uncle", "膝关节 MRI", "膝关节 MRI")
    file = tmp_path / "list.json"
    ran = cli("texts", source, "--profile", profile, "-o", file, "--json")
    assert ran.code == 0, ran.err
    rows = {row["text"]: row for row in ran.of("text") if row["element"] == "StudyDescription"}
    assert {text: (row["files"], row["keep"]) for text, row in rows.items()} == {
        "Knee of the uncle": (1, False),
        "膝关节 MRI": (2, False),
    }
    _tick(file, "膝关节 MRI")
    assert cli("texts", "--keep", file, "--json").done["kept"] == 1
    out = tmp_path / "out"
    assert cli("deidentify", source, "-o", out, "--profile", profile).code == 0
    assert _left(out) == ["", "膝关节 MRI", "膝关节 MRI"]
    again = cli("texts", source, "--profile", profile, "-o", file, "--json")
    assert [row["text"] for row in again.of("text") if row["keep"]] == ["膝关节 MRI"]
    _tick(file)
    assert cli("texts", "--keep", file, "--json").done["kept"] == 0
    assert cli("deidentify", source, "-o", tmp_path / "bare", "--profile", profile).code == 0
    assert _left(tmp_path / "bare") == ["", "", ""]


def test_what_is_sent_keeps_what_was_ticked_before(cli: Cli, profile: Path, tmp_path: Path) -> None:
    source, file = _source(tmp_path / "in", "Knee"), tmp_path / "list.json"
    cli("texts", source, "--profile", profile, "-o", file)
    _tick(file, "Knee")
    cli("texts", "--keep", file)
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    ran = cli("send", source, "--to", shelf.as_uri(), "--deidentify", profile, "--json")
    assert ran.code == 0, ran.err
    (arrived,) = shelf.rglob("*.tar.gz")
    out = tmp_path / "unpacked"
    with tarfile.open(arrived) as tar:
        tar.extractall(out, filter="data")
    assert _left(out) == ["Knee"]


@pytest.mark.parametrize("text", ["{}", "[]", "no JSON", '{"schema": "gantry.texts/1"}'])
def test_a_list_that_is_none_is_refused(cli: Cli, tmp_path: Path, text: str) -> None:
    file = tmp_path / "list.json"
    file.write_text(text)
    ran = cli("texts", "--keep", file)
    assert ran.code == 2
    assert "gantry.text-list/1" in ran.err


def test_a_profile_that_asks_for_no_review_is_refused(cli: Cli, tmp_path: Path) -> None:
    source = _source(tmp_path / "in", "Knee")
    ran = cli("texts", source, "--profile", "research", "-o", tmp_path / "list.json")
    assert ran.code == 2
    assert '"texts": "reviewed"' in ran.err
