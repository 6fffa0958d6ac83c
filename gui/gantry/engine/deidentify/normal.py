"""The slow way: reads a data set with pydicom and writes it in a form that can be walked.

For what walk.py does not understand: big endian, deflated, sequences hidden in UN, elements out of
order, wrong VRs. The decisions are made by the same walk afterwards, so there is one set of rules.
"""

from __future__ import annotations

import io
from typing import Final

from pydicom import config, dcmread
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from gantry.engine.deidentify.encode import UNDEFINED
from gantry.engine.deidentify.walked import NotWalked

STANDARD_SYNTAXES: Final = "1.2.840.10008.1.2."
_NOT_COMPRESSED: Final = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
_SWAPPED: Final = {"OW": 2, "OF": 4, "OL": 4, "OD": 8, "OV": 8}


def plainly(data: bytes | memoryview) -> tuple[memoryview, str]:
    """A file's data set in Explicit VR Little Endian, or with its pixels compressed as they are.

    Returns:
        The data set without preamble and group 0002, and its transfer syntax.

    Raises:
        NotWalked: pydicom can't read it either.
    """
    mode = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.IGNORE
    try:
        return _plainly(data)
    except Exception as error:  # whatever a hostile file brings about
        raise NotWalked(type(error).__name__) from error
    finally:
        config.settings.reading_validation_mode = mode


def _plainly(data: bytes | memoryview) -> tuple[memoryview, str]:
    found = dcmread(io.BytesIO(data), force=True)
    syntax = str(found.file_meta.get("TransferSyntaxUID", "") or ImplicitVRLittleEndian)
    swap = syntax == ExplicitVRBigEndian
    _settle(found, swap=swap)
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, found)
    if syntax in _NOT_COMPRESSED or not syntax.startswith(STANDARD_SYNTAXES):
        syntax = ExplicitVRLittleEndian
    return memoryview(out.getvalue()), syntax


def _settle(data_set: Dataset, *, swap: bool) -> None:
    """Makes pydicom decode each element, so that it is encoded again and not copied."""
    for tag in list(data_set.keys()):
        raw: object = data_set.get_item(tag)
        if isinstance(raw, RawDataElement) and len(raw.value or b"") < raw.length != UNDEFINED:
            raise NotWalked("cut short")
        element = data_set[tag]
        if swap and isinstance(element.value, bytes) and element.VR in _SWAPPED:
            element.value = _swapped(element.value, _SWAPPED[element.VR])
        if element.VR == "SQ":
            for item in element.value:
                _settle(item, swap=swap)


def _swapped(value: bytes, width: int) -> bytes:
    whole = len(value) - len(value) % width
    turned = bytearray(value)
    for byte in range(width):
        turned[byte:whole:width] = value[width - 1 - byte : whole : width]
    return bytes(turned)
