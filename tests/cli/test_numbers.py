"""Patients that are counted, as called from a terminal."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pydicom import dcmread

from support.cli import Cli
from support.dicom import make_instance


@pytest.fixture
def numbered(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "home", GANTRY_PSEUDONYM_KEY="a long text that is the key of this run")


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    made = {"schema": "gantry.privacy/1", "name": "ours", "pseudonym": "STROKE-{number:04}"}
    (tmp_path / "ours.json").write_text(json.dumps(made))
    return tmp_path / "ours.json"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    (tmp_path / "source").mkdir()
    for number, patient in enumerate(("A17", "B18"), 1):
        uid = f"1.2.840.99999.{number}"
        path = tmp_path / "source" / f"{number}.dcm"
        make_instance(path, study=uid, series=f"{uid}.1", patient_id=patient)
    return tmp_path / "source"


def patients(cli: Cli) -> dict[str, str]:
    """The new Patient IDs by the old ones."""
    ran = cli("relink", "--csv", cli.home.parent / "relink.csv")
    assert ran.code == 0, ran.err
    with open(cli.home.parent / "relink.csv", encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {row["id_old"]: row["id_new"] for row in rows if row["kind"] == "patient"}


def test_files_that_are_written_have_the_numbers_of_those_that_are_sent(
    numbered: Cli, profile: Path, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "shelf").mkdir()
    to = (tmp_path / "shelf").as_uri()
    ran = numbered("send", source / "2.dcm", "--to", to, "--deidentify", profile)
    assert ran.code == 0, ran.err
    assert patients(numbered) == {"B18": "STROKE-0001"}
    for _ in range(2):
        ran = numbered("deidentify", source, "-o", tmp_path / "out", "--profile", profile)
        assert ran.code == 0, ran.err
    assert patients(numbered) == {"A17": "STROKE-0002", "B18": "STROKE-0001"}
    made = [dcmread(path) for path in (tmp_path / "out").rglob("*.dcm")]
    assert sorted(ds.PatientID for ds in made) == ["STROKE-0001", "STROKE-0002"]
    assert all(str(ds.PatientName) == ds.PatientID for ds in made)


def test_nothing_is_written_or_sent_when_the_table_is_lost(
    numbered: Cli, profile: Path, source: Path, tmp_path: Path
) -> None:
    (tmp_path / "shelf").mkdir()
    to = (tmp_path / "shelf").as_uri()
    deidentify = ("deidentify", source, "-o", tmp_path / "out", "--profile", profile)
    assert (
        numbered("deidentify", source / "1.dcm", "-o", tmp_path / "first", *deidentify[4:]).code
        == 0
    )
    (table,) = numbered.home.rglob("numbers.sqlite")
    table.unlink()
    for call in (deidentify, ("send", source, "--to", to, "--deidentify", profile)):
        ran = numbered(*call)
        assert ran.code != 0
        assert "numbers.sqlite" in ran.err
    assert not (tmp_path / "out").exists()
    assert not list((tmp_path / "shelf").rglob("*.tar.gz"))
