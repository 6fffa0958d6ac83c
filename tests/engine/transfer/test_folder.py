"""Copies into a folder: resumed, read back, never overwriting anything, never hanging."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.http.wire import BLOCK
from gantry.engine.transfer.kinds import copying as module
from gantry.engine.transfer.kinds.copying import PROOF
from gantry.engine.transfer.kinds.folder import FolderDestination
from gantry.engine.transfer.rate_limit import Bandwidth
from gantry.engine.transfer.registry import normalise_url
from support.sending import bytes_archive, shipment

SIZE = 1_000_000


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return bytes_archive(tmp_path / "spool", SIZE)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out 出 ä"
    folder.mkdir()
    return folder


def destination(folder: Path, **limits: float) -> FolderDestination:
    return FolderDestination(normalise_url(str(folder))[0], Limits(**limits))


def failure(folder: Path, archive: Archive) -> GantryError:
    with pytest.raises(GantryError) as caught:
        destination(folder).send(shipment(archive))
    return caught.value


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_bandwidth_limit_applies_to_copies_too(out: Path, archive: Archive) -> None:
    class Booked(Bandwidth):
        waits: list[tuple[int, float]] = []  # noqa: RUF012

        def take(self, count: int) -> float:
            self.waits.append((count, super().take(count)))
            return self.waits[-1][1]

    limit = Booked(2 * SIZE)
    FolderDestination(normalise_url(str(out))[0], bandwidth=limit).send(shipment(archive))
    assert sum(count for count, _ in limit.waits) == SIZE
    assert any(wait > 0 for _, wait in limit.waits)
    assert (out / f"{archive.parcel}.tar.gz").read_bytes() == archive.path.read_bytes()


def test_copy_that_waits_for_its_bandwidth_is_cancelled_at_once(
    out: Path, archive: Archive
) -> None:
    one = shipment(archive)
    threading.Timer(0.3, one.token.cancel).start()
    with pytest.raises(Cancelled):
        FolderDestination(normalise_url(str(out))[0], bandwidth=Bandwidth(1000)).send(one)
    assert one.progress.sent < SIZE
    assert names(out) == []


def test_archive_is_copied_read_back_and_named(out: Path, archive: Archive) -> None:
    one = shipment(archive)
    receipt = destination(out).send(one)

    assert names(out) == [f"{archive.parcel}.tar.gz"]
    assert (out / receipt.location).read_bytes() == archive.path.read_bytes()
    assert (receipt.outcome, receipt.proof, receipt.status) == (Outcome.STORED, PROOF, None)
    assert one.progress.sent == one.progress.to_send == SIZE


def test_what_is_there_already_is_not_copied_again(out: Path, archive: Archive) -> None:
    to = destination(out)
    to.send(shipment(archive))
    before = (out / f"{archive.parcel}.tar.gz").stat()
    receipt = to.send(shipment(archive))
    after = (out / f"{archive.parcel}.tar.gz").stat()

    assert receipt.outcome is Outcome.ALREADY_THERE
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_other_content_under_the_name_is_left_alone(out: Path, archive: Archive) -> None:
    theirs = out / f"{archive.parcel}.tar.gz"
    theirs.write_bytes(b"theirs")
    receipt = destination(out).send(shipment(archive))

    assert theirs.read_bytes() == b"theirs"
    assert receipt.location == f"{archive.parcel}~2.tar.gz"
    assert (out / receipt.location).read_bytes() == archive.path.read_bytes()
    assert destination(out).send(shipment(archive)).outcome is Outcome.ALREADY_THERE
    assert len(names(out)) == 2


def test_when_all_names_are_taken_nothing_is_replaced(out: Path, archive: Archive) -> None:
    for number in range(1, 10):
        middle = "" if number == 1 else f"~{number}"
        (out / f"{archive.parcel}{middle}.tar.gz").write_bytes(b"theirs")
    error = failure(out, archive)

    assert error.code is ErrorCode.REJECTED
    assert all(p.read_bytes() == b"theirs" for p in out.glob("*.tar.gz"))


@pytest.mark.parametrize("have", [0, 1, 262_144, 262_145, SIZE - 1, SIZE, SIZE + 500])
def test_cut_copy_resumes_at_the_byte(
    out: Path, archive: Archive, have: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = archive.path.read_bytes()
    (out / f"{archive.parcel}.tar.gz.part").write_bytes((data + b"z" * 500)[:have])
    written: list[int] = []
    opened = module.Copy._open_part

    def watched(copy: module.Copy) -> object:
        file = opened(copy)

        class Watched:
            def __getattr__(self, name: str) -> object:
                return getattr(file, name)

            def __enter__(self) -> Watched:
                return self

            def __exit__(self, *_: object) -> None:
                file.close()

            def write(self, view: bytes) -> int:
                written.append(file.write(view) or 0)
                return written[-1]

        return Watched()

    monkeypatch.setattr(module.Copy, "_open_part", watched)
    receipt = destination(out).send(shipment(archive))

    assert (out / receipt.location).read_bytes() == data
    assert names(out) == [receipt.location]
    assert sum(written) <= SIZE - min(have, SIZE) + BLOCK


def test_part_with_other_bytes_is_rewritten_from_there(out: Path, archive: Archive) -> None:
    data = bytearray(archive.path.read_bytes())
    data[600_000] ^= 1
    (out / f"{archive.parcel}.tar.gz.part").write_bytes(data)
    receipt = destination(out).send(shipment(archive))

    assert (out / receipt.location).read_bytes() == archive.path.read_bytes()


def test_copy_that_reads_back_wrong_is_removed_and_tried_again(
    out: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync

    def spoil(descriptor: int) -> None:  # a share that stores something else than it was given
        os.lseek(descriptor, 1000, os.SEEK_SET)
        os.write(descriptor, b"?")
        real(descriptor)

    monkeypatch.setattr(os, "fsync", spoil)
    error = failure(out, archive)

    assert error.code is ErrorCode.RECEIPT_MISMATCH
    assert error.transient
    assert names(out) == []


@pytest.mark.parametrize("change", ["flip", "shorten", "remove"])
def test_a25_archive_that_changed_after_it_was_verified_gets_no_name(
    out: Path, archive: Archive, change: str
) -> None:
    data = bytearray(archive.path.read_bytes())
    if change == "flip":
        data[-1] ^= 1
        archive.path.write_bytes(data)
    elif change == "shorten":
        archive.path.write_bytes(data[:-1])
    else:
        archive.path.unlink()
    error = failure(out, archive)

    expected = ErrorCode.ARCHIVE_MISSING if change == "remove" else ErrorCode.ARCHIVE_DAMAGED
    assert error.code is expected
    assert list(out.glob("*.tar.gz")) == []


def test_missing_folder_is_not_made(tmp_path: Path, archive: Archive) -> None:
    error = failure(tmp_path / "share", archive)

    assert error.code is ErrorCode.SHARE_GONE
    assert error.transient
    assert not (tmp_path / "share").exists()


@pytest.mark.parametrize(
    ("number", "code", "transient"),
    [
        (errno.ENOSPC, ErrorCode.SHARE_FULL, False),
        (errno.EDQUOT, ErrorCode.SHARE_FULL, False),
        (errno.EACCES, ErrorCode.SHARE_DENIED, False),
        (errno.EROFS, ErrorCode.SHARE_DENIED, False),
        (errno.EIO, ErrorCode.SHARE_GONE, True),
        (errno.ENOTCONN, ErrorCode.SHARE_GONE, True),
    ],
)
def test_what_the_share_says_is_told_apart(
    out: Path,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    code: ErrorCode,
    transient: bool,
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", broken)
    error = failure(out, archive)

    assert (error.code, error.transient) == (code, transient)
    assert error.facts["folder"] == str(out)
    assert list(out.glob("*.tar.gz")) == []


@pytest.mark.parametrize(
    ("number", "posix", "code", "transient"),
    [
        (112, errno.ENOSPC, ErrorCode.SHARE_FULL, False),
        (1295, errno.EINVAL, ErrorCode.SHARE_FULL, False),
        (5, errno.EACCES, ErrorCode.SHARE_DENIED, False),
        (19, errno.EACCES, ErrorCode.SHARE_DENIED, False),
        (32, errno.EACCES, ErrorCode.SHARE_DENIED, True),
        (21, errno.EACCES, ErrorCode.SHARE_GONE, True),
        (64, errno.EINVAL, ErrorCode.SHARE_GONE, True),
    ],
)
def test_what_windows_says_of_a_share_is_told_by_its_own_number(
    out: Path,
    archive: Archive,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    posix: int,
    code: ErrorCode,
    transient: bool,
) -> None:
    def broken(descriptor: int) -> None:
        error = OSError(posix, "the system's words")
        error.winerror = number  # type: ignore[attr-defined,unused-ignore]
        raise error

    monkeypatch.setattr(os, "fsync", broken)
    error = failure(out, archive)

    assert (error.code, error.transient) == (code, transient)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 512 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("NOT TESTED: a small file system can only be mounted by root on Linux")
    mount = ["mount", "-t", "tmpfs", "-o", "size=512k", "gantry-test", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("NOT TESTED: mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def test_full_disk_is_reported_before_copying_with_what_is_needed(
    small_disk: Path, archive: Archive
) -> None:
    error = failure(small_disk, archive)

    assert error.code is ErrorCode.SHARE_FULL
    assert error.facts["needed"] == SIZE
    assert error.facts["free"] == 512 * 1024
    assert names(small_disk) == []


def test_disk_that_fills_while_copying_keeps_the_part_and_resumes_later(
    small_disk: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module.Copy, "_want_room", lambda copy: None)
    error = failure(small_disk, archive)
    kept = (small_disk / f"{archive.parcel}.tar.gz.part").stat().st_size
    subprocess.run(["mount", "-o", "remount,size=4m", str(small_disk)], check=True)
    receipt = destination(small_disk).send(shipment(archive))

    assert error.code is ErrorCode.SHARE_FULL
    assert 0 < kept <= 512 * 1024
    assert receipt.outcome is Outcome.STORED


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe stands in for a share that hangs")
def test_a08_share_that_hangs_ends_in_an_error_and_holds_nobody_else(
    out: Path, archive: Archive, tmp_path: Path
) -> None:
    other = bytes_archive(tmp_path / "spool2", 1000)
    # Opening a pipe that nobody writes to waits for ever, as a dead share does.
    os.mkfifo(out / f"{archive.parcel}.tar.gz.part")
    os.mkfifo(tmp_path / "pipe")
    to = destination(out, idle=3)  # enough for the other one
    opened = module.Copy._open_part

    copies: list[str] = []

    def hang(copy: module.Copy) -> object:
        if copy._archive is archive:
            copies.append(archive.parcel)
            with open(tmp_path / "pipe", "rb"):
                pass
        return opened(copy)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.Copy, "_open_part", hang)
        with pytest.raises(GantryError) as first:
            to.send(shipment(archive))
        with pytest.raises(GantryError) as second:
            to.send(shipment(archive))
        elsewhere = to.send(shipment(other))
        os.close(os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK))

    assert first.value.code is second.value.code is ErrorCode.NO_PROGRESS
    assert first.value.transient
    assert len(copies) == 1, "two copies of one parcel would write into each other"
    assert elsewhere.outcome is Outcome.STORED


def test_a08_hanging_copy_can_be_cancelled(
    out: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, free = CancelToken(), threading.Event()
    monkeypatch.setattr(module.Copy, "_want_room", lambda copy: free.wait(3600))
    threading.Timer(0.2, token.cancel).start()
    with pytest.raises(Cancelled):
        destination(out).send(shipment(archive, token))
    free.set()

    assert list(out.glob("*.tar.gz")) == []


def test_cancelled_copy_leaves_nothing_behind(out: Path, tmp_path: Path) -> None:
    archive = bytes_archive(tmp_path / "spool", 20_000_000)
    token = CancelToken()
    one = shipment(archive, token)
    real = module.Copy._step

    def step(copy: module.Copy) -> None:
        if one.progress.sent > 1_000_000:
            token.cancel()
        real(copy)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.Copy, "_step", step)
        with pytest.raises(Cancelled):
            destination(out).send(one)

    assert names(out) == []


def test_stopped_copy_keeps_what_it_has_for_the_next_run(out: Path, tmp_path: Path) -> None:
    archive = bytes_archive(tmp_path / "spool", 20_000_000)
    one = shipment(archive)
    real = module.Copy._step

    def step(copy: module.Copy) -> None:
        if one.progress.sent > 1_000_000:
            one.token.stop()
        real(copy)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.Copy, "_step", step)
        with pytest.raises(Cancelled):
            destination(out).send(one)

    assert names(out) == [f"{archive.parcel}.tar.gz.part"]
    assert (out / names(out)[0]).stat().st_size > 1_000_000


@pytest.mark.skipif(os.name == "nt", reason="making links needs rights there")
def test_part_that_is_a_link_is_never_written_through(
    out: Path, archive: Archive, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (out / f"{archive.parcel}.tar.gz.part").symlink_to(victim)
    destination(out).send(shipment(archive))

    assert victim.read_bytes() == b"precious"


@pytest.mark.skipif(os.name == "nt", reason="second names are made otherwise there")
def test_part_left_beside_its_name_by_a_kill_is_no_way_to_the_name(
    out: Path, archive: Archive
) -> None:
    final = out / f"{archive.parcel}.tar.gz"
    final.write_bytes(b"older content")
    os.link(final, out / f"{archive.parcel}.tar.gz.part")
    receipt = destination(out).send(shipment(archive))

    assert final.read_bytes() == b"older content"
    assert (out / receipt.location).read_bytes() == archive.path.read_bytes()


def test_file_system_without_second_names_is_renamed_carefully(
    out: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "not here")

    monkeypatch.setattr(os, "link", no_links)
    (out / f"{archive.parcel}.tar.gz").write_bytes(b"theirs")
    receipt = destination(out).send(shipment(archive))

    assert receipt.location == f"{archive.parcel}~2.tar.gz"
    assert (out / f"{archive.parcel}.tar.gz").read_bytes() == b"theirs"


@pytest.mark.skipif(os.name == "nt", reason="they are paths there")
@pytest.mark.parametrize("path", [r"\\server\share\x", r"C:\out"])
def test_windows_path_on_another_system_is_reported(path: str) -> None:
    with pytest.raises(GantryError) as caught:
        FolderDestination(normalise_url(path)[0])

    assert caught.value.code is ErrorCode.DESTINATION_INVALID
    assert caught.value.facts["reason"] == "windows path"


def test_an_archive_is_not_taken_for_its_own_copy_where_it_is_packed(
    archive: Archive, tmp_path: Path
) -> None:
    """Its folder was named as the destination, under another name perhaps."""
    error = failure(archive.path.parent, archive)
    assert error.code is ErrorCode.FOLDER_TAKEN
    assert archive.path.is_file()


def test_a_cut_copy_needs_room_for_the_rest_alone(
    out: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = out / f"{archive.parcel}.tar.gz.part"
    part.write_bytes(archive.path.read_bytes()[: SIZE // 2])
    left = shutil.disk_usage(out)._replace(free=SIZE // 2)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: left)
    assert destination(out).send(shipment(archive)).outcome is Outcome.STORED


def test_copy_that_the_share_does_not_keep_gets_no_name(
    out: Path, archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(descriptor: int) -> None:
        raise OSError(errno.EIO, "lost")

    monkeypatch.setattr(os, "fsync", lost)
    assert failure(out, archive).code is ErrorCode.SHARE_GONE
    assert names(out) == [f"{archive.parcel}.tar.gz.part"]
