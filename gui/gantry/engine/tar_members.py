"""Reads the members of a tar in any order; a compressed one is unpacked once.

A compressed tar can't be read from its middle. So it is unpacked into a file without a name (on
Windows: one that the system deletes when it is closed), which ends with the process at the latest.
Nothing is written under a name from the archive, so none of its names can lead outside.
"""

from __future__ import annotations

import bz2
import io
import lzma
import os
import shutil
import tarfile
import tempfile
import threading
import weakref
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final, Protocol

from gantry.engine.files import extended

MOST_MEMBERS: Final = 200_000
MOST_RATIO: Final = 200  # unpacked to packed …
RATIO_FROM: Final = 1 << 30  # … once the unpacked size is this large
RESERVE: Final = 256 << 20  # bytes that stay free on the disk
_BLOCK: Final = 1 << 20
_BUFFER: Final = 1 << 18


class TooLarge(ValueError):
    """It unpacks to more than is allowed."""


class _Folder:
    ask: Callable[[], Path | None] = staticmethod(lambda: None)


def use(folder: Callable[[], Path | None]) -> None:
    """Sets the folder to unpack into; it is created when needed."""
    _Folder.ask = staticmethod(folder)


def folder() -> Path | None:
    """The folder to unpack into; None: the system's temporary folder."""
    return _Folder.ask()


def is_tar(block: bytes) -> bool:
    """Whether a file begins with the header of a tar's member, with the right checksum."""
    if len(block) < tarfile.BLOCKSIZE or not block[0]:
        return False
    try:
        told = int(block[148:156].rstrip(b"\0 ").lstrip(b" ") or b"0", 8)
    except ValueError:
        return False
    head = block[: tarfile.BLOCKSIZE]
    return told == sum(head[:148]) + 8 * 32 + sum(head[156:])


class _Inflate(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = ...) -> bytes: ...


DECOMPRESSORS: Final[dict[bytes, Callable[[], _Inflate]]] = {
    b"\x1f\x8b": lambda: zlib.decompressobj(31),
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ\x00": lzma.LZMADecompressor,
}
"""By the first bytes of the compressed data."""


class TarMembers:
    """The regular files of a tar, each by its label as in `members.Members`.

    Links, devices and folders are skipped. All methods raise OSError, tarfile.TarError, TooLarge,
    and what the decompressors raise.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._lock = threading.Lock()
        begin = stream.read(8)
        stream.seek(0)
        self._file: IO[bytes] | io.BufferedIOBase = stream
        for magic, make in DECOMPRESSORS.items():
            if begin.startswith(magic):
                self._file = _unpack(stream, make)
                weakref.finalize(self, self._file.close)
        self._places: dict[str, tuple[int, int]] = {}
        self.names: dict[str, str] = {}
        self._list()

    def _list(self) -> None:
        met: Counter[str] = Counter()
        with tarfile.open(fileobj=self._file, mode="r:") as archive:
            while (info := archive.next()) is not None:
                archive.members.clear()  # type: ignore[attr-defined]  # it keeps them otherwise
                if not info.isreg():
                    continue
                if len(self._places) >= MOST_MEMBERS:
                    raise TooLarge(f"more than {MOST_MEMBERS} files")
                met[info.name] += 1
                number = met[info.name]
                label = info.name if number == 1 else f"{info.name}:{number}"
                if label not in self._places:
                    size = -1 if info.issparse() else info.size
                    self._places[label] = info.offset_data, size
                    self.names[label] = info.name

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        """Label, name and size of each."""
        return ((label, self.names[label], size) for label, (_, size) in self._places.items())

    def size(self, label: str) -> int:
        """Bytes of a member."""
        return self._places[label][1]

    def open(self, label: str) -> io.BufferedReader:
        """A member's bytes."""
        start, size = self._places[label]
        if size < 0:
            raise ValueError("sparse")
        return io.BufferedReader(_Part(self, start, size), _BUFFER)

    def read(self, at: int, count: int) -> bytes:
        """Bytes of the tar; from any thread."""
        with self._lock:
            self._file.seek(at)
            return self._file.read(count)

    def close(self) -> None:
        """Closes it for this caller; others may still read."""


class _Part(io.RawIOBase):
    def __init__(self, archive: TarMembers, start: int, size: int) -> None:
        super().__init__()
        self._archive, self._start, self._size = archive, start, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        """As of any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + position)
        return self._at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        count = max(0, min(len(buffer), self._size - self._at))
        data = self._archive.read(self._start + self._at, count)
        if count and not data:
            raise EOFError
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


def _unpack(stream: io.BufferedIOBase, make: Callable[[], _Inflate]) -> IO[bytes]:
    """Unpacks into a file that nobody else can find."""
    into = folder()
    if into is not None:
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
    where = extended(into) if into is not None else tempfile.gettempdir()
    packed = stream.seek(0, io.SEEK_END)
    stream.seek(0)
    file = tempfile.TemporaryFile(dir=where, prefix="unpacked-")  # noqa: SIM115 (the caller's)
    try:
        inflate, size = make(), 0
        data = stream.read(_BLOCK)
        while data:
            out = inflate.decompress(data, _BLOCK)
            rest = getattr(inflate, "unconsumed_tail", b"")
            while out:
                size += len(out)
                if size > RATIO_FROM and size > MOST_RATIO * packed:
                    raise TooLarge(f"unpacks to more than {size} bytes")
                if shutil.disk_usage(where).free < RESERVE:
                    raise OSError(28, os.strerror(28))
                file.write(out)
                out = inflate.decompress(rest, _BLOCK) if not inflate.eof else b""
                rest = getattr(inflate, "unconsumed_tail", b"")
            data = stream.read(_BLOCK)
            if inflate.eof:  # gzip's members may follow one another
                data = inflate.unused_data + data
                if not data.strip(b"\0"):
                    break
                inflate = make()
        if not inflate.eof:
            raise EOFError
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file
