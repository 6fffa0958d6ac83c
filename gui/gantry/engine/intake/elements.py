"""Walks a DICOM header's top level up to group 0028 and picks out the elements that are wanted.

It only goes through what it fully understands; `HandOver` leaves everything else to pydicom.
Sequences are skipped by their length, or walked where they have none; pixel data is not entered.
(DICOM PS3.5 §7, PS3.10 §7.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

from pydicom.datadict import dictionary_VR

from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.intake.tags import LAST_GROUP, LONG_VRS, SHORT_VRS, WANTED

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
# encapsulated pixel data: explicit VR little endian all the same (PS3.5 §A.4)
_ENCAPSULATED: Final = ("1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.")

MOST_NESTING: Final = 64  # levels of undefined length; real files have fewer than ten
_UNDEFINED: Final = 0xFFFFFFFF
_SEQUENCE, _ITEM, _SIZED_ITEM = 0, 1, 2

_long_le: Final = struct.Struct("<L").unpack_from
_long_be: Final = struct.Struct(">L").unpack_from
_explicit_le: Final = struct.Struct("<HH2sH").unpack_from
_explicit_be: Final = struct.Struct(">HH2sH").unpack_from
_implicit_le: Final = struct.Struct("<HHL").unpack_from
_implicit_be: Final = struct.Struct(">HHL").unpack_from


class HandOver(Exception):
    """Something here is unusual: pydicom is to read this file."""


class NeedMore(Exception):
    """The header goes on behind the end of the buffer."""


@dataclass(slots=True)
class Elements:
    """What the walk picked up: raw values by tag, and whether the file ends before its data do."""

    values: dict[int, bytes]
    little: bool
    implicit: bool
    cut_short: bool


def read_meta(buffer: bytes, start: int) -> tuple[dict[int, bytes], int]:
    """Reads the file meta information at `start`: values of group 0002 by tag, and where it ends.

    Raises:
        HandOver: it is not as the standard has it.
        NeedMore: it does not end within the buffer.
    """
    values: dict[int, bytes] = {}
    pos = start
    try:
        while True:
            group, element, vr, length = _explicit_le(buffer, pos)
            if group != 0x0002:
                return values, pos
            pos += 8
            if vr in LONG_VRS:
                (length,) = _long_le(buffer, pos)
                pos += 4
            elif vr not in SHORT_VRS:
                raise HandOver
            end = pos + length
            if length == _UNDEFINED:
                raise HandOver
            if length <= 256:
                values[element] = buffer[pos:end]
            pos = end
    except struct.error:
        raise NeedMore from None


def encoding_of(transfer_syntax: str) -> tuple[bool, bool]:
    """Whether a transfer syntax has implicit VR, and whether it is little endian.

    Raises:
        HandOver: it is a private or an unknown one.
    """
    if transfer_syntax == IMPLICIT:
        return True, True
    if transfer_syntax == BIG_ENDIAN:
        return False, False
    if transfer_syntax in (EXPLICIT, DEFLATED) or transfer_syntax.startswith(_ENCAPSULATED):
        return False, True
    raise HandOver


def walk(buffer: bytes, start: int, size: int, implicit: bool, little: bool) -> Elements:
    """Walks the data set at `start` of a buffer that holds the first bytes of `size` in all.

    Raises:
        HandOver, NeedMore, NotTaken (nested too deep).
    """
    if len(buffer) - start < 8:
        raise HandOver if len(buffer) == size else NeedMore
    letters = buffer[start + 4 : start + 6]
    # pydicom believes the first element rather than the transfer syntax
    if (letters.isalpha() and letters.isupper()) is implicit:
        raise HandOver
    if not 4 <= int.from_bytes(buffer[start : start + 2], "little" if little else "big") < 0xFFFE:
        raise HandOver
    if implicit:
        return _walk_implicit(buffer, start, size)
    return _walk_explicit(buffer, start, size, little)


def _walk_explicit(buffer: bytes, pos: int, size: int, little: bool) -> Elements:
    """The loop that most files go through; kept free of calls."""
    unpack, unpack_long = (_explicit_le, _long_le) if little else (_explicit_be, _long_be)
    wanted, short, long = WANTED, SHORT_VRS, LONG_VRS
    values: dict[int, bytes] = {}
    last = 0  # the tag from which on only order is watched
    try:
        while True:
            group, element, vr, length = unpack(buffer, pos)
            tag = group << 16 | element
            if group > LAST_GROUP:
                if (last and tag < last) or group == 0xFFFE:
                    raise HandOver
                last = tag
            elif last:
                raise HandOver
            pos += 8
            if vr in long:
                (length,) = unpack_long(buffer, pos)
                pos += 4
                if length == _UNDEFINED:
                    if last:
                        return Elements(values, little, False, False)
                    if vr != b"SQ" or tag in wanted:
                        raise HandOver
                    pos = _skip_sequence(buffer, pos, size, False, little)
                    continue
            elif vr not in short:
                raise HandOver
            end = pos + length
            if last:
                if end > size or group == 0x7FE0 or end + 12 > len(buffer):
                    return Elements(values, little, False, end > size)
            elif tag in wanted:
                if vr != wanted[tag] or end > len(buffer):
                    raise HandOver if end > size or vr != wanted[tag] else NeedMore
                values[tag] = buffer[pos:end]
            pos = end
    except struct.error:
        return _at_end(buffer, pos, size, Elements(values, little, False, False), bool(last))


def _walk_implicit(buffer: bytes, pos: int, size: int) -> Elements:
    wanted = WANTED
    values: dict[int, bytes] = {}
    last = 0
    try:
        while True:
            group, element, length = _implicit_le(buffer, pos)
            tag = group << 16 | element
            if group > LAST_GROUP:
                if (last and tag < last) or group == 0xFFFE:
                    raise HandOver
                last = tag
            elif last:
                raise HandOver
            pos += 8
            if length == _UNDEFINED:
                if last:
                    return Elements(values, True, True, False)
                if tag in wanted or not _is_sequence(buffer, pos, tag, True):
                    raise HandOver
                pos = _skip_sequence(buffer, pos, size, True, True)
                continue
            end = pos + length
            if last:
                if end > size or group == 0x7FE0 or end + 12 > len(buffer):
                    return Elements(values, True, True, end > size)
            elif tag in wanted:
                if end > len(buffer):
                    raise HandOver if end > size else NeedMore
                values[tag] = buffer[pos:end]
            pos = end
    except struct.error:
        return _at_end(buffer, pos, size, Elements(values, True, True, False), bool(last))


def _at_end(buffer: bytes, pos: int, size: int, found: Elements, past: bool) -> Elements:
    """Decides what it means that the buffer ended: more to read, a whole file, or a cut one."""
    if past or pos == size:
        return found
    if len(buffer) < size and pos < size:
        raise NeedMore
    raise HandOver


def _is_sequence(buffer: bytes, pos: int, tag: int, little: bool) -> bool:
    """Whether an element of undefined length and unknown VR is a sequence, as pydicom sees it."""
    try:
        known = dictionary_VR(tag) == "SQ"
    except KeyError:
        known = False  # then pydicom looks at what follows, as here
    else:
        if not known:
            return False
    group, element, _length = (_implicit_le if little else _implicit_be)(buffer, pos)
    return group == 0xFFFE and (element == 0xE000 or (known and element == 0xE0DD))


def _skip_sequence(buffer: bytes, pos: int, size: int, implicit: bool, little: bool) -> int:
    """Walks a sequence of undefined length that starts at `pos`; returns where it ends.

    What pydicom would read beyond its item is left to pydicom, so that both go on at one place.
    """
    tag_length = _implicit_le if little else _implicit_be
    unpack, unpack_long = (_explicit_le, _long_le) if little else (_explicit_be, _long_be)
    stack = [(_SEQUENCE, 0)]
    while stack:
        kind, end = stack[-1]
        if kind == _SIZED_ITEM and pos >= end:
            if pos > end:
                raise HandOver
            stack.pop()
            continue
        group, element, length = tag_length(buffer, pos)
        if kind == _SEQUENCE:
            if group != 0xFFFE:
                raise HandOver
            pos += 8
            if element == 0xE0DD:
                stack.pop()
            elif element != 0xE000:
                raise HandOver
            elif length == _UNDEFINED:
                stack.append((_ITEM, 0))
            elif length:
                stack.append((_SIZED_ITEM, pos + length))
            continue
        if group == 0xFFFE:
            if kind == _SIZED_ITEM or element != 0xE00D:
                raise HandOver
            pos += 8
            stack.pop()
            continue
        vr = b""
        if not implicit:
            _, _, vr, length = unpack(buffer, pos)
            if vr in LONG_VRS:
                (length,) = unpack_long(buffer, pos + 8)
                pos += 4
            elif vr not in SHORT_VRS:
                raise HandOver
        pos += 8
        if length != _UNDEFINED:
            pos += length
        elif vr == b"SQ" or (implicit and _is_sequence(buffer, pos, group << 16 | element, little)):
            stack.append((_SEQUENCE, 0))
            if len(stack) > 2 * MOST_NESTING:
                raise NotTaken(SkipReason.TOO_DEEP, f"more than {MOST_NESTING} nested sequences")
        else:
            raise HandOver
    if pos > size:
        raise HandOver
    return pos
