"""Decodes compressed pixels that must be masked; they are never compressed again with loss."""

from __future__ import annotations

import io
from typing import Final

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from gantry.engine.deidentify.walked import NotWalked

_MOST: Final = 1 << 30  # bytes of decoded pixels
# They describe the compressed form: offset tables, their lengths, the lengths of the frames.
_OFFSETS: Final = (0x7FE00001, 0x7FE00002, 0x7FE00003)


def unpacked(data: memoryview, start: int, syntax: str) -> tuple[memoryview, int, str]:
    """A data set with compressed pixels, in Explicit VR Little Endian.

    Returns:
        Bytes, where the data set begins in them, and the transfer syntax.

    Raises:
        NotWalked: the pixels can't be decoded, or are too many.
    """
    mode = config.settings.reading_validation_mode
    config.settings.reading_validation_mode = config.IGNORE
    try:
        found = dcmread(_file(data[start:], syntax), force=True)
        _decode(found)
        out = DicomBytesIO()
        out.is_little_endian, out.is_implicit_VR = True, False
        write_dataset(out, found)
    except NotWalked:
        raise
    except Exception as error:  # whatever a hostile file brings about
        raise NotWalked(type(error).__name__) from error
    finally:
        config.settings.reading_validation_mode = mode
    return memoryview(out.getvalue()), 0, str(ExplicitVRLittleEndian)


def _file(data_set: memoryview, syntax: str) -> io.BytesIO:
    head = DicomBytesIO()
    head.is_little_endian, head.is_implicit_VR = True, False
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = UID(syntax)
    write_dataset(head, meta)
    return io.BytesIO(b"".join((bytes(128), b"DICM", head.getvalue(), data_set)))


def _decode(found: Dataset) -> None:
    pixels = found.Rows * found.Columns * int(found.get("NumberOfFrames") or 1)
    if pixels * found.SamplesPerPixel * found.BitsAllocated // 8 > _MOST:
        raise NotWalked("too many pixels")
    if "PixelData" not in found:
        raise NotWalked("no pixels")
    found.decompress(generate_instance_uid=False)
    for tag in _OFFSETS:
        if tag in found:
            del found[tag]
