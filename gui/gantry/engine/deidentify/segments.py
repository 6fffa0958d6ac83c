"""Steps over the marker segments of JPEG, JPEG-LS and JPEG 2000 streams."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from gantry.engine.deidentify.walked import NotWalked

JPEG: Final = b"\xff\xd8"
JPEG_2000: Final = b"\xff\x4f\xff\x51"
END: Final = 0xD9  # of both
# What can't occur among the coded bytes of JPEG or JPEG-LS (ISO/IEC 10918-1 §B.1.1, 14495-1 §A).
_NEXT: Final = re.compile(rb"\xff[\xc0-\xcf\xd8-\xfe]")
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD8)})
_SCAN: Final = 0xDA
_TILE_PART, _TILE_DATA = 0x90, 0x93


class Segment(NamedTuple):
    """A marker segment; that of the end of an image has what follows as its value.

    Attributes:
        marker: its second byte.
    """

    marker: int
    value: int
    after: int


def jpeg_segments(data: bytes | memoryview) -> Iterator[Segment]:
    """The segments of a JPEG or JPEG-LS stream, also those between its scans.

    Raises:
        NotWalked: it is damaged, or cut short.
    """
    pos = len(JPEG)
    while pos + 2 <= len(data):
        if data[pos] != 0xFF:
            raise NotWalked("marker")
        marker = data[pos + 1]
        if marker == 0xFF:  # a fill byte
            pos += 1
        elif marker == END:
            yield Segment(END, pos + 2, len(data))
            return
        elif marker in _ALONE:
            pos += 2
        else:
            segment = _segment(data, pos)
            yield segment
            pos = segment.after
            if marker == _SCAN:
                found = _NEXT.search(data, pos)
                if found is None:
                    break
                pos = found.start()
    raise NotWalked("no end")


def jpeg_2000_segments(data: bytes | memoryview) -> Iterator[Segment]:
    """The segments of the headers of a JPEG 2000 codestream and of its tile-parts.

    Raises:
        NotWalked: it is damaged, or cut short.
    """
    pos = 2
    while pos + 2 <= len(data):
        if data[pos] != 0xFF:
            raise NotWalked("marker")
        if data[pos + 1] == END:
            yield Segment(END, pos + 2, len(data))
            return
        segment = _segment(data, pos)
        yield segment
        if segment.marker == _TILE_PART:
            begin, length = pos, int.from_bytes(data[pos + 6 : pos + 10], "big")
            pos = segment.after
            while data[pos : pos + 2] != b"\xff\x93":
                segment = _segment(data, pos)
                yield segment
                pos = segment.after
            # Without a length, it is the last tile-part, and ends with the image.
            after = begin + length if length else bytes(data).rfind(b"\xff\xd9")
            if after <= pos:
                raise NotWalked("length")
            pos = after
        else:
            pos = segment.after
    raise NotWalked("no end")


def _segment(data: bytes | memoryview, pos: int) -> Segment:
    length = int.from_bytes(data[pos + 2 : pos + 4], "big")
    after = pos + 2 + length
    if data[pos : pos + 1] != b"\xff" or length < 2 or after > len(data):
        raise NotWalked("segment")
    return Segment(data[pos + 1], pos + 4, after)
