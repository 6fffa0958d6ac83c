"""Request bodies: of known length, rewindable, in constant memory, hashed while sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Protocol

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import open_shared
from gantry.engine.parcel import Archive
from gantry.engine.transfer.http.wire import BLOCK


class Hash(Protocol):
    """A running hash, as from hashlib."""

    def update(self, data: bytes, /) -> None: ...
    def hexdigest(self) -> str: ...
    def copy(self) -> Hash: ...


class Spent(Exception):
    """The body was read from a stream, and can't be read again."""


class Body(Protocol):
    """A request's body. `read` returns b"" at the end, never more than `length` bytes in all;
    `rewind` may raise Spent."""

    @property
    def length(self) -> int: ...
    def read(self, size: int) -> bytes: ...
    def rewind(self) -> None: ...
    def close(self) -> None: ...


class BytesBody:
    """A small body in memory."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def length(self) -> int:
        return len(self._data)

    def read(self, size: int) -> bytes:
        block = self._data[self._at : self._at + size]
        self._at += len(block)
        return block

    def rewind(self) -> None:
        self._at = 0

    def close(self) -> None:
        pass


class ArchiveBody:
    """An archive, or a piece of it, streamed from the spool, with optional bytes before and after.

    While it is read, its bytes are added to `running`, a SHA-256 of everything before this piece.
    At the archive's last byte the digest must be the verified one; otherwise the last block is
    withheld, so that no server ever gets all of a damaged archive.

    Args:
        start, size: the piece; by default the whole archive.
        running: for a piece that doesn't start at 0, the hash of what came before (`hash_prefix`,
            or the `running` of the body before); None: don't check.
        head, tail: sent around it, as a multipart form needs.
        before_end: called before the body's last bytes are returned: the tail, if there is one.

    Raises from `read`: GantryError ARCHIVE_MISSING, ARCHIVE_DAMAGED.
    """

    def __init__(
        self,
        archive: Archive,
        *,
        start: int = 0,
        size: int | None = None,
        running: Hash | None = None,
        head: bytes = b"",
        tail: bytes = b"",
        before_end: Callable[[], None] = lambda: None,
    ) -> None:
        self._archive = archive
        self._start = start
        self._size = archive.size - start if size is None else size
        if not 0 <= start <= start + self._size <= archive.size:
            raise ValueError("the piece reaches out of the archive")
        self._head, self._tail, self._before_end = head, tail, before_end
        self._before = running if running or start else hashlib.sha256()
        self._file: FileIO | None = None
        self.rewind()

    @property
    def length(self) -> int:
        return len(self._head) + self._size + len(self._tail)

    def rewind(self) -> None:
        self.running = self._before.copy() if self._before else None
        self._left = self._size
        self._head_at = self._tail_at = 0
        if self._file is not None:
            self._file.seek(self._start)

    def read(self, size: int) -> bytes:
        if self._head_at < len(self._head):
            block = self._head[self._head_at : self._head_at + size]
            self._head_at += len(block)
            return block
        if self._left:
            return self._read_archive(min(size, self._left))
        if self._tail and not self._tail_at:
            self._before_end()
        block = self._tail[self._tail_at : self._tail_at + size]
        self._tail_at += len(block)
        return block

    def _read_archive(self, size: int) -> bytes:
        try:
            if self._file is None:
                self._file = open_shared(self._archive.path)
                self._file.seek(self._start)
            block = self._file.read(size)
        except OSError as error:
            self.close()
            raise missing(self._archive, error) from error
        if not block:
            raise archive_changed(self._archive, "shorter")
        self._left -= len(block)
        if self.running is not None:
            self.running.update(block)
            at_end = not self._left and self._start + self._size == self._archive.size
            if at_end and self.running.hexdigest() != self._archive.sha256:
                raise archive_changed(self._archive, "changed")
        if not self._left and not self._tail:
            self._before_end()
        return block

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def hash_prefix(archive: Archive, size: int, token: CancelToken | None = None) -> Hash:
    """The running SHA-256 of the archive's first `size` bytes, for a send that resumes there.

    Raises:
        GantryError: ARCHIVE_MISSING, ARCHIVE_DAMAGED.
        Cancelled.
    """
    running = hashlib.sha256()
    try:
        with open_shared(archive.path) as file:
            while size:
                if token is not None:
                    token.check()
                block = file.read(min(BLOCK, size))
                if not block:
                    raise archive_changed(archive, "shorter")
                running.update(block)
                size -= len(block)
    except OSError as error:
        raise missing(archive, error) from error
    return running


def archive_changed(archive: Archive, reason: str) -> GantryError:
    """The error for an archive that is no longer what was verified: it must be packed again."""
    return GantryError(
        ErrorCode.ARCHIVE_DAMAGED,
        facts={"parcel": archive.parcel, "reason": reason, "archive": Path(archive.path).name},
        detail="the archive in the spool changed after it was verified",
    )


def missing(archive: Archive, error: OSError) -> GantryError:
    """The error for an archive that can't be read: perhaps a virus scanner removed it."""
    return GantryError(
        ErrorCode.ARCHIVE_MISSING,
        facts={"parcel": archive.parcel, "archive": Path(archive.path).name},
        detail=f"{type(error).__name__}: {error.strerror or error.errno}",
    )
