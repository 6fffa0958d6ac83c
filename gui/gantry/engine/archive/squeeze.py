"""One gzip stream, written by as many cores as allowed; what can't shrink is stored.

The stream is cut into blocks of 1 MiB, as pigz does it: each is deflated by ISA-L with the 32 KiB
before it as its dictionary, and ends on a byte (an empty stored block, RFC 1951 §3.2.4), so that
the pieces join into one ordinary stream. A block whose samples don't shrink goes out in stored
blocks: for JPEG 2000 and the like that is several times as fast, at the same size.
"""

from __future__ import annotations

import hashlib
import struct
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from isal import isal_zlib

BLOCK = 1 << 20
_WINDOW = 1 << 15  # how far back deflate may refer
_STORED = 0xFFFF  # the longest stored block
_SAMPLE, _SAMPLES = 4096, 8
_WORTH = 0.97  # a block that keeps more than this of its size is stored

# RFC 1952 §2.3: no flags, so no name; time 0; unknown system.
_HEADER = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
_LAST_BLOCK = b"\x01\0\0\xff\xff"

Write = Callable[[bytes], object]


class GzipWriter:
    """Takes bytes, hands gzip to `write`, always on the caller's thread; constant memory.

    The caller's thread deflates too when the others are busy: `threads` is the number of cores
    that are used in all. After `close`, `size` and `sha256` describe the stream written.
    """

    def __init__(self, write: Write, *, level: int, threads: int) -> None:
        self._write = write
        self._level = level
        self._helpers = threads - 1
        self._pool = ThreadPoolExecutor(self._helpers, "deflate") if self._helpers else None
        self._pending: deque[tuple[int, Future[bytes] | bytes]] = deque()
        self._block = bytearray(BLOCK)
        self._filled = 0
        self._before = b""
        self._crc = self._length = 0
        self._digest = hashlib.sha256()
        self.size = 0
        self._out(_HEADER)

    @property
    def position(self) -> int:
        """Bytes taken so far."""
        return self._length + self._filled

    def write(self, data: bytes | memoryview) -> None:
        """Appends bytes; they needn't stay unchanged after the call."""
        view = memoryview(data)
        while view:
            part = view[: BLOCK - self._filled]
            self._block[self._filled : self._filled + len(part)] = part
            self._filled += len(part)
            view = view[len(part) :]
            if self._filled == BLOCK:
                self._submit()

    def close(self) -> None:
        """Writes what is left, and the gzip trailer."""
        if self._filled:
            self._submit()
        while self._pending:
            self._flush_one()
        self._out(_LAST_BLOCK)
        self._out(struct.pack("<II", self._crc, self._length & 0xFFFFFFFF))
        self.stop()

    def stop(self) -> None:
        """Ends the threads; without `close` before it the stream is worthless."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def _submit(self) -> None:
        block = bytes(memoryview(self._block)[: self._filled])
        self._crc = isal_zlib.crc32(block, self._crc)
        self._length += len(block)
        self._filled = 0
        waiting = sum(isinstance(p, Future) and not p.done() for _, p in self._pending)
        piece: Future[bytes] | bytes
        if self._pool and waiting < 2 * self._helpers:
            piece = self._pool.submit(deflate, block, self._before, self._level)
        else:
            piece = deflate(block, self._before, self._level)
        self._pending.append((len(block), piece))
        self._before = block[-_WINDOW:]
        while self._pending and (self._is_ready() or len(self._pending) > 4 * self._helpers):
            self._flush_one()

    def _is_ready(self) -> bool:
        piece = self._pending[0][1]
        return not isinstance(piece, Future) or piece.done()

    def _flush_one(self) -> None:
        _, piece = self._pending.popleft()
        self._out(piece.result() if isinstance(piece, Future) else piece)

    def _out(self, piece: bytes) -> None:
        self._digest.update(piece)
        self.size += len(piece)
        self._write(piece)


def deflate(block: bytes, before: bytes, level: int) -> bytes:
    """Raw deflate of a block, not final, ending on a byte; `before` is what preceded it."""
    if _looks_dense(block):
        return _stored(block)
    engine = isal_zlib.compressobj(level, isal_zlib.DEFLATED, -15, 8, 0, before)
    squeezed = engine.compress(block) + engine.flush(isal_zlib.Z_SYNC_FLUSH)
    return squeezed if len(squeezed) < len(block) else _stored(block)


def _looks_dense(block: bytes) -> bool:
    """Whether samples from all over the block hardly shrink."""
    step = len(block) // _SAMPLES
    if step < _SAMPLE:
        return False
    view = memoryview(block)
    sample = b"".join(view[i * step : i * step + _SAMPLE] for i in range(_SAMPLES))
    return len(isal_zlib.compress(sample, 1, -15)) > _WORTH * len(sample)


def _stored(block: bytes) -> bytes:
    view = memoryview(block)
    pieces: list[bytes | memoryview] = []
    for start in range(0, len(block), _STORED):
        part = view[start : start + _STORED]
        pieces += (struct.pack("<BHH", 0, len(part), len(part) ^ 0xFFFF), part)
    return b"".join(pieces)
