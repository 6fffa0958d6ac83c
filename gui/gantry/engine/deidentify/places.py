"""Where in a file something was found, and whether it counts there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from gantry.engine.deidentify.needles import Needle
from gantry.engine.deidentify.rules import TECHNICAL, dictionary_vr
from gantry.engine.deidentify.steps import Step, elements, items
from gantry.engine.deidentify.walked import NotWalked

PIXELS: Final = "7FE00010"
_NUMBERS: Final = frozenset({"AS", "DA", "DS", "DT", "IS", "TM", "UI"})
_TEXTS: Final = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
SHORT: Final = 5  # characters that random bytes may well spell
_READABLE: Final = re.compile(rb"[\x20-\x7e]+")
_META_START: Final = 132
# Terms of the standard that are also names of people.
_DEFINED_TERMS: Final = frozenset(
    b"original primary secondary derived axial norm dis2d dis3d mosaic other volume mixed none "
    b"resampled localizer reformatted art fm ir mag prep se gr ep rm yes no hfs ffs supine prone "
    b"chest head hand neck leg arm breast mono rgb monochrome1 monochrome2 male female".split()
)


class Place(NamedTuple):
    """Where a value is.

    Attributes:
        path: tags that lead to it, each as eight hex digits.
        value: where its value begins in the file.
        after: where it ends.
    """

    path: tuple[str, ...]
    vr: str
    value: int
    after: int


class Places:
    """The places of a file that Gantry wrote, looked up by offset.

    Args:
        data: the whole file.
        explicit: whether the data set's VRs are explicit.
        own: values that Gantry itself wrote to say what it did, lower case.
        has_meta: whether preamble and group 0002 come first.
    """

    def __init__(
        self, data: bytes, *, explicit: bool, own: Iterable[bytes] = (), has_meta: bool = True
    ) -> None:
        self._data, self._explicit = memoryview(data), explicit
        self._own = frozenset(own)
        length = int.from_bytes(data[140:144], "little")
        self._start = _META_START + 12 + length if has_meta else 0

    def at(self, offset: int) -> Place | None:
        """The innermost element that holds an offset; None: none does."""
        if offset < self._start:
            begin, end, explicit = _META_START, self._start, True
        else:
            begin, end, explicit = self._start, len(self._data), self._explicit
        try:
            return self._at(offset, begin, end, (), explicit=explicit)
        except NotWalked:
            return None

    def _at(
        self, offset: int, pos: int, end: int, path: tuple[str, ...], *, explicit: bool
    ) -> Place | None:
        for step in elements(self._data, pos, end, explicit=explicit):
            if offset >= step.after:
                continue
            here = (*path, f"{step.tag:08X}")
            vr = step.vr or dictionary_vr(step.tag)
            if vr == "SQ" or self._is_sequence(step):
                for start, after in items(self._data, step.value, step.after, explicit=explicit):
                    if start <= offset < after:
                        inner = self._at(offset, start, after, here, explicit=explicit)
                        return inner or Place(here, vr, step.value, step.after)
            return Place(here, vr, step.value, step.after)
        return None

    def _is_sequence(self, step: Step) -> bool:
        return (
            f"{step.tag:08X}" != PIXELS
            and bytes(self._data[step.value : step.value + 4]) == b"\xfe\xff\0\xe0"
        )

    def counts(self, needle: Needle, start: int, end: int) -> bool:
        """Whether a needle says something about the patient at the place where it was found."""
        place = self.at(start)
        if place is None:
            return True
        if start < place.value:  # a VR and a length that look like letters
            return False
        value = bytes(self._data[place.value : place.after]).lower()
        if value.strip(b" \0") in self._own:
            return False
        if needle.common and place.vr in _NUMBERS:
            return False
        if needle.kind == "folder" and int(place.path[-1], 16) in TECHNICAL:
            return False  # folders are named after machines, too
        if place.vr == "CS" and needle.kind in ("name", "place", "folder"):
            terms = (term.strip(b" \0") for term in value.split(b"\\"))
            return any(needle.text.encode() in t and t not in _DEFINED_TERMS for t in terms)
        if place.vr in _TEXTS or place.vr in _NUMBERS or end - start >= SHORT:
            return True
        return is_readable(value, start - place.value, end - place.value)


def is_readable(value: bytes, start: int, end: int) -> bool:
    """Whether the bytes around a short text can be read, too, or it stands between zeros."""
    if value[max(start - 1, 0) : start] in (b"", b"\0") and value[end : end + 1] in (b"", b"\0"):
        return True
    run = next((r for r in _READABLE.finditer(value) if r.end() > start), None)
    return run is not None and run.end() - run.start() >= SHORT
