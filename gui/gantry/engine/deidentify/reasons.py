"""Why an element is treated as it is, for people who want to check the rules."""

from __future__ import annotations

from dataclasses import fields, replace
from enum import StrEnum
from typing import Final

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import Options
from gantry.engine.deidentify.rules import (
    PATIENT_ID,
    PATIENT_NAME,
    TEXT_VRS,
    Rules,
    is_never_touched,
)
from gantry.engine.deidentify.standard import table
from gantry.engine.deidentify.wordless import checked, is_wordless

_PLAIN: Final = Options()
_DATE_VRS: Final = frozenset({"DA", "DT", "TM"})


class Reason(StrEnum):
    """Stable: the window's sentences refer to these names."""

    TABLE = "table"  # table E.1-1 of DICOM PS3.15
    OPTION = "option"  # an option of the profile
    OWN = "own"  # the profile's own rule
    PATIENT = "patient"
    PRIVATE = "private"  # a private element; also one that is known to be technical
    TEXT = "text"  # text that the table does not list
    BYTES = "bytes"
    UID = "uid"
    DATE = "date"
    FILE = "file"  # the file's own head, which is written again
    MARKER = "marker"  # says how the file was de-identified
    PIXELS = "pixels"
    TECHNICAL = "technical"  # does not identify anybody


class Reasons:
    """The reasons of one profile's rules.

    Attributes:
        by_content: what a content item says of the patient goes, whatever the rules for its
            elements are.
    """

    def __init__(self, options: Options) -> None:
        self.by_content = options.structured_content
        self._options = options
        self._rules = Rules(options)
        self._plain = Rules(_PLAIN)
        self._without = {
            field.name: Rules(replace(options, **{field.name: getattr(_PLAIN, field.name)}))
            for field in fields(options)
            if not field.name.startswith("own")
            and getattr(options, field.name) != getattr(_PLAIN, field.name)
        }
        self._known: dict[tuple[int, str], tuple[Reason, str]] = {}

    def action(self, tag: int, vr: str) -> Action:
        """The action of the rules on a standard element."""
        return self._rules.action(tag, vr)

    def says_words(self, tag: int, vr: str, value: bytes) -> bool:
        """Whether a standard element is not kept because of its words, though its rule keeps it."""
        action = checked(self._rules, tag, vr)
        return action is Action.WORDLESS and not is_wordless(tag, vr, value)

    @staticmethod
    def strict_reason(tag: int) -> Reason:
        """Why the words of such an element go."""
        return Reason.TABLE if tag in table() else Reason.TEXT

    def reason(self, tag: int, vr: str) -> tuple[Reason, str]:
        """Why; and for an option, its name in `Options`."""
        known = self._known.get((tag, vr))
        if known is None:
            known = self._known[tag, vr] = self._reason(tag, vr)
        return known

    def private_reason(self, tag: int, creator: str) -> tuple[Reason, str]:
        """Why a private element stays or goes."""
        if self._rules.own_private(creator, tag) is not None:
            return Reason.OWN, ""
        return Reason.PRIVATE, ""

    def _reason(self, tag: int, vr: str) -> tuple[Reason, str]:
        group = tag >> 16
        if group == 0x0002:
            return Reason.FILE, ""
        if group & 1:
            return Reason.PRIVATE, ""
        if group == 0x7FE0:
            return Reason.PIXELS, ""
        if self._rules.own(tag, vr) is not None and not is_never_touched(tag, vr):
            return Reason.OWN, ""
        if tag in (PATIENT_NAME, PATIENT_ID):
            return Reason.PATIENT, ""
        action = self._rules.action(tag, vr)
        for name, rules in self._without.items():
            if rules.action(tag, vr) is not action:
                return Reason.OPTION, name
        if tag in table():
            return Reason.TABLE, ""
        if vr == "UI" and action is Action.UID:
            return Reason.UID, ""
        if action in (Action.KEEP, Action.INSIDE):
            return Reason.TECHNICAL, ""
        if vr in _DATE_VRS:
            return Reason.DATE, ""
        if vr in TEXT_VRS:
            return Reason.TEXT, ""
        return (Reason.BYTES if action is Action.OPAQUE else Reason.TABLE), ""
