"""Makes the new value of an element: bytes in, bytes out, both as in a file."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.identities import retained
from gantry.engine.deidentify.pseudonyms import Key, Subject
from gantry.engine.deidentify.reviewed import Reviewed
from gantry.engine.deidentify.rules import PATIENT_ID, PATIENT_NAME, Rules, is_never_touched
from gantry.engine.deidentify.walked import NotWalked
from gantry.engine.deidentify.wordless import is_wordless
from gantry.engine.deidentify.words import cleaned

_DUMMIES: Final = {
    "AE": b"REMOVED",
    "AS": b"000D",
    "CS": b"REMOVED",
    "DA": b"19000101",
    "DS": b"0",
    "DT": b"19000101000000",
    "IS": b"0",
    "LO": b"REMOVED",
    "LT": b"REMOVED",
    "PN": b"REMOVED",
    "SH": b"REMOVED",
    "ST": b"REMOVED",
    "TM": b"000000",
    "UC": b"REMOVED",
    "UR": b"urn:removed",
    "UT": b"REMOVED",
}
_NUMBERS: Final = frozenset({"AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"})
_DATE: Final = re.compile(rb"(\d{4})(\.?)(\d{2})\2(\d{2})")
_DATE_TIME: Final = re.compile(rb"(\d{8})(\d{2}(?:\d{2}(?:\d{2}(?:\.\d{1,6})?)?)?)?([+-]\d{4})?")
_AGE: Final = re.compile(rb"(\d{3})([DWMY])")
_OLDEST: Final = 90  # years
_PER_YEAR: Final = {b"D": 365.25, b"W": 52.18, b"M": 12.0, b"Y": 1.0}
_READABLE: Final = re.compile(rb"[\x20-\x7e]{4,}")
_LETTERS: Final = re.compile(rb"[A-Za-z]{3,}|\d{5,}")
_EARLIEST_YEAR: Final = 1900


class Values:
    """The new values for one patient's elements.

    Args:
        patient_id: the Patient ID of the file itself: in a nested item it gets the same pseudonym.
        reviewed: decides which texts stay; None: their technical words do.

    Attributes:
        moved: dates that came of moving others, as YYYYMMDD: one may be what another was before.
    """

    def __init__(
        self,
        rules: Rules,
        key: Key,
        subject: Subject,
        patient_id: bytes,
        reviewed: Reviewed | None = None,
    ) -> None:
        self._rules, self._key, self._reviewed = rules, key, reviewed
        self._pseudonym = subject.pseudonym.encode("ascii")
        self._days = timedelta(days=subject.days)
        self._patient_id = patient_id.strip(b" \0")
        self.moved: set[str] = set()

    def new(
        self, action: Action, tag: int, vr: str, old: bytes, *, nested: bool
    ) -> tuple[Action, bytes | None]:
        """What was done at last, and the new value; None: the element goes.

        Raises:
            NotWalked: a file is read by this element, and it has words where a number should be.
        """
        if action is Action.KEEP:
            return action, old
        if action is Action.EMPTY:
            return action, b""
        if action is Action.UID:
            if b"\\" not in old:
                return action, self._key.uid(old)
            return action, b"\\".join(map(self._key.uid, old.split(b"\\")))
        if action is Action.KEEP_UID:
            new = retained(self._key, old)
            return (Action.KEEP if new == old else Action.UID), new
        if action is Action.DUMMY:
            return action, self._dummy(vr, old)
        if action is Action.SHIFT:
            moved = self._shifted(vr, old)
            return (action, moved) if moved is not None else self._strict(tag, vr, old)
        if action is Action.PATIENT:
            return self._patient(tag, old, nested=nested)
        if action is Action.AGE:
            limited = _limited(old)
            return (action, limited) if limited is not None else self._strict(tag, vr, old)
        if action is Action.CLEAN and self._reviewed is not None:
            if self._reviewed.stays(tag, old):
                return Action.KEEP, old
            return self._strict(tag, vr, old)
        if action is Action.CLEAN:
            words = cleaned(old.decode("ascii", "replace")).encode("ascii")
            return (action, words) if words else self._strict(tag, vr, old)
        if action is Action.WORDLESS:
            if is_wordless(tag, vr, old):
                return Action.KEEP, old
            if is_never_touched(tag, vr):
                raise NotWalked("words")
            return self._strict(tag, vr, old)
        if action is Action.OPAQUE and not _is_readable(old):
            return Action.KEEP, old
        return Action.REMOVE, None

    def _strict(self, tag: int, vr: str, old: bytes) -> tuple[Action, bytes | None]:
        """By the table: what is left where a value can't be shifted or cleaned."""
        action = self._rules.strict(tag)
        if action is Action.DUMMY:
            return action, self._dummy(vr, old)
        return (Action.REMOVE, None) if action is Action.REMOVE else (Action.EMPTY, b"")

    def _patient(self, tag: int, old: bytes, *, nested: bool) -> tuple[Action, bytes]:
        if tag == PATIENT_NAME and not nested:
            return Action.PATIENT, self._pseudonym
        if tag == PATIENT_ID and (not nested or old.strip(b" \0") == self._patient_id):
            return Action.PATIENT, self._pseudonym
        return Action.EMPTY, b""

    @staticmethod
    def _dummy(vr: str, old: bytes) -> bytes:
        if vr in _NUMBERS:
            return bytes(len(old))
        return _DUMMIES.get(vr, b"")

    def _shifted(self, vr: str, old: bytes) -> bytes | None:
        """All dates of a value moved; None if one of them is partial or no date."""
        moved = []
        for part in old.split(b"\\"):
            bare = part.strip(b" \0")
            if not bare:
                moved.append(b"")
                continue
            one = self._moved_date(bare) if vr == "DA" else self._moved_date_time(bare)
            if one is None:
                return None
            moved.append(one)
        return b"\\".join(moved)

    def _moved_date(self, value: bytes) -> bytes | None:
        found = _DATE.fullmatch(value)
        if found is None:
            return None
        dot = found[2].decode()
        try:
            day = date(int(found[1]), int(found[3]), int(found[4])) + self._days
        except (ValueError, OverflowError):
            return None
        if day.year < _EARLIEST_YEAR:
            return None
        self.moved.add(f"{day.year:04d}{day.month:02d}{day.day:02d}")
        return f"{day.year:04d}{dot}{day.month:02d}{dot}{day.day:02d}".encode("ascii")

    def _moved_date_time(self, value: bytes) -> bytes | None:
        found = _DATE_TIME.fullmatch(value)
        day = self._moved_date(found[1]) if found else None
        return None if found is None or day is None else day + value[8:]


def _limited(value: bytes) -> bytes | None:
    """An age, 90 years at most; None if it is none."""
    bare = value.strip(b" \0")
    if not bare:
        return b""
    found = _AGE.fullmatch(bare)
    if found is None:
        return None
    years = int(found[1]) / _PER_YEAR[found[2]]
    return b"%03dY" % _OLDEST if years >= _OLDEST else bare


def _is_readable(value: bytes) -> bool:
    """Whether words or long numbers can be read in bytes."""
    return any(_LETTERS.search(run) for run in _READABLE.findall(value))
