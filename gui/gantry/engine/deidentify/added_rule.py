"""Adds a rule for one element to a profile's file, and says for which elements that is possible.

Only rules that make a profile stricter: what stays is searched, so a rule that keeps an element in
which something was found would hold the file again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from pydicom.datadict import keyword_for_tag

from gantry.engine.deidentify.normal import plainly
from gantry.engine.deidentify.own_rules import tag_of
from gantry.engine.deidentify.profile_file import SCHEMA, profile_of
from gantry.engine.deidentify.rewriter import IMPLICIT, opened
from gantry.engine.deidentify.rules import is_fixed
from gantry.engine.deidentify.steps import elements, items

EMPTY: Final = "empty"
REMOVE: Final = "remove"
_BOM: Final = "\ufeff"
_STRICT: Final = frozenset({EMPTY, REMOVE})


class NoRule(StrEnum):
    """Why there can be no rule for a place. Stable: the window's words refer to these names."""

    NO_ELEMENT = "no element"  # the file as a whole
    FIXED = "fixed"  # no own rule may name it
    CREATOR = "creator"  # of private elements: its value is what rules name them by
    UNKNOWN_CREATOR = "unknown creator"  # of a private element; or there is more than one


class Rule(NamedTuple):
    """What is to be done to an element, at any depth.

    Attributes:
        action: EMPTY or REMOVE.
        creator: of a private element; "" for a standard one.
    """

    tag: int
    action: str
    creator: str = ""


def actions_for(tags: Sequence[int], creators: Sequence[str] = ()) -> tuple[str, ...] | NoRule:
    """The actions that a rule for the last of these tags may have, the usual one first.

    Args:
        tags: that lead to a place.
        creators: all that the element has there, if it is private.
    """
    if not tags:
        return NoRule.NO_ELEMENT
    tag = tags[-1]
    if not tag >> 16 & 1:
        return NoRule.FIXED if is_fixed(tag) else (EMPTY, REMOVE)
    if not tag & 0xFF00:
        return NoRule.CREATOR
    if len(creators) != 1 or not 0 < len(creators[0]) <= 64:
        return NoRule.UNKNOWN_CREATOR
    return (REMOVE,)


def creators_at(data: bytes, tags: Sequence[int]) -> frozenset[str]:
    """The creators of a private element, in all items to which the tags before it lead.

    Raises:
        NotWalked: the file can't be read.
    """
    found = opened(data)
    if found is None:
        plain, syntax = plainly(data)
        found = plain, 0, syntax
    view, start, syntax = found
    explicit, spans = syntax != IMPLICIT, [(start, len(view))]
    for sequence in tags[:-1]:
        spans = [
            item
            for begin, end in spans
            for step in elements(view, begin, end, explicit=explicit)
            if step.tag == sequence
            for item in items(view, step.value, step.after, explicit=explicit)
        ]
    tag = tags[-1]
    owner, made = tag & 0xFFFF0000 | tag >> 8 & 0xFF, set[str]()
    for begin, end in spans:
        creator = ""
        for step in elements(view, begin, end, explicit=explicit):
            if step.tag == owner:
                value = bytes(view[step.value : step.after])
                creator = value.decode("ascii", "replace").strip(" \0")
            elif step.tag == tag:
                made.add(creator)
    return frozenset(made)


def new_text(name: str, base: str) -> str:
    """The file of a profile that starts from a built-in one, and adds nothing to it yet."""
    return _written({"schema": SCHEMA, "name": name, "base": base})


def is_stricter(text: str, base: str) -> bool:
    """Whether a valid file is that of a built-in profile with rules that only remove or empty."""
    found = json.loads(text.encode())
    if found.get("base", "basic") != base:
        return False
    if set(found) - {"schema", "name", "base", "rules", "private_rules"}:
        return False
    actions = list(found.get("rules", {}).values())
    for of_creator in found.get("private_rules", {}).values():
        actions += of_creator.values() if isinstance(of_creator, dict) else [of_creator]
    return all(action in _STRICT for action in actions)


def text_with_rule(text: str, rule: Rule) -> str:
    """The file with a rule, instead of the one that it has for this element; the same text if it
    says so already. Entries keep their order.

    Args:
        text: of a valid profile.

    Raises:
        WrongProfile: it would not be valid.
    """
    found = json.loads(text.encode())  # as bytes, it may begin with a mark of its encoding
    if rule.creator:
        changed = _add_private(found, rule)
    else:
        rules = found.setdefault("rules", {})
        name = next((name for name in rules if tag_of(name) == rule.tag), _name(rule.tag))
        changed = rules.get(name) != rule.action
        rules[name] = rule.action
    if not changed:
        return text
    made = _written(found)
    profile_of(made.encode())
    return f"{_BOM}{made}" if text.startswith(_BOM) else made


def _name(tag: int) -> str:
    keyword = keyword_for_tag(tag)
    return keyword if tag_of(keyword) == tag else f"{tag:08X}"  # not of a repeating group


def _add_private(found: dict[str, Any], rule: Rule) -> bool:
    creators = found.setdefault("private_rules", {})
    wanted = rule.creator.strip().upper()
    creator = next((name for name in creators if name.strip().upper() == wanted), rule.creator)
    before = creators.get(creator, {})
    if before == rule.action:
        return False  # for all of its elements
    rules = {"*": before} if isinstance(before, str) else before
    element = f"{rule.tag >> 16:04X}xx{rule.tag & 0xFF:02X}"
    name = next((name for name in rules if name.upper() == element.upper()), element)
    if rules.get(name) == rule.action:
        return False
    rules[name] = rule.action
    creators[creator] = rules
    return True


def _written(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"
