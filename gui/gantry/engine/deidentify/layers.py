"""Text that is not written plainly: UTF-16, compressed, Base64, escaped; comments of images."""

from __future__ import annotations

import binascii
import html
import re
import zlib
from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

MOST_LAYERS: Final = 3  # one inside the other
_ITEM_TAG: Final = b"\xfe\xff\0\xe0"
_MOST: Final = 8 << 20  # bytes of one compressed stream that are searched
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e]\0){3,}[\x20-\x7e]?")
_WIDE_SIGN: Final = re.compile(rb"\0[\x20-\x7e]\0[\x20-\x7e]\0[\x20-\x7e]")
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{24,}(?:[\r\n]+[A-Za-z0-9+/_-]{4,})*={0,2}")
# x for letters, digits, + / - _; blank for all others. A literal is found quicker than a class.
_MARKS: Final = bytes(0x78 if bytes((c,)).isalnum() or c in b"+/-_" else 0x20 for c in range(256))
_BASE64_RUN: Final = re.compile(b"x" * 24 + b"x*")
_ENTITY: Final = re.compile(rb"&#?\w{2,31};")
_ESCAPE: Final = re.compile(rb"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
# Beginning with one letter, these are found quicker: contours are full of backslashes. Where that
# letter is nowhere, which is seen much quicker, they are not searched for.
_ANY_ESCAPE: Final = (
    (b"u", re.compile(rb"u(?<=\\u)[0-9a-fA-F]{4}")),
    (b"x", re.compile(rb"x(?<=\\x)[0-9a-fA-F]{2}")),
)
_PERCENT: Final = re.compile(rb"%[0-9A-Fa-f]{2}")
_QUOTED: Final = re.compile(rb"=([0-9A-F]{2})")
_STREAMS: Final = (b"\x1f\x8b\x08", b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
# With one byte before a class, numbers are searched three times as fast as for all of _STREAMS.
_ANY_STREAM: Final = (
    (b"\x78", re.compile(rb"\x78[\x01\x5e\x9c\xda]")),
    (b"\x1f", re.compile(rb"\x1f[\x8b]\x08")),
)
_ZIP_MEMBER: Final = b"PK\x03\x04"
_ZLIB_OR_GZIP, _BARE = 47, -15

_JPEG: Final = b"\xff\xd8"
_JPEG_2000: Final = b"\xff\x4f\xff\x51"
_JP2: Final = b"\0\0\0\x0cjP  "
_JPEG_COMMENTS: Final = re.compile(rb"\xff[\xe0-\xef\xfe]")
_TILE_PART: Final = re.compile(rb"\xff\x90\0\x0a")


class Layer(NamedTuple):
    """A text, and where it was.

    Attributes:
        name: how it was hidden.
        data: the text.
        whole: whether it may hide another one in turn; otherwise it is in lower case.
        begins: where each of its pieces begins in `data`.
        at: where each of them was.
    """

    name: str
    data: bytes
    whole: bool
    begins: tuple[int, ...]
    at: tuple[int, ...]

    def offset(self, found: int) -> int:
        """Where the piece began in which something was found."""
        index = max(i for i, begin in enumerate(self.begins) if begin <= found)
        return self.at[index]


def _layer(name: str, pieces: list[tuple[int, bytes]], *, whole: bool = True) -> Layer:
    texts = [text for _, text in pieces]
    begins = accumulate((len(text) + 1 for text in texts[:-1]), initial=0)
    return Layer(name, b"\n".join(texts), whole, tuple(begins), tuple(at for at, _ in pieces))


def wide(lower: bytes) -> Iterator[Layer]:
    """ASCII that is written in UTF-16, of either byte order."""
    if not _WIDE_SIGN.search(lower):
        return
    runs = [(run.start(), run[0][::2]) for run in _WIDE.finditer(lower)]
    if runs:
        yield _layer("UTF-16", runs, whole=False)


def hidden(data: bytes) -> Iterator[Layer]:
    """What is compressed, encoded or escaped in bytes."""
    if unpacked := list(_unpacked(data)):
        yield _layer("compressed", unpacked)
    if decoded := list(_decoded(data)):
        yield _layer("base64", decoded)
    if b"&" in data and _ENTITY.search(data):
        text = html.unescape(data.decode("latin-1"))
        yield _layer("escaped", [(0, text.encode("utf-8"))])
    if b"%" in data and _PERCENT.search(data):
        yield _layer("escaped", [(0, unquote_to_bytes(data))])
    if b"\\" in data and _has_any(data, _ANY_ESCAPE):
        yield _layer("escaped", [(0, _ESCAPE.sub(_character, data))])
    if b"=" in data and _QUOTED.search(data):
        yield _layer("escaped", [(0, _QUOTED.sub(lambda m: bytes.fromhex(m[1].decode()), data))])


def _has_any(data: bytes, patterns: tuple[tuple[bytes, re.Pattern[bytes]], ...]) -> bool:
    """Whether one of some patterns occurs, each with the byte that it begins with."""
    return any(first in data and pattern.search(data) for first, pattern in patterns)


def _character(found: re.Match[bytes]) -> bytes:
    return chr(int(found[1] or found[2], 16)).encode("utf-8", "replace")


def _unpacked(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Streams of gzip and zlib (also those in a PDF), and members of ZIP files."""
    for magic in _STREAMS if _has_any(data, _ANY_STREAM) else ():
        at = data.find(magic)
        while at >= 0:
            if text := _inflated(data[at:], _ZLIB_OR_GZIP):
                yield at, text
            at = data.find(magic, at + 1)
    at = data.find(_ZIP_MEMBER) if _ZIP_MEMBER[1] in data else -1
    while at >= 0:
        name, extra = (int.from_bytes(data[at + i : at + i + 2], "little") for i in (26, 28))
        if text := _inflated(data[at + 30 + name + extra :], _BARE):
            yield at, text
        at = data.find(_ZIP_MEMBER, at + 4)


def _inflated(data: bytes, bits: int) -> bytes:
    try:
        return zlib.decompressobj(bits).decompress(data, _MOST)
    except zlib.error:
        return b""


def _decoded(data: bytes) -> Iterator[tuple[int, bytes]]:
    runs = _BASE64_RUN.finditer(data.translate(_MARKS))
    if all(data[run.start() : run.end()].isdigit() for run in runs):
        return
    for run in _BASE64.finditer(data):
        text = re.sub(rb"[\r\n=]", b"", run[0]).translate(bytes.maketrans(b"-_", b"+/"))
        for skip in range(1 if len(text) % 4 != 1 else 2):
            part = text[skip:]
            part = part[: len(part) - 1] if len(part) % 4 == 1 else part
            yield run.start(), binascii.a2b_base64(part + b"=" * (-len(part) % 4))


def comments(pixels: bytes | memoryview) -> bytes:
    """The text in compressed pixel data, fragment by fragment.

    Of JPEG and JPEG-LS: comment and application segments, and what follows the image. Of JPEG 2000:
    comment segments, and the boxes around the image. RLE has no place for text.
    Of anything else: all bytes.
    """
    said = []
    for fragment in _fragments(memoryview(pixels)):
        said.append(_said(fragment))
    return b"\n".join(said)


def _fragments(data: memoryview) -> Iterator[bytes]:
    pos = 0
    while pos + 8 <= len(data) and bytes(data[pos : pos + 4]) == _ITEM_TAG:
        length = int.from_bytes(data[pos + 4 : pos + 8], "little")
        yield bytes(data[pos + 8 : pos + 8 + length])
        pos += 8 + length
    if not pos:
        yield bytes(data)


def _said(data: bytes) -> bytes:
    if data.startswith(_JPEG):
        return b"\n".join(_jpeg(data))
    if data.startswith(_JPEG_2000):
        return b"\n".join(_jpeg_2000(data))
    if data.startswith(_JP2):
        at = data.find(_JPEG_2000)
        return data if at < 0 else b"\n".join((data[:at], *_jpeg_2000(data[at:])))
    if data[:4] in (b"", b"\0\0\0\0") or _is_rle(data):
        return b""
    return data


def _is_rle(data: bytes) -> bool:
    """Whether a fragment begins as one in RLE does: up to 15 segments, the first at byte 64."""
    segments, first = (int.from_bytes(data[i : i + 4], "little") for i in (0, 4))
    return 1 <= segments <= 15 and first == 64


def _jpeg(data: bytes) -> Iterator[bytes]:
    for found in _JPEG_COMMENTS.finditer(data):
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        if length > 2:
            yield data[found.end() + 2 : found.end() + length]
    yield _after_end(data)


def _jpeg_2000(data: bytes) -> Iterator[bytes]:
    """The comment segments of the main header, and of the header of each tile-part."""
    yield from _segments(data, 2)
    for found in _TILE_PART.finditer(data):
        yield from _segments(data, found.start())
    yield _after_end(data)


def _segments(data: bytes, pos: int) -> Iterator[bytes]:
    """The comments among marker segments, up to the data (DICOM cites ISO/IEC 15444-1 §A)."""
    while data[pos : pos + 1] == b"\xff" and data[pos + 1 : pos + 2] not in (b"\x93", b"\xd9", b""):
        length = int.from_bytes(data[pos + 2 : pos + 4], "big")
        if data[pos + 1] == 0x64:
            yield data[pos + 4 : pos + 2 + length]
        if (data[pos + 1] == 0x90 and data[pos + 12 : pos + 13] != b"\xff") or length < 2:
            return
        pos += 2 + length


def _after_end(data: bytes) -> bytes:
    """What follows the end of an image."""
    at = data.rfind(b"\xff\xd9")
    return b"" if at < 0 else data[at + 2 :]
