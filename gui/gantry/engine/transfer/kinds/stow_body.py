"""The body of a STOW-RS request: multipart/related of whole DICOM files (PS3.18 §10.5.1)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from gantry.engine.parcel import PackedFile
from gantry.engine.transfer.destination import Member
from gantry.engine.transfer.http.body import BytesBody, Spent

_HEAD = b"Content-Type: application/dicom\r\n\r\n"
PART_ROOM = len(_HEAD) + 64  # bytes, more than a part has around its file


class MultipartBody:
    """multipart/related (RFC 2387) of whole DICOM files, in the archive's order; its length is
    known in advance, its bytes are streamed."""

    def __init__(self, files: Sequence[PackedFile], members: Iterator[Member]) -> None:
        # Letters and digits without quotes: some servers fail on anything else.
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

    def in_memory(self) -> BytesBody:
        """The whole body, read and compared with the manifest now."""
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
        """Raises Spent if part of it was read, because the archive is read only once."""
        if self._begun:
            raise Spent

    def close(self) -> None:
        """Does nothing: the destination closes the archive."""

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
