"""The report on the de-identification in an archive: written, verified, and no instance."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from gantry.engine.archive.damage import Damage
from gantry.engine.archive.manifest import REPORT_SCHEMA
from gantry.engine.archive.pack import pack
from gantry.engine.archive.read import iter_members
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Summary, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.rewriters import REWRITERS
from support.dicom import make_study
from support.rewriting import PROFILE, RENAMED, Renaming
from support.shipments import parcel_of

pytestmark = pytest.mark.same_everywhere
REPORT = "deidentification.json"
SAID = {
    "schema": REPORT_SCHEMA, "profile": "test", "edition": "2026c", "gantry": "0.2.0",
    "rules_sha256": "f1d0", "written": 4,
}  # fmt: skip


class Reporting(Renaming):
    """Renames, and reports that it did."""

    def __init__(self, report: bytes) -> None:
        super().__init__()
        self.report = report

    def summary(self) -> Summary:  # type: ignore[override]
        return Summary("{}", (), self.report)


@pytest.fixture(autouse=True)
def rewriters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REWRITERS, "renaming", lambda treatment: Renaming())
    monkeypatch.setitem(
        REWRITERS, "reporting", lambda treatment: Reporting(treatment.details.encode())
    )


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    return replace(
        parcel_of(make_study(tmp_path / "in", series=2, instances=2)),
        treatment=Treatment("reporting", PROFILE, json.dumps(SAID)),
    )


@pytest.fixture
def archive(parcel: Parcel, tmp_path: Path) -> Archive:
    made = pack(parcel, tmp_path / "spool", threads=1)
    return verify(made.path, expected=made)


Files = list[tuple[tarfile.TarInfo, bytes]]


def unpacked(path: Path) -> Files:
    with tarfile.open(path) as tar:
        return [(m, tar.extractfile(m).read()) for m in tar]  # type: ignore[union-attr]


def repacked(path: Path, files: Files) -> Path:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in files:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    path.write_bytes(gzip.compress(buffer.getvalue(), mtime=0))
    return path


def refused(path: Path) -> object:
    with pytest.raises(GantryError) as caught:
        verify(path)
    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED
    return caught.value.facts["reason"]


def with_report(files: Files, report: bytes) -> Files:
    """The same with another report, of which the manifest tells the truth."""
    manifest = json.loads(files[-1][1])
    digest = hashlib.sha256(report).hexdigest()
    manifest["report"] = {"name": REPORT, "size": len(report), "sha256": digest}
    return [*files[:-2], (files[-2][0], report), (files[-1][0], json.dumps(manifest).encode())]


def test_it_is_before_the_manifest_which_lists_it_apart_from_the_files(archive: Archive) -> None:
    files = unpacked(archive.path)
    names = [info.name for info, _ in files]
    assert names[-2:] == [REPORT, "manifest.json"]
    assert json.loads(files[-2][1]) == SAID
    manifest = json.loads(files[-1][1])
    assert manifest["schema"] == "gantry.manifest/3"
    assert [one["name"] for one in manifest["files"]] == names[:-2]
    assert manifest["study"]["instances"] == len(archive.files) == 4
    assert manifest["report"]["sha256"] == hashlib.sha256(files[-2][1]).hexdigest()
    assert len({info.mtime for info, _ in files}) == 1


def test_who_takes_instances_does_not_get_it(archive: Archive) -> None:
    stranger = verify(archive.path)
    assert stranger.files == archive.files
    for known in (None, archive.files):
        read = [(m.file.name, m.reader.read()) for m in iter_members(archive.path, TOKEN, known)]
        assert read == [(info.name, data) for info, data in unpacked(archive.path)[:-2]]


TOKEN = CancelToken()


def test_packed_again_it_is_the_same(parcel: Parcel, archive: Archive, tmp_path: Path) -> None:
    for threads in (1, 3):
        again = pack(parcel, tmp_path / "again", threads=threads)
        assert again.path.read_bytes() == archive.path.read_bytes()


def test_without_it_the_archive_is_what_it_was(parcel: Parcel, tmp_path: Path) -> None:
    plain = pack(replace(parcel, treatment=RENAMED), tmp_path / "plain", threads=1)
    silent = replace(parcel, treatment=Treatment("reporting", PROFILE))
    assert pack(silent, tmp_path / "out", threads=1).sha256 == plain.sha256
    assert json.loads(unpacked(plain.path)[-1][1])["schema"] == "gantry.manifest/2"


def test_files_that_are_not_de_identified_have_none(parcel: Parcel, tmp_path: Path) -> None:
    """A manifest that names no rules has nothing to which a report could be compared."""
    unruly = replace(parcel, treatment=Treatment("reporting", None, json.dumps(SAID)))
    made = pack(unruly, tmp_path / "out", threads=1)
    assert verify(made.path, expected=made).deidentified is None
    assert REPORT not in [info.name for info, _ in unpacked(made.path)]


def test_one_that_is_missing_or_changed_is_refused(archive: Archive, tmp_path: Path) -> None:
    files, path = unpacked(archive.path), tmp_path / "x.tar.gz"
    info, data = files[-2]
    assert refused(repacked(path, [*files[:-2], files[-1]])) == Damage.MISSING
    other = (info, data.replace(b"4", b"5"))
    assert refused(repacked(path, [*files[:-2], other, files[-1]])) == Damage.CONTENT
    longer = (info, data + b" ")
    assert refused(repacked(path, [*files[:-2], longer, files[-1]])) == Damage.SIZE
    assert refused(repacked(path, files[:-1])) == Damage.MANIFEST_MISSING


@pytest.mark.parametrize(
    "report",
    [
        b"",
        b"{}",
        b"[" * 100_000,
        b"\xff",
        json.dumps({**SAID, "schema": "gantry.deidentification/1"}).encode(),
        json.dumps({**SAID, "profile": "basic"}).encode(),
        json.dumps({**SAID, "rules_sha256": "f1d1"}).encode(),
        json.dumps({**SAID, "profile": None}).encode(),
        json.dumps(SAID).encode() + b" " * (16 << 20),
    ],
    ids=["empty", "nothing", "deep", "no text", "schema", "profile", "rules", "none", "too long"],
)
def test_one_that_is_no_report_or_one_on_other_rules_is_refused(
    archive: Archive, tmp_path: Path, report: bytes
) -> None:
    changed = with_report(unpacked(archive.path), report)
    assert refused(repacked(tmp_path / "x.tar.gz", changed)) == Damage.REPORT_INVALID


@pytest.mark.parametrize(
    "change",
    [
        {"schema": "gantry.manifest/2"},
        {"schema": "gantry.manifest/1"},
        {"report": None},
        {"report": "yes"},
        {"report": {"name": "other.json", "size": 1, "sha256": "0"}},
        {"deidentified": None},
    ],
)
def test_a_manifest_that_says_half_of_it_is_refused(
    archive: Archive, tmp_path: Path, change: dict[str, object]
) -> None:
    files = unpacked(archive.path)
    manifest = {**json.loads(files[-1][1]), **change}
    files[-1] = files[-1][0], json.dumps(manifest).encode()
    assert refused(repacked(tmp_path / "x.tar.gz", files)) == Damage.MANIFEST_INVALID


def test_a_file_of_that_name_in_the_list_is_no_second_report(
    archive: Archive, tmp_path: Path
) -> None:
    files = unpacked(archive.path)
    manifest = json.loads(files[-1][1])
    manifest["files"][0]["name"] = REPORT
    files[-1] = files[-1][0], json.dumps(manifest).encode()
    assert refused(repacked(tmp_path / "x.tar.gz", files)) == Damage.MANIFEST_INVALID


def test_a_report_that_no_manifest_speaks_of_is_refused(parcel: Parcel, tmp_path: Path) -> None:
    plain = pack(replace(parcel, treatment=RENAMED), tmp_path / "plain", threads=1)
    files = unpacked(plain.path)
    report = (tarfile.TarInfo(REPORT), json.dumps(SAID).encode())
    path = repacked(tmp_path / "x.tar.gz", [*files[:-1], report, files[-1]])
    assert refused(path) == Damage.EXTRA
