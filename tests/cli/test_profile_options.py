"""Profile files with the options of table E.1-1, as called from a terminal."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset, dcmread

from support.cli import Cli
from support.linked import linked

pytestmark = pytest.mark.same_everywhere


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    for number, data in enumerate(linked()):
        (folder / f"{number}.dcm").write_bytes(data)
    return folder


def profile(tmp_path: Path, **entries: object) -> Path:
    path = tmp_path / f"{'-'.join(entries)}.json"
    path.write_text(json.dumps({"schema": "gantry.privacy/1", "name": path.stem, **entries}))
    return path


def written(folder: Path) -> dict[str, Dataset]:
    return {path.relative_to(folder).as_posix(): dcmread(path) for path in folder.rglob("*.dcm")}


def codes(ds: Dataset) -> set[str]:
    return {str(one.CodeValue) for one in ds.DeidentificationMethodCodeSequence}


def test_a_study_with_its_uids_and_one_without_are_written_beside_each_other(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    out, kept = tmp_path / "out", profile(tmp_path, uids=True)
    jobs = []
    for name in (kept, "basic", kept):  # the third time, nothing new is written
        ran = cli("deidentify", source, "-o", out, "--profile", name, "--json")
        assert (ran.code, ran.done["held"]) == (0, 0), ran.err
        jobs.append(ran.done["job"])
    old = {str(ds.SOPInstanceUID): str(ds.StudyInstanceUID) for ds in written(source).values()}
    made = written(out)
    assert len(made) == 2 * len(old)
    for name, ds in made.items():
        patient, study, series, instance = name.removesuffix(".dcm").split("/")
        assert (ds.PatientID, ds.StudyInstanceUID) == (patient, study)
        assert (ds.SeriesInstanceUID, ds.SOPInstanceUID) == (series, instance)
        assert ds.file_meta.MediaStorageSOPInstanceUID == instance
        is_kept = old.get(instance) == study
        assert is_kept is ("113110" in codes(ds))
        assert is_kept or study not in old.values()
    assert len({ds.PatientID for ds in made.values()}) == 1, "one key, one patient"
    links = cli("relink", "--json").of("link")
    kinds = {job: {row["kind"] for row in links if row["job"] == job} for job in jobs}
    assert kinds[jobs[0]] == kinds[jobs[2]] == {"patient"}
    assert kinds[jobs[1]] >= {"patient", "study", "series", "instance"}


def test_residue_finds_the_uids_that_stayed_unless_the_profile_is_named(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    out, kept = tmp_path / "out", profile(tmp_path, uids=True)
    cli("deidentify", source, "-o", out, "--profile", kept)
    ran = cli("residue", out, "--against", source, "--json")
    assert ran.code == 1
    assert {hit["kind"] for hit in ran.of("hit")} == {"uid"}
    ran = cli("residue", out, "--against", source, "--profile", kept, "--json")
    assert (ran.code, ran.of("hit")) == (0, [])
    ran = cli("residue", source, "--against", source, "--profile", kept, "--json")
    assert ran.code == 1
    assert "uid" not in {hit["kind"] for hit in ran.of("hit")}


def test_a_study_sent_with_and_without_its_uids_is_two_uploads(
    cli: Cli, source: Path, tmp_path: Path
) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    kept = profile(tmp_path, uids=True)
    for name in (kept, "basic"):
        ran = cli("send", source, "--to", shelf.as_uri(), "--deidentify", name, "--json")
        assert (ran.code, ran.done["delivered"]) == (0, 1), ran.err
    old = {str(ds.SOPInstanceUID): str(ds.StudyInstanceUID) for ds in written(source).values()}
    (study,) = set(old.values())
    found = manifests(shelf)
    assert len(found) == 2
    retained, new = (m[0] for m in (
        [m for m in found if m["deidentified"]["profile"] == "uids"],
        [m for m in found if m["deidentified"]["profile"] == "basic"],
    ))  # fmt: skip
    assert retained["study"]["study_instance_uid"] == study
    assert {file["sop_instance_uid"] for file in retained["files"]} == set(old)
    assert new["study"]["study_instance_uid"] != study
    assert not {file["sop_instance_uid"] for file in new["files"]} & set(old)
    by_original = cli("history", "--search", study, "--json").of("parcel")
    assert len(by_original) == 2
    assert {row["state"] for row in by_original} == {"delivered"}
    (only,) = cli(
        "history", "--search", new["study"]["study_instance_uid"], "--json"
    ).of("parcel")  # fmt: skip
    assert only["id"] == new["parcel"]


@pytest.mark.parametrize(
    ("option", "code"), [("structured_content", "113104"), ("graphics", "113103")]
)
def test_reports_and_drawings_that_are_cleaned_say_so_and_nothing_is_left(
    cli: Cli, source: Path, tmp_path: Path, option: str, code: str
) -> None:
    rules = profile(tmp_path, **{option: True})
    ran = cli("deidentify", source, "-o", tmp_path / "out", "--profile", rules, "--json")
    assert (ran.code, ran.done["held"]) == (0, 0), ran.err
    made = written(tmp_path / "out")
    assert len(made) == len(written(source))
    assert all(code in codes(ds) for ds in made.values())
    ran = cli("residue", tmp_path / "out", "--against", source, "--profile", rules, "--json")
    assert (ran.code, ran.of("hit")) == (0, [])


def manifests(shelf: Path) -> list[dict[str, Any]]:
    found = []
    for path in shelf.rglob("*.tar.gz"):
        with tarfile.open(path) as tar:
            names = tar.getnames()
            file = tar.extractfile("manifest.json")
            assert file is not None
            manifest = json.load(file)
            for one in manifest["files"]:
                member = tar.extractfile(one["name"])
                assert member is not None
                assert one["name"] in names
                ds = dcmread(io.BytesIO(member.read()))
                assert ds.SOPInstanceUID == one["sop_instance_uid"]
                assert ds.StudyInstanceUID == manifest["study"]["study_instance_uid"]
            found.append(manifest)
    return found
