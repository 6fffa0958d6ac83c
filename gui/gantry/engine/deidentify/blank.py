"""Blanks the text in compressed pixel data: comments, application segments, what follows an image.

Every length stays as it is, so tables of offsets and the coded pixels stay true. What decoders need
is kept: whether colors were transformed is in three kinds of application segment.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from gantry.engine.deidentify.encode import FRAGMENTS, LENGTH
from gantry.engine.deidentify.segments import (
    END,
    JPEG,
    JPEG_2000,
    jpeg_2000_segments,
    jpeg_segments,
)
from gantry.engine.deidentify.walked import NotWalked

_ITEM_TAG: Final = b"\xfe\xff\0\xe0"
_JP2: Final = b"\0\0\0\x0cjP  "
_BOXES: Final = frozenset({b"jP  ", b"ftyp", b"jp2h", b"jp2c"})
_APPLICATION: Final = range(0xE0, 0xF0)
_COMMENT, _COMMENT_2000 = 0xFE, 0x64
# Bytes of a segment that say how to decode; a thumbnail may follow.
_KEPT: Final = {(0xE0, b"JFIF\0"): 14, (0xEE, b"Adobe"): 12, (0xE8, b"mrfx"): 5}


class _Blank(NamedTuple):
    """A part of a stream that gets one byte throughout."""

    begin: int
    end: int
    byte: bytes


def blanked(element: bytes | memoryview) -> bytes | None:
    """The element of compressed pixel data without text; None if it has none.

    A stream that is damaged stays as it is: it is searched like all others.
    """
    made: bytearray | None = None
    for stream in _streams(element):
        pieces = [bytes(element[begin:end]) for begin, end in stream]
        data = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        try:
            blanks = list(_blanks(data))
        except (NotWalked, IndexError):
            continue
        begins = list(accumulate((len(piece) for piece in pieces[:-1]), initial=0))
        for blank in blanks:
            if not data[blank.begin : blank.end].strip(b"\0 "):
                continue
            made = bytearray(element) if made is None else made
            for first, (begin, end) in zip(begins, stream, strict=True):
                left = max(blank.begin - first, 0) + begin
                right = min(blank.end - first + begin, end)
                if left < right:
                    made[left:right] = blank.byte * (right - left)
    return None if made is None else bytes(made)


def _streams(element: bytes | memoryview) -> Iterator[list[tuple[int, int]]]:
    """Where the fragments of each stream that may hold text are. The first item is the table of
    offsets."""
    stream: list[tuple[int, int]] = []
    pos, is_table = FRAGMENTS, True
    while pos + 8 <= len(element) and bytes(element[pos : pos + 4]) == _ITEM_TAG:
        (length,) = LENGTH.unpack_from(element, pos + 4)
        begin, pos = pos + 8, pos + 8 + length
        if is_table:
            is_table = False
            continue
        if bytes(element[begin : begin + 12]).startswith((JPEG, JPEG_2000, _JP2)):
            if stream:
                yield stream
            stream = [(begin, pos)]
        elif stream:
            stream.append((begin, pos))
    if stream:
        yield stream


def _blanks(data: bytes) -> Iterator[_Blank]:
    if data.startswith(JPEG):
        yield from _in_jpeg(data)
    elif data.startswith(JPEG_2000):
        yield from _in_jpeg_2000(data)
    elif data.startswith(_JP2):
        yield from _in_boxes(data)


def _in_jpeg(data: bytes) -> Iterator[_Blank]:
    for marker, value, after in jpeg_segments(data):
        if marker == _COMMENT:
            yield _Blank(value, after, b" ")
        elif marker == END:
            yield _Blank(value, after, b"\0")
        elif marker in _APPLICATION:
            kept = next(
                (
                    length
                    for (kind, name), length in _KEPT.items()
                    if kind == marker and data[value:after].startswith(name)
                ),
                0,
            )
            if marker == 0xE0 and kept:  # a thumbnail of no pixels
                yield _Blank(value + 12, min(value + 14, after), b"\0")
            yield _Blank(min(value + kept, after), after, b"\0")


def _in_jpeg_2000(data: bytes) -> Iterator[_Blank]:
    for marker, value, after in jpeg_2000_segments(data):
        if marker == _COMMENT_2000:
            yield _Blank(value + 2, after, b" ")
        elif marker == END:
            yield _Blank(value, after, b"\0")


def _in_boxes(data: bytes) -> Iterator[_Blank]:
    """A JP2 file: the boxes around the codestream, and the codestream."""
    pos = 0
    while pos + 8 <= len(data):
        length, kind, value = int.from_bytes(data[pos : pos + 4], "big"), data[pos + 4 : pos + 8], 8
        if length == 1:
            length, value = int.from_bytes(data[pos + 8 : pos + 16], "big"), 16
        after = pos + length if length else len(data)
        if after > len(data) or after < pos + value:
            break
        if kind not in _BOXES:
            yield _Blank(pos + value, after, b"\0")
        elif kind == b"jp2c":
            for blank in _in_jpeg_2000(data[pos + value : after]):
                yield _Blank(blank.begin + pos + value, blank.end + pos + value, blank.byte)
        pos = after
    yield _Blank(pos, len(data), b"\0")
