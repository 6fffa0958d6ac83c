"""Collects what is known about the patients of files, and the searchable bytes of other files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gantry.engine.deidentify.facts import CHARACTER_SET, MANUFACTURER, MODEL, facts_of
from gantry.engine.deidentify.needles import Needles, needles
from gantry.engine.deidentify.normal import plainly
from gantry.engine.deidentify.profile import BASIC
from gantry.engine.deidentify.pseudonyms import KEY_BYTES, Key, Subject
from gantry.engine.deidentify.residue import comments
from gantry.engine.deidentify.rewriter import IMPLICIT, opened
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.walk import Walk
from gantry.engine.deidentify.walked import NotWalked, Walked

_RULES: Final = Rules(BASIC.options)
_NOBODY: Final = Values(_RULES, Key(bytes(KEY_BYTES)), Subject("", -31), b"")


def known_of(data: bytes) -> Needles:
    """What a DICOM file says about its patient.

    Raises:
        NotWalked: it can't be read as DICOM.
    """
    try:
        return _known_of(data)
    except Exception as error:
        raise NotWalked(type(error).__name__) from error


def _known_of(data: bytes) -> Needles:
    view, start, syntax = opened(data) or _plain(data)
    facts = facts_of(view, start, explicit=syntax != IMPLICIT)
    walked = _walked(view, start, syntax)
    technical = (facts.text(MANUFACTURER), facts.text(MODEL))
    return needles(walked.removed, facts.texts(CHARACTER_SET), technical)


def searchable(data: bytes) -> bytes:
    """The bytes of a file that can contain text: without pixels, but with their comments.

    A file that is not DICOM is searched as a whole.
    """
    try:
        view, start, syntax = opened(data) or _plain(data)
        pixels, compressed = _pixels(view, start, syntax)
    except NotWalked:
        return data
    if pixels is None:
        return data[:start] + bytes(view[start:])
    said = comments(view[pixels]) if compressed else b""
    return b"\n".join(
        (data[:start], bytes(view[start : pixels.start]), bytes(view[pixels.stop :]), said)
    )


def together(found: Iterable[Needles]) -> Needles:
    """Merges what is known from several files."""
    made = Needles()
    for one in found:
        made.found |= one.found
        for kind, count in one.not_searchable.items():
            made.not_searchable[kind] = made.not_searchable.get(kind, 0) + count
    return made


def _plain(data: bytes) -> tuple[memoryview, int, str]:
    plain, syntax = plainly(data)
    return plain, 0, syntax


def _walked(view: memoryview, start: int, syntax: str) -> Walked:
    walk = Walk(
        view,
        _RULES,
        _NOBODY,
        explicit=syntax != IMPLICIT,
        insertions=(),
        code_items=b"",
    )
    return walk.run(start)


def _pixels(view: memoryview, start: int, syntax: str) -> tuple[slice | None, bool]:
    """Where the pixel data is in a file, and whether it is compressed."""
    walked = _walked(view, start, syntax)
    return walked.pixel_data, walked.compressed >= 0
