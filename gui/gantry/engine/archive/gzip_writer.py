"""One gzip stream, written by as many cores as allowed; what can't shrink is stored.

The stream is cut into blocks of 0.5 to 2.5 MiB, as pigz does it: each is deflated by ISA-L with the
32 KiB before it as its dictionary, and ends on a byte (an empty stored block, RFC 1951 §3.2.4), so
that the pieces join into one ordinary stream. A block whose samples don't shrink is written as
stored blocks: for JPEG 2000 and the like that is several times as fast, at the same size.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from hashlib import sha256
from mmap import mmap
from typing import NamedTuple

from isal import isal_zlib

from gantry.engine.archive.helpers import Helpers

BLOCK = 1 << 19
LARGEST = 2 << 20  # what `room` can give at once
_WINDOW = 1 << 15  # how far back deflate may refer
_STORED = 0xFFFF  # the longest stored block
_SAMPLE, _SAMPLES = 4096, 8
_WORTH = 0.95  # a block that keeps more than this of its size is stored

# RFC 1952 §2.3: no flags, so no name; time 0; unknown system.
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK = b"\x01\0\0\xff\xff"

Write = Callable[[bytes | memoryview], object]
Then = Callable[[str], None]


class GzipWriter:
    """Compresses bytes and passes gzip to `write` on the caller's thread, in constant memory.

    Bytes can be read directly into its blocks: `room`, then `taken`. The blocks are reused, because
    fresh memory costs more than deflating it. After `close`, `size` and `sha256` describe the
    stream written.
    """

    def __init__(self, write: Write, helpers: Helpers, *, level: int) -> None:
        self._write = write
        self._helpers = helpers
        self._level = level
        self._block = _Block(b"")
        self._spare: list[_Block] = []
        self._pending: deque[tuple[_Block, Future[_Squeezed]]] = deque()
        self._crc = self._length = 0
        self._digest = sha256()
        self.size = 0
        self._out(_HEADER)

    @property
    def position(self) -> int:
        """Bytes taken so far."""
        return self._length + self._block.filled

    @property
    def sha256(self) -> str:
        """The SHA-256 of what was passed to `write` so far."""
        return self._digest.hexdigest()

    def room(self, size: int) -> memoryview:
        """Memory for the next `size` (at most LARGEST) bytes, valid until the next call."""
        if self._block.filled >= BLOCK or self._block.filled + size > len(self._block.view):
            self._submit()
        return self._block.view[self._block.filled : self._block.filled + size]

    def taken(self, size: int, then: Then | None = None) -> None:
        """Appends the first `size` bytes of the `room` to the stream.

        `then` is called with their SHA-256 before `flush` returns.
        """
        if then:
            self._block.hashed.append((self._block.filled, size, then))
        self._block.filled += size

    def write(self, data: bytes | memoryview) -> None:
        """Appends bytes."""
        for start in range(0, len(data), BLOCK):
            part = data[start : start + BLOCK]
            self.room(len(part))[:] = part
            self.taken(len(part))

    def flush(self) -> None:
        """Writes what was taken so far; every `then` has been called when it returns."""
        self._submit()
        while self._pending:
            self._finish_one()

    def close(self) -> None:
        """Writes what is left, and the gzip trailer."""
        self.flush()
        self._out(_LAST_BLOCK + struct.pack("<II", self._crc, self._length & 0xFFFFFFFF))

    def _submit(self) -> None:
        block = self._block
        if not block.filled:
            return
        before = bytes(block.view[max(0, block.filled - _WINDOW) : block.filled])
        self._pending.append((block, self._helpers.run(_squeeze, block, self._level)))
        self._length += block.filled
        while self._pending and (
            self._pending[0][1].done() or len(self._pending) > self._helpers.most + 2
        ):
            self._finish_one()
        self._block = self._spare.pop() if self._spare else _Block(b"")
        self._block.before = before

    def _finish_one(self) -> None:
        block, future = self._pending.popleft()
        squeezed = future.result()
        self._crc = isal_zlib.crc32_combine(self._crc, squeezed.crc, block.filled)
        for piece in squeezed.pieces:
            self._out(piece)
        for (_, _, then), digest in zip(block.hashed, squeezed.hashes, strict=True):
            then(digest)
        block.hashed.clear()
        block.filled = 0
        self._spare.append(block)

    def _out(self, piece: bytes | memoryview) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        self._write(piece)


class _Block:
    """A part of the stream, waiting to be deflated; `before` is the 32 KiB in front of it."""

    __slots__ = ("before", "filled", "hashed", "view")

    def __init__(self, before: bytes) -> None:
        # Not a bytearray: it zeroes memory that malloc reuses, and so touches all of it.
        self.view = memoryview(mmap(-1, BLOCK + LARGEST))
        self.filled = 0
        self.hashed: list[tuple[int, int, Then]] = []
        self.before = before


class _Squeezed(NamedTuple):
    pieces: Sequence[bytes | memoryview]
    crc: int
    hashes: list[str]


def _squeeze(block: _Block, level: int) -> _Squeezed:
    """Deflates a block on a helper; one round takes long enough to be worth handing over."""
    data = block.view[: block.filled]
    hashes = [sha256(data[at : at + size]).hexdigest() for at, size, _ in block.hashed]
    return _Squeezed(deflate(data, block.before, level), isal_zlib.crc32(data), hashes)


def deflate(data: memoryview, before: bytes, level: int) -> Sequence[bytes | memoryview]:
    """Raw deflate, not final, ending on a byte, in pieces; `before` is what preceded it."""
    if not _looks_dense(data):
        engine = isal_zlib.compressobj(level, isal_zlib.DEFLATED, -15, 8, 0, before)
        pieces = engine.compress(data), engine.flush(isal_zlib.Z_SYNC_FLUSH)
        if sum(map(len, pieces)) < len(data):
            return pieces
    return _stored(data)


def _looks_dense(data: memoryview) -> bool:
    """Whether samples taken across the data hardly shrink."""
    step = len(data) // _SAMPLES
    if step < _SAMPLE:
        return False
    # not from the very start: a member's header always shrinks, and would mislead
    starts = range(step // 2, len(data) - _SAMPLE, step)
    sample = b"".join(data[start : start + _SAMPLE] for start in starts)
    return len(isal_zlib.compress(sample, 1, -15)) > _WORTH * len(sample)


def _stored(data: memoryview) -> list[bytes | memoryview]:
    pieces: list[bytes | memoryview] = []
    for start in range(0, len(data), _STORED):
        part = data[start : start + _STORED]
        pieces += (struct.pack("<BHH", 0, len(part), len(part) ^ 0xFFFF), part)
    return pieces
