"""Finds a file's pixel data, and says whether they are complete.

Native pixel data have a known length; encapsulated ones end with a delimiter, and have at least one
fragment per frame (DICOM PS3.5 §8, §A.4). This reads little: a few element headers and, of
compressed pixel data, the last bytes and the heads of fragments.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from typing import Final

from gantry.engine.intake.header.elements import (
    UNDEFINED,
    Elements,
    HandOver,
    is_sequence,
    next_element,
    past_sequence,
)
from gantry.engine.intake.header.lenient import Element, Lost, Stepper
from gantry.engine.intake.header.tags import LAST_GROUP, ROWS
from gantry.engine.intake.header.window import Window

MOST_STEPS: Final = 5_000  # elements, or fragments, that are stepped over …
MOST_SEARCHED: Final = 16 << 20  # … and bytes in which pixel data are looked for
_SEARCHED: Final = 256 << 10
_TAIL, _NEAR_TAIL = 64 << 10, 512
_PIXEL_DATA: Final = b"\xe0\x7f\x10\x00"
_PIXELS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_EXTENDED_OFFSETS: Final = 0x7FE00001
_DELIMITER: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"
_PIXELS_FOLLOW: Final = re.compile(re.escape(_DELIMITER) + rb"\xe0\x7f[\x01\x08\x09\x10]\0")
_OVERLAP: Final = len(_DELIMITER) + 4
_PER_FRAME: Final = 0x52009230
_ITEM, _END_OF_ITEMS = 0xFFFEE000, 0xFFFEE0DD

# Image storage (PS3.4 §B.5); of these spectroscopy and raw data have rows and columns but no pixels
_IMAGES: Final = re.compile(
    r"1\.2\.840\.10008\.5\.1\.4\.1\.1\.(?:[1-7]|12|13|14|20|30|66\.4|77|128|130|481)(?:\..+)?"
)
_NO_PIXELS: Final = "1.2.840.10008.5.1.4.1.1.4.2"
# Their pixels are on a server (JPIP); frames of a video aren't fragments
_ELSEWHERE: Final = ("1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.204",
                     "1.2.840.10008.1.2.4.205")  # fmt: skip
_VIDEO: Final = "1.2.840.10008.1.2.4.10"
_NATIVE: Final = ("", "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1.99",
                  "1.2.840.10008.1.2.2")  # fmt: skip

_long: Final = struct.Struct("<L").unpack_from
_items_le: Final = struct.Struct("<HHL").unpack_from


@dataclass(frozen=True, slots=True)
class Promise:
    """What a header says about the pixel data.

    Attributes:
        some: whether there must be any.
        native: their size in bytes, uncompressed; 0 if the header does not say.
    """

    some: bool
    native: int
    frames: int


def promise(
    sop_class: str, rows: int, columns: int, samples: int, bits: int, frames: int, colours: str
) -> Promise:
    """From Rows, Columns, Samples per Pixel, Bits Allocated, frames, Photometric Interpretation."""
    area = max(rows, 0) * max(columns, 0)
    if colours == "YBR_FULL_422" and samples == 3:
        samples = 2
    frames = max(frames, 1)
    is_image = _IMAGES.fullmatch(sop_class) is not None and sop_class != _NO_PIXELS
    native = (area * samples * bits * frames + 7) // 8 if samples > 0 and bits > 0 else 0
    return Promise(area > 0 and is_image, native, frames)


@dataclass(slots=True)
class PixelPlace:
    """Where the pixel data of the last file of a kind were: bytes after the header, and their
    element's head. Those of the next file are usually there too, however much is between."""

    distance: int = 0
    head: bytes = b""


def falls_short(
    window: Window,
    start: int,
    found: Elements,
    promised: Promise,
    syntax: str,
    place: PixelPlace | None = None,
) -> bool:
    """Whether a file ends before its data do, or has fewer pixels than its header promises.

    Args:
        start: where the first element after the header begins.

    Raises:
        HandOver: elements of the header may still follow.
        NotTaken: nested too deep.
        OSError: the system refused.
    """
    if found.little and window.buffer.startswith(_PIXEL_DATA, start):  # mostly
        at = start + (4 if found.implicit else 8)
        if at + 4 <= len(window.buffer):
            (length,) = _long(window.buffer, at)
            return pixels_fall_short(window, at + 4, length, promised, syntax)
    short, is_sure = _walk(
        window, start, found, promised, syntax, place or PixelPlace(), search=True
    )
    if short and not is_sure:
        short, _ = _walk(window, start, found, promised, syntax, PixelPlace(), search=False)
    return short


def _walk(
    window: Window,
    start: int,
    found: Elements,
    promised: Promise,
    syntax: str,
    place: PixelPlace,
    *,
    search: bool,
) -> tuple[bool, bool]:
    """The same, and whether it is certain: pixel data found by searching may be an icon's."""
    pos, known = start, len(window.buffer)
    last = offsets = 0
    is_sure = True
    for _ in range(MOST_STEPS):
        if pos + 12 > known and (there := _at_place(window, pos, start, place)) is not None:
            pos, is_sure = there, False
        if (element := next_element(window.at(pos, 12), found)) is None:
            break
        tag, vr, head, length = element
        if tag <= last or tag >> 16 == 0xFFFE or tag >> 16 <= LAST_GROUP:
            raise HandOver
        last = tag
        if tag in _PIXELS:
            place.distance, place.head = pos - start, window.at(pos, head)
            short = pixels_fall_short(window, pos + head, length, promised, syntax, offsets=offsets)
            return short, is_sure
        if tag == _EXTENDED_OFFSETS:
            offsets = length // 8
        if length != UNDEFINED:
            pos += head + length
            continue
        if (after := _past_known(window, pos + head, tag, vr, found)) is not None:
            pos = after
        elif (after := _at_place(window, pos, start, place)) is not None:
            pos, is_sure = after, False
        elif search and found.little and (after := _search(window, pos + head, tag)) is not None:
            pos, is_sure = after, tag == _PER_FRAME
        elif (after := _past(window, pos + head, tag, vr, found)) is not None:
            pos = after
        else:
            return promised.native > 0 and _may_be_native(syntax, window, pos, promised), True
    else:
        return False, True
    if pos + 12 <= window.size:  # longest head of an element
        return False, True  # what follows can't be reached
    return pos > window.size or (promised.some and syntax not in _ELSEWHERE), is_sure


def _at_place(window: Window, pos: int, start: int, place: PixelPlace) -> int | None:
    """Where pixel data begin, if that is where those of the previous file began."""
    there = start + place.distance
    is_there = place.head and pos <= there and window.at(there, len(place.head)) == place.head
    return there if is_there else None


def pixels_fall_short(
    window: Window, start: int, length: int, promised: Promise, syntax: str, *, offsets: int = 0
) -> bool:
    """The same for pixel data whose value begins at `start`.

    Args:
        offsets: frames that the Extended Offset Table lists; 0 where there is none.

    Raises:
        OSError: the system refused.
    """
    if length != UNDEFINED:
        if start + length > window.size:
            return True
        if syntax in _NATIVE and promised.native:
            return length < promised.native
        return length == 0 and promised.some
    if not promised.some and start >= window.size:
        return True
    frames = 1 if syntax.startswith(_VIDEO) and len(syntax) > len(_VIDEO) else promised.frames
    return _fragments_fall_short(window, start, frames, offsets)


def _fragments_fall_short(window: Window, start: int, frames: int, offsets: int) -> bool:
    head = _item(window, start)
    if head is None:
        return True
    tag, length = head
    if tag != _ITEM:
        return tag == _END_OF_ITEMS  # no item at all; anything else is not a fragment
    first = start + 8 + length
    listed = length // 4 or offsets
    if listed and listed < frames:
        return True
    ends = window.seeks and _ends_with_delimiter(window, first)
    begin, counted = first, frames > 1 and not listed
    if ends and length >= 8 and not counted:  # at least the last frame must be complete
        (offset,) = struct.unpack("<L", window.at(start + 4 + length, 4))
        begin = first + offset
    return _walk_fragments(window, begin, frames if counted else 1, ends=ends)


def _walk_fragments(window: Window, pos: int, fewest: int, *, ends: bool) -> bool:
    """Whether the fragments from `pos` on are cut, empty, or too few."""
    filled = 0
    for count in range(MOST_STEPS):
        head = _item(window, pos)
        if head is None:
            return True  # ends without the delimiter, or within a fragment
        tag, length = head
        if tag == _END_OF_ITEMS:
            return count < fewest or not filled
        if tag != _ITEM or length == UNDEFINED:
            return not ends  # a length that lies: whether anything is lost, the delimiter tells
        filled += length
        pos += 8 + length
    return False  # too many to be counted


def _item(window: Window, pos: int) -> tuple[int, int] | None:
    head = window.at(pos, 8)
    if len(head) < 8:
        return None
    group, element, length = _items_le(head)
    return group << 16 | element, length


def _ends_with_delimiter(window: Window, start: int) -> bool:
    """Whether the sequence's delimiter is near the file's end, before some padding."""
    size = window.size
    for reach in (_NEAR_TAIL, _TAIL):
        begin = max(start, size - reach)
        if begin < size and _DELIMITER in window.at(begin, size - begin):
            return True
    return False


def _past_known(window: Window, pos: int, tag: int, vr: bytes, found: Elements) -> int | None:
    """Where a value of undefined length ends, if that is within what was read."""
    try:
        if vr == b"SQ" or is_sequence(window.buffer, pos, tag, found.little):
            return past_sequence(window.buffer, pos, window.size, tag, found)
    except struct.error:
        pass
    except HandOver:
        if ROWS not in found.values:  # the header may have been broken off here
            raise
    return None


def _past(window: Window, pos: int, tag: int, vr: bytes, found: Elements) -> int | None:
    """Where it ends, read from the file if need be; None if that isn't known."""
    try:
        return Stepper(window, MOST_STEPS).past(
            Element(tag, vr, pos, UNDEFINED), implicit=found.implicit, little=found.little
        )
    except Lost:
        return None


def _search(window: Window, pos: int, tag: int) -> int | None:
    """Where pixel data begin that follow a sequence; per-frame groups may be megabytes long."""
    end = min(window.size, pos + (MOST_SEARCHED if tag == _PER_FRAME else _SEARCHED))
    step = 1 << 20 if tag == _PER_FRAME else _SEARCHED // 4
    while pos + _OVERLAP < end:
        block = window.at(pos, min(step, end - pos))
        if match := _PIXELS_FOLLOW.search(block):
            return pos + match.start() + len(_DELIMITER)
        if len(block) <= _OVERLAP:
            return None
        pos += len(block) - _OVERLAP
    return None


def _may_be_native(syntax: str, window: Window, pos: int, promised: Promise) -> bool:
    """Whether uncompressed pixels can't fit into what follows."""
    return syntax in _NATIVE and window.size - pos < promised.native
