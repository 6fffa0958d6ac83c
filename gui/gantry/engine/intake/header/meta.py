"""Reads the file meta information: group 0002, which says how the data set is encoded.

(DICOM PS3.10 §7.1.)
"""

from __future__ import annotations

import struct
from typing import Final

from gantry.engine.intake.header.elements import UNDEFINED, HandOver, NeedMore
from gantry.engine.intake.header.tags import LONG_VRS, SHORT_VRS

IMPLICIT: Final = "1.2.840.10008.1.2"
EXPLICIT: Final = "1.2.840.10008.1.2.1"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN: Final = "1.2.840.10008.1.2.2"
# encapsulated pixel data: explicit VR little endian all the same (PS3.5 §A.4)
_ENCAPSULATED: Final = ("1.2.840.10008.1.2.4.", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.8.")

_long_le: Final = struct.Struct("<L").unpack_from
_explicit_le: Final = struct.Struct("<HH2sH").unpack_from


def read_meta(buffer: bytes, start: int) -> tuple[dict[int, bytes], list[int]]:
    """Reads the file meta information at `start`: values of group 0002 by element, and where each
    element begins; the last of these is where the data set begins.

    Raises:
        HandOver: it does not follow the standard.
        NeedMore: it does not end within the buffer.
    """
    values: dict[int, bytes] = {}
    starts: list[int] = []
    pos = start
    try:
        while True:
            group, element, vr, length = _explicit_le(buffer, pos)
            starts.append(pos)
            if group != 0x0002:
                return values, starts
            pos += 8
            if vr in LONG_VRS:
                (length,) = _long_le(buffer, pos)
                pos += 4
            elif vr not in SHORT_VRS:
                raise HandOver
            end = pos + length
            if length == UNDEFINED:
                raise HandOver
            if length <= 256:
                values[element] = buffer[pos:end]
            pos = end
    except struct.error:
        raise NeedMore from None


def encoding_of(transfer_syntax: str) -> tuple[bool, bool]:
    """Whether a transfer syntax has implicit VR, and whether it is little endian.

    Raises:
        HandOver: it is private or unknown.
    """
    if transfer_syntax == IMPLICIT:
        return True, True
    if transfer_syntax == BIG_ENDIAN:
        return False, False
    if transfer_syntax in (EXPLICIT, DEFLATED) or transfer_syntax.startswith(_ENCAPSULATED):
        return False, True
    raise HandOver
