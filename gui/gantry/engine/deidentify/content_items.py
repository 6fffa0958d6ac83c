"""Content items that say of the patient what the table removes elsewhere: sex, age, weight, birth.

A content item (DICOM PS3.3 §C.17.3) is judged by the code of its concept name, which the rules for
single elements do not see. It stays, so that others can refer to it; its value goes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from gantry.engine.deidentify import encode
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.encode import ITEM
from gantry.engine.deidentify.profile import Options
from gantry.engine.deidentify.rules import dictionary_vr
from gantry.engine.deidentify.steps import Step, elements, items
from gantry.engine.deidentify.walk import PIXEL_DATA
from gantry.engine.deidentify.walked import NotWalked, Walked

CONCEPT: Final = 0x0040A043
MEASURED: Final = 0x0040A300
CODED: Final = 0x0040A168
DATE_TIME: Final = 0x0040A120
DATE: Final = 0x0040A121
_CODE: Final = 0x00080100
_SCHEME: Final = 0x00080102
_MEANING: Final = 0x00080104
_UNIT: Final = 0x004008EA
NUMBER: Final = 0x0040A30A
EXACT: Final = frozenset({0x0040A161, 0x0040A162, 0x0040A163})  # the same number in other forms
_OLDEST: Final = 90  # years
_PER_YEAR: Final = {"d": 365.25, "wk": 52.18, "mo": 12.0, "a": 1.0}
UNKNOWN: Final = (b"261665006", b"SCT", b"Unknown")
DUMMIES: Final = {
    DATE_TIME: ("DT", b"19000101000000"),
    DATE: ("DA", b"19000101"),
    NUMBER: ("DS", b"0"),
}

AGES: Final = frozenset(
    {
        ("DCM", "121033"),
        ("LN", "30525-0"),
        ("LN", "29553-5"),
        ("LN", "21612-7"),
        ("SCT", "397669002"),
    }
)
BIRTHS: Final = frozenset({("DCM", "121031"), ("LN", "21112-8")})
# Sex, weight, height, body mass index, ethnic group, pregnancy, smoking.
TRAITS: Final = frozenset(
    {
        ("DCM", "121032"), ("LN", "46098-0"), ("LN", "76689-9"), ("SCT", "263495000"),
        ("LN", "29463-7"), ("LN", "3141-9"), ("SCT", "27113001"),
        ("LN", "8302-2"), ("LN", "3137-7"), ("SCT", "50373000"),
        ("LN", "39156-5"), ("SCT", "60621009"), ("LN", "32624-9"),
        ("DCM", "111532"), ("LN", "11449-6"), ("SCT", "364320009"),
        ("LN", "72166-2"), ("SCT", "365981007"),
    }
)  # fmt: skip


class Edit(NamedTuple):
    """New bytes for a part of a data set: between two offsets."""

    tag: int
    begin: int
    end: int
    new: bytes
    action: Action


class ContentItems:
    """Finds content items whose values go.

    Args:
        explicit: whether VRs are explicit.
    """

    def __init__(self, options: Options, *, explicit: bool) -> None:
        self._options, self._explicit = options, explicit

    def found(self, data: memoryview, start: int) -> list[list[Edit]]:
        """What to change in each of them; an item may have no value that says anything.

        Raises:
            NotWalked: the data set isn't laid out as it should be.
        """
        if not self._options.structured_content:
            return []
        return list(self._within(data, start, len(data), PIXEL_DATA - 1))

    def emptied(self, walked: Walked, expected: int) -> None:
        """Changes what a walk brought.

        Args:
            expected: how many items its source had.

        Raises:
            NotWalked: one of them can no longer be found.
        """
        pixels = max(walked.native, walked.compressed)
        count = pixels if pixels >= 0 else len(walked.parts)
        data = memoryview(b"".join(walked.parts[:count]))
        found = self.found(data, 0)
        if len(found) < expected:
            raise NotWalked("content items")
        made, at = list[bytes | memoryview](), 0
        for edit in sorted((e for edits in found for e in edits), key=lambda e: e.begin):
            made += (data[at : edit.begin], edit.new)
            at = edit.end
            walked.tallies[edit.tag, edit.action] += 1
        walked.parts[:count] = [b"".join((*made, data[at:]))]
        walked.native = 1 if walked.native >= 0 else -1
        walked.compressed = 1 if walked.compressed >= 0 else -1

    def _within(
        self, data: memoryview, pos: int, end: int, last: int = encode.UNDEFINED
    ) -> Iterator[list[Edit]]:
        for step in elements(data, pos, end, explicit=self._explicit, last=last):
            if not self._is_sequence(data, step):
                continue
            for begin, after in items(data, step.value, step.after, explicit=self._explicit):
                if self._goes(data, begin, after):
                    yield list(self._edits(data, begin, after))
                yield from self._within(data, begin, after)

    def _is_sequence(self, data: memoryview, step: Step) -> bool:
        return (step.vr or dictionary_vr(step.tag)) == "SQ" or (
            bytes(data[step.value : step.value + 4]) == ITEM[:4]
        )

    def _goes(self, data: memoryview, begin: int, after: int) -> bool:
        concept = self._code(data, begin, after, CONCEPT)
        if concept in BIRTHS:
            return True
        if concept not in AGES and concept not in TRAITS:
            return False
        if not self._options.patient_characteristics:
            return True
        return concept in AGES and not self._is_below_limit(data, begin, after)

    def _is_below_limit(self, data: memoryview, begin: int, after: int) -> bool:
        """Whether an age may stay: a number with a unit, of less than 90 years.

        Items of reports have it in a sequence; those of an acquisition's context have it in
        themselves.
        """
        places = list(self._items(data, begin, after, MEASURED)) or [(begin, after)]
        said = [
            (self._values(data, *place).get(NUMBER, b""), self._code(data, *place, _UNIT)[1])
            for place in places
        ]
        try:
            return all(0 <= float(number) / _PER_YEAR[unit] < _OLDEST for number, unit in said)
        except (ValueError, KeyError):
            return False

    def _edits(self, data: memoryview, begin: int, after: int) -> Iterator[Edit]:
        at = begin
        for step in elements(data, begin, after, explicit=self._explicit):
            if step.tag in (MEASURED, CODED) and step.after > step.value:
                new = [] if step.tag == MEASURED else [self._unknown()]
                made = encode.sequence(step.tag, new, explicit=self._explicit)
                action = Action.DUMMY if new else Action.EMPTY
                yield Edit(step.tag, at, step.after, made, action)
            elif step.tag in DUMMIES and step.after > step.value:
                vr, dummy = DUMMIES[step.tag]
                made = encode.element(step.tag, vr, dummy, explicit=self._explicit)
                yield Edit(step.tag, at, step.after, made, Action.DUMMY)
            elif step.tag in EXACT:
                yield Edit(step.tag, at, step.after, b"", Action.REMOVE)
            at = step.after

    def _unknown(self) -> bytes:
        tags = ((_CODE, "SH"), (_SCHEME, "SH"), (_MEANING, "LO"))
        return b"".join(
            encode.element(tag, vr, value, explicit=self._explicit)
            for (tag, vr), value in zip(tags, UNKNOWN, strict=True)
        )

    def _code(self, data: memoryview, begin: int, after: int, tag: int) -> tuple[str, str]:
        """Scheme and value of the first code in a sequence; two times "": there is none."""
        for item in self._items(data, begin, after, tag):
            values = self._values(data, *item)
            return _text(values.get(_SCHEME, b"")), _text(values.get(_CODE, b""))
        return "", ""

    def _items(
        self, data: memoryview, begin: int, after: int, tag: int
    ) -> Iterator[tuple[int, int]]:
        for step in elements(data, begin, after, explicit=self._explicit, last=tag):
            if step.tag == tag:
                yield from items(data, step.value, step.after, explicit=self._explicit)

    def _values(self, data: memoryview, begin: int, after: int) -> dict[int, bytes]:
        wanted = (_CODE, _SCHEME, NUMBER)
        return {
            step.tag: bytes(data[step.value : step.after])
            for step in elements(data, begin, after, explicit=self._explicit)
            if step.tag in wanted
        }


def _text(value: bytes) -> str:
    return value.decode("ascii", "replace").strip(" \0")
