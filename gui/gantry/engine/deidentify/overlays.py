"""Overlays in bits of the pixels that hold no value, as files of ACR-NEMA have them.

Their elements are removed like those of all overlays. What they drew, often the patient's name,
would stay in the pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from gantry.engine.deidentify.walked import Removed

_ALLOCATED: Final = 0x0100
_POSITION: Final = 0x0102
_DATA: Final = 0x3000


def overlay_bits(removed: Iterable[Removed]) -> int:
    """The bits of a sample that hold overlays, as removed elements describe them: with a position,
    and without data of their own (DICOM PS3.3 §C.9.2, of 2004 and before)."""
    found: dict[int, dict[int, int]] = {}
    for tag, _, value in removed:
        if tag >> 24 == 0x60 and tag & 0xFFFF in (_ALLOCATED, _POSITION, _DATA):
            number = int.from_bytes(value[:2], "little")
            found.setdefault(tag >> 16, {})[tag & 0xFFFF] = number
    bits = 0
    for overlay in found.values():
        position = overlay.get(_POSITION, 0)
        if _DATA not in overlay and (position or overlay.get(_ALLOCATED, 1) > 1):
            bits |= 1 << min(position, 64)  # beyond all samples: held
    return bits
