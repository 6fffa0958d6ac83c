"""Decompresses ZIP members with any method, never more at once than requested."""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib
from typing import Final, Protocol

from inflate64 import Inflater

_MOST_WINDOW: Final = 1 << 28  # bytes
_SMALL: Final = 1 << 12  # bytes of Deflate64 at once: its decoder has no limit for its output


class MethodUnknown(ValueError):
    """A member is compressed with an unsupported method."""


class Decoder(Protocol):
    """Unpacks; `eof` is true at the end of the packed data."""

    @property
    def eof(self) -> bool: ...

    def decode(self, data: bytes, most: int) -> bytes:
        """Unpacks more bytes; output beyond `most` is kept for the next call."""


class _Stored:
    def __init__(self) -> None:
        self._kept = b""
        self.eof = False  # the directory says how long it is

    def decode(self, data: bytes, most: int) -> bytes:
        """Passes it on."""
        data = self._kept + data
        self._kept = data[most:]
        return data[:most]


class _Deflated:
    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(-15)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    def decode(self, data: bytes, most: int) -> bytes:
        """Inflates it."""
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, most)


class _Bounded:
    """Wraps a decompressor of the standard library that itself keeps excess output."""

    def __init__(self, inner: _Standard) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    def decode(self, data: bytes, most: int) -> bytes:
        """Unpacks it."""
        if not data and self._inner.needs_input:
            return b""
        try:
            return self._inner.decompress(data, most)
        except OSError:  # so bz2 says that it is damaged
            raise zipfile.BadZipFile("bzip2") from None


class _Standard(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Lzma:
    """Its properties come first (APPNOTE 5.8.8)."""

    def __init__(self, size: int) -> None:
        self._inner: _Standard | None = None
        self._head = b""
        self._size, self._given = size, 0

    @property
    def eof(self) -> bool:
        # its end may be unmarked: then only the size tells
        return self._given >= self._size or (self._inner is not None and self._inner.eof)

    def decode(self, data: bytes, most: int) -> bytes:
        """Unpacks it."""
        if self._inner is None:
            self._head += data
            if len(self._head) < 4:
                return b""
            (length,) = struct.unpack_from("<H", self._head, 2)
            if len(self._head) < 4 + length:
                return b""
            self._inner = _lzma(self._head[4 : 4 + length], self._size)
            data = self._head[4 + length :]
        elif not data and self._inner.needs_input:
            return b""
        out = self._inner.decompress(data, most)
        self._given += len(out)
        return out


class _Deflate64:
    def __init__(self) -> None:
        self._inner = Inflater()
        self._waiting = self._kept = b""

    @property
    def eof(self) -> bool:
        return bool(self._inner.eof) and not self._kept

    def decode(self, data: bytes, most: int) -> bytes:
        """Inflates it, a little at a time."""
        self._waiting += data
        while not self._kept and self._waiting and not self._inner.eof:
            some, self._waiting = self._waiting[:_SMALL], self._waiting[_SMALL:]
            self._kept = self._inner.inflate(some)
        out, self._kept = self._kept[:most], self._kept[most:]
        return out


def decoder_of(method: int, info: zipfile.ZipInfo) -> Decoder:
    """The decoder for a compression method (APPNOTE 4.4.5). Raises MethodUnknown, BadZipFile."""
    match method:
        case zipfile.ZIP_STORED:
            return _Stored()
        case zipfile.ZIP_DEFLATED:
            return _Deflated()
        case zipfile.ZIP_BZIP2:
            return _Bounded(bz2.BZ2Decompressor())
        case zipfile.ZIP_LZMA:
            return _Lzma(info.file_size)
        case 9:  # Deflate64: what Windows writes for members over 2 GB
            return _Deflate64()
    raise MethodUnknown(str(method))


def _lzma(properties: bytes, whole: int) -> _Standard:
    if len(properties) < 5:
        raise zipfile.BadZipFile("LZMA properties")
    first, size = struct.unpack_from("<BL", properties)
    rest, lc = divmod(first, 9)
    pb, lp = divmod(rest, 5)
    # it takes what it asks for at once, and never looks back beyond the whole
    size = max(1 << 12, min(size, whole, _MOST_WINDOW))
    chosen = {"id": lzma.FILTER_LZMA1, "dict_size": size, "lc": lc, "lp": lp, "pb": pb}
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[chosen])
