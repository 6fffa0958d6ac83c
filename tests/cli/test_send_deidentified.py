"""`send --deidentify`: what arrives, what is held, and what the user decides about it."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from pydicom.uid import UID, SecondaryCaptureImageStorage

from gantry.store.home import Home
from gantry.store.locks import JobLocks
from support.arrived import KEY
from support.cli import Cli, Ran
from support.planted import Planted, planted


@pytest.fixture
def study(tmp_path: Path) -> Planted:
    return put(21, tmp_path / "source")


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    folder = tmp_path / "shelf"
    folder.mkdir()
    return folder


def put(seed: int, folder: Path) -> Planted:
    made = planted(seed)
    folder.mkdir(parents=True)
    for number, data in enumerate(made.files):
        (folder / f"{number}.dcm").write_bytes(data)
    return made


def add_screenshot(folder: Path) -> Path:
    """Adds a screenshot to a study, which is held because it may show the patient's name."""
    ds = dcmread(folder / "0.dcm")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID(f"{ds.SOPInstanceUID}.1")
    path = folder / "screenshot.dcm"
    ds.save_as(path)
    return path


def send(cli: Cli, folder: Path, shelf: Path, *more: str) -> Ran:
    return cli("send", folder, "--to", shelf.as_uri(), "--json", *more)


def states(cli: Cli) -> dict[str, str]:
    rows = [e for e in cli("history", "--json").lines if e["event"] == "parcel"]
    return {str(row["id"]): str(row["state"]) for row in rows}


def members(shelf: Path) -> dict[str, bytes]:
    found = {}
    for path in shelf.rglob("*.tar.gz"):
        with tarfile.open(path) as tar:
            for member in tar:
                file = tar.extractfile(member)
                assert file is not None
                found[member.name] = file.read()
    return found


def manifests(shelf: Path) -> list[dict[str, Any]]:
    found = []
    for path in shelf.rglob("*.tar.gz"):
        with tarfile.open(path) as tar:
            file = tar.extractfile("manifest.json")
            assert file is not None
            found.append(json.load(file))
    return found


def test_nothing_of_the_patient_arrives(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    cli.environment |= KEY
    ran = send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    assert (ran.code, ran.done["delivered"]) == (0, 1), ran.err
    found = members(shelf)
    assert len(found) == len(study.files) + 1
    everything = b"".join(found.values()) + "".join(found).encode()
    assert study.left_in(everything) == []
    (manifest,) = manifests(shelf)
    assert manifest["schema"] == "gantry.manifest/2"
    assert manifest["deidentified"]["profile"] == "research"
    for file in manifest["files"]:
        ds = dcmread(io.BytesIO(found[file["name"]]))
        assert file["sop_instance_uid"] == ds.SOPInstanceUID
        assert ds.StudyInstanceUID == manifest["study"]["study_instance_uid"]


def test_the_history_finds_it_by_the_original_and_by_the_new_id(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    old = str(dcmread(io.BytesIO(study.files[0])).StudyInstanceUID)
    send(cli, tmp_path / "source", shelf, "--deidentify", "basic")
    (manifest,) = manifests(shelf)
    new = manifest["study"]["study_instance_uid"]
    for uid in (old, new):
        found = cli("history", "--search", uid, "--json").lines
        assert [e["event"] for e in found] == ["parcel", "done"]
        links = cli("relink", "--search", uid, "--json").lines
        assert {(e.get("id_old"), e.get("id_new")) for e in links} >= {(old, new)}


def test_two_uploads_with_one_key_are_the_same_and_another_key_gives_other_uids(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    found = []
    for key in ("k" * 32, "k" * 32, "another key, as long as it must be"):
        cli.environment["GANTRY_PSEUDONYM_KEY"] = key
        assert send(cli, tmp_path / "source", shelf, "--deidentify", "basic").code == 0
        found.append({n: d for n, d in members(shelf).items() if n.endswith(".dcm")})
        for path in shelf.rglob("*.tar.gz"):
            path.unlink()
    assert found[0] == found[1]
    assert not set(found[0]) & set(found[2])


def test_patients_who_get_other_pseudonyms_than_before_are_said_and_sent(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    put(22, tmp_path / "other")
    cli.environment["GANTRY_PSEUDONYM_KEY"] = "k" * 32
    first = send(cli, tmp_path / "source", shelf, "--deidentify", "basic")
    cli.environment["GANTRY_PSEUDONYM_KEY"] = "another key, as long as it must be"
    again = cli(
        "send", tmp_path / "source", tmp_path / "other", "--to", shelf.as_uri() + "/", "--json",
        "--deidentify", "basic",
    )  # fmt: skip
    assert (first.code, again.code, again.done["delivered"]) == (0, 0, 2), again.err
    assert "pseudonyms than before" not in first.err
    assert "1 patient will get other pseudonyms than before" in again.err
    (told,) = [e for e in again.lines if e["event"] == "other_key"]
    assert (told["patients"], told["destination"]) == (1, shelf.as_uri())
    assert study.left_in(again.err.encode()) == []


def test_a_parcel_with_a_held_file_waits_and_the_other_one_arrives(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    put(22, tmp_path / "other")
    path = add_screenshot(tmp_path / "source")
    ran = cli(
        "send", tmp_path / "source", tmp_path / "other", "--to", shelf.as_uri(), "--json",
        "--deidentify", "research",
    )  # fmt: skip
    assert (ran.code, ran.done["delivered"], ran.done["held"]) == (1, 1, 1), ran.err
    (held,) = [e for e in ran.lines if e["event"] == "held_file"]
    assert held["rule"] == "class"
    assert len(list(shelf.rglob("*.tar.gz"))) == 1
    assert sorted(states(cli).values()) == ["delivered", "held"]
    listed = cli("settle", held["parcel"], "--json")
    assert (listed.code, listed.lines[0]["name"]) == (1, str(path))


def test_the_rest_is_sent_once_the_user_leaves_the_held_files_out(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    cli.environment |= KEY
    add_screenshot(tmp_path / "source")
    send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    (parcel,) = states(cli)
    assert cli("resume").code == 0
    assert states(cli) == {parcel: "held"}, "resume decides nothing for the user"
    assert cli("settle", parcel, "--again", "--json").done["held"] == 1
    ran = cli("settle", parcel, "--skip-held", "--json")
    assert (ran.code, ran.done["delivered"]) == (0, 1), ran.err
    (manifest,) = manifests(shelf)
    assert len(manifest["files"]) == len(study.files)
    assert study.left_in(b"".join(members(shelf).values())) == []
    one = cli("history", "--parcel", parcel)
    assert "1 held file was skipped" in one.out


def test_a_file_that_changed_since_the_user_decided_is_held_again(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    path = add_screenshot(tmp_path / "source")
    send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    (parcel,) = states(cli)
    ds = dcmread(path)
    ds.SeriesNumber = 77
    ds.save_as(path)
    ran = cli("settle", parcel, "--skip-held", "--json")
    assert (ran.code, ran.done["held"]) == (1, 1)
    assert not list(shelf.rglob("*.tar.gz"))


def test_without_its_key_a_parcel_is_never_sent(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    add_screenshot(tmp_path / "source")
    cli.environment["GANTRY_PSEUDONYM_KEY"] = "k" * 32
    send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    (parcel,) = states(cli)
    cli.environment["GANTRY_PSEUDONYM_KEY"] = "q" * 32
    ran = cli("settle", parcel, "--skip-held", "--json")
    assert (ran.code, ran.done["failed"]) == (1, 1)
    assert [e["code"] for e in ran.lines if e["event"] == "error"][-1] == "treatment.unknown"
    assert not list(shelf.rglob("*.tar.gz"))


def test_nothing_goes_as_it_is_to_a_place_that_requires_a_profile(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    saved = {"name": "Trial", "url": shelf.as_uri(), "deidentify": "basic"}
    settings = {"version": 1, "destinations": [saved]}
    cli.home.mkdir(parents=True, exist_ok=True)
    (cli.home / "settings.json").write_text(json.dumps(settings), "utf-8")
    for way in ("Trial", shelf.as_uri()):
        for wrong in (("--as-is",), ("--deidentify", "research")):
            refused = cli("send", tmp_path / "source", "--to", way, *wrong)
            assert refused.code == 2
        assert not list(shelf.rglob("*.tar.gz"))
    ran = cli("send", tmp_path / "source", "--to", "Trial", "--json")
    assert (ran.code, ran.done["delivered"]) == (0, 1), ran.err
    (manifest,) = manifests(shelf)
    assert manifest["deidentified"]["profile"] == "basic"


def test_a_profile_that_is_wrong_is_a_wrong_call(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    file = tmp_path / "profile.json"
    file.write_text('{"schema": "gantry.privacy/1", "name": "x", "dates": "soon"}', "utf-8")
    ran = cli("send", tmp_path / "source", "--to", shelf.as_uri(), "--deidentify", str(file))
    assert ran.code == 2
    assert "dates" in ran.err


def test_the_log_says_nothing_about_the_patient(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    add_screenshot(tmp_path / "source")
    send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    logs = b"".join(path.read_bytes() for path in cli.home.rglob("*.jsonl"))
    assert b"parcel.held" in logs
    said = [place for token, place in study.tokens.items() if b"." not in token and token in logs]
    assert said == [], "studies appear by their original UID, and nothing else does"


def test_trying_again_keeps_the_key(cli: Cli, study: Planted, tmp_path: Path, shelf: Path) -> None:
    add_screenshot(tmp_path / "source")
    cli.environment["GANTRY_PSEUDONYM_KEY"] = "k" * 32
    send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    (parcel,) = states(cli)
    del cli.environment["GANTRY_PSEUDONYM_KEY"]
    ran = cli("settle", parcel, "--again", "--json")
    assert ran.code != 0
    assert [e["code"] for e in ran.lines if e["event"] == "error"] == ["treatment.unknown"]
    assert states(cli) == {parcel: "held"}, "with its key, it can still be settled"


def test_trying_again_from_another_folder_reads_the_same_profile(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_screenshot(tmp_path / "source")
    for name in ("one", "other"):
        profile = {"schema": "gantry.privacy/1", "name": name, "base": "research"}
        (tmp_path / name).mkdir()
        (tmp_path / name / "site.json").write_text(json.dumps(profile), "utf-8")
    monkeypatch.chdir(tmp_path / "one")
    send(cli, tmp_path / "source", shelf, "--deidentify", "site.json")
    (parcel,) = states(cli)
    monkeypatch.chdir(tmp_path / "other")
    cli("settle", parcel, "--again")
    assert cli("settle", parcel, "--skip-held").code == 0
    (manifest,) = manifests(shelf)
    assert manifest["deidentified"]["profile"] == "one"


def test_a_decision_waits_while_another_process_has_the_job(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    add_screenshot(tmp_path / "source")
    sent = send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    (parcel,) = states(cli)
    with JobLocks(Home.find(str(cli.home)).state).working_on(str(sent.lines[0]["job"])):
        assert cli("settle", parcel, "--skip-held").code != 0
    assert cli("resume", "--json").done["delivered"] == 1


def test_cancelling_a_job_gives_up_its_held_parcels_and_no_others(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    add_screenshot(tmp_path / "source")
    jobs = []
    for _ in range(2):
        sent = send(cli, tmp_path / "source", shelf, "--deidentify", "research")
        jobs.append(str(sent.lines[0]["job"]))
    ran = cli("cancel", jobs[0], "--json")
    assert (ran.code, ran.done["cancelled"], ran.done["held"]) == (0, 1, 0), ran.err
    assert sorted(states(cli).values()) == ["cancelled", "held"]
    again = cli("cancel", jobs[0])
    assert (again.code, sorted(states(cli).values())) == (2, ["cancelled", "held"])


def test_one_held_parcel_of_two_is_cancelled(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    put(22, tmp_path / "other")
    for folder in ("source", "other"):
        add_screenshot(tmp_path / folder)
    args = ("send", tmp_path / "source", tmp_path / "other", "--to", shelf.as_uri())
    cli(*args, "--deidentify", "research")
    one, other = states(cli)
    ran = cli("settle", one, "--cancel", "--json")
    assert (ran.code, ran.done["state"]) == (0, "cancelled"), ran.err
    assert states(cli) == {one: "cancelled", other: "held"}
    assert cli("settle", other, "--skip-held", "--json").done["delivered"] == 1
    assert states(cli) == {one: "cancelled", other: "delivered"}


def test_of_two_uploads_the_history_marks_and_filters_the_deidentified_one(
    cli: Cli, study: Planted, tmp_path: Path, shelf: Path
) -> None:
    put(22, tmp_path / "other")
    send(cli, tmp_path / "source", shelf, "--deidentify", "research")
    (changed,) = states(cli)
    send(cli, tmp_path / "other", shelf)
    (plain,) = set(states(cli)) - {changed}

    rows = cli("history", "--json").of("parcel")
    assert {row["id"]: row["profile"] for row in rows} == {changed: "research", plain: ""}
    for option, wanted in (("--deidentified", changed), ("--as-is", plain)):
        found = cli("history", "--json", option)
        assert [row["id"] for row in found.of("parcel")] == [wanted]
        table = tmp_path / f"{option}.csv"
        assert cli("history", option, "--csv", table, "--json").done["rows"] == 1
    assert cli("history", "--deidentified", "--as-is").code == 2
    lines = {line.split()[-1]: line for line in cli("history").out.splitlines()}
    assert ", de-identified: research  " in lines[changed]
    assert "de-identified" not in lines[plain]
