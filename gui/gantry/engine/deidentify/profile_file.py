"""Reads a profile from a file (JSON, `gantry.privacy/1`), or says what is wrong in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pydicom.datadict import tag_for_keyword

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import PROFILES, Dates, Options, PrivacyProfile, Texts
from gantry.engine.deidentify.recipes import Recipe, by_kind, recipe_as, recipe_from
from gantry.engine.deidentify.reviewed import ticked_from

SCHEMA: Final = "gantry.privacy/1"
_SWITCHES: Final = ("device", "patient_characteristics", "institution", "safe_private")
_ACTIONS: Final = {
    "keep": Action.KEEP,
    "remove": Action.REMOVE,
    "empty": Action.EMPTY,
    "replace": Action.DUMMY,
    "uid": Action.UID,
    "shift": Action.SHIFT,
    "clean": Action.CLEAN,
}
_FIXED: Final = frozenset({0x00100010, 0x00100020})  # always a pseudonym


class WrongProfile(ValueError):
    """The file holds no valid profile; the text says what is wrong, and where."""


def profile_of(data: bytes) -> PrivacyProfile:
    """The profile that a file describes.

    Raises:
        WrongProfile: with the line, or the name of the entry, that is wrong.
    """
    try:
        found = json.loads(data)
    except json.JSONDecodeError as error:
        raise WrongProfile(f"line {error.lineno}: {error.msg}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise WrongProfile("not JSON") from error
    if not isinstance(found, dict) or found.pop("schema", None) != SCHEMA:
        raise WrongProfile(f"schema is not {SCHEMA}")
    name = found.pop("name", None)
    if not isinstance(name, str) or not 0 < len(name) <= 64:
        raise WrongProfile("name: a text of at most 64 characters")
    base = found.pop("base", "basic")
    if base not in PROFILES:
        raise WrongProfile(f"base: {' or '.join(PROFILES)}")
    return PrivacyProfile(name, _options(found, PROFILES[base].options))


def text_with_recipes(profile: str, text: str, recipes: tuple[Recipe, ...]) -> str:
    """The file of a profile with further recipes; its own one for the same kind stays.

    Args:
        profile: its name.
        text: its valid file; "" for a built-in one.
    """
    found = json.loads(text) if text else {"schema": SCHEMA, "name": profile, "base": profile}
    own = found.get("recipes", [])
    kinds = {recipe_from(entry).kind for entry in own}
    found["recipes"] = [*(recipe_as(one) for one in recipes if one.kind not in kinds), *own]
    return json.dumps(found, sort_keys=True)


def _options(found: dict[str, Any], base: Options) -> Options:
    changed: dict[str, Any] = {}
    for key, value in found.items():
        if key == "dates":
            changed[key] = _one_of(key, value, {kind.value: kind for kind in Dates})
        elif key == "texts":
            changed[key] = _one_of(key, value, {kind.value: kind for kind in Texts})
        elif key in _SWITCHES:
            changed[key] = _one_of(key, value, {True: True, False: False})
        elif key == "recipes":
            changed[key] = _recipes(value)
        elif key == "reviewed":
            changed[key] = _ticked(value)
        elif key == "rules":
            changed["own"] = base.own | _rules(value)
        else:
            raise WrongProfile(f"{key}: unknown")
    return replace(base, **changed)


def _one_of(key: str, value: object, known: Mapping[Any, Any]) -> Any:
    if isinstance(value, str | bool) and value in known:
        return known[value]
    raise WrongProfile(f"{key}: {' or '.join(json.dumps(k) for k in known)}")


def _rules(value: object) -> dict[int, Action]:
    if not isinstance(value, dict):
        raise WrongProfile('rules: an object, such as {"StudyDescription": "keep"}')
    made = {}
    for name, action in value.items():
        tag = _tag(str(name))
        if tag is None or tag >> 16 & 1 or tag >> 16 in (0x0002, 0x7FE0) or tag in _FIXED:
            raise WrongProfile(f"rules: {name}: no element that a rule may name")
        made[tag] = _one_of(f"rules: {name}", action, _ACTIONS)
    return made


def _ticked(value: object) -> tuple[tuple[int, str], ...]:
    try:
        return ticked_from(value)
    except ValueError as error:
        raise WrongProfile(f"reviewed: {error}") from error


def _recipes(value: object) -> tuple[Recipe, ...]:
    """Masks by the kind of image; those of one kind add up."""
    if not isinstance(value, list):
        raise WrongProfile("recipes: a list")
    made = []
    for number, entry in enumerate(value, 1):
        try:
            made.append(recipe_from(entry))
        except (TypeError, ValueError, KeyError) as error:
            raise WrongProfile(f"recipes: {number}: {error}") from error
    return tuple(by_kind(made).values())


def _tag(name: str) -> int | None:
    """A tag from a keyword, or from eight hexadecimal digits."""
    if (tag := tag_for_keyword(name)) is not None:
        return tag
    try:
        return int(name, 16) if len(name) == 8 else None
    except ValueError:
        return None
