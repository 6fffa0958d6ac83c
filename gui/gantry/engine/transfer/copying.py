"""Copies archives into a folder or onto a network share, reads them back, and only then names them.

`<parcel>.tar.gz.part` is written beside the target, synced, read again and compared by SHA-256,
and renamed. A cut copy goes on where its bytes still agree with the archive's. What is there
under the name already is never overwritten.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from gantry.engine.cancel import Cancelled
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import open_shared, plain, retry_held, sync_folder, unlink_retry
from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.transfer.bandwidth import Bandwidth
from gantry.engine.transfer.body import damaged, missing
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.form import now_utc
from gantry.engine.transfer.patience import TICK
from gantry.engine.transfer.wire import BLOCK

PROOF = "read back"

_NAMES = 9  # other contents under a parcel's name so often: something is wrong
_FULL = {errno.ENOSPC, errno.EDQUOT}
_FULL_WINDOWS = {39, 112, 1295, 1816}
_NO_LINKS = {errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS,
             errno.EMLINK, errno.EINVAL}  # fmt: skip
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_DENIED_WINDOWS = {5, 19, 65, 1326, 1327, 1331}  # and the log-on failures of a share


class Copy:
    """One attempt for one parcel."""

    def __init__(
        self, url: str, folder: Path, shipment: Shipment, bandwidth: Bandwidth | None = None
    ) -> None:
        self._url, self._folder, self._bandwidth = url, folder, bandwidth or Bandwidth()
        self._archive, self._shipment = shipment.archive, shipment
        self._part = folder / f"{shipment.archive.parcel}.tar.gz.part"
        self.stop = shipment.token.child()
        self.moved = time.monotonic()
        self.over = threading.Event()

    def run(self) -> Receipt:
        progress, archive = self._shipment.progress, self._archive
        progress.sent, progress.to_send, progress.handed_over = 0, archive.size, False
        with self._share_errors():
            if held := self.look():
                unlink_retry(self._part)
                return held
            self._want_room()
            try:
                self._write()
                progress.handed_over = True
                self._read_back()
                name = self._settle()
            except Cancelled:
                if self._shipment.token.cancelled:  # not merely given up
                    unlink_retry(self._part)
                raise
            finally:
                progress.handed_over = False
        return self._receipt(Outcome.STORED, name)

    def look(self) -> Receipt | None:
        with self._share_errors():
            if not self._folder.is_dir():
                raise gone(self._folder)
            for name in self._names():
                if not os.path.lexists(self._folder / name):
                    return None
                if self._holds(self._folder / name):
                    return self._receipt(Outcome.ALREADY_THERE, name)
            return None

    def _names(self) -> Iterator[str]:
        parcel = self._archive.parcel
        yield f"{parcel}.tar.gz"
        for number in range(2, _NAMES + 1):
            yield f"{parcel}~{number}.tar.gz"

    def _want_room(self) -> None:
        with contextlib.suppress(OSError):  # some shares can't tell
            free = shutil.disk_usage(self._folder).free
            there = self._part.stat().st_size if self._part.is_file() else 0
            needed = self._archive.size - min(there, self._archive.size)
            if free < needed:
                raise self._full(needed, free, "checked before copying")

    def _write(self) -> None:
        """Compares the bytes that are there, writes the others, syncs."""
        running, comparing = hashlib.sha256(), True
        with self._open_part() as part, self._open_archive() as source:
            left = self._archive.size
            while left:
                self._step()
                block = self._read(source, min(BLOCK, left))
                running.update(block)
                if comparing:
                    at = part.tell()
                    if _read_all(part, len(block)) != block:
                        comparing = False
                        part.seek(at)
                        part.truncate(at)
                if not comparing:
                    self._put(part, block)
                left -= len(block)
                self._shipment.progress.sent += len(block)
            part.truncate(self._archive.size)
            self._step()
            os.fsync(part.fileno())
        if running.hexdigest() != self._archive.sha256:
            unlink_retry(self._part)
            raise damaged(self._archive, "changed")

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
        """Opens or makes the `.part`; never through a link, never one that has a second name."""
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
            raise damaged(self._archive, "shorter")
        return block

    def _read_back(self) -> None:
        if not self._holds(self._part):
            unlink_retry(self._part)
            raise GantryError(
                ErrorCode.RECEIPT_MISMATCH,
                facts={**self._facts(), "parcel": self._archive.parcel, "reason": "read back"},
                transient=True,
            )

    def _holds(self, path: Path) -> bool:
        """Whether the file's bytes are the archive's; read from the disk where that can be had."""
        if path.is_symlink() or not path.is_file():
            return False
        running, size = hashlib.sha256(), 0
        with open_shared(path) as file:
            if os.fstat(file.fileno()).st_size != self._archive.size:
                return False
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            while block := file.read(BLOCK):
                self._step()
                running.update(block)
                size += len(block)
        return size == self._archive.size and running.hexdigest() == self._archive.sha256

    def _settle(self) -> str:
        """Gives the proved `.part` its name, and returns it."""
        for name in self._names():
            self._step()
            if _rename_new(self._part, self._folder / name):
                sync_folder(self._folder)
                return name
        raise GantryError(
            ErrorCode.REJECTED,
            facts={**self._facts(), "parcel": self._archive.parcel, "reason": "names taken"},
        )

    def _step(self) -> None:
        self.stop.check()
        self.moved = time.monotonic()

    def _receipt(self, outcome: Outcome, name: str) -> Receipt:
        return Receipt(
            destination=self._url,
            time=now_utc(),
            status=None,
            sha256=self._archive.sha256,
            size=self._archive.size,
            outcome=outcome,
            location=name,
            proof=PROOF,
        )

    def _facts(self) -> dict[str, Fact]:
        return {"folder": plain(self._folder)}

    def _full(self, needed: int, free: int, detail: str) -> GantryError:
        facts: dict[str, Fact] = {**self._facts(), "needed": needed, "free": free}
        return GantryError(ErrorCode.SHARE_FULL, facts=facts, detail=detail)

    @contextmanager
    def _share_errors(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            windows = int(getattr(error, "winerror", 0) or 0)
            detail = f"{type(error).__name__} {windows or error.errno}: {error.strerror}"
            if error.errno in _FULL or windows in _FULL_WINDOWS:
                left = self._archive.size - self._shipment.progress.sent
                free = 0
                with contextlib.suppress(OSError):
                    free = shutil.disk_usage(self._folder).free
                raise self._full(left, free, detail) from error
            if error.errno in _DENIED or windows in _DENIED_WINDOWS:
                raise GantryError(
                    ErrorCode.SHARE_DENIED, facts=self._facts(), detail=detail
                ) from error
            raise gone(self._folder, detail) from error


def gone(folder: Path, detail: str = "ENOENT: no such folder") -> GantryError:
    """A folder that is missing may be a share that is not connected: it may come back."""
    facts: dict[str, Fact] = {"folder": plain(folder)}
    return GantryError(ErrorCode.SHARE_GONE, facts=facts, detail=detail, transient=True)


def _read_all(file: FileIO, size: int) -> bytes:
    parts: list[bytes] = []
    while size and (block := file.read(size)):
        parts.append(block)
        size -= len(block)
    return b"".join(parts)


def _rename_new(source: Path, target: Path) -> bool:
    """Renames only where nothing has the new name; False where something has."""
    try:
        if os.name == "nt":  # there, renaming never replaces
            retry_held(lambda: source.rename(target), denied_too=True)
            return True
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if os.path.lexists(target):  # FAT and some shares have no second names
            return False
        source.rename(target)
        return True
    source.unlink()
    return True
