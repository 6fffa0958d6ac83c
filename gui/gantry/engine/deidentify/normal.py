"""The slow way: reads a data set with pydicom and writes it in a form that can be walked.

For what walk.py does not understand: big endian, deflated, sequences hidden in UN, elements out of
order, wrong VRs. The decisions are made by the same walk afterwards, so there is one set of rules.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import Final

from pydicom import config
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_partial
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from gantry.engine.deidentify.encode import UNDEFINED, element
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
        NotWalked: pydicom can't read it either, or would drop something of it: an element that is
            there twice, or bytes after the last one, unless they are zeros that fill up a block.
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
    file = _File(data)
    found = file.data_set()
    syntax = str(found.file_meta.get("TransferSyntaxUID", "") or ImplicitVRLittleEndian)
    if not f"{syntax}.".startswith(STANDARD_SYNTAXES):
        raise NotWalked("syntax")  # a maker's own: nobody else knows the order of its pixels' bytes
    swap = syntax == ExplicitVRBigEndian
    if syntax == DeflatedExplicitVRLittleEndian:
        found = file.inflated().data_set()
    _settle(found, swap=swap)
    out = DicomBytesIO()
    out.is_little_endian, out.is_implicit_VR = True, False
    write_dataset(out, found)
    if syntax in _NOT_COMPRESSED:
        syntax = ExplicitVRLittleEndian
    return memoryview(out.getvalue()), syntax


class _File(io.BytesIO):
    """A file for pydicom, which says nothing of what it does not use."""

    def __init__(self, data: bytes | memoryview) -> None:
        super().__init__(data)
        self._rest = self._packed = b""

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if size is None or size < 0:
            self._packed = found  # of a deflated file, all after group 0002
        elif len(found) < size:
            self._rest = found
        return found

    def data_set(self) -> FileDataset:
        tags = list[int]()

        def see(tag: int, vr: str | None, length: int) -> bool:
            tags.append(tag)
            return False

        found = read_partial(self, stop_when=see, force=True)
        assert isinstance(found, FileDataset)
        if self._rest.strip(b"\0"):
            raise NotWalked("rest")
        named = [tag for tag in tags if tag]
        if len(set(named)) < len(named):
            raise NotWalked("twice")
        if 0 in found and not found[0].value:
            del found[0]  # zeros that fill up a block look like this
        return found

    def inflated(self) -> _File:
        """The same data set as it was before it was deflated."""
        packer = zlib.decompressobj(-zlib.MAX_WBITS)
        plain = packer.decompress(self._packed) + packer.flush()
        # Some writers end it as a gzip file ends: with checksum and size (RFC 1952 §2.3.1).
        ending = struct.pack("<II", zlib.crc32(plain), len(plain) & 0xFFFFFFFF)
        rest = packer.unused_data.removeprefix(ending)
        if not packer.eof or rest.strip(b"\0"):
            raise NotWalked("rest")
        syntax = element(0x00020010, "UI", ExplicitVRLittleEndian.encode(), explicit=True)
        return _File(bytes(128) + b"DICM" + syntax + plain)


def _settle(data_set: Dataset, *, swap: bool) -> None:
    """Makes pydicom decode each element, so that it is encoded again and not copied."""
    for tag in list(data_set.keys()):
        raw: object = data_set.get_item(tag)
        if isinstance(raw, RawDataElement) and len(raw.value or b"") < raw.length != UNDEFINED:
            raise NotWalked("cut short")
        found = data_set[tag]
        if swap and isinstance(found.value, bytes) and found.VR in _SWAPPED:
            found.value = _swapped(found.value, _SWAPPED[found.VR])
        if found.VR == "SQ":
            for item in found.value:
                _settle(item, swap=swap)


def _swapped(value: bytes, width: int) -> bytes:
    whole = len(value) - len(value) % width
    turned = bytearray(value)
    for byte in range(width):
        turned[byte:whole:width] = value[width - 1 - byte : whole : width]
    return bytes(turned)
