"""Labels from the terminal: into folders, manifests, the history and new Patient IDs."""

from __future__ import annotations

import csv
import json
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pydicom import dcmread

from gantry.engine import events
from gantry.engine.parcel import ParcelRule
from gantry.engine.plan import plan
from gantry.services.labels import assign, given_labels
from gantry.services.privacy import treated
from gantry.services.services import Services
from gantry.store.history import History
from gantry.store.home import Home
from support.cli import Cli, Ran
from support.dicom import make_instance
from support.scanned import scan

pytestmark = pytest.mark.same_everywhere

PATIENTS = {"CANARY-1": "2.25.71", "CANARY-2": "2.25.72"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A study of each of two patients."""
    for who, study in PATIENTS.items():
        make_instance(
            tmp_path / "source" / f"{study}.dcm",
            study=study,
            series=f"{study}.1",
            patient_id=who,
            patient_name=f"Kanarienvogel^{who[-1]}",
            StudyDescription="",
        )
    return tmp_path / "source"


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "labels.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def send(cli: Cli, source: Path, shelf: Path, *more: str | Path) -> Ran:
    return cli("send", source, "--to", shelf.as_uri(), "--json", *more)


def manifests(shelf: Path) -> dict[str, dict[str, Any]]:
    """Each archive's manifest, by the folder of the archive."""
    found = {}
    for path in shelf.rglob("*.tar.gz"):
        with tarfile.open(path) as tar, closing(tar.extractfile("manifest.json")) as file:  # type: ignore[type-var]
            assert file is not None
            found[path.parent.relative_to(shelf).as_posix()] = json.load(file)
    return found


def rows(cli: Cli, *more: str) -> list[dict[str, Any]]:
    return cli("history", "--json", *more).of("parcel")


def refused(ran: Ran, code: str, shelf: Path, cli: Cli) -> dict[str, Any]:
    """Exit code 2, nothing packed, nothing sent, nothing in the history."""
    assert ran.code == 2, ran.err
    (error,) = ran.of("error")
    assert error["code"] == code
    assert list(shelf.iterdir()) == []
    with closing(History(Home.find(str(cli.home)).history_file)) as history:
        assert history.count().number == 0
    return error


def test_labels_name_folders_and_are_in_manifest_and_history(
    cli: Cli, source: Path, shelf: Path, table: Callable[[str], Path], tmp_path: Path
) -> None:
    file = table("PatientID;Subject;Visit\nCANARY-1;S01;2\nCANARY-2;S02;\n")
    ran = send(
        cli, source, shelf, "--labels", file, "--label", "project=Zebra", "--label", "visit=1",
        "--option", "path={label:project}/{label:subject}/{modality}",
    )  # fmt: skip
    assert (ran.code, ran.done["delivered"]) == (0, 2), ran.err
    found = manifests(shelf)
    assert {folder: made["labels"] for folder, made in found.items()} == {
        "Zebra/S01/MR": {"project": "Zebra", "subject": "S01", "visit": "2"},
        "Zebra/S02/MR": {"project": "Zebra", "subject": "S02", "visit": "1"},
    }
    assert [(e["match"], e["rows"]) for e in ran.of("labels")] == [
        ("matched", [2]),
        ("matched", [3]),
    ]
    assert {row["patient_id"]: row["labels"]["subject"] for row in rows(cli)} == {
        "CANARY-1": "S01",
        "CANARY-2": "S02",
    }
    assert [row["patient_id"] for row in rows(cli, "--search", "s02")] == ["CANARY-2"]
    cli("history", "--csv", tmp_path / "out.csv")
    with open(tmp_path / "out.csv", encoding="utf-8-sig", newline="") as out:
        told = {row["labels"] for row in csv.DictReader(out)}
    assert told == {"project=Zebra; subject=S01; visit=2", "project=Zebra; subject=S02; visit=1"}
    one = rows(cli)[0]["id"]
    assert "labels project=Zebra; subject=S0" in cli("history", "--parcel", one).out
    for log in (cli.home / "logs").rglob("*"):
        assert "Zebra" not in log.read_text("utf-8"), log
    archive = next(shelf.rglob("*.tar.gz"))
    assert cli("verify", archive, "--json").of("verified")[0]["labels"]["project"] == "Zebra"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("subject,visit\n1,2\n", "label.table"),
        ("PatientID,subject\nCANARY-1,S01\nCANARY-2,\n", "label.missing"),
        ("PatientID,subject\nCANARY-1,S?\nCANARY-2,S*\n", "label.collision"),
    ],
)
def test_a_bad_table_or_label_ends_with_2_before_anything_is_packed(
    cli: Cli, source: Path, shelf: Path, table: Callable[[str], Path], text: str, code: str
) -> None:
    ran = send(cli, source, shelf, "--labels", table(text), "--option", "path={label:subject}")
    refused(ran, code, shelf, cli)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--label", "subject"], "label.invalid"),
        (["--option", "path={subject}"], "label.template"),
        (["--option", "session={label:subject}"], "call.invalid"),
    ],
)
def test_a_wrong_option_ends_with_2(
    cli: Cli, source: Path, shelf: Path, more: list[str], code: str
) -> None:
    refused(send(cli, source, shelf, *more), code, shelf, cli)


def test_what_the_table_says_of_each_study_is_told(
    cli: Cli, source: Path, shelf: Path, table: Callable[[str], Path]
) -> None:
    file = table("PatientID,subject\nCANARY-1,A\nCANARY-1,B\n0CANARY-2,C\n")
    ran = send(cli, source, shelf, "--labels", file)
    refused(ran, "label.unmatched", shelf, cli)
    told = [(e["match"], e["rows"], e["almost"]) for e in ran.of("labels")]
    assert told == [("ambiguous", [2, 3], []), ("no row", [], [4])]
    assert [e["row"] for e in ran.of("labels_unused")] == [4]
    assert "lines 2, 3 of the table match it" in ran.err
    assert "line 4 would, but for leading zeros" in ran.err


def test_a_subject_becomes_the_new_patient_id(
    cli: Cli, source: Path, shelf: Path, table: Callable[[str], Path], tmp_path: Path
) -> None:
    file = table("PatientID,subject\nCANARY-1,Möwe 1\nCANARY-2,\n")
    ran = send(cli, source, shelf, "--deidentify", "basic", "--labels", file)
    assert (ran.code, ran.done["delivered"]) == (0, 2), ran.err
    names = set()
    for number, path in enumerate(sorted(shelf.glob("*.tar.gz"))):
        with tarfile.open(path) as tar:
            tar.extractall(tmp_path / str(number), filter="data")
        (member,) = (tmp_path / str(number)).rglob("*.dcm")
        ds = dcmread(member)
        assert ds.PatientID == ds.PatientName
        names.add(str(ds.PatientID))
    links = {
        e["id_old"]: e["id_new"]
        for e in cli("relink", "--json").of("link")
        if e["kind"] == "patient"
    }
    assert links["CANARY-1"] == "Mowe 1"
    assert links["CANARY-2"].startswith("P"), "the pseudonym of the key, without a label"
    assert names == set(links.values())


def test_only_the_users_labels_are_in_a_deidentified_manifest(
    cli: Cli, source: Path, shelf: Path
) -> None:
    ran = send(cli, source, shelf, "--deidentify", "basic", "--label", "project=P",
               "--option", "path={label:project}/{study_uid}")  # fmt: skip
    assert ran.code == 0, ran.err
    for folder, made in manifests(shelf).items():
        assert made["schema"] == "gantry.manifest/2"
        assert made["labels"] == {"project": "P"}
        assert folder == f"P/{made['study']['study_instance_uid']}"


def test_a_deidentified_upload_is_refused_where_a_label_names_the_patient(
    cli: Cli, source: Path, shelf: Path
) -> None:
    ran = send(cli, source, shelf, "--deidentify", "basic", "--label", "note=Herr Kanarienvogel")
    refused(ran, "label.identifies", shelf, cli)


def test_deidentify_writes_into_folders_of_subjects(
    cli: Cli, source: Path, tmp_path: Path, table: Callable[[str], Path]
) -> None:
    file = table("StudyInstanceUID,subject\n2.25.71,S:1\n2.25.72,S2\n")
    out = tmp_path / "out"
    ran = cli("deidentify", source, "-o", out, "--labels", file, "--label", "x=1", "--json")
    assert ran.code == 0, ran.err
    assert sorted(p.name for p in out.iterdir()) == ["S2", "S_1"]
    assert {str(dcmread(p).PatientID) for p in out.rglob("*.dcm")} == {"S:1", "S2"}
    clash = table("StudyInstanceUID,subject\n2.25.71,S:1\n2.25.72,S/1\n")
    ran = cli("deidentify", source, "-o", tmp_path / "other", "--labels", clash, "--json")
    assert ran.code == 2, ran.err
    assert not (tmp_path / "other").exists()


def test_one_study_sent_twice_with_other_labels_is_two_uploads(
    cli: Cli, source: Path, shelf: Path
) -> None:
    for visit in ("1", "2"):
        ran = send(cli, source / "2.25.71.dcm", shelf, "--label", f"visit={visit}",
                   "--option", "path=v{label:visit}")  # fmt: skip
        assert ran.done["delivered"] == 1, ran.err
    assert set(manifests(shelf)) == {"v1", "v2"}
    assert [row["labels"] for row in rows(cli)] == [{"visit": "2"}, {"visit": "1"}]


def test_what_is_resumed_has_the_labels_with_which_it_began(
    cli: Cli, source: Path, shelf: Path, table: Callable[[str], Path]
) -> None:
    """The table may have changed, or be gone: two parcels of one study, and another patient's."""
    make_instance(source / "2.dcm", study="2.25.71", series="2.25.71.2", modality="CT",
                  patient_id="CANARY-1", patient_name="Kanarienvogel^1")  # fmt: skip
    file = table("PatientID,subject\nCANARY-1,S01\nCANARY-2,S02\n")
    with Services(Home.find(str(cli.home))) as services:
        catalog, _ = scan(source)
        labels = assign(given_labels(["visit=V1"], str(file)), catalog).by_study
        services.destinations.call_options = {"path": "{label:subject}-{label:visit}/{modality}"}
        place = services.destinations.named(shelf.as_uri())
        treatment = services.privacy.treatment(place, "basic")
        parcels = treated(plan(catalog, ParcelRule.SERIES, labels=labels), treatment)
        job = services.jobs.new(parcels, place)
        services.history.record(
            events.JobStarted(job.id, job.destination, job.url, job.parcels, job.options)
        )
    file.unlink()
    ran = cli("resume", "--json")
    assert (ran.code, ran.done["delivered"]) == (0, 3), ran.err
    found = manifests(shelf)
    assert set(found) == {"S01-V1/MR", "S01-V1/CT", "S02-V1/MR"}
    assert found["S01-V1/CT"]["labels"] == {"subject": "S01", "visit": "V1"}
    links = {
        e["id_old"]: e["id_new"]
        for e in cli("relink", "--json").of("link")
        if e["kind"] == "patient"
    }
    assert links == {"CANARY-1": "S01", "CANARY-2": "S02"}


@pytest.mark.parametrize("name", ["t.csv", "t.xlsx"])
def test_a_table_is_written_filled_in_and_used(
    cli: Cli, source: Path, shelf: Path, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    assert cli("labels", source, "-o", path, "--json").done["rows"] == 2
    if name == "t.csv":
        text = path.read_text("utf-8-sig")
        filled = text.replace('"","",""', '"S1","",""', 1).replace('"","",""', '"S2","",""', 1)
        path.write_text(filled, encoding="gb18030")
    else:
        book = openpyxl.load_workbook(path)
        sheet: Any = book.active
        assert [cell.value for cell in sheet[1]][:3] == [
            "StudyInstanceUID",
            "#PatientID",
            "#PatientName",
        ]
        assert sheet["B2"].number_format == "@"
        subject = [cell.value for cell in sheet[1]].index("subject") + 1
        for row in (2, 3):
            sheet.cell(row, subject, f"S{row - 1}")
        book.save(path)
    assert cli("labels", source, "-o", path).code == 2, "what was filled in is not written over"
    ran = send(cli, source, shelf, "--labels", path, "--option", "path={label:subject}")
    assert ran.code == 0, ran.err
    assert set(manifests(shelf)) == {"S1", "S2"}


def test_the_columns_of_an_empty_table_can_be_chosen(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    assert cli("labels", source, "-o", path, "--column", "site", "--column", "arm").code == 0
    with open(path, encoding="utf-8-sig", newline="") as file:
        first, *others = csv.reader(file)
    assert first[0] == "StudyInstanceUID"
    assert first[-2:] == ["site", "arm"]
    assert {row[0] for row in others} == set(PATIENTS.values())
    assert cli("labels", source, "-o", tmp_path / "u.csv", "--column", "1").code == 2
