"""Walks a DICOM header's top level up to group 0028 and picks out the elements that are wanted.

It only goes through what it fully understands; `HandOver` leaves everything else to pydicom.
Sequences are skipped by their length, or walked where they have none; pixel data is not entered.
(DICOM PS3.5 §7, PS3.10 §7.)
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.intake.tags import LAST_GROUP, LONG_VRS, ROWS, SHORT_VRS, WANTED
from gantry.engine.lazy import load

MOST_NESTING: Final = 64  # levels of undefined length; real files have fewer than ten
UNDEFINED: Final = 0xFFFFFFFF
_SEQUENCE, _ITEM, _SIZED_ITEM = 0, 1, 2

_long_le: Final = struct.Struct("<L").unpack_from
_long_be: Final = struct.Struct(">L").unpack_from
_implicit_le: Final = struct.Struct("<HHL").unpack_from
_implicit_be: Final = struct.Struct(">HHL").unpack_from


class HandOver(Exception):
    """Something here is unusual: pydicom is to read this file."""


class NeedMore(Exception):
    """The header goes on behind the end of the buffer."""


def _swapped(key: int) -> int:
    """The tag of a little-endian key: both halves were read as one number."""
    return (key & 0xFFFF) << 16 | key >> 16


class _Form:
    """How elements are encoded. Keys and VRs are compared as the numbers that they read as."""

    def __init__(self, header: str, *, little: bool) -> None:
        order: Literal["little", "big"] = "little" if little else "big"
        self.little = little
        self.implicit = header == "LL"
        self.unpack: Callable[[bytes, int], tuple[int, ...]]
        self.unpack = struct.Struct("<>"[not little] + header).unpack_from
        self.unpack_long = _long_le if little else _long_be
        self.tag_of: Callable[[int], int] = _swapped if little else int
        self.short = frozenset(int.from_bytes(vr, order) for vr in SHORT_VRS)
        self.long = frozenset(int.from_bytes(vr, order) for vr in LONG_VRS)
        self.sequence = int.from_bytes(b"SQ", order)
        self.wanted = {
            _swapped(tag) if little else tag: (tag, int.from_bytes(vr, order))
            for tag, vr in WANTED.items()
        }


_IMPLICIT: Final = _Form("LL", little=True)
_EXPLICIT_LE: Final = _Form("LHH", little=True)
_EXPLICIT_BE: Final = _Form("LHH", little=False)


@dataclass(slots=True)
class Elements:
    """What the walk picked up: raw values by tag, and whether the file ends before its data do.

    Attributes:
        starts: where each element of the header begins, and last the first one behind it; empty
            where the file ends with the header.
    """

    values: dict[int, bytes]
    little: bool
    implicit: bool
    cut_short: bool
    starts: list[int] = field(default_factory=list)


def _form_of(found: Elements) -> _Form:
    return _IMPLICIT if found.implicit else _EXPLICIT_LE if found.little else _EXPLICIT_BE


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
    found = Elements({}, little, implicit, False)
    form = _form_of(found)
    pos = (_walk_implicit if implicit else _walk_explicit)(buffer, start, size, form, found)
    if pos < size:
        look_behind(buffer, pos, size, found)
    return found


def _walk_implicit(buffer: bytes, pos: int, size: int, form: _Form, found: Elements) -> int:
    """Walks the header; returns where the first element behind it begins, or the file's end."""
    unpack, wanted, limit, last = form.unpack, form.wanted, len(buffer), LAST_GROUP
    values, begins = found.values, found.starts.append
    try:
        while True:
            key, length = unpack(buffer, pos)
            begins(pos)
            if key & 0xFFFF > last:
                return pos
            pos += 8
            end = pos + length
            if end > limit:
                if length != UNDEFINED:
                    raise HandOver if end > size else NeedMore
                if key in wanted or not _is_sequence(buffer, pos, form.tag_of(key), True):
                    raise HandOver
                end = _skip_sequence(buffer, pos, size, form)
            elif key in wanted:
                values[wanted[key][0]] = buffer[pos:end]
            pos = end
    except struct.error:
        found.starts.clear()
        return _at_end(buffer, pos, size)


def _walk_explicit(buffer: bytes, pos: int, size: int, form: _Form, found: Elements) -> int:
    """As above."""
    unpack, wanted, short, limit = form.unpack, form.wanted, form.short, len(buffer)
    shift, last = 0 if form.little else 16, LAST_GROUP
    values, begins = found.values, found.starts.append
    try:
        while True:
            key, vr, length = unpack(buffer, pos)
            begins(pos)
            if key >> shift & 0xFFFF > last:
                return pos
            pos += 8
            if vr not in short:
                if vr not in form.long:
                    raise HandOver
                (length,) = form.unpack_long(buffer, pos)
                pos += 4
            end = pos + length
            if end > limit:
                if length != UNDEFINED:
                    raise HandOver if end > size else NeedMore
                if key in wanted or vr != form.sequence:
                    raise HandOver
                end = _skip_sequence(buffer, pos, size, form)
            elif key in wanted:
                tag, expected = wanted[key]
                if vr != expected:
                    raise HandOver
                values[tag] = buffer[pos:end]
            pos = end
    except struct.error:
        found.starts.clear()
        return _at_end(buffer, pos, size)


def _at_end(buffer: bytes, pos: int, size: int) -> int:
    """Decides what it means that the buffer ended: more to read, a whole file, or a cut one."""
    if pos == size:
        return pos
    if pos < size and len(buffer) < size:
        raise NeedMore
    raise HandOver


def look_behind(buffer: bytes, pos: int, size: int, found: Elements) -> None:
    """Goes on, as far as that is free, to the pixel data: finds files that are cut or unordered.

    Raises:
        HandOver: elements of the header may still follow.
        NotTaken: nested too deep.
    """
    form = _form_of(found)
    last = 0
    try:
        while pos < size:
            fields = form.unpack(buffer, pos)
            tag, length = form.tag_of(fields[0]), fields[-1]
            if tag <= last or tag >> 16 == 0xFFFE or tag >> 16 <= LAST_GROUP:
                raise HandOver
            last = tag
            pos += 8
            if not found.implicit and fields[1] not in form.short:
                if fields[1] not in form.long:
                    return
                (length,) = form.unpack_long(buffer, pos)
                pos += 4
            if length != UNDEFINED:
                pos += length
            elif ROWS in found.values or not _is_sequence(buffer, pos, tag, found.little):
                return
            else:  # the header may have been broken off here
                pos = _skip_sequence(buffer, pos, size, form)
            if tag >> 16 == 0x7FE0:
                break
    except struct.error:
        pass
    found.cut_short = pos > size


def _is_sequence(buffer: bytes, pos: int, tag: int, little: bool) -> bool:
    """Whether an element of undefined length and unknown VR is a sequence, as pydicom sees it."""
    load("pydicom")
    from pydicom.datadict import dictionary_VR

    try:
        known = dictionary_VR(tag) == "SQ"
    except KeyError:
        known = False  # then pydicom looks at what follows, as here
    else:
        if not known:
            return False
    group, element, _length = (_implicit_le if little else _implicit_be)(buffer, pos)
    return group == 0xFFFE and (element == 0xE000 or (known and element == 0xE0DD))


def past_sequence(buffer: bytes, pos: int, size: int, tag: int, found: Elements) -> int:
    """Where a sequence of undefined length ends; its VR, if it has one, says that it is one.

    Raises:
        HandOver, NotTaken: as `walk`.
        struct.error: it goes on behind the buffer.
    """
    form = _form_of(found)
    if found.implicit and not _is_sequence(buffer, pos, tag, found.little):
        raise HandOver
    return _skip_sequence(buffer, pos, size, form)


def _skip_sequence(buffer: bytes, pos: int, size: int, form: _Form) -> int:
    """Walks a sequence of undefined length that starts at `pos`; returns where it ends.

    What pydicom would read beyond its item is left to pydicom, so that both go on at one place.
    """
    tag_length = _implicit_le if form.little else _implicit_be
    stack = [(_SEQUENCE, 0)]
    while stack:
        kind, end = stack[-1]
        if kind == _SIZED_ITEM and pos >= end:
            if pos > end:
                raise HandOver
            stack.pop()
            continue
        group, element, length = tag_length(buffer, pos)
        if kind == _SEQUENCE or group == 0xFFFE:
            if group != 0xFFFE or (kind == _SIZED_ITEM):
                raise HandOver
            pos += 8
            if element == (0xE0DD if kind == _SEQUENCE else 0xE00D):
                stack.pop()
            elif kind == _ITEM or element != 0xE000:
                raise HandOver
            elif length:
                sized = length != UNDEFINED
                stack.append((_SIZED_ITEM, pos + length) if sized else (_ITEM, 0))
            continue
        vr = 0
        if not form.implicit:
            _, vr, length = form.unpack(buffer, pos)
            if vr in form.long:
                (length,) = form.unpack_long(buffer, pos + 8)
                pos += 4
            elif vr not in form.short:
                raise HandOver
        pos += 8
        if length != UNDEFINED:
            pos += length
        elif (
            _is_sequence(buffer, pos, group << 16 | element, form.little)
            if form.implicit
            else vr == form.sequence
        ):
            stack.append((_SEQUENCE, 0))
            if len(stack) > 2 * MOST_NESTING:
                raise NotTaken(SkipReason.TOO_DEEP, f"more than {MOST_NESTING} nested sequences")
        else:
            raise HandOver
    if pos > size:
        raise HandOver
    return pos
