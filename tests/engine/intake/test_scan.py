"""A scan adds every DICOM file of a drop once, and says why it skips every other."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from io import RawIOBase
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, MediaStorageDirectoryStorage

from gantry.engine import files
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.instance import Source
from gantry.engine.intake import dicomdir, inspect_file, walk, zips
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.cautions import CautionCode
from gantry.engine.intake.header.describe import Header
from gantry.engine.intake.header.header import header_of
from gantry.engine.intake.scan import Scanner, ScanUpdate, Skipped, SkipReason
from support.dicom import make_instance, make_medium, make_study

SHIPPED = Path(pydicom.__file__).parent / "data"
posix = pytest.mark.skipif(os.name == "nt", reason="made by POSIX calls")


class Scan:
    """A scan that has ended, and what it reported."""

    def __init__(self, *paths: Path | str) -> None:
        self.updates: list[ScanUpdate] = []
        self.scanner = Scanner(self.updates.append, CancelToken())
        self.again(*paths)

    def again(self, *paths: Path | str) -> None:
        self.scanner.add(map(str, paths))
        self.catalog: Catalog = self.scanner.run()

    @property
    def skipped(self) -> list[Skipped]:
        return [skipped for update in self.updates for skipped in update.skipped]

    @property
    def reasons(self) -> Counter[SkipReason]:
        return Counter(skipped.reason for skipped in self.skipped)

    def cautions(self) -> set[CautionCode]:
        found = {caution.code for caution in self.catalog.warnings}
        for patient in self.catalog.patients:
            found |= {caution.code for caution in patient.warnings}
        for study in self.catalog.studies:
            found |= {caution.code for caution in study.warnings}
        for series in self.catalog.series:
            found |= {caution.code for caution in series.warnings}
        return found


def test_all_that_pydicom_ships_is_taken_or_skipped_with_a_reason() -> None:
    scan = Scan(SHIPPED)
    there = {str(p) for p in SHIPPED.rglob("*") if p.is_file()}
    taken = {i.source.path for s in scan.catalog.series for i in s.instances}
    skipped = {s.path for s in scan.skipped}
    assert taken | skipped == there
    assert not taken & skipped
    assert SkipReason.INTERNAL not in scan.reasons
    assert scan.updates[-1].counts.files == len(there)


def test_folders_with_strange_names_are_read(canary_folder: Path) -> None:
    make_study(canary_folder / "带 空格 é ' \" $x".replace('"', ""), series=2, instances=2)
    scan = Scan(canary_folder)
    assert scan.catalog.instance_count == 4
    assert len(list(scan.catalog.series)) == 2


def test_junk_and_strangers_are_listed_and_stop_nothing(tmp_path: Path) -> None:
    make_study(tmp_path, instances=2)
    for name in (".DS_Store", "Thumbs.db", "desktop.ini", "._IM0001"):
        (tmp_path / name).write_bytes(b"junk")
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "x").write_bytes(b"junk")
    (tmp_path / "notes.txt").write_text("not DICOM", encoding="utf-8")
    (tmp_path / "empty.dcm").touch()
    scan = Scan(tmp_path)
    assert scan.catalog.instance_count == 2
    assert scan.reasons == {SkipReason.JUNK: 5, SkipReason.NOT_DICOM: 1, SkipReason.EMPTY: 1}


def test_a_dropped_path_that_does_not_exist_is_one_message(tmp_path: Path) -> None:
    scan = Scan(tmp_path / "nowhere", "nul\0byte")
    assert scan.reasons == {SkipReason.MISSING: 1, SkipReason.UNREADABLE: 1}
    assert scan.catalog == Catalog()


@posix
def test_a17_links_are_reported_and_not_followed(tmp_path: Path) -> None:
    make_study(tmp_path / "a", instances=2)
    make_study(tmp_path / "outside", instances=1)
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "out").symlink_to(tmp_path / "outside")
    (tmp_path / "a" / "self").symlink_to(tmp_path / "a" / "self")
    scan = Scan(tmp_path / "a")
    assert scan.catalog.instance_count == 2
    assert scan.reasons == {SkipReason.LINK: 3}


@posix
def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert Scan(tmp_path, tmp_path / "pipe").reasons == {SkipReason.SPECIAL: 1}


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read all")
def test_a11_what_may_not_be_read_is_reported_and_the_rest_continues(tmp_path: Path) -> None:
    (first, *_), closed = make_study(tmp_path / "a", instances=3), tmp_path / "closed"
    first.chmod(0)
    closed.mkdir(mode=0)
    scan = Scan(tmp_path)
    closed.chmod(0o700)
    assert scan.reasons == {SkipReason.DENIED: 2}
    assert scan.catalog.instance_count == 2


def test_a_refused_file_is_reported_and_the_rest_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As above for tests that run as root: the refusal is simulated."""
    first, *_ = make_study(tmp_path, instances=3)
    really = files.open_shared

    def refuse(path: str) -> object:
        if path == str(first):
            raise PermissionError(errno.EACCES, "refused", path)
        return really(path)

    monkeypatch.setattr(files, "open_shared", refuse)
    scan = Scan(tmp_path)
    assert scan.reasons == {SkipReason.DENIED: 1}
    assert scan.catalog.instance_count == 2


@posix
def test_a15_a_name_that_is_no_text_is_kept(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path, instances=1)
    strange = os.fsencode(path.parent) + b"/\xff\xfe.dcm"
    try:
        os.rename(path, strange)  # noqa: PTH104 (bytes)
    except OSError:
        pytest.skip("this file system wants UTF-8")
    (series,) = Scan(tmp_path).catalog.series
    assert os.fsencode(series.instances[0].source.path) == strange


# One file is one file


def test_a_folder_its_subfolder_and_a_file_of_it_are_one(tmp_path: Path) -> None:
    paths = make_study(tmp_path, series=2, instances=2)
    scan = Scan(tmp_path, paths[0].parent, paths[0], tmp_path)
    assert scan.catalog.instance_count == 4
    assert scan.skipped == []
    assert scan.updates[-1].counts.files == 4
    scan.again(paths[0].parent, tmp_path)
    assert scan.catalog.instance_count == 4
    assert scan.skipped == []
    assert not scan.cautions()


@posix
def test_a_drop_through_a_link_is_the_same_drop(tmp_path: Path) -> None:
    make_study(tmp_path / "real", instances=2)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    for first, second in (("real", "link"), ("link", "real")):
        scan = Scan(tmp_path / first, tmp_path / second)
        assert scan.catalog.instance_count == 2
        scan.again(tmp_path / second)
        assert scan.catalog.instance_count == 2
        assert scan.skipped == []
        assert not scan.cautions()


@posix
def test_a_second_name_of_a_file_is_no_duplicate(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path, instances=1)
    os.link(path, path.with_name("other"))
    scan = Scan(tmp_path)
    assert scan.catalog.instance_count == 1
    assert scan.reasons == {SkipReason.LINK: 1}
    assert not scan.cautions()


def test_b08_a_copy_is_sent_once_and_a_different_file_under_its_uid_is_kept(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path / "a", instances=1)
    for name in ("b", "c"):
        shutil.copytree(tmp_path / "a", tmp_path / name)
    data = path.read_bytes()
    (tmp_path / "d").write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    scan = Scan(tmp_path)
    assert scan.catalog.instance_count == 2
    assert scan.reasons == {SkipReason.DUPLICATE: 2}
    (series,) = scan.catalog.series
    assert {w.code: w.facts for w in series.warnings} == {
        CautionCode.UID_COLLISION: {"count": 2},
        CautionCode.DUPLICATES: {"count": 2},
    }
    scan.again(tmp_path)  # nothing is counted twice
    assert list(scan.catalog.series) == [series]


def test_many_copies_dropped_at_once_leave_one_of_each(tmp_path: Path) -> None:
    make_study(tmp_path / "a", instances=40)
    for n in range(4):
        shutil.copytree(tmp_path / "a", tmp_path / f"copy {n}")
    scan = Scan(*tmp_path.iterdir())
    assert scan.catalog.instance_count == 40
    assert scan.reasons == {SkipReason.DUPLICATE: 160}


# ZIP


def zipped(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_a_zip_is_read_without_unpacking(tmp_path: Path) -> None:
    data = [p.read_bytes() for p in make_study(tmp_path / "a", instances=3)]
    path = zipped(
        tmp_path / "some.zip",
        {f"ä/IM {n}": d for n, d in enumerate(data)} | {"readme.txt": b"hello", "__MACOSX/x": b""},
    )
    scan = Scan(path)
    (series,) = scan.catalog.series
    assert [i.source.member for i in series.instances] == ["ä/IM 0", "ä/IM 1", "ä/IM 2"]
    assert [i.source.size for i in series.instances] == list(map(len, data))
    assert scan.reasons == {SkipReason.NOT_DICOM: 1, SkipReason.JUNK: 1}
    assert scan.updates[-1].counts.files == 5
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "some.zip"]


def test_a_zip_of_files_that_are_there_too_holds_copies(tmp_path: Path) -> None:
    paths = make_study(tmp_path / "a", instances=3)
    zipped(tmp_path / "a.zip", {p.name: p.read_bytes() for p in paths})
    scan = Scan(tmp_path)
    assert scan.catalog.instance_count == 3
    assert scan.reasons == {SkipReason.DUPLICATE: 3}


def test_a_document_that_is_a_zip_is_one_skipped_file(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.docx", {f"{n}.xml": b"<x/>" for n in range(9)})
    scan = Scan(path)
    assert [(s.path, s.member, s.reason) for s in scan.skipped] == [
        (str(path), "", SkipReason.NOT_DICOM)
    ]
    assert scan.updates[-1].counts.files == 1


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/x", "C:/x", "C:x", "//srv/x", "a:stream"])
def test_b06_a_member_that_would_leave_the_zip_is_refused(name: str, tmp_path: Path) -> None:
    (good,) = make_study(tmp_path / "a", instances=1)
    path = zipped(tmp_path / "a.zip", {name: good.read_bytes()})
    scan = Scan(path)
    assert scan.reasons == {SkipReason.OUTSIDE: 1}
    assert scan.catalog == Catalog()


def test_b06_backslashes_do_not_help_a_hostile_name() -> None:
    assert zips.outside("..\\..\\x")
    assert zips.outside("\\\\srv\\x")
    assert zips.outside("a\0b")
    assert not zips.outside("a/b..c/d")


def test_b07_an_encrypted_zip_is_one_message(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"x" * 99, "b": b"y" * 99}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    at = -1
    while (at := data.find(b"PK\x01\x02", at + 1)) >= 0:
        data[at + 8] |= 1
    at = -1
    while (at := data.find(b"PK\x03\x04", at + 1)) >= 0:
        data[at + 6] |= 1
    path.write_bytes(data)
    scan = Scan(path)
    assert [(s.member, s.reason, s.detail) for s in scan.skipped] == [
        ("", SkipReason.ZIP_ENCRYPTED, "2 files")
    ]


def test_b07_a_zip_in_a_zip_is_named(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"a": b"x"})
    outer = zipped(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes()})
    assert Scan(outer).reasons == {SkipReason.ZIP_NESTED: 1}


def test_a_damaged_zip_is_one_message_each(tmp_path: Path) -> None:
    (good,) = make_study(tmp_path / "a", instances=1)
    data = zipped(tmp_path / "a.zip", {"a": good.read_bytes()}).read_bytes()
    (tmp_path / "a.zip").write_bytes(data[:-30])
    assert Scan(tmp_path / "a.zip").reasons == {SkipReason.ZIP_DAMAGED: 1}
    (tmp_path / "a.zip").write_bytes(data[:40] + bytes(60) + data[100:])
    assert Scan(tmp_path / "a.zip").reasons == {SkipReason.ZIP_DAMAGED: 1}


def test_b07_bombs_are_refused_before_anything_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "RATIO_FROM", 1 << 20)
    bomb = zipped(tmp_path / "bomb.zip", {"a": bytes(8 << 20)})
    assert Scan(bomb).reasons == {SkipReason.ZIP_LIMIT: 1}
    monkeypatch.setattr(zips, "MOST_MEMBERS", 10)
    many = zipped(tmp_path / "many.zip", {str(n): b"" for n in range(11)})
    assert Scan(many).reasons == {SkipReason.ZIP_LIMIT: 1}
    monkeypatch.setattr(zips, "LONGEST_DIRECTORY", 100)
    assert Scan(many).reasons == {SkipReason.ZIP_LIMIT: 1}


def test_b07_members_that_overlap_are_a_bomb(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a": b"x" * 500, "b": b"y" * 500}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = (5).to_bytes(4, "little")
    path.write_bytes(data)
    assert Scan(path).reasons == {SkipReason.ZIP_LIMIT: 1}


# DICOMDIR


def test_a_dropped_dicomdir_brings_what_is_beside_it(tmp_path: Path) -> None:
    path = make_medium(tmp_path / "cd", instances=2)
    make_study(tmp_path / "cd" / "more", instances=1)
    scan = Scan(path)
    assert scan.catalog.instance_count == 3
    assert [(s.reason, s.detail) for s in scan.skipped] == [(SkipReason.DICOMDIR, "2 references")]


def test_a_reference_that_is_missing_is_told(tmp_path: Path) -> None:
    path = make_medium(tmp_path / "cd", instances=2)
    next(p for p in (tmp_path / "cd").rglob("*") if p.is_file() and p != path).unlink()
    assert Scan(path).reasons == {SkipReason.DICOMDIR: 1, SkipReason.NOT_ON_MEDIUM: 1}


@pytest.mark.parametrize("parts", [["..", "..", "X"], ["C:", "X"], ["", "ETC"], ["A/../../X"]])
def test_b06_a_dicomdir_that_points_outside_is_refused(parts: list[str], tmp_path: Path) -> None:
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = MediaStorageDirectoryStorage
    ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    record = Dataset()
    record.add_new(0x00041500, "LO", "\\".join(parts))  # CS would not let them through
    ds.DirectoryRecordSequence = [record]
    (tmp_path / "cd").mkdir()
    ds.save_as(tmp_path / "cd" / "DICOMDIR", enforce_file_format=True)
    scan = Scan(tmp_path / "cd" / "DICOMDIR")
    assert scan.reasons == {SkipReason.DICOMDIR: 1, SkipReason.OUTSIDE: 1}
    assert scan.catalog == Catalog()


def test_a_lower_case_copy_of_a_cd_is_whole(tmp_path: Path) -> None:
    path = make_medium(tmp_path / "cd", instances=2)
    for p in sorted((tmp_path / "cd").rglob("*"), reverse=True):
        if p != path:
            p.rename(p.with_name(p.name.lower()))
    assert [s.reason for s in dicomdir.check_dicomdir(str(path))] == [SkipReason.DICOMDIR]


# While it runs


def test_a_scan_tells_as_it_goes_and_ends_with_a_last_word(tmp_path: Path) -> None:
    make_study(tmp_path, instances=5)
    scan = Scan(tmp_path)
    assert [u.counts.done for u in scan.updates] == [False] * (len(scan.updates) - 1) + [True]
    counts = scan.updates[-1].counts
    assert (counts.files, counts.dicom, counts.skipped) == (5, 5, 0)
    assert counts.bytes == scan.catalog.size == sum(p.stat().st_size for p in tmp_path.rglob("IM*"))
    assert counts.files_per_second > 0


def test_a_folder_added_while_it_runs_is_scanned_too(tmp_path: Path) -> None:
    make_study(tmp_path / "a", instances=3)
    make_study(tmp_path / "b", instances=3)
    answers: list[bool] = []

    def sink(update: ScanUpdate) -> None:
        if not answers:
            answers.append(scanner.add([str(tmp_path / "b")]))

    scanner = Scanner(sink, CancelToken())
    assert scanner.add([str(tmp_path / "a")]) is False
    catalog = scanner.run()
    if answers == [False]:  # the first word was the last one: as promised, run again
        catalog = scanner.run()
    assert catalog.instance_count == 6


def test_adding_from_many_threads_loses_nothing(tmp_path: Path) -> None:
    folders = [tmp_path / str(n) for n in range(12)]
    for folder in folders:
        make_study(folder, instances=2)
    scanner = Scanner(lambda _update: None, CancelToken())
    threads = [threading.Thread(target=scanner.add, args=([str(f)],)) for f in folders]
    runner = threading.Thread(target=scanner.run)
    runner.start()
    for thread in threads:
        thread.start()
    for thread in [*threads, runner]:
        thread.join()
    assert scanner.run().instance_count == 24


def test_cancel_ends_it_and_keeps_what_was_found(tmp_path: Path) -> None:
    make_study(tmp_path, instances=3)
    token = CancelToken()
    updates: list[ScanUpdate] = []
    scanner = Scanner(updates.append, token)
    scanner.add([str(tmp_path)])
    assert scanner.run().instance_count == 3
    token.cancel()
    scanner.add([str(tmp_path)])
    with pytest.raises(Cancelled):
        scanner.run()
    assert updates[-1].counts.done
    assert updates[-1].catalog.instance_count == 3


def test_a08_cancel_does_not_wait_for_a_share_that_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path, instances=3)
    hangs, end = threading.Event(), threading.Event()

    def hang(_path: str) -> object:
        hangs.set()
        end.wait(60)
        raise OSError(errno.EIO, "gone")

    monkeypatch.setattr(files, "open_shared", hang)
    token = CancelToken()
    scanner = Scanner(lambda _update: None, token)
    scanner.add([str(tmp_path)])
    raised = []

    def run() -> None:
        try:
            scanner.run()
        except Cancelled as error:
            raised.append(error)

    runner = threading.Thread(target=run)
    runner.start()
    assert hangs.wait(60)
    token.cancel()
    runner.join(60)
    assert not runner.is_alive()
    assert raised
    end.set()


def test_a_thread_left_hanging_does_not_disturb_the_next_scan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_study(tmp_path / "hangs", instances=1)
    make_study(tmp_path / "works", series=3, instances=30)
    really, hangs, end = files.open_shared, threading.Event(), threading.Event()

    def hang(path: str) -> object:
        if "hangs" in path:
            hangs.set()
            end.wait(60)
        elif not end.is_set():
            end.set()  # the old thread continues in the middle of the new scan
        return really(path)

    monkeypatch.setattr(files, "open_shared", hang)
    token = CancelToken()
    scanner = Scanner(lambda _update: None, token)
    scanner.add([str(tmp_path / "hangs")])

    def cancel() -> None:
        if hangs.wait(60):
            token.cancel()

    canceller = threading.Thread(target=cancel)
    canceller.start()
    with pytest.raises(Cancelled):
        scanner.run()
    canceller.join()
    scanner.add([str(tmp_path / "works")])
    assert scanner.run(CancelToken()).instance_count == 90


def test_a_scan_pauses(tmp_path: Path) -> None:
    make_study(tmp_path, instances=3)
    token = CancelToken()
    token.pause()
    scanner = Scanner(lambda _update: None, token)
    scanner.add([str(tmp_path)])
    runner = threading.Thread(target=scanner.run)
    runner.start()
    runner.join(0.3)
    assert runner.is_alive()
    token.resume()
    runner.join(60)
    assert not runner.is_alive()


def test_threads_are_gone_afterwards_and_no_more_than_cores(tmp_path: Path) -> None:
    make_study(tmp_path, instances=3)
    before = threading.active_count()
    most = 0

    def sink(_update: ScanUpdate) -> None:
        nonlocal most
        most = max(most, sum(t.name.startswith("scan ") for t in threading.enumerate()))

    scanner = Scanner(sink, CancelToken(), workers=64)
    scanner.add([str(tmp_path)])
    scanner.run()
    assert most <= (os.cpu_count() or 1)
    assert threading.active_count() == before


def test_removed_nodes_go_and_come_back_when_dropped_again(tmp_path: Path) -> None:
    make_study(tmp_path / "a", instances=3)
    make_study(tmp_path / "b", instances=2)
    scan = Scan(tmp_path)
    first, second = scan.catalog.studies
    rest = scan.scanner.remove([first.key])
    assert [study.key for study in rest.studies] == [second.key]
    scan.again(tmp_path)
    assert {study.key for study in scan.catalog.studies} == {first.key, second.key}
    assert scan.skipped == []


def test_a05_files_that_came_later_are_found_by_dropping_again(tmp_path: Path) -> None:
    make_study(tmp_path, instances=2)
    scan = Scan(tmp_path)
    make_study(tmp_path / "later", instances=1)
    scan.again(tmp_path)
    assert scan.catalog.instance_count == 3


# What changes or goes away meanwhile


def test_a07_a_root_that_vanishes_is_one_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = tmp_path / "stick"
    make_study(stick, instances=30)
    make_study(tmp_path / "disk", instances=2)
    really = files.open_shared
    opened = []

    def pull(path: str) -> object:
        if str(stick) in path:
            opened.append(path)
            if len(opened) == 3:
                stick.rename(tmp_path / "pulled")
        return really(path)

    monkeypatch.setattr(files, "open_shared", pull)
    scan = Scan(stick, tmp_path / "disk")
    assert scan.reasons == {SkipReason.ROOT_GONE: 1}
    assert scan.skipped[0].path == str(stick)
    assert scan.catalog.instance_count == 2 + 2


def test_a_single_file_that_vanishes_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = make_study(tmp_path, instances=3)
    really = files.open_shared

    def vanish(path: str) -> object:
        if path == str(first):
            first.unlink(missing_ok=True)
        return really(path)

    monkeypatch.setattr(files, "open_shared", vanish)
    scan = Scan(tmp_path)
    assert scan.reasons == {SkipReason.MISSING: 1}
    assert scan.catalog.instance_count == 2


def growing(path: Path, data: bytes, start: int) -> tuple[threading.Event, threading.Thread]:
    """Another program that writes the file bit by bit until the event is set."""
    end = threading.Event()
    path.write_bytes(data[:start])

    def write() -> None:
        with path.open("ab", buffering=0) as stream:
            at = start
            while not end.wait(0.01):
                stream.write(data[at : at + 1] or b"\0")
                at += 1

    thread = threading.Thread(target=write)
    thread.start()
    return end, thread


@pytest.fixture
def _slow_writer(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, a program that writes all the time may do nothing for a second."""
    monkeypatch.setattr(inspect_file, "LOOK_AGAIN_AFTER", 3.0)
    monkeypatch.setattr(inspect_file, "RECENT_SECONDS", 600.0)


@pytest.mark.usefixtures("_slow_writer")
def test_a04_a_file_that_is_still_written_is_marked(tmp_path: Path) -> None:
    path, quiet = make_study(tmp_path, instances=2)
    data = path.read_bytes()
    end, thread = growing(path, data, len(data) - 100)
    try:
        scan = Scan(tmp_path)
    finally:
        end.set()
        thread.join()
    (series,) = scan.catalog.series
    changing = {i.source.path: i.changing for i in series.instances}
    assert changing == {str(path): True, str(quiet): False}
    assert CautionCode.STILL_CHANGING in {w.code for w in series.warnings}


@pytest.mark.usefixtures("_slow_writer")
def test_a04_a_file_whose_header_is_still_written_is_reported(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path, instances=1)
    end, thread = growing(path, path.read_bytes(), 200)
    try:
        scan = Scan(tmp_path)
    finally:
        end.set()
        thread.join()
    assert scan.reasons == {SkipReason.STILL_WRITING: 1}


def test_a_writer_that_only_the_probe_finds_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The probe answers only on Windows; here it is answered for it."""
    make_study(tmp_path, instances=1)
    monkeypatch.setattr(files, "probe_writer", lambda _path: True)
    assert CautionCode.STILL_CHANGING in Scan(tmp_path).cautions()


def test_a20_a_placeholder_of_a_cloud_drive_is_not_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Placeholders exist only on Windows: the attribute is faked, and opening forbidden."""
    path = make_instance(tmp_path / "a", study="1.2", series="1.3")
    monkeypatch.setattr(files, "needs_download", lambda _status: True)
    scan = Scan(path)
    assert scan.reasons == {SkipReason.CLOUD: 1}


def test_d12_a_fault_of_ours_costs_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_ = make_study(tmp_path, instances=3)

    def fail(stream: RawIOBase, source: Source) -> Header:
        if source.path == str(first):
            raise ZeroDivisionError("patient text")
        return header_of(stream, source)

    monkeypatch.setattr(inspect_file, "header_of", fail)
    scan = Scan(tmp_path)
    assert [(s.reason, s.detail) for s in scan.skipped] == [
        (SkipReason.INTERNAL, "ZeroDivisionError")
    ]
    assert scan.catalog.instance_count == 2


@posix
def test_folders_nested_beyond_reason_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "DEEPEST", 3)
    make_study(tmp_path / "1/2/3", instances=1)  # its folder `series 1` is the fourth
    assert Scan(tmp_path).reasons == {SkipReason.TOO_DEEP: 1}


def test_a13_a_tree_beyond_260_characters_is_read(tmp_path: Path) -> None:
    (path,) = make_study(tmp_path / "short", instances=1)
    folder = files.extended(tmp_path / "long")
    for _ in range(8):
        folder += os.sep + "n" * 50
    Path(folder).mkdir(parents=True)
    shutil.copy(path, folder + os.sep + "IM1")
    (series,) = Scan(tmp_path / "long").catalog.series
    assert len(series.instances[0].source.path) > 400


def test_the_patients_text_is_neither_warned_nor_logged(canary_folder: Path) -> None:
    """In a process of its own, since pytest takes warnings away."""
    make_study(canary_folder, instances=1, PatientBirthDate="19031107")
    data = bytearray(next(canary_folder.rglob("IM*")).read_bytes())
    at = data.index(b"19031107")
    data[at : at + 8] = b"CANARY^X"  # no date: pydicom would quote it
    next(canary_folder.rglob("IM*")).write_bytes(data)
    code = (
        "import logging, sys; logging.basicConfig(level=logging.INFO)\n"
        "from gantry.engine.cancel import CancelToken\n"
        "from gantry.engine.intake.scan import Scanner\n"
        "s = Scanner(lambda u: None, CancelToken()); s.add(sys.argv[1:]); s.run()"
    )
    done = subprocess.run(
        # What SWIG's modules say of themselves when they are imported tells of no file.
        [sys.executable, "-W", "default", "-W", "ignore:builtin type", "-c", code, canary_folder],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    assert done.stdout == ""
    for text in ("CANARY", "Kanarienvogel", "Warning"):
        assert text not in done.stderr


def test_recent_files_are_looked_at_again_without_waiting_long(tmp_path: Path) -> None:
    assert inspect_file.LOOK_AGAIN_AFTER < 1
    make_study(tmp_path, instances=1)
    scan = Scan(tmp_path)
    assert time.time() - next(tmp_path.rglob("IM*")).stat().st_mtime < inspect_file.RECENT_SECONDS
    assert not scan.cautions()
