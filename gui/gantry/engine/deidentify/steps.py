"""Steps over the elements of a data set in Little Endian, without reading their values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from gantry.engine.deidentify.encode import HEAD, LENGTH, LONG_VRS, SHORT, UNDEFINED, VR_OF
from gantry.engine.deidentify.walked import NotWalked

_ITEM, _ITEM_END, _SEQUENCE_END = 0xE000, 0xE00D, 0xE0DD
ALL: Final = 0xFFFFFFFF


class Step(NamedTuple):
    """One element.

    Attributes:
        vr: "" where VRs are implicit.
        value: where its value begins.
        after: where it ends; of an undefined length: after its delimiter.
    """

    tag: int
    vr: str
    value: int
    after: int


def elements(
    data: memoryview, pos: int, end: int, *, explicit: bool, last: int = ALL
) -> Iterator[Step]:
    """The elements of a data set, or of an item, up to tag `last`.

    Raises:
        NotWalked: they aren't laid out as they should be.
    """
    while pos + 8 <= end:
        group, element, code, length = HEAD.unpack_from(data, pos)
        tag, value, vr = group << 16 | element, pos + 8, ""
        if group == 0xFFFE or tag > last:
            return
        if not explicit:
            (length,) = LENGTH.unpack_from(data, pos + 4)
        elif code not in VR_OF:
            raise NotWalked("VR")
        elif (vr := VR_OF[code]) in LONG_VRS:
            (length,) = LENGTH.unpack_from(data, pos + 8)
            value = pos + 12
        if length == UNDEFINED:
            after = _sequence_end(data, value, end, explicit=explicit)
        else:
            after = value + length
        if after > end:
            raise NotWalked("length")
        yield Step(tag, vr, value, after)
        pos = after


def items(data: memoryview, pos: int, end: int, *, explicit: bool) -> Iterator[tuple[int, int]]:
    """Where each item of a sequence begins and ends."""
    while pos + 8 <= end:
        group, element, length = SHORT.unpack_from(data, pos)
        if (group, element) != (0xFFFE, _ITEM):
            return
        pos += 8
        if length == UNDEFINED:
            after = _item_end(data, pos, end, explicit=explicit)
        else:
            after = pos + length
        yield pos, after
        pos = after


def fragments_end(data: memoryview, pos: int, end: int) -> int:
    """Where encapsulated pixel data ends.

    Raises:
        NotWalked: it isn't laid out as it should be.
    """
    while pos + 8 <= end:
        group, element, length = SHORT.unpack_from(data, pos)
        pos += 8
        if (group, element) == (0xFFFE, _SEQUENCE_END):
            return pos
        if (group, element) != (0xFFFE, _ITEM) or length == UNDEFINED or pos + length > end:
            break
        pos += length
    raise NotWalked("fragments")


def _sequence_end(data: memoryview, pos: int, end: int, *, explicit: bool) -> int:
    while pos + 8 <= end:
        group, element, length = SHORT.unpack_from(data, pos)
        pos += 8
        if group != 0xFFFE or element not in (_ITEM, _SEQUENCE_END):
            raise NotWalked("item")
        if element == _SEQUENCE_END:
            return pos
        pos = _item_end(data, pos, end, explicit=explicit) if length == UNDEFINED else pos + length
    raise NotWalked("sequence")


def _item_end(data: memoryview, pos: int, end: int, *, explicit: bool) -> int:
    for step in elements(data, pos, end, explicit=explicit):
        pos = step.after
    if pos + 8 <= end and SHORT.unpack_from(data, pos)[:2] == (0xFFFE, _ITEM_END):
        return pos + 8
    raise NotWalked("item")
