"""Compares two profiles: where one keeps more than the other, which is the floor.

Options are compared one by one. Own rules, of both, are compared by what they do: to every element
and VR that they name. Masks, ticked texts and patterns of pseudonyms are decisions about single
images, texts and names, which no floor can take.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import keyword_for_tag

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.encode import VR_OF
from gantry.engine.deidentify.private import SAFE
from gantry.engine.deidentify.profile import (
    ANY_ELEMENT,
    Dates,
    Options,
    PrivacyProfile,
    Private,
    Texts,
)
from gantry.engine.deidentify.rules import Rules, dictionary_vr
from gantry.engine.deidentify.standard import table
from gantry.engine.deidentify.wordless import checked

UNCOMPARED: Final = ("reviewed", "recipes", "pseudonym")
SWITCHES: Final = (
    "device", "patient_characteristics", "institution", "safe_private", "uids",
    "structured_content", "graphics",
)  # fmt: skip
_DATES: Final = (Dates.TABLE, Dates.SHIFTED, Dates.KEPT)  # from strict to loose
_UNLISTED: Final = 0x0008FFF0  # an element that no dictionary has

# How much of a value stays. Of two different actions on one level, none is stricter.
_NOTHING: Final = 0
_LEVELS: Final = {
    Action.REMOVE: _NOTHING,
    Action.EMPTY: _NOTHING,
    Action.DUMMY: _NOTHING,
    Action.UID: 1,
    Action.PATIENT: 1,
    Action.UID_IN_TEXT: 2,
    Action.SHIFT: 2,
    Action.AGE: 2,
    Action.CLEAN: 2,
    Action.OPAQUE: 2,
    Action.INSIDE: 2,
    Action.KEEP_UID: 3,
    Action.WORDLESS: 3,
    Action.KEEP: 4,
}


def loosened(profile: PrivacyProfile, floor: PrivacyProfile) -> tuple[str, ...]:
    """The entries by which a profile keeps more than the floor, as in a profile's file; empty: it
    keeps nothing more."""
    own, least = profile.options, floor.options
    found = []
    if _DATES.index(own.dates) > _DATES.index(least.dates):
        found.append("dates")
    # Which texts stay is decided by a dictionary or by a reader: neither is stricter.
    if own.texts not in (Texts.EMPTY, least.texts):
        found.append("texts")
    found += [name for name in SWITCHES if getattr(own, name) and not getattr(least, name)]
    return (*found, *dict.fromkeys(_by_own_rules(own, least)))


def _by_own_rules(own: Options, least: Options) -> Iterator[str]:
    rules, floor = Rules(own), Rules(least)
    for tag in sorted({*own.own, *least.own}):
        known = dictionary_vr(tag)
        # What is kept by a rule for this very element is kept whatever VR it claims.
        is_any = known == "UN" or own.own.get(tag) is Action.KEEP
        for vr in VR_OF.values() if is_any else (known,):
            if _keeps_more(checked(rules, tag, vr), checked(floor, tag, vr)):
                yield f"rules: {keyword_for_tag(tag) or f'{tag:08X}'}"
    for vr in sorted({*own.own_vr, *least.own_vr}):
        if any(_keeps_more(checked(rules, t, vr), checked(floor, t, vr)) for t in _tags_of(vr)):
            yield f"vr_rules: {vr}"
    for creator in sorted({one for one, _ in (*own.own_private, *least.own_private)}):
        for element in sorted(_elements(creator, own, least)):
            key = creator, element
            if _private_level(own, key) > _private_level(least, key):
                yield f"private_rules: {creator}"


def _keeps_more(action: Action, floor: Action) -> bool:
    level, least = _LEVELS[action], _LEVELS[floor]
    return level > least or (level == least != _NOTHING and action is not floor)


def _tags_of(vr: str) -> Iterator[int]:
    """The elements that may have a VR."""
    yield _UNLISTED
    for tag in {*DicomDictionary, *table()}:
        if dictionary_vr(tag) in (vr, "UN"):
            yield tag


def _elements(creator: str, *profiles: Options) -> set[int]:
    """The elements of a creator of which rules speak."""
    named = {number for one in profiles for who, number in one.own_private if who == creator}
    safe = {group << 8 | one for (who, group), of in SAFE.items() if who == creator for one in of}
    return named | safe | {ANY_ELEMENT}


def _private_level(options: Options, key: Private) -> int:
    """How much of a private element stays: nothing, what looks as it has to, or all."""
    creator, number = key
    rules = options.own_private
    own = rules.get(key, rules.get((creator, ANY_ELEMENT)))
    if own is not None:
        return 2 if own is Action.KEEP else 0
    is_safe = (number & 0xFF) in SAFE.get((creator, number >> 8), {})
    return int(options.safe_private and is_safe)
