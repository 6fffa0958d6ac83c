"""Compares a file with what leaves of it, element by element.

What was done is read off the two data sets, never off the rules: the rules only say why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from pydicom import Dataset
from pydicom.dataelem import DataElement, RawDataElement

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.after_masks import OF_MASKS
from gantry.engine.deidentify.content_items import DUMMIES
from gantry.engine.deidentify.reasons import Reason, Reasons
from gantry.engine.deidentify.rules import TEXT_VRS
from gantry.engine.deidentify.wordless import kind_of

_PIXELS: Final = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_GROUP_2: Final = 0x0002
_MOST_DEPTH: Final = 32
_UID: Final = re.compile(r"[0-9]+(?:\.[0-9]+)+")


class Done(StrEnum):
    """What was done to an element. Stable: the window's words refer to these names."""

    KEPT = "kept"
    REMOVED = "removed"
    EMPTIED = "emptied"
    REPLACED = "replaced"
    SHIFTED = "shifted"
    UID = "uid"
    UID_IN_TEXT = "uid in text"  # nothing else of the text
    CLEANED = "cleaned"
    LIMITED = "limited"  # an age
    PSEUDONYM = "pseudonym"
    MASKED = "masked"
    REWRITTEN = "rewritten"  # the same pixels, stored in another way
    ADDED = "added"


class Shown(NamedTuple):
    """An element as text."""

    vr: str
    name: str
    value: str


class Change(NamedTuple):
    """One element, before and after.

    Attributes:
        depth: in how many sequences it is.
        where: the sequences around it, with the number of each one's item: "Referenced Image
            Sequence 2 › ".
        before, after: "" if it is empty or missing; `done` says which.
        option: the option of the profile that is the reason; or "".
        identifies: the basic profile would change it, and it has a value.
    """

    depth: int
    where: str
    tag: int
    vr: str
    name: str
    before: str
    after: str
    done: Done
    reason: Reason
    option: str
    identifies: bool


Show = Callable[[Dataset, int, str], Shown]  # data set, tag, declared character set
_AS_DECIDED: Final = {
    Action.UID: Done.UID,
    Action.KEEP_UID: Done.UID,  # if it was no UID
    Action.SHIFT: Done.SHIFTED,
    Action.CLEAN: Done.CLEANED,
    Action.AGE: Done.LIMITED,
    Action.PATIENT: Done.PSEUDONYM,
}


class Comparison:
    """Compares files that one profile rewrote.

    Args:
        reasons: of the profile.
        show: makes an element readable; must not raise.
        masked: the pixels were masked.
    """

    def __init__(self, reasons: Reasons, show: Show, *, masked: bool = False) -> None:
        self._reasons, self._show, self._masked = reasons, show, masked

    def changes(self, original: Dataset, made: Dataset | None) -> Iterator[Change]:
        """All elements in the order of their tags; without `made`, nothing leaves."""
        head, new_head = _head(original), _head(made)
        yield from self._level(head, new_head, 0, "", None, "")
        yield from self._level(original, made, 0, "", None, "")

    def _level(
        self,
        old: Dataset | None,
        new: Dataset | None,
        depth: int,
        where: str,
        reason: tuple[Reason, str] | None,
        charset: str,
    ) -> Iterator[Change]:
        """`reason`: why all of this goes, if the sequence around it does."""
        tags = set(old.keys() if old is not None else ()) | set(
            new.keys() if new is not None else ()
        )
        if old is not None and 0x00080005 in old:
            charset = self._show(old, 0x00080005, "").value
        for tag in sorted(tags):
            yield from self._element(old, new, int(tag), depth, where, reason, charset)

    def _element(
        self,
        old: Dataset | None,
        new: Dataset | None,
        tag: int,
        depth: int,
        where: str,
        reason: tuple[Reason, str] | None,
        charset: str,
    ) -> Iterator[Change]:
        had, has = old is not None and tag in old, new is not None and tag in new
        before = self._show(old, tag, charset) if had and old is not None else None
        after = self._show(new, tag, charset) if has and new is not None else None
        shown = before or after
        assert shown is not None
        vr = shown.vr
        name = _name(old if had else new, tag, shown.name)
        if before is None:
            why = (Reason.FILE if tag >> 16 == _GROUP_2 else Reason.MARKER), ""
        elif self._masked and not depth and tag in OF_MASKS:
            why = Reason.PIXELS, ""
        else:
            why = reason or self._reason(old, tag, vr)
        old_items = _items(old, tag) if had and vr == "SQ" else []
        new_items = _items(new, tag) if has and vr == "SQ" else []
        done = self._done(old, new, tag, before, after, sequence=(bool(old_items), bool(new_items)))
        if depth and done is not Done.KEPT and self._by_content(new, tag, why[0]):
            done = Done.REPLACED if after and after.value and vr != "SQ" else done
            why = Reason.OPTION, "structured_content"
        elif done is not Done.KEPT and reason is None and self._says_words(old, tag, vr):
            why = self._reasons.strict_reason(tag), ""
        yield Change(
            depth, where, tag, vr, name, before.value if before else "",
            after.value if after else "", done, *why,
            before is not None and bool(before.value) and self._identifies(old, tag, vr),
        )  # fmt: skip
        if depth >= _MOST_DEPTH:
            return
        gone = why if before is not None and not new_items else None
        for number in range(max(len(old_items), len(new_items))):
            yield from self._level(
                old_items[number] if number < len(old_items) else None,
                new_items[number] if number < len(new_items) else None,
                depth + 1,
                f"{where}{name} {number + 1} › ",
                gone,
                charset,
            )

    def _by_content(self, new: Dataset | None, tag: int, reason: Reason) -> bool:
        """Whether the item decided around an element, not the element's own rule."""
        if not self._reasons.by_content:
            return False
        dummy = DUMMIES.get(tag, ("", b""))[1].decode()
        is_dummy = dummy and new is not None and str(_value(new, tag)) == dummy
        return reason is Reason.TECHNICAL or bool(is_dummy)

    def _reason(self, old: Dataset | None, tag: int, vr: str) -> tuple[Reason, str]:
        if tag >> 16 & 1 and old is not None:
            return self._reasons.private_reason(tag, _creator(old, tag))
        return self._reasons.reason(tag, vr)

    def _done(
        self,
        old: Dataset | None,
        new: Dataset | None,
        tag: int,
        before: Shown | None,
        after: Shown | None,
        *,
        sequence: tuple[bool, bool],
    ) -> Done:
        if before is None:
            return Done.ADDED
        if after is None:
            return Done.REMOVED
        assert old is not None
        assert new is not None
        if before.vr == "SQ":
            return Done.EMPTIED if sequence == (True, False) else Done.KEPT
        if _equal(old, new, tag, before, after):
            return Done.KEPT
        if tag in _PIXELS:
            return Done.MASKED if self._masked else Done.REWRITTEN
        if not after.value or after.value == "[0]":
            return Done.EMPTIED
        if tag >> 16 == _GROUP_2:
            return Done.UID if tag == 0x00020003 else Done.REPLACED
        if before.vr in TEXT_VRS and _differs_in_uids(old, new, tag):
            return Done.UID_IN_TEXT
        if tag >> 16 & 1:
            return Done.REPLACED
        return _AS_DECIDED.get(self._reasons.action(tag, before.vr), Done.REPLACED)

    def _says_words(self, old: Dataset | None, tag: int, vr: str) -> bool:
        if old is None or tag >> 16 & 1 or tag >> 16 == _GROUP_2 or not kind_of(tag, vr):
            return False
        value = _value(old, tag)
        if value is None:
            return False
        plain = value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
        return self._reasons.says_words(tag, vr, plain)

    def _identifies(self, old: Dataset | None, tag: int, vr: str) -> bool:
        if tag >> 16 == _GROUP_2:
            return tag in (0x00020003, 0x00020016, 0x00020017, 0x00020018, 0x00020100, 0x00020102)
        if tag >> 16 & 1:
            return True
        action = self._reasons.action(tag, vr)
        if action is Action.KEEP:
            return self._says_words(old, tag, vr)
        return action not in (Action.INSIDE, Action.OPAQUE)


def _head(data_set: Dataset | None) -> Dataset | None:
    found: Dataset | None = getattr(data_set, "file_meta", None)
    return found


def _name(data_set: Dataset | None, tag: int, name: str) -> str:
    """An element's name; of a private one, with its creator, which says more."""
    if not tag >> 16 & 1 or not tag >> 8 & 0xFF or data_set is None:
        return name
    plain = name.strip("[]") if name.startswith("[") else ""
    return " · ".join(part for part in (_creator(data_set, tag), plain) if part) or name


def _creator(data_set: Dataset, tag: int) -> str:
    creator = _value(data_set, tag & 0xFFFF0000 | tag >> 8 & 0xFF)
    if isinstance(creator, bytes):
        creator = creator.decode("ascii", "replace")
    return str(creator or "").strip()


def _items(data_set: Dataset | None, tag: int) -> list[Dataset]:
    try:
        return list(data_set[tag].value or ()) if data_set is not None else []
    except Exception:  # noqa: BLE001 - pydicom raises all kinds on a broken sequence
        return []


def _equal(old: Dataset, new: Dataset, tag: int, before: Shown, after: Shown) -> bool:
    """Whether the values are equal, whichever way they are stored."""
    one, other = _value(old, tag), _value(new, tag)
    if isinstance(one, bytes) and isinstance(other, bytes):
        return one.rstrip(b"\0 ") == other.rstrip(b"\0 ") if tag not in _PIXELS else one == other
    try:
        if bool(one == other):
            return True
    except Exception:  # noqa: BLE001 - values of a broken element
        return before.value == after.value
    return before.vr != after.vr and before.value == after.value


def _differs_in_uids(old: Dataset, new: Dataset, tag: int) -> bool:
    """Whether a text, which is another one, differs only in the UIDs that it names."""
    one, other = (_UID.sub("\0", str(_value(data_set, tag))) for data_set in (old, new))
    return one == other


def _value(data_set: Dataset, tag: int) -> object:
    if tag not in data_set:
        return None
    try:
        element: DataElement | RawDataElement = data_set[tag]
    except Exception:  # noqa: BLE001 - pydicom raises all kinds on a broken element
        element = data_set.get_item(tag)
    return element.value if element is not None else None
