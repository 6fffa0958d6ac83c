"""Reads as much as possible of a header that neither the walker nor pydicom can read.

Patient, study and series are not given up because of damage later in the file, or of an invalid VR:
such a file is sent, with a caution.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from gantry.engine.intake.header.elements import UNDEFINED
from gantry.engine.intake.header.lenient import Lost, Stepper
from gantry.engine.intake.header.meta import BIG_ENDIAN, EXPLICIT, IMPLICIT
from gantry.engine.intake.header.tags import LAST_GROUP, LONG_VRS, SHORT_VRS, WANTED
from gantry.engine.intake.header.window import Window

LONGEST_VALUE: Final = 64 << 10
_PIXELS: Final = 0x7FE0
_VRS: Final = SHORT_VRS | LONG_VRS


class Flaw(StrEnum):
    """What is wrong with a header that could be read anyway."""

    NONE = ""
    ODD = "odd"  # violates the standard, but was read to its end
    BROKEN = "broken"  # can't be read to its end


@dataclass
class Rescued:
    """The result of a rescue.

    Attributes:
        values: raw, by tag.
        end: where the first element after the header begins, or where reading stopped.
    """

    little: bool
    implicit: bool
    values: dict[int, bytes] = field(default_factory=dict)
    meta: dict[int, bytes] = field(default_factory=dict)
    end: int = 0
    flaw: Flaw = Flaw.ODD
    cut: bool = False


def rescue(window: Window, start: int) -> Rescued:
    """Reads the elements from `start` on: file meta information, if any, and data set.

    Raises:
        OSError: the system refused.
    """
    stepper = Stepper(window)
    pos, little, implicit, meta = beginning(stepper, start)
    found = Rescued(little, implicit, meta=meta, end=pos)
    try:
        _read(stepper, pos, found)
    except Lost:
        found.flaw = Flaw.BROKEN
    else:
        if found.cut and not stepper.odd:
            found.flaw = Flaw.NONE
    return found


def beginning(stepper: Stepper, start: int) -> tuple[int, bool, bool, dict[int, bytes]]:
    """Where the data set begins, whether it is little endian and implicit, and what precedes it.

    Raises:
        OSError: the system refused.
    """
    window = stepper.window
    meta: dict[int, bytes] = {}
    pos = start
    try:
        while window.at(pos, 2) == b"\x02\x00":
            element = stepper.element(pos, implicit=False, little=True)
            if element is None or element.length == UNDEFINED:
                break
            meta[element.tag & 0xFFFF] = window.at(element.start, min(element.length, 256))
            pos = element.start + element.length
    except Lost:
        pass
    head = window.at(pos, 12)
    little = not (head[:1] == b"\0" and head[1:2] != b"\0")
    is_implicit = head[4:6] not in _VRS and not _is_explicit(window, pos, head, meta, little)
    return pos, little, is_implicit, meta


def _is_explicit(
    window: Window, pos: int, head: bytes, meta: dict[int, bytes], little: bool
) -> bool:
    """Whether a data set has VRs although that of its first element, with this head, is invalid."""
    order: Literal["little", "big"] = "little" if little else "big"
    short, long = (int.from_bytes(head[n:m], order) for n, m in ((6, 8), (4, 8)))
    if window.at(pos + 8 + short, 6)[4:6] in _VRS:
        return True
    named = meta.get(0x0010, b"").rstrip(b"\0 ").decode("ascii", "replace")
    return named not in ("", IMPLICIT) and pos + 8 + long > window.size


def _read(stepper: Stepper, pos: int, found: Rescued) -> None:
    window = stepper.window
    implicit, little = found.implicit, found.little
    behind = False
    while (element := stepper.element(pos, implicit=implicit, little=little)) is not None:
        group = element.tag >> 16
        if group > LAST_GROUP and not behind:
            found.end, behind = pos, True
        if group >= _PIXELS:  # elements may be out of order up to here
            if not behind:
                found.end = pos
            return
        if element.length == UNDEFINED:
            pos = stepper.past(element, implicit=implicit, little=little)
            continue
        end = element.start + element.length
        if end > window.size:
            found.cut = True
            break
        if element.tag in WANTED and element.length <= LONGEST_VALUE:
            found.values.setdefault(element.tag, window.at(element.start, element.length))
        pos = end
    if not behind:
        found.end = pos
    found.cut = found.cut or (pos < window.size and not behind)


def syntax_of(found: Rescued) -> str:
    """The transfer syntax that the file names, or the one that it is in."""
    named = found.meta.get(0x0010, b"").rstrip(b"\0 ").decode("ascii", "replace")
    return named or (IMPLICIT if found.implicit else EXPLICIT if found.little else BIG_ENDIAN)
