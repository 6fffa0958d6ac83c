"""Reads an archive's members one after another, for destinations that take instances."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gantry.engine.archive.damage import Damage, damaged
from gantry.engine.archive.gunzip import Inflater
from gantry.engine.archive.names import MANIFEST, REPORT
from gantry.engine.archive.tar import TarReader
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.parcel import PackedFile


@dataclass(frozen=True, slots=True)
class Member:
    """One instance; `reader` gives its bytes until the next member is asked for."""

    file: PackedFile
    size: int
    reader: MemberReader


def iter_members(
    path: Path, token: CancelToken, files: Sequence[PackedFile] | None = None
) -> Iterator[Member]:
    """The instances in the archive's order, read once, in constant memory.

    Each is compared with its entry while it is read: the last bytes of a member are returned only
    after its SHA-256 was checked. What a caller leaves unread is read and compared too. Close the
    iterator (or exhaust it) to release the file.

    Args:
        files: what is in the archive, from its `Archive`; None: it is verified first.

    Raises:
        GantryError: ARCHIVE_DAMAGED, ARCHIVE_MISSING, while iterating or reading.
        Cancelled: the token was cancelled.
    """
    wanted = {f.name: f for f in (verify(path, token=token).files if files is None else files)}
    with Inflater(path, token) as blocks:
        tar = TarReader(iter(blocks))
        while (entry := tar.next_member()) is not None:
            name, size = entry
            if name == MANIFEST or (name == REPORT and name not in wanted):
                for _ in tar.pieces():
                    pass
                continue
            file = wanted.pop(name, None)
            if file is None:
                raise damaged(Damage.EXTRA, tar.at, name)
            if file.size != size:
                raise damaged(Damage.SIZE, tar.at, name, f"{size} bytes, not {file.size}")
            with MemberReader(tar, file) as reader:
                yield Member(file, size, reader)
                reader.drain()
        for name in wanted:
            raise damaged(Damage.MISSING, tar.at, name)


class MemberReader(io.RawIOBase):
    """A member's bytes, compared with the manifest's SHA-256 before the last ones are returned."""

    def __init__(self, tar: TarReader, file: PackedFile) -> None:
        super().__init__()
        self._tar, self._file = tar, file
        self._pieces = tar.pieces()
        self._piece = memoryview(b"")
        self._digest = hashlib.sha256()
        self._left = file.size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        target = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if not self._piece and not self._next():
            return 0
        part = self._piece[: len(target)]
        target[: len(part)] = part
        self._piece = self._piece[len(part) :]
        return len(part)

    def drain(self) -> None:
        """Reads and compares the rest of the member."""
        while self._next():
            pass

    def _next(self) -> bool:
        piece = next(self._pieces, None)
        if piece is not None:
            self._digest.update(piece)
            self._left -= len(piece)
        if self._left == 0 and self._digest.hexdigest() != self._file.sha256:
            raise damaged(Damage.CONTENT, self._tar.at, self._file.name)
        self._piece = memoryview(b"") if piece is None else piece
        return piece is not None
