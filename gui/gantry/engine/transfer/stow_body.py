"""The body of a STOW-RS request: multipart/related of whole DICOM files (PS3.18 §10.5.1)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import PackedFile
from gantry.engine.transfer.body import BytesBody
from gantry.engine.transfer.destination import Member

_HEAD = b"Content-Type: application/dicom\r\n\r\n"
PART_ROOM = len(_HEAD) + 64  # bytes, more than a part has around its file


class MultipartBody:
    """multipart/related (RFC 2387) of whole DICOM files, in the archive's order; its length is
    known ahead, its bytes come through as they are asked for."""

    def __init__(self, files: Sequence[PackedFile], members: Iterator[Member]) -> None:
        # Plain letters and digits, and no quotes around them: some servers stumble over others.
        self._boundary = secrets.token_hex(16)
        self._files, self._members = files, members
        self._blocks = self._all()
        self._rest = b""
        self._begun = False
        part = len(self._start) + 2
        self.length = sum(part + f.size for f in files) + len(self._boundary) + 6

    @property
    def media_type(self) -> str:
        return f'multipart/related; type="application/dicom"; boundary={self._boundary}'

    @property
    def _start(self) -> bytes:
        return b"--" + self._boundary.encode() + b"\r\n" + _HEAD

    @property
    def is_spent(self) -> bool:
        """Whether some of it was read: the archive goes by once, so it can't be read again."""
        return self._begun

    def in_memory(self) -> BytesBody:
        """All of it, read and compared with the manifest now."""
        self._begun = True
        return BytesBody(b"".join(self._blocks))

    def read(self, size: int) -> bytes:
        self._begun = True
        while not self._rest:
            try:
                self._rest = next(self._blocks)
            except StopIteration:
                return b""
        block, self._rest = self._rest[:size], self._rest[size:]
        return block

    def rewind(self) -> None:
        """A redirect that comes after some of the body can't be followed."""
        if self._begun:
            facts: dict[str, str | int | float] = {"reason": "redirect after the data"}
            raise GantryError(ErrorCode.HTTP_MOVED, facts=facts)

    def close(self) -> None:
        """The archive is the destination's to close."""

    def _all(self) -> Iterator[bytes]:
        wanted = {f.name for f in self._files}
        for member in self._members:
            if member.file.name not in wanted:
                continue
            wanted.discard(member.file.name)
            yield self._start
            while block := member.reader.read(1 << 18):
                yield block
            yield b"\r\n"
            if not wanted:
                break
        yield b"--" + self._boundary.encode() + b"--\r\n"
