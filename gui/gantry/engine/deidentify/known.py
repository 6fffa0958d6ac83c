"""Collects what is known about the patients of files, and the searchable bytes of other files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from gantry.engine.deidentify.facts import CHARACTER_SET, MANUFACTURER, MODEL, facts_of
from gantry.engine.deidentify.needles import Needle, Needles, needles
from gantry.engine.deidentify.normal import plainly
from gantry.engine.deidentify.profile import BASIC
from gantry.engine.deidentify.pseudonyms import KEY_BYTES, Key, Subject
from gantry.engine.deidentify.residue import search
from gantry.engine.deidentify.rewriter import IMPLICIT, opened
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.search import FileHit, hits
from gantry.engine.deidentify.steps import elements
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.walk import PIXEL_DATA, Walk
from gantry.engine.deidentify.walked import NotWalked, Walked

_MOST_META: Final = 4096
_RULES: Final = Rules(BASIC.options)
_NOBODY: Final = Key(bytes(KEY_BYTES)), Subject("", -31), b""


def known_of(data: bytes, rules: Rules = _RULES) -> Needles:
    """What a DICOM file says about its patient, without what the rules keep.

    Raises:
        NotWalked: it can't be read as DICOM.
    """
    try:
        return _known_of(data, rules)
    except Exception as error:
        raise NotWalked(type(error).__name__) from error


def _known_of(data: bytes, rules: Rules) -> Needles:
    view, start, syntax = opened(data) or _plain(data)
    facts = facts_of(view, start, explicit=syntax != IMPLICIT)
    walked = _walked(view, start, syntax, rules)
    technical = (facts.text(MANUFACTURER), facts.text(MODEL))
    return needles(walked.removed, facts.texts(CHARACTER_SET), technical)


def found_in(data: bytes, needles: Iterable[Needle]) -> Iterator[FileHit]:
    """Every needle that occurs in a file. One that is not DICOM is searched as a whole."""
    wanted = list(needles)
    found = opened(data)
    try:
        view, start, syntax = found or _plain(data)
        explicit = syntax != IMPLICIT
        parts, compressed = _around_pixels(view, start, explicit=explicit)
    except NotWalked:
        yield from _raw_hits(data, wanted)
        return
    if found is None:  # the slow way drops preamble and group 0002
        yield from _raw_hits(data[:_MOST_META], wanted)
    yield from hits(
        parts,
        wanted,
        native=0 if compressed or len(parts) == 1 else 1,
        compressed=1 if compressed else 0,
        explicit=explicit,
        has_meta=found is not None,
    )


def _raw_hits(data: bytes, wanted: list[Needle]) -> Iterator[FileHit]:
    for hit in search(data, wanted):
        yield FileHit(hit.kind, hit.masked, (hit.within,) if hit.within else ())


def _around_pixels(
    view: memoryview, start: int, *, explicit: bool
) -> tuple[list[bytes | memoryview], bool]:
    """A file cut before and after its pixel data, and whether that is compressed."""
    for step in elements(view, start, len(view), explicit=explicit):
        if step.tag == PIXEL_DATA:
            value, after = step.value, step.after
            is_compressed = bytes(view[value - 4 : value]) == b"\xff\xff\xff\xff"
            return [view[:value], view[value:after], view[after:]], is_compressed
    return [view], False


def together(found: Iterable[Needles]) -> Needles:
    """Merges what is known from several files."""
    made = Needles()
    for one in found:
        made.add_all(one)
    return made


def _plain(data: bytes) -> tuple[memoryview, int, str]:
    plain, syntax = plainly(data)
    return plain, 0, syntax


def _walked(view: memoryview, start: int, syntax: str, rules: Rules) -> Walked:
    walk = Walk(
        view,
        rules,
        Values(rules, *_NOBODY),
        explicit=syntax != IMPLICIT,
        insertions=(),
        code_items=b"",
    )
    return walk.run(start)
