"""The actions on an element."""

from __future__ import annotations

from enum import Enum


class Action(Enum):
    """What is done to an element; the values are those of reports."""

    KEEP = "kept"
    INSIDE = "cleaned inside"  # a sequence: kept, and each element in it decided by itself
    REMOVE = "removed"
    EMPTY = "emptied"
    DUMMY = "replaced"
    UID = "new UID"
    KEEP_UID = "UID kept"  # what is no UID gets a new one
    UID_IN_TEXT = "new UID in text"  # a text that stays: it names a UID, and now the new one
    SHIFT = "date shifted"
    AGE = "age limited"
    CLEAN = "text cleaned"
    OPAQUE = "bytes checked"  # kept if it has no readable text, otherwise removed
    # A number, a time …: kept without words, otherwise as the table says. No rule says this, and no
    # report: wordless.py turns KEEP into it.
    WORDLESS = "checked for words"
    PATIENT = "pseudonym"

    # By identity, which needs no call of Python: reports count actions for every element.
    __hash__ = object.__hash__
