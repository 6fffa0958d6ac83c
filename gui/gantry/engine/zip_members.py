"""Opens the members of a ZIP by position, whatever they are compressed or locked with.

`zipfile` reaches only the last of several members of one name, refuses one whose local header has
another name, and unpacks bzip2 and LZMA without a bound. So it reads the directory here, and the
members are read by `_Packed` (APPNOTE 4.3.7 to 4.4.5).
"""

from __future__ import annotations

import io
import lzma
import os
import struct
import tarfile
import threading
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final, cast

from gantry.engine import files
from gantry.engine.tar_members import DECOMPRESSORS, TarMembers, is_tar
from gantry.engine.zip_decoders import MethodUnknown, decoder_of
from gantry.engine.zip_locks import Unlock, unlocked

_BLOCK: Final = 1 << 17
_BUFFER: Final = 1 << 18
_LOCAL: Final = struct.Struct("<4s22xHH")  # signature, lengths of name and extra field
# what a damaged or hostile ZIP makes the decoders raise, besides OSError
DAMAGED: Final = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, struct.error, EOFError,
    ValueError, RuntimeError, KeyError, NotImplementedError, OverflowError,
)  # fmt: skip


class Members:
    """The members of one ZIP, each by its label: its name, or `name:2` for the second of that name.

    No other name has a colon: such a name leads elsewhere on Windows, and is refused.

    All methods raise OSError, the exceptions in `DAMAGED`, MethodUnknown, PasswordNeeded.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self.archive = zipfile.ZipFile(cast(IO[bytes], stream))
        self._infos: dict[str, zipfile.ZipInfo] = {}
        met: Counter[str] = Counter()
        for info in self.archive.infolist():
            if info.filename.endswith("/"):
                continue
            met[info.filename] += 1
            number = met[info.filename]
            label = info.filename if number == 1 else f"{info.filename}:{number}"
            self._infos.setdefault(label, info)

    def __iter__(self) -> Iterator[tuple[str, zipfile.ZipInfo]]:
        return iter(self._infos.items())

    def size(self, label: str) -> int:
        """Bytes of a member, as the directory says."""
        return self._infos[label].file_size

    def open(self, label: str) -> io.BufferedReader:
        """A member's bytes; its end raises BadZipFile if they are not what the directory says."""
        return io.BufferedReader(_Packed(self._stream, self._infos[label]), _BUFFER)

    def close(self) -> None:
        """Closes the directory; the stream stays open."""
        self.archive.close()


class _Last:
    """The compressed tar that was unpacked last: its members are usually read one after another."""

    lock = threading.Lock()
    key: tuple[str, int, int] | None = None
    members: TarMembers | None = None


def open_members(stream: io.BufferedIOBase, path: str) -> Members | TarMembers:
    """The members of an archive, whatever its name. Raises as these do."""
    begin = stream.read(tarfile.BLOCKSIZE)
    stream.seek(0)
    packed = begin.startswith(tuple(DECOMPRESSORS))
    if not packed:
        return TarMembers(stream) if is_tar(begin) else Members(stream)
    status = os.fstat(stream.fileno())
    key = path, status.st_size, status.st_mtime_ns
    with _Last.lock:
        if _Last.key == key and _Last.members is not None:
            return _Last.members
        _Last.members = None
        _Last.members, _Last.key = TarMembers(stream), key
        return _Last.members


def release() -> None:
    """Frees the room of what was unpacked, as soon as nobody reads it any more."""
    with _Last.lock:
        _Last.members = _Last.key = None


@contextmanager
def opened(path: str, member: str) -> Iterator[io.BufferedIOBase]:
    """A file, or one of its members, opened for one use. Raises as `Members`, and OSError."""
    with files.open_shared(path) as raw, io.BufferedReader(raw, _BUFFER) as stream:
        if not member:
            yield stream
            return
        with open_members(stream, path).open(member) as found:
            yield found


class _Packed(io.RawIOBase):
    """One member, unpacked as it is read; never more at once than is asked for."""

    def __init__(self, stream: io.BufferedIOBase, info: zipfile.ZipInfo) -> None:
        super().__init__()
        self._stream, self._info = stream, info
        self._begin()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        """Seeks from the beginning only; going backwards unpacks once more."""
        if whence != io.SEEK_SET:
            raise io.UnsupportedOperation("seek")
        if position < self._given:
            self._begin()
        while self._given < position and self.read(min(_BLOCK, position - self._given)):
            pass
        return self._given

    def tell(self) -> int:
        return self._given

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._more(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _begin(self) -> None:
        info = self._info
        self._stream.seek(info.header_offset)
        signature, name, extra = _LOCAL.unpack(_exactly(self._stream, _LOCAL.size))
        if signature != b"PK\x03\x04":
            raise zipfile.BadZipFile("no local header")
        if info.flag_bits & 0x60:  # patched data, or an encryption of the whole directory
            raise MethodUnknown("strong encryption")
        self._at = info.header_offset + _LOCAL.size + name + extra
        self._left = info.compress_size
        self._lock: Unlock | None = None
        method = info.compress_type
        if info.flag_bits & 0x1:
            self._lock, method = unlocked(info, self._raw)
            self._left -= self._lock.trailer
        self._decoder = decoder_of(method, info)
        self._given = self._crc = 0
        self._over = False

    def _more(self, most: int) -> bytes:
        """The next bytes, or b"" at the end, if it is as the directory says."""
        while not self._over:
            data = b"" if self._decoder.eof else self._decoder.decode(b"", most)
            if not data and (self._decoder.eof or self._left <= 0):
                self._end()
            elif not data:
                packed = self._raw(min(_BLOCK, self._left))
                data = self._decoder.decode(self._lock.open(packed) if self._lock else packed, most)
            if data:
                self._given += len(data)
                self._crc = zlib.crc32(data, self._crc)
                if self._given > self._info.file_size:
                    raise zipfile.BadZipFile("longer than the directory says")
                return data
        return b""

    def _raw(self, count: int) -> bytes:
        """The next bytes of the file; other members may have been read meanwhile."""
        self._stream.seek(self._at)
        data = _exactly(self._stream, count)
        self._at += count
        self._left -= count
        return data

    def _end(self) -> None:
        self._over = True
        if self._lock is not None:
            if self._left > 0:
                self._lock.open(self._raw(self._left))
            self._lock.finish(self._raw)
        if self._given != self._info.file_size:
            raise zipfile.BadZipFile("shorter than the directory says")
        if self._crc != self._info.CRC and (self._lock is None or self._lock.keeps_crc):
            raise zipfile.BadZipFile("wrong check sum")


def _exactly(stream: io.BufferedIOBase, count: int) -> bytes:
    data = stream.read(count)
    if len(data) != count:
        raise EOFError
    return data
