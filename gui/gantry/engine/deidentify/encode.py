"""Single elements in Little Endian: their layout, and how to write them (DICOM PS3.5 §7.1)."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import Final

LONG_VRS: Final = frozenset(
    {"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"}
)
UNDEFINED: Final = 0xFFFFFFFF
FRAGMENTS: Final = 12  # where they begin in the element of compressed pixel data: VRs are explicit
ITEM_END: Final = b"\xfe\xff\x0d\xe0\0\0\0\0"
SEQUENCE_END: Final = b"\xfe\xff\xdd\xe0\0\0\0\0"
ITEM: Final = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
HEAD: Final = struct.Struct("<HH2sH")  # of an element with an explicit VR
SHORT: Final = struct.Struct("<HHI")  # of one without, and of an item
LENGTH: Final = struct.Struct("<I")
SHORT_LENGTH: Final = struct.Struct("<H")
ITEM_TAG: Final = 0xFFFE0000  # and all that delimit items and sequences
ITEM_END_TAG: Final = 0xFFFEE00D
_SHORT_HEAD: Final = struct.Struct("<HH2sH").pack
_LONG_HEAD: Final = struct.Struct("<HH2s2xI").pack
_VRS: Final = """
AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR
US UT UV
"""
VR_OF: Final = {vr.encode(): vr for vr in _VRS.split()}
_ZERO_PADDED: Final = frozenset({"UI", "OB", "UN"})


def element(tag: int, vr: str, value: bytes, *, explicit: bool) -> bytes:
    """One element; its value is padded to an even length."""
    length = len(value)
    if length & 1:
        value += b"\0" if vr in _ZERO_PADDED else b" "
        length += 1
    if explicit and vr not in LONG_VRS:
        return _SHORT_HEAD(tag >> 16, tag & 0xFFFF, vr.encode(), length) + value
    return head(tag, vr, length, explicit=explicit) + value


def head(tag: int, vr: str, length: int, *, explicit: bool) -> bytes:
    """The bytes before a value."""
    if not explicit:
        return SHORT.pack(tag >> 16, tag & 0xFFFF, length)
    if vr in LONG_VRS:
        return _LONG_HEAD(tag >> 16, tag & 0xFFFF, vr.encode(), length)
    return _SHORT_HEAD(tag >> 16, tag & 0xFFFF, vr.encode(), length)


@lru_cache(maxsize=1024)
def sequence_head(tag: int, *, explicit: bool) -> bytes:
    """The bytes before the items of a sequence of undefined length."""
    return head(tag, "SQ", UNDEFINED, explicit=explicit)


def sequence(tag: int, items: list[bytes], *, explicit: bool) -> bytes:
    """A sequence of undefined length; each item is its elements."""
    return (
        head(tag, "SQ", UNDEFINED, explicit=explicit)
        + b"".join(ITEM + item + ITEM_END for item in items)
        + SEQUENCE_END
    )
