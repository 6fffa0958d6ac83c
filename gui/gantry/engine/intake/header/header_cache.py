"""Reads headers that differ little from an earlier one: files of a series repeat nearly all bytes.

What two of them have in common is compared as a whole, and only the elements in which they differ
are read. If the bytes are the same, walking them would give the same result; any other header is
walked element by element as usual.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gantry.engine.intake.header.describe import SeriesValues
from gantry.engine.intake.header.elements import UNDEFINED, Elements, HandOver, past_sequence
from gantry.engine.intake.header.pixels import PixelPlace
from gantry.engine.intake.header.tags import CHARACTER_SET, LONG_VRS, WANTED
from gantry.engine.intake.header.values import Value
from gantry.engine.intake.skipped import NotTaken

START: Final = 132  # after the preamble and "DICM"
MOST: Final = 4  # kinds that are remembered: a folder may mix the series of a study
_CREDIT: Final = 16.0  # failed comparisons of a header with others, element by element …
_REGAIN: Final = 0.1  # … and what each header that was not compared adds to it
_DECIDING: Final = (0x00020002, 0x00020010)  # media class, transfer syntax: never differ

_short: Final = struct.Struct("<H").unpack_from
_long: Final = struct.Struct("<L").unpack_from


class _Element(NamedTuple):
    """An element; `head` is its bytes before the length, which has four bytes or two."""

    start: int
    head: bytes
    long: bool
    tag: int


class _Step(NamedTuple):
    """Bytes that must be there, and the element that ends them, whose length and value differ."""

    run: bytes
    length: int  # of the run
    long: bool
    tag: int
    wanted: bool


class HeaderKind:
    """A header that was walked, and what is known of others like it.

    Attributes:
        series: made from the values that they share.
        common: raw values of the wanted elements that are the same in all.
        known: values of these, for the code that makes them.
        pixels: where the pixel data of the last file were.
    """

    def __init__(
        self, buffer: bytes, elements: list[_Element], found: Elements, syntax: str,
        series: SeriesValues,
    ) -> None:  # fmt: skip
        self.buffer = buffer
        self.elements = elements
        self.heads = [element.head for element in elements]
        self.found = found
        self.transfer_syntax = syntax
        self.series = series
        self.pixels = PixelPlace()
        self._differing: set[int] = set()  # by number
        self._plan()

    def _plan(self) -> None:
        end = self.found.starts[-1]
        bounds = [element.start for element in self.elements] + [end]
        self.common = dict(self.found.values)
        self.known: dict[int, Value] | None = None
        self.steps: list[_Step] = []
        run = START
        for number in sorted(self._differing):
            start, head, long, tag = self.elements[number]
            same = self.buffer[run:start] + head
            self.steps.append(_Step(same, len(same), long, tag, tag in WANTED))
            self.common.pop(tag, None)
            run = bounds[number + 1]
        self.charset = {t: raw for t, raw in self.common.items() if t == CHARACTER_SET}
        self.last = self.buffer[run : end + 4]  # and the tag of the first element after it

    def widen(self, buffer: bytes, elements: list[_Element], end: int) -> bool:
        """Adds a header with the same elements; False if it differs in a deciding element."""
        ours = [*(element.start for element in self.elements), self.found.starts[-1]]
        theirs = [*(element.start for element in elements), end]
        differing = {
            n
            for n in range(len(elements))
            if self.buffer[ours[n] : ours[n + 1]] != buffer[theirs[n] : theirs[n + 1]]
        }
        # the length of the first element also tells an implicit data set
        first = next(n for n, element in enumerate(elements) if element.tag >> 16 != 2)
        if first in differing or any(elements[n].tag in _DECIDING for n in differing):
            return False
        self._differing |= differing
        self._plan()
        return True

    def read(self, buffer: bytes, size: int, own: dict[int, bytes]) -> int | None:
        """Where such a header ends; its own raw values go into `own`. None: not of this kind."""
        pos = START
        try:
            for run, length, long, tag, wanted in self.steps:
                if not buffer.startswith(run, pos):
                    return None
                pos += length
                if long:
                    (value,) = _long(buffer, pos)
                    pos += 4
                else:
                    (value,) = _short(buffer, pos)
                    pos += 2
                if value == UNDEFINED:
                    if wanted or not (self.found.implicit or run[-4:-2] == b"SQ"):
                        return None
                    pos = past_sequence(buffer, pos, size, tag, self.found)
                    continue
                if wanted:
                    own[tag] = buffer[pos : pos + value]
                pos += value
        except (struct.error, HandOver, NotTaken):
            return None
        end = pos + len(self.last) - 4
        if not buffer.startswith(self.last, pos) or end + 8 > len(buffer):
            return None
        return end


@dataclass(slots=True)
class Alike:
    """A header that is like an earlier one.

    Attributes:
        own: the raw values in which it differs.
        end: where the first element after it begins.
    """

    kind: HeaderKind
    own: dict[int, bytes]
    end: int


@dataclass
class HeaderKinds(threading.local):
    """The kinds of header that a thread met last, of little-endian files only."""

    _kinds: list[HeaderKind] = field(default_factory=list)
    _credit: float = _CREDIT

    def match(self, buffer: bytes, size: int) -> Alike | None:
        """Reads the header of a file that begins with `buffer`, if it is like an earlier one."""
        for number, kind in enumerate(self._kinds):
            own = kind.charset.copy()
            end = kind.read(buffer, size, own)
            if end is not None:
                if number:
                    self._kinds.insert(0, self._kinds.pop(number))
                self._credit = min(self._credit + 1, _CREDIT)
                return Alike(kind, own, end)
        return None

    def learn(
        self, buffer: bytes, meta: Sequence[int], found: Elements, syntax: str, series: SeriesValues
    ) -> None:
        """Remembers a header that was walked. Two are of one kind if they agree on the series."""
        if not found.little or not found.starts or found.starts[-1] + 8 > len(buffer):
            return
        if self._credit < 1:
            self._credit += _REGAIN
            return
        self._credit -= 1
        elements = [_element(buffer, start, False) for start in meta[:-1]]
        elements += [_element(buffer, start, found.implicit) for start in found.starts[:-1]]
        heads = [element.head for element in elements]
        if len(set(heads)) < len(heads) or not found.starts[:-1]:
            return
        for kind in self._kinds:
            if (
                kind.series is series
                and kind.transfer_syntax == syntax
                and kind.heads == heads
                and kind.widen(buffer, elements, found.starts[-1])
            ):
                return
        self._kinds = [
            HeaderKind(buffer, elements, found, syntax, series),
            *self._kinds[: MOST - 1],
        ]


def _element(buffer: bytes, start: int, implicit: bool) -> _Element:
    group, element = buffer[start : start + 2], buffer[start + 2 : start + 4]
    tag = int.from_bytes(group, "little") << 16 | int.from_bytes(element, "little")
    long = implicit or buffer[start + 4 : start + 6] in LONG_VRS
    head = buffer[start : start + (4 if implicit else 8 if long else 6)]
    return _Element(start, head, long, tag)
