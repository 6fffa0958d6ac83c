"""What the files of a series repeat: most of their elements are the same, byte for byte.

A template is made of two files of a series. For a third one, only the elements that differ have to
be rewritten: what was made of the others is known. It gives the same bytes as the walk over the
whole file.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from gantry.engine.deidentify.encode import LENGTH, LONG_VRS, SHORT_LENGTH, VR_OF
from gantry.engine.deidentify.facts import POSITION, SOP_INSTANCE, WANTED, Facts
from gantry.engine.deidentify.rules import dictionary_vr
from gantry.engine.deidentify.steps import elements
from gantry.engine.deidentify.walk import PIXEL_DATA, SHOWN_VRS, Walk
from gantry.engine.deidentify.walked import Insertion, NotWalked, Walked
from gantry.engine.deidentify.wordless import kind_of, looks_like

# What a template is valid for: the patient, the character set, the picture.
_FIXED: Final = WANTED - {SOP_INSTANCE, POSITION}
_MORE: Final = 4096  # bytes by which a file's elements may be longer than another's
LONGEST: Final = 256 << 10  # bytes before the pixels: longer ones are hardly repeated
_BEFORE_VALUE: Final = 8  # bytes of an element that is not of a LONG_VR
_OVERLAY: Final = 0x60  # in a tag: what they say may concern the pixels (overlays.py)
_PRIVATE: Final = 0x10000  # in a tag: its group is odd

WalkOf = Callable[[memoryview], Walk]


class Unit(NamedTuple):
    """One element of the top level, or all private ones of a group: its tag, and where it is."""

    tag: int
    begin: int
    end: int


class Same(NamedTuple):
    """Consecutive units that all files repeat: as they were read, and what is made of them."""

    units: range
    source: bytes
    made: bytes


class Differing(NamedTuple):
    """A unit that files don't repeat.

    Attributes:
        insertions: what Gantry writes before it, or in its place.
        start: its tag, and its VR where that is explicit.
        is_short: whether its length has two bytes where it starts so.
        stays: whether it stays as it is where it starts so, if its value looks like its kind.
        kind: what its value has to look like; "": whatever it likes.
    """

    unit: int
    insertions: tuple[Insertion, ...]
    start: bytes
    is_short: bool
    stays: bool
    kind: str

    def is_as_before(self, head: bytes, begin: int, end: int) -> bool:
        """Whether it stays as it is in another file, where it is between these bytes."""
        if not (self.stays and head.startswith(self.start, begin)):
            return False
        return not self.kind or looks_like(self.kind, head[begin + _BEFORE_VALUE : end])


class Span(NamedTuple):
    """Where a file has a unit that differs; `what` is None if it differs for the first time."""

    unit: int
    begin: int
    end: int
    what: Differing | None


@dataclass(frozen=True)
class Template:
    """The elements of a file before its pixels, in order.

    Attributes:
        head: the file up to its pixels.
        insertions: all that Gantry writes.
        rest: those of them that come after the pixels.
        result: what the walk brought of all that is the same.
    """

    head: bytes
    units: tuple[Unit, ...]
    insertions: tuple[Insertion, ...]
    segments: tuple[Same | Differing, ...]
    rest: tuple[Insertion, ...]
    result: Walked
    explicit: bool

    @property
    def longest(self) -> int:
        """How many bytes of a file may come before its pixels."""
        return len(self.head) + _MORE

    def spans(self, head: bytes, start: int) -> tuple[list[Span], int]:
        """The units of a file that differ, and where its pixels begin.

        Args:
            start: where its data set begins.

        Raises:
            NotWalked: the file has other elements.
        """
        pos, found = start, list[Span]()
        for segment in self.segments:
            if isinstance(segment, Differing):
                if segment.is_short and head.startswith(segment.start, pos):
                    end = pos + 8 + (head[pos + 6] | head[pos + 7] << 8)
                else:
                    end = self._end(head, pos, self.units[segment.unit].tag)
                found.append(Span(segment.unit, pos, end, segment))
                pos = end
            elif head.startswith(segment.source, pos):
                pos += len(segment.source)
            else:
                pos = self._within(segment.units, head, pos, found)
        if pos + 8 > len(head) or _tag(head, pos) != PIXEL_DATA:
            raise NotWalked("other elements")
        return found, pos

    def _within(self, units: range, head: bytes, pos: int, found: list[Span]) -> int:
        """Adds those of its units that differ for the first time; returns where the last ends."""
        for index in units:
            tag, begin, end = self.units[index]
            source = self.head[begin:end]
            after = pos + len(source)
            if not head.startswith(source, pos):
                if tag in _FIXED or tag >> 24 == _OVERLAY:
                    raise NotWalked("another patient or picture")
                after = self._end(head, pos, tag)
                found.append(Span(index, pos, after, None))
            pos = after
        return pos

    def _end(self, head: bytes, pos: int, tag: int) -> int:
        """Where a file's unit ends that has this tag."""
        private = bool(tag & _PRIVATE)
        if pos + 12 > len(head) or (_tag(head, pos) ^ tag) >> (16 if private else 0):
            raise NotWalked("other elements")
        if not private:
            end = _end_of_plain(head, pos, explicit=self.explicit)
            if end <= len(head):
                return end
        for unit in _units(head, pos, explicit=self.explicit, most=1):
            return unit.end
        raise NotWalked("other elements")

    def differing(self, spans: Sequence[Span], walk_of: WalkOf) -> Template:
        """The template that fits files which differ in these units, too."""
        known = {s.unit for s in self.segments if isinstance(s, Differing)}
        return _made(
            self.head, self.units, known | {span.unit for span in spans}, self.insertions,
            walk_of, explicit=self.explicit,
        )  # fmt: skip

    def facts(self, like: Facts, head: bytes, spans: Sequence[Span]) -> Facts:
        """The facts about a file, those about the template's given."""
        changed = {
            tag: head[
                span.begin + _before_value(head, span.begin, explicit=self.explicit) : span.end
            ]
            for span in spans
            if (tag := self.units[span.unit].tag) in (SOP_INSTANCE, POSITION)
        }
        return like.changed(changed)


def template_of(
    head: bytes, start: int, other: bytes, other_start: int, walk_of: WalkOf,
    insertions: Sequence[Insertion], *, explicit: bool,
) -> Template:  # fmt: skip
    """The template of a file and the beginning of another one.

    Raises:
        NotWalked: none can be made.
    """
    units = tuple(_units(head, start, explicit=explicit))
    end = units[-1].end if units else len(head)
    if end + 8 > len(head) or _tag(head, end) != PIXEL_DATA:
        raise NotWalked("no pixels")
    whole = Template(head[:end], units, tuple(insertions), (), (), Walked(), explicit)
    spans = list[Span]()
    whole._within(range(len(units)), other, other_start, spans)
    return whole.differing(spans, walk_of)


def _made(
    head: bytes, units: tuple[Unit, ...], differing: set[int], insertions: tuple[Insertion, ...],
    walk_of: WalkOf, *, explicit: bool,
) -> Template:  # fmt: skip
    walk, pending, result = walk_of(memoryview(head)), list(insertions), Walked()
    segments, index = list[Same | Differing](), 0
    while index < len(units):
        first, before = index, tuple(pending)
        tag, begin, end = units[index]
        index += 1
        while first not in differing and index < len(units) and index not in differing:
            end = units[index].end
            index += 1
        brought = walk.piece(begin, end, pending)
        made = b"".join(brought.parts)
        if first in differing:
            used = before[: len(before) - len(pending)]
            segments.append(_differing(first, tag, head[begin:end], made, brought, used, explicit))
        else:
            segments.append(Same(range(first, index), head[begin:end], made))
            result.add(brought)
    return Template(head, units, insertions, tuple(segments), tuple(pending), result, explicit)


def _differing(
    unit: int, tag: int, source: bytes, made: bytes, brought: Walked, used: tuple[Insertion, ...],
    explicit: bool,
) -> Differing:  # fmt: skip
    vr = VR_OF.get(source[4:6], "") if explicit else dictionary_vr(tag)
    one = not tag & _PRIVATE
    stays = one and made == source and not (used or brought.tallies or vr in SHOWN_VRS)
    short = one and explicit and vr not in LONG_VRS and vr != ""
    kind = kind_of(tag, vr)
    stays = stays and not (kind and vr in LONG_VRS)
    return Differing(unit, used, source[: 6 if explicit else 4], short, stays, kind)


def _units(head: bytes, start: int, *, explicit: bool, most: int = 1 << 20) -> list[Unit]:
    """The first units of a data set, up to its pixels."""
    found = list[Unit]()
    view, pos = memoryview(head), start
    for tag, _, _, after in elements(
        view, start, len(head), explicit=explicit, last=PIXEL_DATA - 1
    ):
        last = found[-1] if found else None
        if last and tag & _PRIVATE and not (last.tag ^ tag) >> 16:
            found[-1] = last._replace(end=after)
        elif len(found) == most:
            break
        else:
            found.append(Unit(tag, pos, after))
        pos = after
    return found


def _tag(data: bytes, pos: int) -> int:
    return data[pos + 1] << 24 | data[pos] << 16 | data[pos + 3] << 8 | data[pos + 2]


def _before_value(head: bytes, pos: int, *, explicit: bool) -> int:
    return 12 if explicit and VR_OF.get(head[pos + 4 : pos + 6]) in LONG_VRS else 8


def _end_of_plain(head: bytes, pos: int, *, explicit: bool) -> int:
    """Where an element ends; beyond the end of `head` where its length is undefined."""
    if not explicit:
        (length,) = LENGTH.unpack_from(head, pos + 4)
        return int(pos + 8 + length)
    vr = VR_OF.get(head[pos + 4 : pos + 6])
    if vr is None:
        raise NotWalked("VR")
    if vr in LONG_VRS:
        (length,) = LENGTH.unpack_from(head, pos + 8)
        return int(pos + 12 + length)
    (length,) = SHORT_LENGTH.unpack_from(head, pos + 6)
    return int(pos + 8 + length)
