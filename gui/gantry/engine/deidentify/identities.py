"""The UIDs that a file leaves with: new ones, or its own where the profile retains UIDs."""

from __future__ import annotations

from gantry.engine.content import Identity
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.facts import SERIES, SOP_CLASS, SOP_INSTANCE, STUDY, Facts
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rules import Rules
from gantry.engine.uids import is_uid


def retained(key: Key, value: bytes) -> bytes:
    """The value of an element whose UIDs stay.

    What only claims to be a UID may say anything, and gets a new one.
    """
    parts = value.split(b"\\")
    wrong = [not _is_uid(part) for part in parts]
    if not any(wrong):
        return value
    return b"\\".join(
        key.uid(part) if new else part.strip(b" \0") for part, new in zip(parts, wrong, strict=True)
    )


def sent_uid(rules: Rules, key: Key, tag: int, old: bytes) -> bytes:
    """What a UID of the top level becomes that is not removed.

    Args:
        old: without padding.
    """
    if rules.action(tag, "UI") is Action.KEEP_UID:
        return retained(key, old)
    return key.uid(old)


def sent_identity(facts: Facts, rules: Rules, key: Key, syntax: str) -> Identity:
    """The identity of a file as it leaves."""
    instance, series, study = (
        sent_uid(rules, key, tag, facts.raw(tag)).decode("ascii", "replace")
        for tag in (SOP_INSTANCE, SERIES, STUDY)
    )
    return Identity(instance, series, study, facts.text(SOP_CLASS), syntax)


def _is_uid(value: bytes) -> bool:
    bare = value.strip(b" \0")
    return not bare or is_uid(bare.decode("ascii", "replace"))
