"""Sources and spools that misbehave: one attempt fails, with its reason, and leaves nothing."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import FileIO
from pathlib import Path

import pytest

from gantry.engine import files
from gantry.engine.archive import part_file
from gantry.engine.archive import source as source_module
from gantry.engine.archive.pack import pack
from gantry.engine.archive.part_file import reserve_for
from gantry.engine.archive.verify import verify
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Parcel
from support.parcels import (
    dense,
    image_like,
    instance_of,
    parcel_of,
    parcel_with,
    source_of,
    write_files,
)

SMALL, BIG = 20_000, 3_000_000
Hook = Callable[[str, "HookedFile", int], None]


class HookedFile(FileIO):
    """A real file; the test may interfere before every read."""

    hook: Hook

    def readinto(self, buffer: object) -> int:
        type(self).hook(str(self.name), self, self.tell())
        return super().readinto(buffer)  # type: ignore[arg-type]


@pytest.fixture
def before_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Hook], None]:
    """Installs a hook that is called before each read of a source."""

    def install(hook: Hook) -> None:
        HookedFile.hook = staticmethod(hook)
        monkeypatch.setattr(source_module, "open_shared", lambda path: HookedFile(path, "rb"))

    return install


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Path]:
    """The spool's folder, which must be empty when a test with a failed attempt ends."""
    folder = tmp_path / "spool"
    yield folder
    assert not folder.exists() or list(folder.iterdir()) == []


def refused(parcel: Parcel, spool: Path, **options: int) -> GantryError:
    with pytest.raises(GantryError) as caught:
        pack(parcel, spool, **options)  # type: ignore[arg-type]
    assert "Kanarienvogel" not in str(caught.value), "no source path in what may be logged"
    return caught.value


def once(action: Callable[[], object]) -> Hook:
    done: list[bool] = []

    def hook(path: str, file: HookedFile, at: int) -> None:
        if not done:
            done.append(True)
            action()

    return hook


@pytest.mark.parametrize("size", [SMALL, BIG])
def test_a01_a_file_that_grows_while_it_is_read_fails_the_attempt(
    tmp_path: Path, spool: Path, before_read: Callable[[Hook], None], size: int
) -> None:
    parcel = parcel_with(tmp_path / "in", [b"first", image_like(size)])
    path = Path(parcel.files[1].source.path)

    def grow(name: str, file: HookedFile, at: int) -> None:
        if Path(name) == path and at > 0:
            with path.open("ab") as other:
                other.write(b"more")

    before_read(grow)
    error = refused(parcel, spool)
    assert error.code == ErrorCode.SOURCE_CHANGED
    assert error.private["path"] == str(path)
    assert error.transient


@pytest.mark.parametrize("size", [SMALL, BIG])
def test_a02_a_file_that_shrinks_while_it_is_read_fails_the_attempt(
    tmp_path: Path, spool: Path, before_read: Callable[[Hook], None], size: int
) -> None:
    parcel = parcel_with(tmp_path / "in", [b"first", image_like(size), b"last"])
    path = Path(parcel.files[1].source.path)
    before_read(lambda name, file, at: os.truncate(path, size // 3) if Path(name) == path else None)
    assert refused(parcel, spool).code == ErrorCode.SOURCE_CHANGED


@pytest.mark.skipif(os.name == "nt", reason="only POSIX has a time of change that can't be set")
def test_a03_a_file_rewritten_in_place_with_its_time_put_back_fails_the_attempt(
    tmp_path: Path, spool: Path, before_read: Callable[[Hook], None]
) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(SMALL)])
    path = Path(parcel.files[0].source.path)

    def rewrite() -> None:
        before = path.stat()
        path.write_bytes(image_like(SMALL, 2))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    before_read(once(rewrite))
    assert refused(parcel, spool).code == ErrorCode.SOURCE_CHANGED


def test_a_file_that_changed_since_the_scan_fails_the_attempt(tmp_path: Path, spool: Path) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(SMALL)])
    path = Path(parcel.files[0].source.path)
    path.write_bytes(image_like(SMALL, 2))
    os.utime(path, ns=(1, parcel.files[0].source.mtime_ns + 1_000_000_000))
    assert refused(parcel, spool).code == ErrorCode.SOURCE_CHANGED
    path.write_bytes(b"shorter")
    assert refused(parcel, spool).code == ErrorCode.SOURCE_CHANGED


def test_a_file_that_changes_after_it_was_read_but_before_the_end_fails_the_attempt(
    tmp_path: Path, spool: Path, before_read: Callable[[Hook], None]
) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(SMALL), image_like(SMALL, 2)])
    first, second = (Path(i.source.path) for i in parcel.files)

    def touch(name: str, file: HookedFile, at: int) -> None:
        if Path(name) == second:
            first.write_bytes(b"other")

    before_read(touch)
    error = refused(parcel, spool)
    assert (error.code, error.private["path"]) == (ErrorCode.SOURCE_CHANGED, str(first))


def test_a_file_deleted_after_it_was_read_does_not_fail_the_attempt(
    tmp_path: Path, before_read: Callable[[Hook], None]
) -> None:
    parcel = parcel_with(tmp_path / "in", [b"first", b"second"])
    first, second = (Path(i.source.path) for i in parcel.files)
    before_read(
        lambda name, file, at: first.unlink(missing_ok=True) if Path(name) == second else None
    )
    archive = pack(parcel, tmp_path / "spool")
    assert verify(archive.path, expected=archive)


def test_a06_a_vanished_file_is_named(tmp_path: Path, spool: Path) -> None:
    parcel = parcel_with(tmp_path / "in", [b"a", b"b", b"c"])
    Path(parcel.files[1].source.path).unlink()
    error = refused(parcel, spool)
    assert error.code == ErrorCode.SOURCE_MISSING
    assert error.private["path"] == parcel.files[1].source.path
    assert not error.transient


def test_a07_a_stick_that_was_pulled_out_is_told_apart_from_a_missing_file(
    tmp_path: Path, spool: Path
) -> None:
    parcel = parcel_with(tmp_path / "in", [b"a", b"b"])
    (tmp_path / "in").rename(tmp_path / "elsewhere")
    assert refused(parcel, spool).code == ErrorCode.SOURCE_GONE


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may read everything")
def test_a11_a_file_without_read_permission_is_denied(tmp_path: Path, spool: Path) -> None:
    parcel = parcel_with(tmp_path / "in", [b"a"])
    Path(parcel.files[0].source.path).chmod(0)
    assert refused(parcel, spool).code == ErrorCode.SOURCE_DENIED


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_a11_a_file_without_read_permission_is_denied_to_nobody(tmp_path: Path) -> None:
    """As root nothing is denied, so another user tries: a child process packs as `nobody`."""
    if os.geteuid() != 0:
        pytest.skip("the test above shows it")
    folder = Path("/tmp") / f"gantry-denied-{os.getpid()}"
    try:
        (path,) = write_files(folder, [b"a"])
        folder.chmod(0o777)
        path.chmod(0)
        code = (
            "import os, sys; from pathlib import Path\n"
            "from gantry.engine.archive.pack import pack\n"
            "from support.parcels import *\n"
            "from gantry.engine.errors import GantryError\n"
            "path, spool = map(Path, sys.argv[1:])\n"
            "os.setgid(65534); os.setuid(65534)\n"
            "try: pack(parcel_of([instance_of(source_of(path), '1.2')]), spool)\n"
            "except GantryError as error: print(error.code.value, sorted(os.listdir(spool)))\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code, str(path), str(folder / "spool")],
            capture_output=True, text=True, timeout=120,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert ran.stdout.strip() == "source.denied []", ran.stderr
    finally:
        shutil.rmtree(folder)


def held() -> PermissionError:
    """What opening a file gives that another program locks, on Windows; elsewhere made by hand."""
    error = PermissionError(errno.EACCES, "used by another process")
    error.winerror = 32  # type: ignore[attr-defined,unused-ignore]
    return error


def test_a10_a_locked_file_is_tried_again_until_it_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sharing violations exist only on Windows; here the error is made by hand."""
    tries: list[int] = []

    def open_shared(path: files.Pathlike) -> FileIO:
        tries.append(1)
        if len(tries) < 3:
            raise held()
        return files.open_shared(path)

    monkeypatch.setattr(source_module, "open_shared", open_shared)
    archive = pack(parcel_with(tmp_path / "in", [b"abc"]), tmp_path / "spool")
    assert len(tries) == 3
    assert verify(archive.path, expected=archive)


def test_a10_a_file_that_stays_locked_is_reported_as_locked(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_shared(path: files.Pathlike) -> FileIO:
        raise held()

    monkeypatch.setattr(source_module, "open_shared", open_shared)
    monkeypatch.setattr(source_module, "LOCKED_SECONDS", 0.3)
    error = refused(parcel_with(tmp_path / "in", [b"abc"]), spool)
    assert (error.code, error.transient) == (ErrorCode.SOURCE_LOCKED, True)


@pytest.mark.parametrize("answers", [[True], [False, True]])
def test_a04_a_file_that_another_program_writes_is_busy(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch, answers: list[bool]
) -> None:
    """The probe tells it only on Windows; here it is told by hand, before or after the read."""
    monkeypatch.setattr(source_module, "probe_writer", lambda path: answers.pop(0))
    error = refused(parcel_with(tmp_path / "in", [b"abc"]), spool)
    assert (error.code, error.transient) == (ErrorCode.SOURCE_BUSY, True)
    assert answers == []


def test_old_files_are_not_probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(source_module, "is_fresh", lambda status: False)
    monkeypatch.setattr(source_module, "probe_writer", asked.append)
    pack(parcel_with(tmp_path / "in", [b"abc"]), tmp_path / "spool")
    assert asked == []


@pytest.mark.parametrize("size", [SMALL, BIG])
@pytest.mark.parametrize("failures", [1, 2, 3])
def test_a09_a_read_error_is_tried_three_times_and_never_padded(
    tmp_path: Path, before_read: Callable[[Hook], None], size: int, failures: int
) -> None:
    parcel = parcel_with(tmp_path / "in", [image_like(size)])
    left = [failures]

    def fail(name: str, file: HookedFile, at: int) -> None:
        if left[0] and (at > 0 or size == SMALL):
            left[0] -= 1
            raise OSError(errno.EIO, "bad sector")

    before_read(fail)
    if failures < 3:
        archive = pack(parcel, tmp_path / "spool")
        assert verify(archive.path, expected=archive).files[0].size == size
    else:
        error = refused(parcel, tmp_path / "spool")
        assert error.code == ErrorCode.SOURCE_UNREADABLE
        assert list((tmp_path / "spool").iterdir()) == []


# ZIPs


def zipped(tmp_path: Path, content: bytes = b"abc" * 1000) -> tuple[Path, Parcel]:
    path = tmp_path / "in.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("IM1", content)
    return path, parcel_of([instance_of(source_of(path, "IM1", len(content)), "1.2")])


def at_present(path: Path, parcel: Parcel) -> Parcel:
    """The parcel as a scan of the changed ZIP would give it."""
    size = parcel.files[0].source.size
    return parcel_of([instance_of(source_of(path, "IM1", size), "1.2")])


def test_a_damaged_member_of_a_zip_is_unreadable(tmp_path: Path, spool: Path) -> None:
    path, parcel = zipped(tmp_path, dense(50_000))
    raw = bytearray(path.read_bytes())
    raw[20_000] ^= 1
    path.write_bytes(raw)
    assert refused(at_present(path, parcel), spool).code == ErrorCode.SOURCE_UNREADABLE


def test_a_cut_zip_is_unreadable(tmp_path: Path, spool: Path) -> None:
    path, parcel = zipped(tmp_path)
    path.write_bytes(path.read_bytes()[:-30])
    assert refused(at_present(path, parcel), spool).code == ErrorCode.SOURCE_UNREADABLE


def test_an_encrypted_member_asks_for_its_password(tmp_path: Path, spool: Path) -> None:
    path, parcel = zipped(tmp_path)
    raw = path.read_bytes()
    local, central = raw.index(b"PK\x03\x04"), raw.index(b"PK\x01\x02")
    changed = bytearray(raw)
    changed[local + 6] |= 1
    changed[central + 8] |= 1
    path.write_bytes(changed)
    assert refused(at_present(path, parcel), spool).code == ErrorCode.SOURCE_PASSWORD


def test_a_zip_that_changed_since_the_scan_fails_the_attempt(tmp_path: Path, spool: Path) -> None:
    path, parcel = zipped(tmp_path)
    os.utime(path, ns=(1, 1))
    assert refused(parcel, spool).code == ErrorCode.SOURCE_CHANGED


def test_a_member_of_another_size_than_scanned_fails_the_attempt(
    tmp_path: Path, spool: Path
) -> None:
    path, _ = zipped(tmp_path, b"abc")
    for size in (2, 4):
        source = replace(source_of(path, "IM1"), size=size)
        error = refused(parcel_of([instance_of(source, "1.2")]), spool)
        assert error.code == ErrorCode.SOURCE_CHANGED


# The spool


def test_too_little_free_space_is_reported_before_anything_is_written(
    tmp_path: Path, spool: Path
) -> None:
    free = shutil.disk_usage(tmp_path).free
    error = refused(parcel_with(tmp_path / "in", [b"abc"]), spool, free_reserve=free + (1 << 40))
    assert error.code == ErrorCode.SPOOL_FULL
    assert error.transient
    assert int(error.facts["needed"]) > int(error.facts["free"]) > 0


def test_space_that_runs_out_while_packing_is_noticed(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [10 << 30, 10 << 30, 1 << 20]

    def disk_usage(path: str) -> object:
        return type("Usage", (), {"free": answers.pop(0) if len(answers) > 1 else answers[0]})

    monkeypatch.setattr(shutil, "disk_usage", disk_usage)
    monkeypatch.setattr(part_file, "_CHECK_SPACE_EVERY", 1 << 20)
    error = refused(parcel_with(tmp_path / "in", [dense(BIG), dense(BIG, 2)]), spool)
    assert (error.code, error.facts["free"]) == (ErrorCode.SPOOL_FULL, 1 << 20)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real disk of 3 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    if sys.platform != "linux" or os.geteuid() != 0 or mount is None:
        pytest.skip("mounting a small disk needs Linux and root")
    ran = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=3m", "tmpfs", folder], capture_output=True, timeout=30
    )
    if ran.returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", folder], check=True, timeout=120)


def test_a21_a_full_disk_ends_the_attempt_and_leaves_no_part(
    tmp_path: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parcel = parcel_with(tmp_path / "in", [dense(BIG), dense(BIG, 2)])
    error = refused(parcel, small_disk, free_reserve=0)
    assert error.code == ErrorCode.SPOOL_FULL, "told before: it can't fit"
    # And when the space is taken by others in the meantime, so that the write itself fails:
    monkeypatch.setattr(part_file.PartFile, "_check_space", lambda self, needed: None)
    error = refused(parcel, small_disk, free_reserve=0)
    assert error.code == ErrorCode.SPOOL_FULL
    assert list(small_disk.iterdir()) == []


def test_a_small_parcel_fits_a_small_disk(tmp_path: Path, small_disk: Path) -> None:
    """The reserve fits what is there: of 3 MiB not 256."""
    archive = pack(parcel_with(tmp_path / "in", [dense(1 << 20)]), small_disk)
    assert archive.path.exists()
    archive.path.unlink()
    error = refused(parcel_with(tmp_path / "big", [dense(BIG), dense(BIG, 2)]), small_disk)
    assert error.code == ErrorCode.SPOOL_FULL
    assert int(error.facts["needed"]) < 8 << 20


@pytest.mark.parametrize(
    ("needed", "free", "reserve"),
    [
        (1 << 20, 6 << 20, (6 << 20) // 20),
        (1 << 20, 200 << 20, 10 << 20),
        (3 << 20, 6 << 20, (3 << 20) // 4),
        (10 << 30, 100 << 30, 256 << 20),
        (1, 100 << 30, 256 << 20),
    ],
)
def test_the_reserve_fits_the_disk_and_the_parcel(needed: int, free: int, reserve: int) -> None:
    assert reserve_for(needed, free) == reserve


@pytest.mark.skipif(sys.platform == "win32", reason="an open file can't be replaced there")
def test_an_abandoned_packing_deletes_no_part_of_the_next_one(tmp_path: Path) -> None:
    """A share hung, the parcel was cancelled and retried; then the share answered."""
    part, final = tmp_path / "p.tar.gz.part", tmp_path / "p.tar.gz"
    left_behind, next_one = part_file.PartFile(part, 0), part_file.PartFile(part, 0)
    left_behind.open(1)
    next_one.open(1)
    next_one.write(b"whole")
    left_behind.abandon()
    next_one.finish(final)
    left_behind.abandon()
    assert final.read_bytes() == b"whole"


@pytest.mark.parametrize("call", ["fsync", "replace", "sync_folder", "close"])
def test_a22_a_failing_fsync_close_or_rename_fails_the_attempt(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(errno.EIO, "the disk is dying")

    class Closing(FileIO):
        def close(self) -> None:
            if not self.closed:
                super().close()
                fail()

    if call == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    elif call == "replace":
        monkeypatch.setattr(part_file, "replace_retry", fail)
    elif call == "sync_folder":
        monkeypatch.setattr(part_file, "sync_folder", fail)
    else:
        monkeypatch.setattr(part_file, "FileIO", Closing)
    error = refused(parcel_with(tmp_path / "in", [b"abc"]), spool)
    assert (error.code, error.transient) == (ErrorCode.SPOOL_UNWRITABLE, True)


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not on this system")
@pytest.mark.parametrize(
    ("inject", "code"),
    [
        ("fsync:error=EIO", "spool.unwritable"),
        ("write:error=ENOSPC:when=2", "spool.full"),
        ("close:error=EIO", ""),
    ],
)
def test_a22_errors_of_the_real_system_calls_are_told_apart(
    tmp_path: Path, inject: str, code: str
) -> None:
    parcel_with(tmp_path / "in", [dense(BIG)])
    part = tmp_path / "spool" / "01JTESTPARCEL0000000000000.tar.gz.part"
    script = (
        "import sys; from pathlib import Path\n"
        "from gantry.engine.archive.pack import pack\n"
        "from support.parcels import *\n"
        "from gantry.engine.errors import GantryError\n"
        "base = Path(sys.argv[1])\n"
        "(path,) = (base / 'in').iterdir()\n"
        "try: pack(parcel_of([instance_of(source_of(path), '1.2')]), base / 'spool')\n"
        "except GantryError as error: print(error.code.value)\n"
    )
    call = inject.split(":")[0]
    ran = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-P", str(part), "-e", f"trace={call}",
         "-e", f"inject={inject}", sys.executable, "-c", script, str(tmp_path)],
        capture_output=True, text=True, timeout=120,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    if "Operation not permitted" in ran.stderr:
        pytest.skip("tracing is not allowed here")
    expected = code or "spool.unwritable"
    assert ran.stdout.strip() == expected, ran.stderr
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_an_archive_is_private_to_its_user(tmp_path: Path) -> None:
    archive: Archive = pack(parcel_with(tmp_path / "in", [b"abc"]), tmp_path / "spool")
    assert stat.S_IMODE(archive.path.stat().st_mode) & 0o077 == 0


def test_a_file_that_grew_after_it_was_read_fails_the_attempt_though_its_times_are_the_same(
    tmp_path: Path, spool: Path, before_read: Callable[[Hook], None]
) -> None:
    """As on Windows, which has no time of change that can't be set back."""
    parcel = parcel_with(tmp_path / "in", [image_like(SMALL), image_like(SMALL, 2)])
    first, second = (Path(i.source.path) for i in parcel.files)
    without = tuple(
        instance_of(replace(i.source, ctime_ns=0), i.sop_instance_uid) for i in parcel.files
    )

    def grow(name: str, file: HookedFile, at: int) -> None:
        if Path(name) == second:
            with first.open("ab") as other:
                other.write(b"more")
            os.utime(first, ns=(1, parcel.files[0].source.mtime_ns))

    before_read(grow)
    error = refused(replace(parcel, files=without), spool)
    assert (error.code, error.private["path"]) == (ErrorCode.SOURCE_CHANGED, str(first))


def test_a_big_file_that_changes_between_its_name_and_its_bytes_fails_the_attempt(
    tmp_path: Path, spool: Path, before_read: Callable[[Hook], None]
) -> None:
    """Without a UID it is named by its SHA-256, so it is read twice; its times are put back."""
    parcel = parcel_with(tmp_path / "in", [image_like(BIG)])
    source = parcel.files[0].source
    starts: list[int] = []

    def rewrite(name: str, file: HookedFile, at: int) -> None:
        if at == 0:
            starts.append(at)
            if len(starts) == 2:
                Path(source.path).write_bytes(image_like(BIG, 2))
                os.utime(source.path, ns=(1, source.mtime_ns))

    before_read(rewrite)
    nameless = instance_of(replace(source, ctime_ns=0), "")
    assert refused(replace(parcel, files=(nameless,)), spool).code is ErrorCode.SOURCE_CHANGED
    assert len(starts) == 2


def test_a22_an_archive_that_the_disk_does_not_keep_gets_no_name(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the archive's own bytes are lost here: its folder is kept."""
    real = os.fsync

    def fsync(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "lost")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    error = refused(parcel_with(tmp_path / "in", [b"abc"]), spool)
    assert error.code is ErrorCode.SPOOL_UNWRITABLE


@pytest.mark.parametrize("size", [SMALL, BIG])
def test_a_read_that_ends_early_is_not_taken_for_the_whole_file(
    tmp_path: Path, spool: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """As from a share that lost its connection: the file's size and times are as they were."""

    class Short(FileIO):
        def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
            return super().readinto(buffer[: max(0, size // 2 - self.tell())])

    parcel = parcel_with(tmp_path / "in", [image_like(size)])
    monkeypatch.setattr(source_module, "open_shared", lambda path: Short(path, "rb"))
    error = refused(parcel, spool)
    assert (error.code, error.detail) == (ErrorCode.SOURCE_CHANGED, "shorter than it was")
