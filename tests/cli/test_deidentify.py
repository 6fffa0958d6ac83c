"""`deidentify` and `residue`, as called from a terminal."""

from __future__ import annotations

import io
import json
import sys
import tarfile
from pathlib import Path

import pytest
from pydicom import dcmread

from support.cli import Cli
from support.planted import Planted, planted

NO_STORE = pytest.mark.skipif(
    sys.platform == "win32", reason="the system keeps secrets there, and rights are inherited"
)


@pytest.fixture
def study(tmp_path: Path) -> Planted:
    made = planted(21)
    folder = tmp_path / "source"
    folder.mkdir()
    for number, data in enumerate(made.files):
        (folder / f"{number}.dcm").write_bytes(data)
    return made


def written(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_study_comes_out_under_new_names_and_nothing_of_it_is_left(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    out, report = tmp_path / "out", tmp_path / "report.json"
    before = [path.read_bytes() for path in written(tmp_path / "source")]
    ran = cli("deidentify", tmp_path / "source", "-o", out, "--report", report, "--json")
    assert (ran.code, ran.done["written"], ran.done["held"]) == (0, 3, 0), ran.err
    made = written(out)
    assert len(made) == 3
    for path in made:
        ds = dcmread(path)
        patient, *uids = path.relative_to(out).with_suffix("").parts
        assert (ds.PatientID, ds.StudyInstanceUID) == (patient, uids[0])
        assert (ds.SeriesInstanceUID, ds.SOPInstanceUID) == (uids[1], uids[2])
    said = ran.out + ran.err + report.read_text() + "".join(map(str, made))
    assert study.left_in(said.encode() + b"".join(p.read_bytes() for p in made)) == []
    assert [path.read_bytes() for path in written(tmp_path / "source")] == before
    facts = json.loads(report.read_text())
    assert (facts["schema"], facts["written"]) == ("gantry.deidentification/1", 3)
    assert {"tag": "00100010", "action": "pseudonym", "count": 3} in facts["elements"]


def test_a_second_run_writes_the_same_files_and_no_others(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    for _ in range(2):
        assert cli("deidentify", tmp_path / "source", "-o", tmp_path / "out").code == 0
    assert len(written(tmp_path / "out")) == 3


def test_a_key_from_the_environment_serves_for_one_run(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    other = Cli(tmp_path / "other", GANTRY_PSEUDONYM_KEY="a long text that is the key of this run")
    for run, name in ((cli, "own"), (other, "a"), (other, "b")):
        assert run("deidentify", tmp_path / "source", "-o", tmp_path / name).code == 0
    own, a, b = ({p.name for p in written(tmp_path / name)} for name in ("own", "a", "b"))
    assert a == b
    assert not own & a
    assert not list((tmp_path / "other").rglob("*.key"))


@NO_STORE
def test_where_the_system_keeps_no_secrets_the_key_is_this_users_alone(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    ran = cli("deidentify", tmp_path / "source", "-o", tmp_path / "out")
    (file,) = cli.home.rglob("*.key")
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(file) in ran.err


@NO_STORE
def test_a_damaged_key_is_never_replaced_by_another(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    cli("deidentify", tmp_path / "source", "-o", tmp_path / "out")
    (file,) = cli.home.rglob("*.key")
    file.write_text("half of i")
    ran = cli("deidentify", tmp_path / "source", "-o", tmp_path / "again")
    assert ran.code == 1
    assert file.read_text() == "half of i"
    assert not (tmp_path / "again").exists()


def test_what_is_held_is_reported_with_its_reason_and_the_rest_is_written(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    ds = dcmread(tmp_path / "source" / "0.dcm")
    ds.BurnedInAnnotation = "YES"
    ds.save_as(tmp_path / "source" / "0.dcm")
    ran = cli("deidentify", tmp_path / "source", "-o", tmp_path / "out", "--json")
    assert ran.code == 1
    (held,) = ran.of("held")
    assert (held["rule"], Path(held["name"]).name) == ("burned in", "0.dcm")
    assert len(written(tmp_path / "out")) == 2


@pytest.mark.parametrize("profile", ["nobody", "folder/nothing.json"])
def test_an_unknown_profile_is_a_wrong_call(
    cli: Cli, study: Planted, tmp_path: Path, profile: str
) -> None:
    ran = cli("deidentify", tmp_path / "source", "-o", tmp_path / "out", "--profile", profile)
    assert ran.code == 2
    assert "--profile" in ran.err


def test_residue_finds_in_an_archive_what_the_source_says_and_shows_it_masked(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    archive = tmp_path / "sent.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        info = tarfile.TarInfo("image.dcm")
        info.size = len(study.files[0])
        tar.addfile(info, io.BytesIO(study.files[0]))
    ran = cli("residue", archive, "--against", tmp_path / "source", "--json")
    assert ran.code == 1
    assert {hit["kind"] for hit in ran.of("hit")} >= {"name", "id", "date", "uid"}
    assert study.left_in((ran.out + ran.err).encode()) == []


def test_residue_finds_nothing_in_what_was_deidentified(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    cli("deidentify", tmp_path / "source", "-o", tmp_path / "out")
    ran = cli("residue", tmp_path / "out", "--against", tmp_path / "source", "--json")
    assert (ran.code, ran.of("hit"), ran.done["searched"]) == (0, [], 3)


def test_residue_finds_a_name_in_a_file_name_and_in_a_text(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    family = next(token for token, place in study.tokens.items() if place == "patient: family")
    (tmp_path / "notes.txt").write_bytes(b"seen: " + family.title())
    (tmp_path / f"{family.decode()}.txt").write_text("nothing")
    for name in ("notes.txt", f"{family.decode()}.txt"):
        assert cli("residue", tmp_path / name, "--against", tmp_path / "source").code == 1


def test_what_can_not_be_read_is_said_and_the_rest_is_searched(
    cli: Cli, study: Planted, tmp_path: Path
) -> None:
    (tmp_path / "cut.tar.gz").write_bytes(b"\x1f\x8b\x08\0\0\0\0\0\0\3" + b"nonsense" * 100)
    places = [tmp_path / "nowhere.dcm", tmp_path / "source" / "0.dcm", tmp_path / "cut.tar.gz"]
    ran = cli("residue", *places, "--against", tmp_path / "source", "--json")
    assert ran.code == 1
    assert "nowhere.dcm" in {Path(line["name"]).name for line in ran.of("unread")}
    assert ran.of("hit")
    assert not ran.of("error")
