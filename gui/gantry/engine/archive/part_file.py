"""The archive while it is written: a `.part` file that is completed or deleted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path
from typing import IO

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import extended, replace_retry, sync_folder, unlink_retry
from gantry.engine.os_errors import is_full, numbers

RESERVE = 256 << 20  # the most that is kept free on the spool's disk for others
_CHECK_SPACE_EVERY = 32 << 20
_FULL_BELOW = 1 << 20


def reserve_for(needed: int, free: int) -> int:
    """The space to keep free besides an archive of this size: a quarter of it, or a twentieth of
    what is free now, but never more than `RESERVE`, so that small disks and parcels have room,
    too."""
    return min(RESERVE, max(needed // 4, free // 20))


class PartFile:
    """The `.part` file being written. Its errors concern the spool, never the sources."""

    def __init__(self, part: Path, reserve: int | None) -> None:
        self._part, self._given = part, reserve
        self._reserve = reserve or 0
        self._file: FileIO | None = None
        self._made: os.stat_result | None = None
        self._unchecked = 0

    def open(self, needed: int) -> None:
        with self.explained():
            self._part.parent.mkdir(parents=True, exist_ok=True)
            unlink_retry(self._part)
            self._check_space(needed)
            self._file = FileIO(extended(self._part), "xb", opener=_private)
            self._made = os.fstat(self._file.fileno())

    def write(self, data: bytes | memoryview) -> None:
        assert self._file is not None
        with self.explained():
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) or 0 :]
            self._unchecked += len(data)
            if self._unchecked >= _CHECK_SPACE_EVERY:
                self._unchecked = 0
                self._check_space(0)

    def finish(self, final: Path) -> None:
        """Makes the archive durable under its name."""
        assert self._file is not None
        with self.explained():
            os.fsync(self._file.fileno())
            self._file.close()
            replace_retry(self._part, final)
            self._part = final  # what `abandon` would have to delete from here on
            sync_folder(final.parent)

    @contextmanager
    def temporary(self) -> Iterator[IO[bytes]]:
        """A nameless file in the same folder, deleted once it is closed and no longer mapped."""
        with self.explained():
            file = tempfile.TemporaryFile(dir=extended(self._part.parent))  # noqa: SIM115
        with file:
            yield file

    def abandon(self) -> None:
        """Deletes what was written; an error here must not hide the one that caused it.

        A packing that hung may end late: by then the file may belong to the next one.
        """
        with suppress(OSError):
            if self._file:
                self._file.close()
        with suppress(OSError):
            if self._made and os.path.samestat(self._made, Path(extended(self._part)).stat()):
                unlink_retry(self._part)

    def _check_space(self, needed: int) -> None:
        free = shutil.disk_usage(extended(self._part.parent)).free
        if needed and self._given is None:
            self._reserve = reserve_for(needed, free)
        if free < needed + self._reserve:
            raise self._full(needed + self._reserve, free)

    def _full(self, needed: int, free: int) -> GantryError:
        return GantryError(
            ErrorCode.SPOOL_FULL,
            facts={"needed": needed, "free": free},
            private={"folder": str(self._part.parent)},
            transient=True,
        )

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns an OSError of the spool's disk into a GantryError."""
        try:
            yield
        except OSError as error:
            free = _FULL_BELOW
            with suppress(OSError):
                free = shutil.disk_usage(extended(self._part.parent)).free
            # Windows may refuse a write that only partly fits as "invalid argument".
            if is_full(error) or free < _FULL_BELOW:
                raise self._full(self._reserve, free) from error
            raise GantryError(
                ErrorCode.SPOOL_UNWRITABLE,
                private={"folder": str(self._part.parent)},
                detail=numbers(error),
                transient=True,
            ) from error


def _private(path: str, flags: int) -> int:
    """Opens a new file for this user alone; never through a link that someone else put there."""
    return os.open(path, flags | os.O_EXCL, 0o600)


@contextmanager
def part_file(part: Path, needed: int, reserve: int | None) -> Iterator[PartFile]:
    spool = PartFile(part, reserve)
    try:
        spool.open(needed)
        yield spool
    except BaseException:
        spool.abandon()
        raise
