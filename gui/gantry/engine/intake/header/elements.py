"""Walks a DICOM header's top level up to group 0028 and picks out the wanted elements.

It reads only what it fully understands; `HandOver` leaves everything else to pydicom. Sequences are
skipped by their length, or walked if they have none; pixel data is not entered. (DICOM PS3.5 §7,
PS3.10 §7.)
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from gantry.engine.intake.header.tags import LAST_GROUP, LONG_VRS, SHORT_VRS, WANTED
from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.lazy import load

MOST_NESTING: Final = 64  # levels of undefined length; real files have fewer than ten
UNDEFINED: Final = 0xFFFFFFFF
_SEQUENCE, _ITEM, _SIZED_ITEM = 0, 1, 2

_long_le: Final = struct.Struct("<L").unpack_from
_long_be: Final = struct.Struct(">L").unpack_from
_implicit_le: Final = struct.Struct("<HHL").unpack_from
_implicit_be: Final = struct.Struct(">HHL").unpack_from


class HandOver(Exception):
    """The file is unusual: pydicom must read it."""


class OddVr(HandOver):
    """An invalid VR; pydicom would continue in implicit VR, which is mostly wrong."""


class NeedMore(Exception):
    """The header continues after the end of the buffer."""


def _swapped(key: int) -> int:
    """The tag of a little-endian key, whose halves were read as one number."""
    return (key & 0xFFFF) << 16 | key >> 16


class _Form:
    """How elements are encoded. Keys and VRs are compared as numbers."""

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
    """The result of the walk: raw values by tag.

    Attributes:
        end: where the first element after the header begins, or the file's end.
        starts: where each element of the header begins, and finally the first one after it; empty
            if the file ends with the header.
    """

    values: dict[int, bytes]
    little: bool
    implicit: bool
    end: int = 0
    starts: list[int] = field(default_factory=list)


def _form_of(found: Elements) -> _Form:
    return _IMPLICIT if found.implicit else _EXPLICIT_LE if found.little else _EXPLICIT_BE


def walk(buffer: bytes, start: int, size: int, implicit: bool, little: bool) -> Elements:
    """Walks the data set at `start` of a buffer with the first bytes of a file of `size` bytes.

    Raises:
        HandOver, NeedMore, NotTaken (nested too deep).
    """
    if len(buffer) - start < 8:
        raise HandOver if len(buffer) == size else NeedMore
    letters = buffer[start + 4 : start + 6]
    # pydicom trusts the first element rather than the transfer syntax
    if (letters.isalpha() and letters.isupper()) is implicit:
        raise HandOver
    if not 4 <= int.from_bytes(buffer[start : start + 2], "little" if little else "big") < 0xFFFE:
        raise HandOver
    found = Elements({}, little, implicit)
    form = _form_of(found)
    found.end = (_walk_implicit if implicit else _walk_explicit)(buffer, start, size, form, found)
    return found


def _walk_implicit(buffer: bytes, pos: int, size: int, form: _Form, found: Elements) -> int:
    """Walks the header; returns where the first element after it begins, or the file's end."""
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
                if key in wanted or not is_sequence(buffer, pos, form.tag_of(key), True):
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
                    raise OddVr
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
    """Decides what the end of the buffer means: more to read, a complete file, or a cut one."""
    if pos == size:
        return pos
    if pos < size and len(buffer) < size:
        raise NeedMore
    raise HandOver


def next_element(head: bytes, found: Elements) -> tuple[int, bytes, int, int] | None:
    """Decodes an element's first 12 bytes: tag, VR (or ""), bytes before the value, length.

    An invalid VR has a length of two bytes; one of two capitals, which a later edition of the
    standard may define, has one of four, as in dcmtk. None: there are too few bytes.
    """
    form = _form_of(found)
    if len(head) < 8:
        return None
    fields = form.unpack(head, 0)
    tag, length = form.tag_of(fields[0]), fields[-1]
    if found.implicit:
        return tag, b"", 8, length
    vr = head[4:6]
    if fields[1] in form.short:
        return tag, vr, 8, length
    if fields[1] in form.long or (length == 0 and vr.isalpha() and vr.isupper()):
        return (tag, vr, 12, form.unpack_long(head, 8)[0]) if len(head) == 12 else None
    return tag, vr, 8, length


def is_sequence(buffer: bytes, pos: int, tag: int, little: bool) -> bool:
    """Whether an element of undefined length and unknown VR is a sequence, as pydicom sees it."""
    load("pydicom")
    from pydicom.datadict import dictionary_VR  # noqa: PLC0415 - pydicom: 120 ms

    try:
        known = dictionary_VR(tag) == "SQ"
    except KeyError:
        known = False  # then pydicom looks at what follows, and so does this
    else:
        if not known:
            return False
    group, element, _length = (_implicit_le if little else _implicit_be)(buffer, pos)
    return group == 0xFFFE and (element == 0xE000 or (known and element == 0xE0DD))


def past_sequence(buffer: bytes, pos: int, size: int, tag: int, found: Elements) -> int:
    """Where a sequence of undefined length ends; its VR, if any, says that it is a sequence.

    Raises:
        HandOver, NotTaken: as `walk`.
        struct.error: it continues after the buffer.
    """
    form = _form_of(found)
    if found.implicit and not is_sequence(buffer, pos, tag, found.little):
        raise HandOver
    return _skip_sequence(buffer, pos, size, form)


def _skip_sequence(buffer: bytes, pos: int, size: int, form: _Form) -> int:
    """Walks a sequence of undefined length that starts at `pos`; returns where it ends.

    What pydicom would read beyond its item is left to pydicom, so that both continue at the same
    place.
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
                raise OddVr
        pos += 8
        if length != UNDEFINED:
            pos += length
        elif (
            is_sequence(buffer, pos, group << 16 | element, form.little)
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
