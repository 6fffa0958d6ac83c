"""What stays because it is a number, an age, a date, a time or a UID has to look like one.

Such a value has no letters but those that DICOM PS3.5 §6.2 foresees. One that has others is treated
as a text that the table does not list, whatever VR it claims.
"""

from __future__ import annotations

import re
from typing import Final

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.rules import (
    TECHNICAL,
    TEXT_VRS,
    TIME_ZONE,
    Rules,
    dictionary_vr,
    is_never_touched,
)

VRS: Final = frozenset({"AS", "DA", "DS", "DT", "IS", "TM", "UI"})
_MAY_SAY_WORDS: Final = TEXT_VRS | {"CS", "OB", "OW"}  # instead of the VR of the dictionary
_ZONE: Final = "zone"
# Letters, bytes of other scripts, and what announces them (ISO 2022). They are few: the rest of a
# long list of numbers is passed over at once.
_LETTERS: Final = rb"[A-Za-z\x1b\x80-\xff]"
_NO_LETTERS: Final = bytes(b for b in range(0x80) if not re.match(_LETTERS, bytes([b])))
_WORDS: Final = {
    # An exponent stands between a number and another one.
    "DS": re.compile(_LETTERS + rb"(?:(?<![0-9.][Ee])|(?![+-]?[0-9]))"),
    "AS": re.compile(_LETTERS + rb"(?<![0-9][DWMY])"),
}
_TIME_ZONE: Final = re.compile(rb"[ \0]*(?:[+-]?\d\d:?\d\d)?[ \0]*")


def checked(rules: Rules, tag: int, vr: str) -> Action:
    """What is done to a standard element; `Action.WORDLESS` if it stays only without words.

    What a profile keeps by a rule for this very element stays whatever it says.
    """
    action = rules.action(tag, vr)
    if action is not Action.KEEP or not kind_of(tag, vr) or tag in TECHNICAL:
        return action
    if is_never_touched(tag, vr):  # one that only claims this VR is no number: a palette
        return Action.WORDLESS if dictionary_vr(tag) == vr else action
    return action if tag in rules.options.own else Action.WORDLESS


def checked_private(rules: Rules, vr: str, known: str | None, value: memoryview) -> Action:
    """What is done to a private element that may stay.

    Args:
        vr: as its file states it.
        known: with which it may stay; ANY_VR: by a profile's own rule, whatever it says.
    """
    if known in VRS and not looks_like(known, bytes(value)):
        return Action.EMPTY
    return rules.private_action(vr)


def kind_of(tag: int, vr: str) -> str:
    """What an element has to look like; "": there is no such rule for it."""
    if vr in VRS:
        return vr
    if vr not in _MAY_SAY_WORDS:
        return ""
    if tag == TIME_ZONE:
        return _ZONE
    meant = dictionary_vr(tag)
    return meant if meant in VRS else ""


def is_wordless(tag: int, vr: str, value: bytes) -> bool:
    """Whether a value looks like what it has to be."""
    if tag != TIME_ZONE and not value.translate(None, _NO_LETTERS):
        return True
    return looks_like(kind_of(tag, vr), value)


def looks_like(kind: str, value: bytes) -> bool:
    """Whether a value looks like one of a kind."""
    if kind == _ZONE:
        return _TIME_ZONE.fullmatch(value) is not None
    if not value.translate(None, _NO_LETTERS):
        return True
    words = _WORDS.get(kind)
    return words is not None and words.search(value) is None
