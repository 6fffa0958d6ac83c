"""Steps from element to element as dcmtk does, across what the standard does not allow.

An invalid VR has a length of two bytes; one of two capitals, which a later edition may define, has
one of four. If that reading leads nowhere and another does, the other is taken: some files change
to implicit VR in the middle. A value of undefined length and VR UN is read in the byte order of its
items. (DICOM PS3.5 §6.2.2, §7.1, §7.5.)
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, NamedTuple

from gantry.engine.intake.header.elements import MOST_NESTING, UNDEFINED
from gantry.engine.intake.header.tags import LONG_VRS, SHORT_VRS
from gantry.engine.intake.header.window import Window

MOST_STEPS: Final = 50_000
_VRS: Final = SHORT_VRS | LONG_VRS
_ITEM, _END_OF_ITEM, _END_OF_ITEMS = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_tag: Final = {True: struct.Struct("<HH").unpack_from, False: struct.Struct(">HH").unpack_from}
_short: Final = {True: struct.Struct("<H").unpack_from, False: struct.Struct(">H").unpack_from}
_long: Final = {True: struct.Struct("<L").unpack_from, False: struct.Struct(">L").unpack_from}


class Lost(Exception):
    """Nothing more can be made of what follows."""


class Element(NamedTuple):
    """An element; `start` is where its value begins; `odd`: its VR is invalid."""

    tag: int
    vr: bytes
    start: int
    length: int
    odd: bool = False


@dataclass
class Stepper:
    """Steps through a file.

    Attributes:
        steps: how many it may still take.
        odd: whether it met an invalid VR.
    """

    window: Window
    steps: int = MOST_STEPS
    odd: bool = False

    def element(self, pos: int, *, implicit: bool, little: bool) -> Element | None:
        """The element at `pos`; None at the end of the file.

        Raises:
            Lost: too many steps.
        """
        self.steps -= 1
        if self.steps < 0:
            raise Lost
        head = self.window.at(pos, 12)
        if len(head) < 8:
            return None
        group, number = _tag[little](head)
        tag = group << 16 | number
        if implicit or group == 0xFFFE:
            return Element(tag, b"", pos + 8, _long[little](head, 4)[0])
        vr = head[4:6]
        if vr in SHORT_VRS:
            return Element(tag, vr, pos + 8, _short[little](head, 6)[0])
        if vr in LONG_VRS:
            return self._long(tag, vr, pos, head, little, odd=False)
        return self._odd(tag, vr, pos, head, little)

    def past(self, element: Element, *, implicit: bool, little: bool) -> int:
        """Where an element of undefined length ends.

        Raises:
            Lost: it can't be told.
        """
        implicit = implicit or element.vr == b"UN"
        return self._past_items(element.start, implicit=implicit, little=little, depth=0)

    def _long(
        self, tag: int, vr: bytes, pos: int, head: bytes, little: bool, *, odd: bool
    ) -> Element | None:
        if len(head) < 12:
            return None
        return Element(tag, vr, pos + 12, _long[little](head, 8)[0], odd)

    def _odd(self, tag: int, vr: bytes, pos: int, head: bytes, little: bool) -> Element | None:
        self.odd = True
        two = Element(tag, vr, pos + 8, _short[little](head, 6)[0], True)
        readings: list[Element | None] = [two]
        if vr.isalpha() and vr.isupper() and two.length == 0:
            readings.insert(0, self._long(tag, vr, pos, head, little, odd=True))
        readings.append(Element(tag, b"", pos + 8, _long[little](head, 4)[0], True))
        for reading in readings:
            if reading is not None and self._leads_on(reading, little):
                return reading
        return readings[0]

    def _leads_on(self, element: Element, little: bool) -> bool:
        """Whether a later element follows, or the end of the file, or that of an item."""
        if element.length == UNDEFINED:
            following = self.window.at(element.start, 4)
            return len(following) == 4 and _tag[little](following) == (0xFFFE, 0xE000)
        end = element.start + element.length
        if end >= self.window.size:
            return end == self.window.size
        following = self.window.at(end, 6)
        if len(following) < 6:
            return False
        group, number = _tag[little](following)
        if group == 0xFFFE:
            return number in (0xE00D, 0xE0DD, 0xE000)
        return group << 16 | number > element.tag and (
            following[4:6] in _VRS or group == element.tag >> 16
        )

    def _past_items(self, pos: int, *, implicit: bool, little: bool, depth: int) -> int:
        if depth > MOST_NESTING:
            raise Lost
        while True:
            little = self._order(pos, little)
            item = self.element(pos, implicit=True, little=little)
            if item is None:
                raise Lost
            if item.tag == _END_OF_ITEMS:
                return item.start
            if item.tag != _ITEM:
                raise Lost
            if item.length != UNDEFINED:
                pos = item.start + item.length
            else:
                pos = self._past_item(item.start, implicit=implicit, little=little, depth=depth)
            if pos > self.window.size:
                raise Lost

    def _past_item(self, pos: int, *, implicit: bool, little: bool, depth: int) -> int:
        first = self.window.at(pos, 6)
        group = int.from_bytes(first[:2], "little" if little else "big")
        if len(first) == 6 and group != 0xFFFE:  # the letters tell
            implicit = implicit and first[4:6] not in _VRS
        while True:
            element = self.element(pos, implicit=implicit, little=little)
            if element is None:
                raise Lost
            if element.tag == _END_OF_ITEM:
                return element.start
            if element.tag >> 16 == 0xFFFE:
                raise Lost
            if element.length != UNDEFINED:
                pos = element.start + element.length
                if pos > self.window.size:
                    raise Lost
                continue
            inner = implicit or element.vr == b"UN"
            pos = self._past_items(element.start, implicit=inner, little=little, depth=depth + 1)

    def _order(self, pos: int, little: bool) -> bool:
        """The byte order of the item at `pos`; it can differ in values of VR UN."""
        head = self.window.at(pos, 4)
        if len(head) < 4 or _tag[little](head)[0] == 0xFFFE:
            return little
        other: bool = _tag[not little](head)[0] == 0xFFFE
        return little != other
