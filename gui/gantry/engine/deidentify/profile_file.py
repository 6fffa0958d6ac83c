"""Reads a profile from a file (JSON, `gantry.privacy/1`), or says what is wrong in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from typing import Any, Final

from gantry.engine.deidentify.located import Located, NotJson, Path, located
from gantry.engine.deidentify.own_rules import private_rules, rules_by_tag, rules_by_vr, wrong
from gantry.engine.deidentify.pattern import WrongPattern, pattern_of
from gantry.engine.deidentify.profile import PROFILES, Dates, Options, PrivacyProfile, Texts
from gantry.engine.deidentify.recipes import Recipe, by_kind, recipe_as, recipe_from
from gantry.engine.deidentify.reviewed import ticked_from
from gantry.engine.deidentify.wrong import Wrong, WrongProfile

SCHEMA: Final = "gantry.privacy/1"
_SWITCHES: Final = (
    "device", "patient_characteristics", "institution", "safe_private", "uids",
    "structured_content", "graphics",
)  # fmt: skip
_CHOICES: Final[dict[str, type[Enum]]] = {"dates": Dates, "texts": Texts}
_LONGEST_NAME: Final = 64


def profile_of(data: bytes) -> PrivacyProfile:
    """The profile that a file describes.

    Raises:
        WrongProfile: with the line and the name of the entry that is wrong.
    """
    try:
        found = located(data)
    except NotJson as error:
        raise WrongProfile(Wrong.JSON, line=error.line) from error
    if found.twice:
        path, line = found.twice[0]
        raise WrongProfile(Wrong.TWICE, ": ".join(path), line)
    value = found.value
    if not isinstance(value, dict) or value.get("schema") != SCHEMA:
        raise wrong(found, ("schema",), Wrong.SCHEMA)
    name = value.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_NAME:
        raise wrong(found, ("name",), Wrong.NAME)
    base = _one_of(found, "base", value.get("base", "basic"), PROFILES)
    return PrivacyProfile(name, _options(found, base.options))


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


def _options(found: Located, base: Options) -> Options:
    changed: dict[str, Any] = {}
    for key, value in found.value.items():
        path = (key,)
        if key in ("schema", "name", "base"):
            continue
        if key in _CHOICES:
            changed[key] = _one_of(found, key, value, {one.value: one for one in _CHOICES[key]})
        elif key in _SWITCHES:
            changed[key] = _one_of(found, key, value, {True: True, False: False})
        elif key == "recipes":
            changed[key] = _recipes(found, path, value)
        elif key == "reviewed":
            changed[key] = _ticked(found, path, value)
        elif key == "pseudonym":
            changed[key] = _pattern(found, path, value)
        elif key == "rules":
            changed["own"] = base.own | rules_by_tag(found, path, value)
        elif key == "vr_rules":
            changed["own_vr"] = base.own_vr | rules_by_vr(found, path, value)
        elif key == "private_rules":
            changed["own_private"] = base.own_private | private_rules(found, path, value)
        else:
            raise wrong(found, path, Wrong.UNKNOWN)
    return replace(base, **changed)


def _one_of(found: Located, key: str, value: object, known: Mapping[Any, Any]) -> Any:
    # Without the type, 1 would count as true.
    if isinstance(value, str | bool) and value in known:
        return known[value]
    raise wrong(found, (key,), Wrong.CHOICE, ", ".join(json.dumps(one) for one in known))


def _ticked(found: Located, path: Path, value: object) -> tuple[tuple[int, str], ...]:
    try:
        return ticked_from(value)
    except ValueError as error:
        raise wrong(found, path, Wrong.TEXTS, str(error)) from error


def _pattern(found: Located, path: Path, value: object) -> str:
    if not isinstance(value, str):
        raise wrong(found, path, Wrong.SHAPE)
    try:
        pattern_of(value)
    except WrongPattern as error:
        raise wrong(found, path, error.reason, error.detail) from error
    return value


def _recipes(found: Located, path: Path, value: object) -> tuple[Recipe, ...]:
    """Masks by the kind of image; those of one kind add up."""
    if not isinstance(value, list):
        raise wrong(found, path, Wrong.SHAPE)
    made = []
    for number, entry in enumerate(value, 1):
        try:
            made.append(recipe_from(entry))
        except (TypeError, ValueError, KeyError) as error:
            raise wrong(found, (*path, str(number)), Wrong.RECIPE, str(error)) from error
    return tuple(by_kind(made).values())
