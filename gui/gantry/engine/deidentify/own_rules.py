"""Reads a profile's own rules: by tag or keyword, by VR, and by the creator of private elements."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from pydicom.datadict import tag_for_keyword

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.encode import VR_OF
from gantry.engine.deidentify.located import Located, Path
from gantry.engine.deidentify.profile import ANY_ELEMENT, Private
from gantry.engine.deidentify.rules import TEXT_VRS, dictionary_vr, is_fixed, is_never_touched
from gantry.engine.deidentify.wrong import Wrong, WrongProfile

_ACTIONS: Final = {
    "keep": Action.KEEP,
    "remove": Action.REMOVE,
    "empty": Action.EMPTY,
    "replace": Action.DUMMY,
    "uid": Action.UID,
    "shift": Action.SHIFT,
    "clean": Action.CLEAN,
}
_PRIVATE_ACTIONS: Final = {"keep": Action.KEEP, "remove": Action.REMOVE}
_FITS: Final[dict[Action, Callable[[str], bool]]] = {
    Action.UID: lambda vr: vr == "UI",
    Action.SHIFT: lambda vr: vr in ("DA", "DT"),
    Action.CLEAN: lambda vr: vr in TEXT_VRS or vr == "SQ",
}
_NO_RULE: Final = frozenset({"UI", "UN"})  # the option `uids` speaks of UIDs; UN is no kind
_ELEMENT: Final = re.compile(r"([0-9A-F]{3}[13579BDF])XX([0-9A-F]{2})")


def rules_by_tag(found: Located, path: Path, value: object) -> dict[int, Action]:
    """Actions by tag.

    Raises:
        WrongProfile.
    """
    made: dict[int, Action] = {}
    for name, action in _entries(found, path, value):
        here = (*path, name)
        tag = tag_of(name)
        if tag is None or tag >> 16 & 1:
            raise wrong(found, here, Wrong.ELEMENT)
        if is_fixed(tag) and not (action == "keep" and is_never_touched(tag, dictionary_vr(tag))):
            raise wrong(found, here, Wrong.FIXED)
        if tag in made:
            raise wrong(found, here, Wrong.TWICE)
        made[tag] = _action(found, here, action, _ACTIONS)
        _check(found, here, made[tag], dictionary_vr(tag))
    return made


def rules_by_vr(found: Located, path: Path, value: object) -> dict[str, Action]:
    """Actions by VR.

    Raises:
        WrongProfile.
    """
    made: dict[str, Action] = {}
    for name, action in _entries(found, path, value):
        here = (*path, name)
        if name.encode() not in VR_OF or name in _NO_RULE:
            raise wrong(found, here, Wrong.VR)
        made[name] = _action(found, here, action, _ACTIONS)
        _check(found, here, made[name], name)
    return made


def private_rules(found: Located, path: Path, value: object) -> dict[Private, Action]:
    """Actions by creator: for all of its elements, or for single ones.

    Raises:
        WrongProfile.
    """
    made: dict[Private, Action] = {}
    creators: set[str] = set()
    for name, actions in _entries(found, path, value):
        here, creator = (*path, name), name.strip().upper()
        if not creator or len(creator) > 64:
            raise wrong(found, here, Wrong.PRIVATE)
        if creator in creators:
            raise wrong(found, here, Wrong.TWICE)
        creators.add(creator)
        if isinstance(actions, str):
            made[creator, ANY_ELEMENT] = _action(found, here, actions, _PRIVATE_ACTIONS)
            continue
        for element, action in _entries(found, here, actions):
            key = creator, _private_element(found, (*here, element))
            if key in made:
                raise wrong(found, (*here, element), Wrong.TWICE)
            made[key] = _action(found, (*here, element), action, _PRIVATE_ACTIONS)
    return made


def wrong(found: Located, path: Path, reason: Wrong, detail: str = "") -> WrongProfile:
    """The error about an entry."""
    return WrongProfile(reason, ": ".join(path), found.lines.get(path, 0), detail)


def _entries(found: Located, path: Path, value: object) -> list[tuple[str, object]]:
    if not isinstance(value, dict):
        raise wrong(found, path, Wrong.SHAPE)
    return list(value.items())


def _action(found: Located, path: Path, name: object, known: dict[str, Action]) -> Action:
    if isinstance(name, str) and name in known:
        return known[name]
    raise wrong(found, path, Wrong.CHOICE, ", ".join(known))


def _check(found: Located, path: Path, action: Action, vr: str) -> None:
    if action in _FITS and not _FITS[action](vr):
        raise wrong(found, path, Wrong.ACTION)


def _private_element(found: Located, path: Path) -> int:
    """The group and the last byte of an element, as one number."""
    if path[-1] == "*":
        return ANY_ELEMENT
    matched = _ELEMENT.fullmatch(path[-1].upper())
    if matched is None:
        raise wrong(found, path, Wrong.PRIVATE)
    return int(matched[1], 16) << 8 | int(matched[2], 16)


def tag_of(name: str) -> int | None:
    """A tag from a keyword, or from eight hexadecimal digits."""
    if (tag := tag_for_keyword(name)) is not None:
        return tag
    return int(name, 16) if re.fullmatch("[0-9A-Fa-f]{8}", name) else None
