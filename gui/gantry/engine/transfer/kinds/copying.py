"""Copies archives to a folder or network share, reads them back, and only then renames them.

`<parcel>.tar.gz.part` is written beside the target, synced, read again, compared by SHA-256, and
renamed. A cut copy resumes where its bytes still agree with the archive's. An existing file with
the final name is never overwritten.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path

from gantry.engine.cancel import Cancelled
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import extended, open_shared, retry_held, sync_folder, unlink_retry
from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.proof import SharedProof
from gantry.engine.times import now
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.http.body import archive_changed, missing
from gantry.engine.transfer.http.wire import BLOCK
from gantry.engine.transfer.kinds.folder_errors import facts_of, full, gone, share_errors
from gantry.engine.transfer.rate_limit import Bandwidth
from gantry.engine.transfer.run_with_timeout import TICK

PROOF = SharedProof.READ_BACK

_NAMES = 9  # other content under a parcel's name this often: something is wrong
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS,
             errno.EMLINK, errno.EINVAL}  # fmt: skip


class Copy:
    """One attempt for one parcel.

    Args:
        levels: of the folder below `root` into which the archive goes; it is created.
    """

    def __init__(
        self,
        url: str,
        root: Path,
        shipment: Shipment,
        bandwidth: Bandwidth | None = None,
        levels: Sequence[str] = (),
    ) -> None:
        self._url, self._root, self._bandwidth = url, root, bandwidth or Bandwidth()
        self._levels = tuple(levels)
        self._folder = root.joinpath(*levels)
        self._archive, self._shipment = shipment.archive, shipment
        self._part = self._folder / f"{shipment.archive.parcel}.tar.gz.part"
        self.stop = shipment.token.child()
        self.moved = time.monotonic()
        self.over = threading.Event()

    def run(self) -> Receipt:
        progress, archive = self._shipment.progress, self._archive
        progress.sent, progress.to_send, progress.handed_over = 0, archive.size, False
        with share_errors(self._folder, self._left):
            if held := self.look():
                unlink_retry(self._part)
                return held
            self._make_levels()
            self._want_apart()
            self._want_room()
            try:
                self._write()
                progress.handed_over = True
                self._read_back()
                name = self._settle()
            except Cancelled:
                if self._shipment.token.discarded:  # not merely abandoned or stopped
                    unlink_retry(self._part)
                raise
            finally:
                progress.handed_over = False
        return self._receipt(Outcome.STORED, name)

    def look(self) -> Receipt | None:
        with share_errors(self._folder, self._left):
            if not self._root.is_dir():
                raise gone(self._root)
            if not self._folder.is_dir():
                return None
            self._want_apart()
            for name in self._names():
                if not os.path.lexists(self._folder / name):
                    return None
                if self._holds(self._folder / name):
                    return self._receipt(Outcome.ALREADY_THERE, name)
            return None

    def _make_levels(self) -> None:
        """Creates the folder below the destination's own, which is never created itself."""
        folder = self._root
        for level in self._levels:
            folder /= level
            if not folder.is_dir():
                with contextlib.suppress(FileExistsError):  # another parcel was faster
                    folder.mkdir()
                sync_folder(folder.parent)

    def discard(self) -> None:
        """Deletes the `.part`."""
        with share_errors(self._folder, self._left):
            unlink_retry(self._part)

    def _names(self) -> Iterator[str]:
        parcel = self._archive.parcel
        yield f"{parcel}.tar.gz"
        for number in range(2, _NAMES + 1):
            yield f"{parcel}~{number}.tar.gz"

    def _want_apart(self) -> None:
        """Refuses the spool as destination: the archive would pass for its copy, and be deleted."""
        with contextlib.suppress(FileNotFoundError):
            spool = Path(extended(self._archive.path.parent)).stat()
            folder = self._folder.stat()
            # Some network file systems have no inode numbers.
            if not (spool.st_ino and os.path.samestat(spool, folder)):
                return
            facts: dict[str, Fact] = {**facts_of(self._folder), "reason": "destination"}
            raise GantryError(ErrorCode.FOLDER_TAKEN, facts=facts)

    def _want_room(self) -> None:
        with contextlib.suppress(OSError):  # some shares can't tell
            free = shutil.disk_usage(self._folder).free
            there = self._part.stat().st_size if self._part.is_file() else 0
            needed = self._archive.size - min(there, self._archive.size)
            if free < needed:
                raise full(self._folder, needed, free, "checked before copying")

    def _write(self) -> None:
        """Compares existing bytes, writes the others, and syncs."""
        running, comparing = hashlib.sha256(), True
        with self._open_part() as part, self._open_archive() as source:
            left = self._archive.size
            while left:
                self._step()
                block = self._read(source, min(BLOCK, left))
                running.update(block)
                same = 0
                if comparing:
                    at = part.tell()
                    there = _read_all(part, len(block))
                    comparing = there == block
                    same = len(block) if comparing else _alike(there, block)
                    if not comparing:
                        part.seek(at + same)
                        part.truncate()
                self._put(part, block[same:])
                left -= len(block)
                self._shipment.progress.sent += len(block)
            part.truncate(self._archive.size)
            self._step()
            os.fsync(part.fileno())
        if running.hexdigest() != self._archive.sha256:
            unlink_retry(self._part)
            raise archive_changed(self._archive, "changed")

    def _put(self, part: FileIO, block: bytes) -> None:
        view = memoryview(block)
        while view:
            slow = self._bandwidth.rate > 0
            count = part.write(view[: self._bandwidth.slice] if slow else view)
            view = view[count:]
            wait = self._bandwidth.take(count)
            while wait > 0:
                self.stop.wait(min(wait, TICK))
                self._step()
                wait -= TICK

    def _open_part(self) -> FileIO:
        """Opens or creates the `.part` file; never through a link, never one with a second name."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NOINHERIT", 0)
        with contextlib.suppress(FileNotFoundError):
            found = os.lstat(self._part)
            if self._part.is_symlink() or found.st_nlink > 1:
                unlink_retry(self._part)
        return open(os.open(self._part, flags, 0o640), "r+b", buffering=0)

    def _open_archive(self) -> FileIO:
        try:
            return open_shared(self._archive.path)
        except OSError as error:
            raise missing(self._archive, error) from error

    def _read(self, source: FileIO, size: int) -> bytes:
        try:
            block = source.read(size)
        except OSError as error:
            raise missing(self._archive, error) from error
        if not block:
            raise archive_changed(self._archive, "shorter")
        return block

    def _read_back(self) -> None:
        if not self._holds(self._part):
            unlink_retry(self._part)
            raise GantryError(
                ErrorCode.RECEIPT_MISMATCH,
                facts={
                    **facts_of(self._folder),
                    "parcel": self._archive.parcel,
                    "reason": "read back",
                },
                transient=True,
            )

    def _holds(self, path: Path) -> bool:
        """Whether the file's bytes are the archive's, read from the disk if possible."""
        if path.is_symlink() or not path.is_file():
            return False
        running = hashlib.sha256()
        with open_shared(path) as file:
            if os.fstat(file.fileno()).st_size != self._archive.size:
                return False
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while block := file.read(BLOCK):
                self._step()
                running.update(block)
        return running.hexdigest() == self._archive.sha256

    def _settle(self) -> str:
        """Renames the verified `.part` file, and returns its name."""
        for name in self._names():
            self._step()
            if _rename_new(self._part, self._folder / name):
                sync_folder(self._folder)
                return name
        raise GantryError(
            ErrorCode.REJECTED,
            facts={
                **facts_of(self._folder),
                "parcel": self._archive.parcel,
                "reason": "names taken",
            },
        )

    def _left(self) -> int:
        return self._archive.size - self._shipment.progress.sent

    def _step(self) -> None:
        self.stop.check()
        self.moved = time.monotonic()

    def _receipt(self, outcome: Outcome, name: str) -> Receipt:
        return Receipt(
            destination=self._url,
            time=now(),
            status=None,
            sha256=self._archive.sha256,
            size=self._archive.size,
            outcome=outcome,
            location="/".join((*self._levels, name)),
            proof=PROOF,
        )


def _read_all(file: FileIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size and (block := file.read(size)):
        parts.append(block)
        size -= len(block)
    return b"".join(parts)


def _alike(one: bytes, other: bytes) -> int:
    """How many leading bytes are the same."""
    shorter = min(len(one), len(other))
    return next((n for n in range(shorter) if one[n] != other[n]), shorter)


def _rename_new(source: Path, target: Path) -> bool:
    """Renames only if nothing has the new name; False if something has."""
    try:
        if os.name == "nt":  # renaming never replaces there
            retry_held(lambda: source.rename(target), denied_too=True)
            return True
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):  # FAT and some shares have no hard links
            return False
        source.rename(target)
        return True
    source.unlink()
    return True
