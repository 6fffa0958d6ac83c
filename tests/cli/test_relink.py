"""`relink`, and where its table must never be found."""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from pydicom import dcmread

from support.cli import Cli
from support.planted import Planted, planted


@pytest.fixture
def study(tmp_path: Path) -> Planted:
    made = planted(21)
    folder = tmp_path / "source"
    folder.mkdir()
    for number, data in enumerate(made.files):
        (folder / f"{number}.dcm").write_bytes(data)
    return made


def test_each_identifier_of_a_run_leads_back(cli: Cli, study: Planted, tmp_path: Path) -> None:
    out, source = tmp_path / "out", dcmread(tmp_path / "source" / "0.dcm")
    ran = cli("deidentify", tmp_path / "source", "-o", out, "--json")
    listed = cli("relink", "--json")
    rows = listed.of("link")
    assert listed.code == 0
    assert {row["job"] for row in rows} == {ran.done["job"]}
    new = {row["id_old"]: row["id_new"] for row in rows}
    patient = new[str(source.PatientID)]
    made = {path.stem: dcmread(path) for path in out.rglob("*.dcm")}
    one = made[new[str(source.SOPInstanceUID)]]
    assert one.PatientID == patient
    assert one.StudyInstanceUID == new[str(source.StudyInstanceUID)]
    assert one.SeriesInstanceUID == new[str(source.SeriesInstanceUID)]
    for text in (str(source.PatientID), patient):
        (found,) = (r for r in cli("relink", "--search", text, "--json").of("link")
                    if r["kind"] == "patient")  # fmt: skip
        assert (found["id_old"], found["id_new"]) == (str(source.PatientID), patient)


def test_the_table_is_written_as_csv_for_this_user_alone(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    cli("deidentify", tmp_path / "source", "-o", tmp_path / "out")
    path = tmp_path / "relink.csv"
    ran = cli("relink", "--csv", path, "--json")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["kind", "id_old", "id_new", "patient", "job"]
    assert len(rows) == ran.done["rows"] == len(cli("relink", "--json").of("link"))
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("*.part"))


def test_a_job_can_be_forgotten_and_no_other(cli: Cli, study: Planted, tmp_path: Path) -> None:
    first, second = (
        cli("deidentify", tmp_path / "source", "-o", tmp_path / "out", "--json").done["job"]
        for _ in range(2)
    )
    ran = cli("relink", "--forget", first, "--json")
    assert (ran.code, ran.done["removed"] > 0) == (0, True)
    assert {row["job"] for row in cli("relink", "--json").of("link")} == {second}
    assert cli("relink", "--forget", first).code == 2


def test_an_empty_table_is_no_error_and_makes_no_file(cli: Cli) -> None:
    ran = cli("relink", "--json")
    assert (ran.code, ran.done["rows"]) == (0, 0)
    assert not (cli.home / "relink").exists()


def test_nothing_else_in_the_home_bundle_or_export_says_what_the_table_says(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    cli("deidentify", tmp_path / "source", "-o", tmp_path / "out")
    sent = cli("send", tmp_path / "out", "--to", "practice", "--json")
    assert sent.code == 0, sent.err
    cli("bundle", tmp_path / "bundle.zip")
    cli("history", "--csv", tmp_path / "history.csv")
    cli("history", "--search", "MR")
    packed = cli("pack", tmp_path / "out", "-o", tmp_path / "packed")
    assert packed.code == 0, packed.err
    rows = cli("relink", "--json").of("link")
    originals = {row["id_old"].encode() for row in rows if len(row["id_old"]) > 3}
    assert originals
    with zipfile.ZipFile(tmp_path / "bundle.zip") as bundle:
        said = {name: bundle.read(name) for name in bundle.namelist()}
    for folder in (cli.home, tmp_path / "packed"):
        for path in folder.rglob("*"):
            if path.is_file() and path.parent.name != "relink":
                said[str(path)] = path.read_bytes()
    said["history.csv"] = (tmp_path / "history.csv").read_bytes()
    assert [(n, o) for n, data in said.items() for o in originals if o in data] == []
    assert not any("relink" in name for name in said)


def test_a_locked_table_stops_the_run_before_a_file_is_written(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    cli("deidentify", tmp_path / "source", "-o", tmp_path / "first")
    with closing(sqlite3.connect(cli.home / "relink" / "relink.sqlite")) as other:
        other.isolation_level = None
        other.execute("BEGIN EXCLUSIVE")
        ran = cli("deidentify", tmp_path / "source", "-o", tmp_path / "second", "--json")
        other.execute("ROLLBACK")
    assert ran.code == 1
    assert ran.of("error")[0]["code"] == "relink.failed"
    assert not [path for path in (tmp_path / "second").rglob("*") if path.is_file()]


def test_a_report_and_the_output_of_a_run_do_not_say_what_the_table_says(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    ran = cli("deidentify", tmp_path / "source", "-o", tmp_path / "out", "--report", report)
    originals = [row["id_old"] for row in cli("relink", "--json").of("link")]
    text = ran.out + ran.err + json.dumps(json.loads(report.read_text()))
    assert [one for one in originals if len(one) > 3 and one in text] == []


def test_two_spellings_of_an_id_stay_two_patients_and_the_page_shows_them(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    for number, patient in enumerate(("QX-0815", "qx0815")):
        ds = dcmread(tmp_path / "source" / f"{number}.dcm")
        ds.PatientID = patient
        ds.save_as(tmp_path / "source" / f"{number}.dcm")
    page = tmp_path / "report.html"
    ran = cli("deidentify", tmp_path / "source", "-o", tmp_path / "out", "--report", page)
    assert ran.code == 0, ran.err
    new = {
        row["id_new"]
        for text in ("QX-0815", "qx0815")
        for row in cli("relink", "--search", text, "--json").of("link")
    }
    assert len(new) == 2
    said = page.read_text("utf-8")
    assert "<code>QX-0815</code>" in said
    assert "<code>qx0815</code>" in said
    assert "0815" not in page.with_suffix(".json").read_text("utf-8")
