"""Why archives break on Windows, cause by cause: what `tarfile` alone leaves, and what Gantry does.

The table in docs/windows.md is the outcome of these tests; each shows both columns.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import replace_retry
from gantry.engine.parcel import Parcel
from support.holder import READ, SHARE_ALL, SHARE_READ_WRITE, WRITE, Hold
from support.parcels import dense, image_like, parcel_with

FILES, SIZE = 6, 200_000
SMALL_DISK = Path("Z:/small")


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    return parcel_with(tmp_path / "in", [image_like(SIZE, seed=n) for n in range(FILES)])


def paths_of(parcel: Parcel) -> list[Path]:
    return [Path(f.source.path) for f in parcel.files]


def tar_alone(parcel: Parcel, target: Path, meanwhile: Callable[[Path], object]) -> None:
    """The usual method: `tar.add` file by file, ignoring errors.

    `meanwhile` happens to the fourth file between the making of its header and the reading of its
    bytes, where `tarfile` calls its `filter`.
    """
    fourth = paths_of(parcel)[3]

    def at_fourth(member: tarfile.TarInfo) -> tarfile.TarInfo:
        if member.name == fourth.name:
            meanwhile(fourth)
        return member

    with tarfile.open(target, "w:gz") as tar:
        for path in paths_of(parcel):
            try:
                tar.add(path, arcname=path.name, filter=at_fourth)
            except OSError:  # and on to the next file, as a long-running job would
                continue


class Meanwhile(CancelToken):
    """Does something to the fourth file while Gantry packs: the engine asks its token before
    every file, so it has read three by then."""

    def __init__(self, parcel: Parcel, then: Callable[[Path], object]) -> None:
        super().__init__()
        self._fourth, self._then, self.asked = paths_of(parcel)[3], then, 0

    def check(self) -> None:
        super().check()
        self.asked += 1
        if self.asked == 4:
            self._then(self._fourth)


def refused(parcel: Parcel, spool: Path, then: Callable[[Path], object]) -> ErrorCode:
    """Gantry's answer, after which the spool must be empty."""
    token = Meanwhile(parcel, then)
    with pytest.raises(GantryError) as caught:
        pack(parcel, spool, token=token, free_reserve=0)
    assert token.asked >= 4
    assert list(spool.iterdir()) == []
    return caught.value.code


def listed(archive: Path) -> int:
    """How many members `tarfile` shows; raises what it raises."""
    with tarfile.open(archive) as tar:
        return len(tar.getmembers())


def test_a_file_grows(parcel: Parcel, tmp_path: Path) -> None:
    def grow(path: Path) -> None:
        with path.open("ab") as file:
            file.write(b"more" * 1000)

    tar_alone(parcel, tmp_path / "alone.tar.gz", grow)
    assert listed(tmp_path / "alone.tar.gz") == FILES  # no error at all, and a torn member
    with tarfile.open(tmp_path / "alone.tar.gz") as tar:
        assert tar.getmembers()[3].size < paths_of(parcel)[3].stat().st_size
    again = parcel_with(tmp_path / "in", [image_like(SIZE, seed=n) for n in range(FILES)])
    assert refused(again, tmp_path / "spool", grow) is ErrorCode.SOURCE_CHANGED


def test_a_file_shrinks(parcel: Parcel, tmp_path: Path) -> None:
    def shrink(path: Path) -> None:
        os.truncate(path, 1000)

    tar_alone(parcel, tmp_path / "alone.tar.gz", shrink)
    # What is left has a good checksum and opens without an error, but members are gone.
    gzip.decompress((tmp_path / "alone.tar.gz").read_bytes())
    assert listed(tmp_path / "alone.tar.gz") == FILES - 2
    again = parcel_with(tmp_path / "in", [image_like(SIZE, seed=n) for n in range(FILES)])
    assert refused(again, tmp_path / "spool", shrink) is ErrorCode.SOURCE_CHANGED


def test_a_file_is_replaced(parcel: Parcel, tmp_path: Path) -> None:
    def replace(path: Path) -> None:
        other = path.with_suffix(".new")
        other.write_bytes(image_like(SIZE - 500, seed=99))
        other.replace(path)

    tar_alone(parcel, tmp_path / "alone.tar.gz", replace)
    assert listed(tmp_path / "alone.tar.gz") == FILES - 2
    again = parcel_with(tmp_path / "in", [image_like(SIZE, seed=n) for n in range(FILES)])
    assert refused(again, tmp_path / "spool", replace) is ErrorCode.SOURCE_CHANGED


def test_a_file_of_the_final_size_is_still_being_written(
    parcel: Parcel, tmp_path: Path, hold: Hold
) -> None:
    """As CopyFileW does: the size is final from the start, the bytes come later."""
    fourth = paths_of(parcel)[3]
    whole = fourth.read_bytes()
    fourth.write_bytes(whole[:1000] + bytes(SIZE - 1000))
    half_copied = parcel_with(tmp_path / "other", [b""])  # keeps `parcel`'s files as they are
    assert half_copied.files
    now = fourth.stat()
    held = hold(fourth, WRITE, SHARE_ALL)
    tar_alone(parcel, tmp_path / "alone.tar.gz", lambda path: None)
    assert listed(tmp_path / "alone.tar.gz") == FILES  # nothing says that it holds zeros
    with tarfile.open(tmp_path / "alone.tar.gz") as tar:
        member = tar.extractfile(tar.getmembers()[3])
        assert member is not None
        assert member.read() != whole
    os.utime(fourth, ns=(now.st_atime_ns, parcel.files[3].source.mtime_ns))
    with pytest.raises(GantryError) as caught:
        pack(parcel, tmp_path / "spool", free_reserve=0)
    assert caught.value.code is ErrorCode.SOURCE_BUSY
    assert list((tmp_path / "spool").iterdir()) == []
    held.let_go()


def test_two_programs_write_one_archive(parcel: Parcel, tmp_path: Path, hold: Hold) -> None:
    target = tmp_path / "alone.tar.gz"
    code = (
        "import sys, tarfile\n"
        "with tarfile.open(sys.argv[1], 'w:gz') as tar:\n"
        "    for path in sys.argv[2:]:\n"
        "        tar.add(path, arcname=path[-8:])\n"
        "        print('added', flush=True); sys.stdin.readline()\n"
    )
    pipe = subprocess.PIPE
    one, two = (
        subprocess.Popen(
            [sys.executable, "-c", code, str(target), *map(str, chosen)],
            stdin=pipe, stdout=pipe, text=True,
        )
        for chosen in (paths_of(parcel), reversed(paths_of(parcel)))
    )  # fmt: skip
    for process in (one, two):
        process.communicate("\n" * FILES, timeout=120)
        assert process.returncode == 0  # neither notices the other
    with pytest.raises((tarfile.TarError, OSError, EOFError, GantryError, ValueError)):
        verify(target)
    # Gantry's part has a name of its own, is made new, and is never shared with another writer.
    spool = tmp_path / "spool"
    spool.mkdir()
    (spool / f"{parcel.id}.tar.gz.part").write_bytes(b"")
    hold(spool / f"{parcel.id}.tar.gz.part", WRITE, SHARE_READ_WRITE)
    with pytest.raises(GantryError) as caught:
        pack(parcel, spool, free_reserve=0)
    assert caught.value.code is ErrorCode.SPOOL_UNWRITABLE
    assert not (spool / f"{parcel.id}.tar.gz").exists()


def test_the_disk_is_full(tmp_path: Path) -> None:
    if not SMALL_DISK.is_dir():
        pytest.skip("only the bench has a small disk")
    large = parcel_with(tmp_path / "in", [dense(1 << 20, seed=n) for n in range(FILES)])
    alone = SMALL_DISK / "alone.tar.gz"
    try:
        with pytest.raises(OSError):  # noqa: PT011 (whatever the system calls it)
            tar_alone(large, alone, lambda path: None)  # raised by closing
        assert alone.exists()  # a piece of an archive under the final name
    finally:
        alone.unlink(missing_ok=True)
    spool = SMALL_DISK / "spool"
    with pytest.raises(GantryError) as caught:
        pack(large, spool, free_reserve=0)
    assert caught.value.code is ErrorCode.SPOOL_FULL
    assert list(spool.iterdir()) == []
    spool.rmdir()


KILLED = """
import os, sys
sys.path[:0] = sys.argv[1].split(os.pathsep)
from pathlib import Path
from gantry.engine.cancel import CancelToken
from support.parcels import parcel_with, image_like
target, mode = Path(sys.argv[2]), sys.argv[3]
def end():
    os.kill(os.getpid(), 9)  # TerminateProcess: nothing is flushed, nothing cleaned up
parcel = parcel_with(target / "in", [image_like(2_000_000, seed=n) for n in range(6)])
if mode == "tarfile":
    import tarfile
    with tarfile.open(target / "archive.tar.gz", "w:gz") as tar:
        for number, file in enumerate(parcel.files):
            if number == 4: end()
            tar.add(file.source.path, arcname=str(number))
else:
    from gantry.engine.archive.pack import pack
    class Token(CancelToken):
        asked = 0
        def check(self):
            self.asked += 1
            if self.asked == 5: end()
    pack(parcel, target, token=Token(), free_reserve=0)
"""


@pytest.mark.parametrize("mode", ["tarfile", "gantry"])
def test_the_program_is_killed(tmp_path: Path, mode: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, os.pathsep.join(sys.path), str(tmp_path), mode],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 9, ran.stderr
    archives = [p.name for p in tmp_path.glob("*.tar.gz")]
    if mode == "tarfile":
        assert archives == ["archive.tar.gz"]  # a piece under the final name
        with pytest.raises(GantryError):
            verify(tmp_path / "archive.tar.gz")
    else:
        assert archives == []  # at most a `.part`, which the next start sweeps out


def test_a_scanner_holds_the_new_archive(tmp_path: Path, hold: Hold) -> None:
    (tmp_path / "a.part").write_bytes(b"archive")
    scanner = hold(tmp_path / "a.part", READ, SHARE_READ_WRITE)
    with pytest.raises(PermissionError):
        (tmp_path / "a.part").replace(tmp_path / "a")  # the usual way gives up at once
    pauses: list[float] = []

    def wait(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            scanner.let_go()

    replace_retry(tmp_path / "a.part", tmp_path / "a", pause=wait)
    assert len(pauses) == 3
    assert (tmp_path / "a").read_bytes() == b"archive"


@pytest.mark.parametrize("cut", [4, 8, 9])
def test_a_scanner_cuts_the_finished_archive(parcel: Parcel, tmp_path: Path, cut: int) -> None:
    tar_alone(parcel, tmp_path / "alone.tar.gz", lambda path: None)
    size = (tmp_path / "alone.tar.gz").stat().st_size
    os.truncate(tmp_path / "alone.tar.gz", size - cut)
    assert listed(tmp_path / "alone.tar.gz") == FILES  # it opens, and lists all
    archive = pack(parcel, tmp_path / "spool", free_reserve=0)
    os.truncate(archive.path, archive.size - cut)
    with pytest.raises(GantryError) as caught:
        verify(archive.path, expected=archive)
    assert caught.value.code is ErrorCode.ARCHIVE_DAMAGED


def test_a_scanner_takes_the_finished_archive_away(parcel: Parcel, tmp_path: Path) -> None:
    archive = pack(parcel, tmp_path / "spool", free_reserve=0)
    archive.path.unlink()
    with pytest.raises(GantryError) as caught:
        verify(archive.path, expected=archive)
    assert caught.value.code is ErrorCode.ARCHIVE_MISSING
