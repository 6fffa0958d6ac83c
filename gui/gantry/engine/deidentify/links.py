"""Pairs of an original identifier and the one that replaced it.

They lead back to the patient. Nothing here stores them: the sender gives them to `Links`
before a file leaves this computer.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from gantry.engine.content import Link
from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.facts import (
    CHARACTER_SET,
    FRAME_OF_REFERENCE,
    PATIENT_ID,
    PATIENT_NAME,
    SERIES,
    SOP_INSTANCE,
    STUDY,
    Facts,
)
from gantry.engine.deidentify.identities import sent_uid
from gantry.engine.deidentify.pseudonyms import Key, Subject
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.walked import Walked

_UIDS = (
    ("study", STUDY),
    ("series", SERIES),
    ("instance", SOP_INSTANCE),
    ("frame", FRAME_OF_REFERENCE),
)


class Links(Protocol):
    """Keeps links on this computer."""

    def __call__(self, job: str, links: Iterable[Link]) -> None:
        """Keeps the links of some files of a job; they are on disk on return.

        The same links may be given again. Raises GantryError: then none of those files may leave.
        """


def links_of(facts: Facts, key: Key, subject: Subject, rules: Rules) -> tuple[Link, ...]:
    """The links of one file; identifiers that are kept or removed make none."""
    charsets = tuple(facts.texts(CHARACTER_SET))
    patient = facts.raw(PATIENT_ID) or facts.raw(PATIENT_NAME)
    new = subject.pseudonym
    found = [Link("patient", decoded(patient, charsets), new, new)] if patient else []
    for kind, tag in _UIDS:
        if (old := facts.raw(tag)) and rules.action(tag, "UI") in (Action.UID, Action.KEEP_UID):
            made = sent_uid(rules, key, tag, old)
            if made != old:
                found.append(Link(kind, _plain(old), _plain(made), new))
    return tuple(found)


def instance_linked(
    links: tuple[Link, ...], facts: Facts, key: Key, subject: Subject, rules: Rules
) -> tuple[Link, ...]:
    """The links of a file that differs from another one of its series in its SOP Instance UID."""
    old = facts.raw(SOP_INSTANCE)
    made = sent_uid(rules, key, SOP_INSTANCE, old)
    own = (Link("instance", _plain(old), _plain(made), subject.pseudonym),) if made != old else ()
    others = [link for link in links if link.kind != "instance"]
    at = next((i for i, link in enumerate(others) if link.kind == "frame"), len(others))
    return (*others[:at], *own, *others[at:])


@lru_cache(maxsize=4096)
def decoded(value: bytes, charsets: tuple[str, ...]) -> str:
    """A text as its file means it; what can't be decoded is marked, never an error."""
    from pydicom.charset import convert_encodings, decode_bytes  # noqa: PLC0415 - a send of plain files does without

    try:
        encodings = convert_encodings([c for c in charsets if c] or "ISO_IR 6")
        text = decode_bytes(value, encodings, {92})
    except (LookupError, ValueError):
        text = value.decode("ascii", "replace")
    return text.encode("utf-8", "replace").decode().strip(" \0")


def texts_in(walked: Walked, charsets: tuple[str, ...]) -> frozenset[tuple[int, str]]:
    """The texts of a file that stay, with their tags; empty ones don't count."""
    return frozenset(
        (tag, text) for tag, value in walked.texts if (text := decoded(value, charsets))
    )


def _plain(uid: bytes) -> str:
    return uid.decode("ascii", "replace")
