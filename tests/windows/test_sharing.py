"""What programs may do to a file while another has it open."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine import files
from gantry.engine.archive import source as source_module
from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.scan import Scanner
from gantry.engine.intake.skipped import SkipReason
from gantry.engine.plan import plan
from support.dicom import make_study
from support.holder import READ, SHARE_ALL, SHARE_NOTHING, SHARE_READ, SHARE_READ_WRITE, WRITE, Hold
from support.parcels import image_like, instance_of, parcel_of, parcel_with, source_of
from support.scanned import instances, scan


def in_another_program(code: str, *arguments: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", f"import os, sys\n{code}", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_what_gantry_reads_others_may_rename(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    with files.open_shared(tmp_path / "a") as stream:
        ran = in_another_program("os.replace(*sys.argv[1:])", tmp_path / "a", tmp_path / "b")
        assert ran.returncode == 0, ran.stderr
        assert stream.read() == b"abc"
    assert (tmp_path / "b").exists()


def test_what_gantry_reads_others_may_write_and_delete(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    with files.open_shared(tmp_path / "a"):
        code = "open(sys.argv[1], 'ab').write(b'd'); os.unlink(sys.argv[1])"
        ran = in_another_program(code, tmp_path / "a")
        assert ran.returncode == 0, ran.stderr
    assert not (tmp_path / "a").exists()


def test_pythons_own_open_locks_others_out(tmp_path: Path) -> None:
    """Why `open_shared` exists: if this ever fails, it isn't needed any more."""
    (tmp_path / "a").write_bytes(b"abc")
    with open(tmp_path / "a", "rb"):
        ran = in_another_program("os.replace(*sys.argv[1:])", tmp_path / "a", tmp_path / "b")
    assert "WinError 32" in ran.stderr


def test_a_writer_is_found(tmp_path: Path, hold: Hold) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    writer = hold(tmp_path / "a", WRITE, SHARE_ALL)
    assert files.probe_writer(tmp_path / "a")
    writer.let_go()
    assert not files.probe_writer(tmp_path / "a")


def test_a_reader_is_no_writer(tmp_path: Path, hold: Hold) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    hold(tmp_path / "a", READ, SHARE_ALL)
    assert not files.probe_writer(tmp_path / "a")


def test_a_copy_that_runs_is_found_although_open_reads_it(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(image_like(64 << 20))
    copy = "import ctypes; ctypes.windll.kernel32.CopyFileW(sys.argv[1], sys.argv[2], False)"
    process = subprocess.Popen(
        [sys.executable, "-c", f"import sys\n{copy}", str(source), str(target)]
    )
    found = partial = 0
    while process.poll() is None:
        try:
            if target.stat().st_size and files.probe_writer(target):
                found += 1
                with open(target, "rb") as stream:
                    stream.read(1)
                    partial += 1
        except FileNotFoundError:
            time.sleep(0.001)
        except PermissionError:
            continue  # between creation and sharing
    assert process.returncode == 0
    if not found:
        pytest.skip("the copy was over before it could be looked at")
    assert partial
    assert not files.probe_writer(target)


def test_a_file_that_is_still_copied_is_marked_and_the_rest_is_taken(
    canary_folder: Path, hold: Hold
) -> None:
    first, *_ = make_study(canary_folder, instances=3)
    hold(first, WRITE, SHARE_ALL)
    catalog, _ = scan(canary_folder)
    taken = {i.source.path: i.changing for i in instances(catalog)}
    assert taken.pop(str(first)) is True
    assert list(taken.values()) == [False, False]


def test_a_file_that_is_still_copied_is_not_packed(tmp_path: Path, hold: Hold) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(1000), image_like(2000)])
    hold(Path(parcel.files[0].source.path), WRITE, SHARE_ALL)
    with pytest.raises(GantryError) as caught:
        pack(parcel, tmp_path / "spool", free_reserve=0)
    assert caught.value.code is ErrorCode.SOURCE_BUSY
    assert caught.value.private["path"] == parcel.files[0].source.path
    assert list((tmp_path / "spool").iterdir()) == []


def test_an_old_file_is_not_probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A probe can refuse a writer in its instant, so files at rest for long are spared."""
    path = tmp_path / "IM0001"
    path.write_bytes(image_like(1000))
    os.utime(path, (1_000_000_000, 1_000_000_000))
    if path.stat().st_ctime > 1_000_000_000:
        pytest.skip("a file made just now is fresh here, whatever its time of change")
    probed: list[object] = []
    monkeypatch.setattr(source_module, "probe_writer", lambda path: probed.append(path))
    pack(parcel_of([instance_of(source_of(path), "1.2.3")]), tmp_path / "spool", free_reserve=0)
    assert probed == []


def test_a_locked_file_is_named_and_the_rest_is_taken(canary_folder: Path, hold: Hold) -> None:
    first, *_ = make_study(canary_folder, instances=3)
    hold(first, READ, SHARE_NOTHING)
    catalog, skipped = scan(canary_folder)
    assert [(s.path, s.reason) for s in skipped] == [(str(first), SkipReason.LOCKED)]
    assert len(instances(catalog)) == 2


def test_a_file_that_is_locked_for_a_moment_is_packed(tmp_path: Path, hold: Hold) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(1000), image_like(2000)])
    holder = hold(Path(parcel.files[1].source.path), READ, SHARE_NOTHING)
    timer = threading.Timer(1.0, holder.let_go)
    timer.start()
    archive = pack(parcel, tmp_path / "spool", free_reserve=0)
    timer.join()
    assert len(verify(archive.path, expected=archive).files) == 2


def test_a_file_that_stays_locked_is_reported_by_name(
    tmp_path: Path, hold: Hold, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute is waited for in earnest; here a second, so that the test ends."""
    monkeypatch.setattr(source_module, "LOCKED_SECONDS", 1.0)
    parcel = parcel_with(tmp_path / "in", [image_like(1000), image_like(2000)])
    hold(Path(parcel.files[1].source.path), READ, SHARE_NOTHING)
    with pytest.raises(GantryError) as caught:
        pack(parcel, tmp_path / "spool", free_reserve=0)
    assert caught.value.code is ErrorCode.SOURCE_LOCKED
    assert caught.value.private["path"] == parcel.files[1].source.path
    assert caught.value.transient
    assert list((tmp_path / "spool").iterdir()) == []


class WhenWritten(CancelToken):
    """Calls `then` once the file exists: the engine asks its token between source files."""

    def __init__(self, path: Path, then: Callable[[], object]) -> None:
        super().__init__()
        self._path, self._then, self.called = path, then, False

    def check(self) -> None:
        super().check()
        if not self.called and self._path.exists():
            self.called = True
            self._then()


def test_a_scanner_that_holds_the_part_at_its_rename_only_delays_it(
    tmp_path: Path, hold: Hold
) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(1 << 20)])
    part = tmp_path / "spool" / f"{parcel.id}.tar.gz.part"

    def scan_it() -> None:
        scanner = hold(part, READ, SHARE_READ_WRITE)
        threading.Timer(3.0, scanner.let_go).start()

    token = WhenWritten(part, scan_it)
    archive = pack(parcel, tmp_path / "spool", token=token, free_reserve=0)
    assert token.called
    assert verify(archive.path, expected=archive).sha256 == archive.sha256
    assert [p.name for p in (tmp_path / "spool").iterdir()] == [f"{parcel.id}.tar.gz"]


def test_a_scanner_that_never_lets_go_is_an_error_of_the_spool(tmp_path: Path, hold: Hold) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(1 << 20)])
    part = tmp_path / "spool" / f"{parcel.id}.tar.gz.part"
    token = WhenWritten(part, lambda: hold(part, READ, SHARE_READ_WRITE))
    with pytest.raises(GantryError) as caught:
        pack(parcel, tmp_path / "spool", token=token, free_reserve=0)
    assert token.called
    assert caught.value.code is ErrorCode.SPOOL_UNWRITABLE
    assert "WinError" in caught.value.detail
    assert not (tmp_path / "spool" / f"{parcel.id}.tar.gz").exists()


def test_an_archive_that_is_looked_at_is_deleted_when_the_looker_ends(
    tmp_path: Path, hold: Hold
) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    viewer = hold(tmp_path / "a", READ, SHARE_READ)
    threading.Timer(1.0, viewer.let_go).start()
    files.unlink_retry(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_pack_of_an_archive_shares_it_with_a_scanner(tmp_path: Path, hold: Hold) -> None:
    """Verification reads the archive while an indexer has it open for reading."""
    parcel = parcel_with(tmp_path / "in", [image_like(1 << 20)])
    archive = pack(parcel, tmp_path / "spool", free_reserve=0)
    hold(archive.path, READ, SHARE_ALL)
    assert verify(archive.path, expected=archive).sha256 == archive.sha256


def test_a_locked_slice_is_part_of_its_study_until_it_can_be_read(
    tmp_path: Path, hold: Hold
) -> None:
    made = make_study(tmp_path, instances=20)
    holder = hold(made[3], READ | WRITE, SHARE_NOTHING)
    scanner = Scanner(lambda update: None, CancelToken())
    scanner.add([str(tmp_path)])
    (parcel,) = plan(scanner.run())
    assert (len(parcel.files), parcel.unread) == (19, 1)
    scanner.again()
    (parcel,) = plan(scanner.run())
    assert (len(parcel.files), parcel.unread) == (19, 1)
    holder.let_go()
    scanner.again()
    (parcel,) = plan(scanner.run())
    assert (len(parcel.files), parcel.unread) == (20, 0)
