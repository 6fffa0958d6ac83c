"""Replaces invalid VRs for pydicom, which reads such files wrongly or not at all."""

from __future__ import annotations

import io
import os
from typing import IO, Final

from pydicom.datadict import dictionary_VR

from gantry.engine.intake.header.lenient import Lost, Stepper
from gantry.engine.intake.header.rescue import beginning
from gantry.engine.intake.header.tags import LONG_VRS, SHORT_VRS
from gantry.engine.intake.header.window import Window

_DEFLATED: Final = b"1.2.840.10008.1.2.1.99"
_PIXELS: Final = 0x7FE0
_MOST: Final = 512 << 20  # bytes that are kept in memory


def mended(file: IO[bytes]) -> IO[bytes]:
    """The file, or a copy in memory in which the VRs of its top level are valid.

    Lengths stay unchanged, so a VR whose length field differs from the dictionary's becomes text or
    bytes.

    Raises:
        OSError: the system refused.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if size > _MOST:
        return file
    window = Window(file, size)
    start = 132 if window.at(128, 4) == b"DICM" else 0
    stepper = Stepper(window)
    changes: dict[int, bytes] = {}
    try:
        pos, little, implicit, meta = beginning(stepper, start)
        if meta.get(0x0010, b"").rstrip(b"\0 ") == _DEFLATED:
            return file
        _find(stepper, start, pos, changes, implicit=False, little=True)
        if not implicit:
            _find(stepper, pos, size, changes, implicit=False, little=little)
    except Lost:
        pass
    if not changes:
        return file
    file.seek(0)
    data = bytearray(file.read())
    for place, vr in changes.items():
        data[place : place + 2] = vr
    return io.BytesIO(data)


def _find(
    stepper: Stepper, pos: int, end: int, changes: dict[int, bytes], *, implicit: bool, little: bool
) -> None:
    """Collects which bytes must become which VR, as far as explicit VR goes."""
    while pos < end:
        element = stepper.element(pos, implicit=implicit, little=little)
        if element is None or (element.odd and not element.vr):
            return
        is_long = element.start - pos == 12
        if element.tag >> 16 >= _PIXELS:
            if element.odd and is_long:
                changes[pos + 4] = b"OW"
            return
        if element.odd and (vr := _valid(element.tag, is_long=is_long)):
            changes[pos + 4] = vr
        if element.length == 0xFFFFFFFF:
            pos = stepper.past(element, implicit=implicit, little=little)
        else:
            pos = element.start + element.length


def _valid(tag: int, *, is_long: bool) -> bytes:
    """A VR for this element; none if it depends on the pixels' sign, which the reader knows."""
    try:
        vr = dictionary_VR(tag).encode()
    except KeyError:
        vr = b""
    if b"SS" in vr and vr != b"SS":
        return b""
    if is_long:
        return vr if vr in LONG_VRS else b"UN"
    return vr if vr in SHORT_VRS else b"LO"
