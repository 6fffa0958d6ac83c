"""Decodes compressed pixels that must be masked and can't be in their own syntax."""

from __future__ import annotations

import io
from typing import Final

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import generate_frames
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

from gantry.engine.deidentify.codecs import check_header, is_lossy
from gantry.engine.deidentify.layout import Layout
from gantry.engine.deidentify.walked import NotWalked

_MOST: Final = 1 << 30  # bytes of decoded pixels
# They describe the compressed form: offset tables, their lengths, the lengths of the frames.
_OFFSETS: Final = (0x7FE00001, 0x7FE00002, 0x7FE00003)
# How an image was compressed with loss (DICOM PS3.3 §C.7.6.1.1.5.1).
_METHODS: Final = {
    JPEGBaseline8Bit: "ISO_10918_1",
    JPEGExtended12Bit: "ISO_10918_1",
    JPEGLSLossless: "ISO_14495_1",  # what calls itself lossless need not be
    JPEGLSNearLossless: "ISO_14495_1",
    JPEG2000Lossless: "ISO_15444_1",
    JPEG2000: "ISO_15444_1",
    HTJ2K: "ISO_15444_15",
}


def unpacked(
    data: memoryview, start: int, syntax: str, layout: Layout
) -> tuple[memoryview, int, str]:
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
        _decode(found, UID(syntax), layout)
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


def _decode(found: Dataset, syntax: UID, layout: Layout) -> None:
    frames = int(found.get("NumberOfFrames") or 1)
    size = found.Rows * found.Columns * frames * found.SamplesPerPixel * found.BitsAllocated // 8
    if size > _MOST:
        raise NotWalked("too many pixels")
    if "PixelData" not in found:
        raise NotWalked("no pixels")
    if syntax == JPEGExtended12Bit:
        # The library comes with the window; without it, pydicom says that it can't decode.
        from gantry.engine import jpeg_12  # noqa: PLC0415

        jpeg_12.register()
    packed = found.PixelData
    streams = list(generate_frames(packed, number_of_frames=frames))
    for stream in streams:
        check_header(syntax, stream, layout)
    try:
        lossy = is_lossy(syntax, streams[0])
    except NotWalked:  # decoders may know better
        lossy = False
    # From YBR to RGB, values are rounded: only where some were lost already.
    found.decompress(generate_instance_uid=False, as_rgb=lossy)
    if lossy and syntax in _METHODS and found.get("LossyImageCompression") != "01":
        found.LossyImageCompression = "01"
        found.LossyImageCompressionRatio = f"{size / len(packed):.2f}"[:16]
        found.LossyImageCompressionMethod = _METHODS[syntax]
    for tag in _OFFSETS:
        if tag in found:
            del found[tag]
