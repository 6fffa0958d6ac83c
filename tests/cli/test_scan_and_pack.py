"""`scan`, `pack` and `verify` in a process of their own."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.archive import tar
from gantry.engine.archive.pack import pack
from gantry.engine.rewriters import REWRITERS
from support.cli import Cli
from support.dicom import CANARY_ID, cut_in_header, make_instance, make_study
from support.rewriting import RENAMED, Renaming
from support.shipments import parcel_of

_IN_MANIFEST = (
    "name", "size", "sha256", "sop_instance_uid", "series_instance_uid", "sop_class_uid",
    "transfer_syntax_uid",
)  # fmt: skip


def test_scan_lists_what_is_there_and_why_the_rest_is_skipped(
    cli: Cli, canary_folder: Path
) -> None:
    made = make_study(canary_folder, series=2, instances=3)
    (canary_folder / "notes.txt").write_text("nothing to see")
    ran = cli("scan", canary_folder, "--json")
    assert ran.code == 0, ran.err
    assert [p["id"] for p in ran.of("patient")] == [CANARY_ID]
    assert len(ran.of("series")) == 2
    listed = {f["path"] for s in ran.of("series") for f in s["files"]}
    assert listed == {str(p) for p in made}
    (skipped,) = ran.of("skipped")
    assert skipped["path"].endswith("notes.txt")
    assert skipped["reason"] == "not-dicom"
    assert ran.done["dicom"] == 6
    assert ran.done["exit"] == 0


def test_scan_for_people_shows_the_tree(cli: Cli, canary_folder: Path) -> None:
    make_study(canary_folder, instances=2)
    ran = cli("scan", canary_folder)
    assert ran.code == 0
    assert "Zwölfelf" in ran.out
    assert "T1 axial" in ran.out
    assert "1 patient, 1 study, 1 series, 2 instances" in ran.out


def test_scan_of_a_missing_path_says_so_and_fails(cli: Cli, tmp_path: Path) -> None:
    ran = cli("scan", tmp_path / "nowhere", "--json")
    assert ran.code == 1
    assert [s["reason"] for s in ran.of("skipped")] == ["missing"]


def test_pack_makes_archives_that_any_tar_opens_and_verify_checks_them(
    cli: Cli, canary_folder: Path, tmp_path: Path
) -> None:
    made = make_study(canary_folder, series=2, instances=2)
    make_study(canary_folder / "second", instances=1)
    out = tmp_path / "out"
    ran = cli("pack", canary_folder, "-o", out, "--json")
    assert ran.code == 0, ran.err
    packed = ran.of("packed")
    assert len(packed) == 2
    digests = {hashlib.sha256(p.read_bytes()).hexdigest() for p in made}
    seen: set[str] = set()
    for one in packed:
        with tarfile.open(one["archive"]) as opened:
            names = opened.getnames()
            assert names[-1] == "manifest.json"
            for name in names[:-1]:
                member = opened.extractfile(name)
                assert member is not None
                seen.add(hashlib.sha256(member.read()).hexdigest())
    assert digests <= seen
    proved = cli("verify", *[p["archive"] for p in packed], "--json")
    assert proved.code == 0
    assert [v["sha256"] for v in proved.of("verified")] == [p["sha256"] for p in packed]


def test_verify_says_what_is_wrong_and_continues(
    cli: Cli, canary_folder: Path, tmp_path: Path
) -> None:
    make_study(canary_folder / "a", instances=1)
    make_study(canary_folder / "b", instances=1)
    out = tmp_path / "out"
    first, second = (
        Path(p["archive"]) for p in cli("pack", canary_folder, "-o", out, "--json").of("packed")
    )
    first.write_bytes(first.read_bytes()[:-9])
    ran = cli("verify", first, second, "--json")
    assert ran.code == 1
    assert [e["code"] for e in ran.of("error")] == ["archive.damaged"]
    assert ran.done == {"event": "done", "exit": 1, "good": 1, "bad": 1}
    assert json.dumps(ran.of("error")[0]["facts"])


def test_verify_says_by_which_rules_an_archive_is_de_identified(
    cli: Cli, canary_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(REWRITERS, "renaming", lambda treatment: Renaming())
    parcel = parcel_of(make_study(canary_folder, instances=2))
    archive = pack(replace(parcel, treatment=RENAMED), tmp_path / "out")
    ran = cli("verify", archive.path, "--json")
    assert ran.code == 0
    (proved,) = ran.of("verified")
    assert proved["deidentified"] == {
        "profile": "test",
        "edition": "2026c",
        "gantry": "0.2.0",
        "rules_sha256": "f1d0",
    }
    assert proved["study"] == archive.study_uid
    assert all(set(f) == set(_IN_MANIFEST) for f in proved["files"])
    assert not any(f.sop_instance_uid in ran.out for f in parcel.files)


def test_verify_refuses_a_manifest_of_a_later_version_and_says_to_update(
    cli: Cli, tmp_path: Path
) -> None:
    path = tmp_path / "later.tar.gz"
    data = b'{"schema": "gantry.manifest/999"}'
    whole = tar.header("manifest.json", len(data), 0) + data + tar.padding(len(data))
    path.write_bytes(gzip.compress(whole + tar.end(len(whole)), mtime=0))
    ran = cli("verify", path, "--json")
    assert ran.code == 1
    (error,) = ran.of("error")
    assert error["code"] == "archive.foreign"
    assert "has a version that this Gantry does not know" in error["what"]
    assert error["do"] == "Update Gantry."


def test_a18_an_empty_folder_is_nothing_to_send(cli: Cli, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    ran = cli("pack", empty, "-o", tmp_path / "out", "--json")
    assert ran.code == 1
    assert [e["code"] for e in ran.of("error")] == ["source.nothing"]


@pytest.mark.parametrize("command", ["scan", "pack", "send"])
def test_a_skipped_file_that_begins_as_dicom_is_a_failure(
    command: str, canary_folder: Path, tmp_path: Path, cli: Cli
) -> None:
    good = make_instance(canary_folder / "good.dcm", study="1.2", series="1.3")
    (canary_folder / "notes.txt").write_text("nothing to see")
    options = {"scan": (), "pack": ("-o", tmp_path / "out")}.get(
        command, ("--to", (tmp_path / "out").as_uri())
    )
    (tmp_path / "out").mkdir()
    assert cli(command, canary_folder, *options, "--json").code == 0
    (canary_folder / "cut.dcm").write_bytes(cut_in_header(good))
    ran = cli(command, canary_folder, *options, "--json")
    assert ran.code == 1
    assert {s["reason"] for s in ran.of("skipped")} == {"truncated", "not-dicom"}
