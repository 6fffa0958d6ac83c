"""The beginning of a file (or of a member of a ZIP), in bounded memory and time."""

from __future__ import annotations

import io
import zlib
from typing import Final, Protocol

from gantry.engine.intake.skipped import NotTaken, SkipReason

FIRST_READ: Final = 8 * 1024
MOST_WALKED: Final = 4 << 20  # a header longer than this is left to pydicom, which seeks
MOST_READ: Final = 16 << 20  # bytes that pydicom may read of one file …
MOST_READS: Final = 400_000  # … and how often: about a second
MOST_INFLATED: Final = 16 << 20
_BLOCK: Final = 64 * 1024
_NEAR: Final = 512  # bytes that are read at once where a few are wanted


class Readable(Protocol):
    """An open file or member."""

    def read(self, size: int = -1, /) -> bytes | None: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...


class Window:
    """The first bytes of a stream, and more on request.

    Attributes:
        size: bytes of the whole.
        buffer: what was read so far.
        seeks: whether seeking is cheap; in a ZIP it isn't.
    """

    def __init__(
        self, stream: Readable, size: int, first: int = FIRST_READ, *, seeks: bool = True
    ) -> None:
        self._stream = stream
        self.size = size
        self.seeks = seeks
        self._moved = False
        self._block, self._block_start = b"", 0
        self.buffer = stream.read(first) or b""
        if len(self.buffer) < first and len(self.buffer) != size:
            self._fill(first)  # a short read, or a file that is growing or shrinking

    def _fill(self, end: int) -> None:
        parts = [self.buffer]
        have = len(self.buffer)
        if self._moved:
            self._stream.seek(have)
            self._moved = False
        while have < end and (part := self._stream.read(end - have)):
            parts.append(part)
            have += len(part)
        self.buffer = b"".join(parts)
        if have < end:
            self.size = have

    def grow(self) -> bool:
        """Reads four times as much; False when all is read or the bound is reached."""
        have = len(self.buffer)
        if have >= self.size or have >= MOST_WALKED:
            return False
        self._fill(min(4 * have, MOST_WALKED))
        return len(self.buffer) > have

    def at(self, pos: int, count: int) -> bytes:
        """`count` bytes from anywhere; fewer where the file ends."""
        if pos + count <= len(self.buffer) or len(self.buffer) >= self.size:
            return self.buffer[pos : pos + count]
        if pos >= self.size:
            return b""
        begin = pos - self._block_start
        if begin < 0 or begin + count > len(self._block):
            self._stream.seek(pos)
            self._moved = True
            parts: list[bytes] = []
            left = max(count, _NEAR)
            while left > 0 and (part := self._stream.read(left)):
                parts.append(part)
                left -= len(part)
            self._block, self._block_start, begin = b"".join(parts), pos, 0
        return self._block[begin : begin + count]

    def moved(self) -> None:
        """Notes that another reader has moved the stream."""
        self._moved = True

    def all_bounded(self, bound: int) -> bytes:
        """Everything up to `bound` bytes."""
        self._fill(bound)
        return self.buffer


def inflate(window: Window, start: int) -> tuple[bytes, bool, bool]:
    """Inflates what follows `start`, up to a bound (PS3.5 §A.5); returns whether that is all, and
    whether it ends too early.

    Raises:
        NotTaken: it can't be inflated.
    """
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    left = MOST_INFLATED
    data = window.all_bounded(MOST_INFLATED)
    pos = start
    try:
        while left > 0 and not inflater.eof:
            block = inflater.unconsumed_tail or data[pos : pos + _BLOCK]
            if not inflater.unconsumed_tail:
                pos += len(block)
            if not block:
                break
            part = inflater.decompress(block, left)
            parts.append(part)
            left -= len(part)
    except zlib.error as error:
        raise NotTaken(SkipReason.DAMAGED, f"deflated data: {error}") from None
    return b"".join(parts), inflater.eof, not inflater.eof and left > 0 and len(data) == window.size


class BoundedReader(io.RawIOBase):
    """A stream for pydicom: counts, stops at a bound, and remembers a value that was cut.

    Raises NotTaken from `read` when a bound is passed.
    """

    def __init__(self, stream: io.RawIOBase | io.BufferedIOBase, *, whole: bool = True) -> None:
        super().__init__()
        self._stream = stream
        self._whole = whole
        self._bytes = 0
        self._reads = 0
        self._size = stream.seek(0, io.SEEK_END)
        self.cut = False
        stream.seek(0)

    def read(self, size: int = -1, /) -> bytes:
        self._reads += 1
        if size < 0:
            size = MOST_READ
        data = self._stream.read(min(size, MOST_READ + 1 - self._bytes)) or b""
        self._bytes += len(data)
        if self._bytes > MOST_READ or self._reads > MOST_READS:
            raise NotTaken(SkipReason.TOO_LARGE, "header beyond all bounds")
        if len(data) < size and (data or size != 8):
            self._ends()
        return data

    def _ends(self) -> None:
        """Notes that part of the header is beyond the end."""
        if not self._whole:
            raise NotTaken(SkipReason.TOO_LARGE, "header beyond all bounds")
        self.cut = True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        here = self._stream.seek(offset, whence)
        if here > self._size:
            self._ends()
        return here

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
