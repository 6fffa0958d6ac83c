"""POSIX tar, the part of it that an archive uses: headers out, and a strict reader."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator

from gantry.engine.archive.damage import Damage, damaged
from gantry.engine.archive.names import is_safe

BLOCK = 512
RECORD = 10240
_LONGEST_PAX = 65536
_LATEST = _LARGEST = 8**11 - 1
# What is the same in every ustar header: mode, owner, group; link, magic, names of the owners.
_OWNERS = b"%07o\0%07o\0%07o\0" % (0o644, 0, 0)
_MAGIC = bytes(100) + b"ustar\x0000" + bytes(80)
_ZERO = bytes(BLOCK)
_PAX_RECORD = re.compile(rb"([0-9]{1,6}) ([^=\n]+)=", re.ASCII)


def header(name: str, size: int, mtime: int) -> bytes:
    """The blocks before a member's bytes: plain ustar if it suffices, otherwise pax.

    `mtime` is in seconds; times before 1970, which ustar can't hold, become 1970.
    """
    mtime = min(max(mtime, 0), _LATEST)
    if (plain := _plain_header(name, size, mtime)) is not None:
        return plain
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, mtime, 0o644
    try:
        return info.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")
    except (ValueError, UnicodeEncodeError):
        return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def _plain_header(name: str, size: int, mtime: int) -> bytes | None:
    """The header of nearly all members, ten times as fast as tarfile's; None for the others."""
    prefix, _, rest = name.partition("/") if len(name) > 100 else ("", "", name)
    if not name.isascii() or size > _LARGEST or len(prefix) > 155 or not 0 < len(rest) <= 100:
        return None
    block = b"".join(
        (
            rest.encode().ljust(100, b"\0"),
            _OWNERS,
            b"%011o\0%011o\0        0" % (size, mtime),
            _MAGIC,
            prefix.encode().ljust(167, b"\0"),
        )
    )
    return block[:148] + b"%06o\0" % sum(block) + block[155:]


def padding(size: int) -> bytes:
    """The NULs that fill a member's last block."""
    return bytes(-size % BLOCK)


def end(position: int) -> bytes:
    """The two blocks of NULs that end a tar, and those that fill its last record."""
    return bytes(2 * BLOCK + -(position + 2 * BLOCK) % RECORD)


class TarReader:
    """Reads a tar strictly from the blocks of its stream, in constant memory.

    For each member call `next_member`, then `pieces`, to the end of both. Anything but regular
    files with safe names raises ARCHIVE_DAMAGED, with its position in the tar.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._rest = memoryview(b"")
        self._left = 0
        self.at = 0

    def next_member(self) -> tuple[str, int] | None:
        """The next member's name and size; None at the end of the tar, after checking it."""
        pax: dict[bytes, bytes] = {}
        while True:
            start = self.at
            block = self._take(BLOCK)
            if block == _ZERO:
                if pax:
                    raise damaged(Damage.TAR_HEADER, start, detail="pax header without a member")
                self._check_end()
                return None
            kind, name, size = _parse(block, start)
            if kind == b"x" and not pax:
                pax = self._pax(size, start)
                continue
            if b"path" in pax:
                name = pax[b"path"]
            if b"size" in pax:
                if not re.fullmatch(rb"[0-9]{1,15}", pax[b"size"]):
                    raise damaged(Damage.TAR_HEADER, start, detail="pax size")
                size = int(pax[b"size"])
            try:
                text = name.decode("utf-8")
            except UnicodeDecodeError as error:
                raise damaged(Damage.UNSAFE_NAME, start, detail="not UTF-8") from error
            if kind not in (b"0", b"\0"):
                raise damaged(Damage.NOT_A_FILE, start, text, f"tar type {kind!r}")
            if not is_safe(text):
                raise damaged(Damage.UNSAFE_NAME, start, text)
            self._left = size
            return text, size

    def pieces(self) -> Iterator[memoryview]:
        """The bytes of the member, piece by piece."""
        size = self._left
        while self._left:
            piece = self._some(self._left)
            self._left -= len(piece)
            yield piece
        self._padding(size)

    def _pax(self, size: int, start: int) -> dict[bytes, bytes]:
        if size > _LONGEST_PAX:
            raise damaged(Damage.TAR_HEADER, start, detail=f"pax header of {size} bytes")
        data, records = self._take(size), {}
        self._padding(size)
        while data:
            match = _PAX_RECORD.match(data)
            length = int(match[1]) if match else 0
            if not match or length <= match.end() or data[length - 1 : length] != b"\n":
                raise damaged(Damage.TAR_HEADER, start, detail="pax record")
            records[match[2]] = data[match.end() : length - 1]
            data = data[length:]
        if not records:
            raise damaged(Damage.TAR_HEADER, start, detail="empty pax header")
        return records

    def _padding(self, size: int) -> None:
        start = self.at
        if any(self._take(-size % BLOCK)):
            raise damaged(Damage.TAR_PADDING, start)

    def _check_end(self) -> None:
        start = self.at
        if self._take(BLOCK) != _ZERO:
            raise damaged(Damage.TAR_HEADER, start, detail="one block of zeros inside the tar")
        while True:
            if any(self._rest):
                raise damaged(Damage.TRAILING_DATA, self.at, detail="after the end of the tar")
            self.at += len(self._rest)
            try:
                self._rest = memoryview(next(self._blocks))
            except StopIteration:
                return

    def _take(self, count: int) -> bytes:
        if count <= len(self._rest):
            taken = bytes(self._rest[:count])
            self._rest = self._rest[count:]
            self.at += count
            return taken
        taken = b""
        while len(taken) < count:
            taken += self._some(count - len(taken))
        return taken

    def _some(self, most: int) -> memoryview:
        while not self._rest:
            try:
                self._rest = memoryview(next(self._blocks))
            except StopIteration:
                raise damaged(Damage.TAR_END_MISSING, self.at) from None
        piece = self._rest[:most]
        self._rest = self._rest[len(piece) :]
        self.at += len(piece)
        return piece


def _parse(block: bytes, start: int) -> tuple[bytes, bytes, int]:
    """Type, name and size of a header (POSIX.1-2017 pax, "ustar Interchange Format")."""
    total = sum(block) - sum(block[148:156]) + 8 * 32
    if block[148:156] != b"%06o\0 " % total or block[257:265] != b"ustar\x0000":
        raise damaged(Damage.TAR_HEADER, start)
    owner, size = block[108:124].replace(b" ", b"\0").split(b"\0"), block[124:136].rstrip(b" \0")
    if any(part.strip(b"0") for part in owner) or not re.fullmatch(rb"[0-7]{1,11}", size):
        raise damaged(Damage.TAR_HEADER, start, detail="owner or size")
    name, prefix = block[:100].split(b"\0", 1)[0], block[345:500].split(b"\0", 1)[0]
    return block[156:157], prefix + b"/" + name if prefix else name, int(size, 8)
