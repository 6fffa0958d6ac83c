"""Pictures in each syntax, color and depth, and masks painted slowly, one pixel after another."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.pixels.utils import pack_bits, pixel_array
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from gantry.engine.deidentify.recipes import Kind, Recipe, Rectangle

ROWS, COLUMNS = 33, 38  # OpenJPEG encodes from 32 on; frames of one bit per pixel end within a byte
NATIVE = (ImplicitVRLittleEndian, ExplicitVRLittleEndian)
# Masked in their own syntax; of JPEG-LS, there is no codec for Python 3.14.
OWN = (
    RLELossless,
    *((JPEGLSLossless,) if find_spec("jpeg_ls") else ()),
    JPEG2000Lossless,
    JPEG2000,
)
WITH_COMMENTS = tuple(one for one in OWN if one in (JPEGLSLossless, JPEG2000Lossless))
Array = NDArray[np.integer]


@dataclass(frozen=True)
class Look:
    """How pixels are stored, and what black is."""

    photometric: str
    allocated: int
    stored: int
    black: tuple[int, ...]
    signed: bool = False

    def __str__(self) -> str:
        sign = "s" if self.signed else "u"
        return f"{self.photometric}-{self.allocated}-{sign}{self.stored}"

    @property
    def samples(self) -> int:
        return len(self.black)


LOOKS = (
    Look("MONOCHROME2", 8, 8, (0,)),
    Look("MONOCHROME2", 16, 12, (0,)),
    Look("MONOCHROME2", 16, 16, (0,)),
    Look("MONOCHROME2", 16, 12, (-2048,), signed=True),
    Look("MONOCHROME2", 16, 16, (-32768,), signed=True),
    Look("MONOCHROME1", 8, 8, (255,)),
    Look("MONOCHROME1", 16, 12, (4095,)),
    Look("MONOCHROME1", 16, 12, (2047,), signed=True),
    Look("PALETTE COLOR", 8, 8, (77,)),
    Look("PALETTE COLOR", 16, 16, (77,)),
    Look("RGB", 8, 8, (0, 0, 0)),
    Look("YBR_FULL", 8, 8, (0, 128, 128)),
)
SINGLE_BITS = (Look("MONOCHROME2", 1, 1, (0,)), Look("MONOCHROME1", 1, 1, (1,)))
MIXED = Look("YBR_RCT", 8, 8, (0, 0, 0))  # JPEG 2000 only; decoded, it is RGB

AREAS: dict[str, tuple[Rectangle, ...]] = {
    "edge": (Rectangle(0, 0, 5, 3),),
    "overlapping": (Rectangle(2, 1, 9, 6), Rectangle(6, 4, 13, 9)),
    "partly outside": (Rectangle(34, 30, 99, 99),),
    "whole": (Rectangle(0, 0, COLUMNS, ROWS),),
}


def recipe(area: str, sop_class: UID = SecondaryCaptureImageStorage) -> Recipe:
    """The masks of an area for all pictures made here; "none": there is nothing to mask."""
    kind = Kind("Maker", "Camera 2", "", str(sop_class), ROWS, COLUMNS)
    return Recipe(kind, AREAS.get(area, ()))


def noise(look: Look, frames: int) -> Array:
    """Pixels of the shape (frames, rows, columns, samples), none of which is black."""
    shape = (frames, ROWS, COLUMNS, look.samples)
    rng = np.random.default_rng(len(str(look)) + frames)
    if look.allocated == 1:
        return rng.integers(0, 2, shape, np.uint8)
    low, high = 1, (1 << look.stored) - 1
    if look.signed:
        low, high = 1 - (1 << look.stored - 1), (1 << look.stored - 1) - 1
    kind = "i" if look.signed else "u"
    return rng.integers(low, high, shape).astype(f"<{kind}{look.allocated // 8}")


def picture(look: Look, syntax: UID, pixels: Array) -> Dataset:
    """A secondary capture."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    ds.StudyInstanceUID, ds.SeriesInstanceUID = UID("1.2.3"), UID("1.2.3.3")
    ds.PatientName, ds.PatientID = "Smithson^Annabel", "471108"
    ds.Manufacturer, ds.ManufacturerModelName, ds.Modality = "Maker", "Camera 2", "OT"
    ds.NumberOfFrames, ds.Rows, ds.Columns, ds.SamplesPerPixel = pixels.shape
    ds.PhotometricInterpretation = look.photometric
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = look.allocated, look.stored, look.stored - 1
    ds.PixelRepresentation = int(look.signed)
    if look.samples > 1:
        ds.PlanarConfiguration = 0
    if look.photometric == "PALETTE COLOR":
        _add_palette(ds)
    if syntax in NATIVE:
        ds.PixelData = pack_bits(pixels.ravel()) if look.allocated == 1 else pixels.tobytes()
        ds["PixelData"].VR = "OW" if look.allocated > 8 or syntax == NATIVE[0] else "OB"
    else:
        ds.PixelData = encapsulate([encoded(frame, look, syntax) for frame in pixels])
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    return ds


def encoded(frame: Array, look: Look, syntax: UID) -> bytes:
    """One frame, without loss."""
    from pydicom.pixels.encoders.base import get_encoder

    plain = syntax == JPEG2000
    return get_encoder(JPEG2000Lossless if plain else syntax).encode(
        frame.tobytes(),
        rows=ROWS,
        columns=COLUMNS,
        number_of_frames=1,
        samples_per_pixel=look.samples,
        bits_allocated=max(look.allocated, 8),
        bits_stored=look.stored,
        pixel_representation=int(look.signed),
        photometric_interpretation=look.photometric,
        planar_configuration=0,
        validate=False,
    )


def _add_palette(ds: Dataset) -> None:
    """A palette whose darkest entry is neither the first nor the last."""
    for number, color in enumerate(("Red", "Green", "Blue")):
        entries = np.full(256, 60000 - number, "<u2")
        entries[77] = 900
        setattr(ds, f"{color}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(ds, f"{color}PaletteColorLookupTableData", entries.tobytes())


def with_tables(ds: Dataset) -> Dataset:
    """The same with an Extended Offset Table."""
    from pydicom.encaps import generate_frames

    frames = list(generate_frames(ds.PixelData, number_of_frames=ds.NumberOfFrames))
    ds.PixelData, ds.ExtendedOffsetTable, ds.ExtendedOffsetTableLengths = encapsulate_extended(
        frames
    )
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    return ds


def saved(ds: Dataset) -> bytes:
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def read(data: bytes) -> tuple[Dataset, Array]:
    """A file, and its pixels as they are stored: (frames, rows, columns, samples)."""
    ds = dcmread(io.BytesIO(data))
    shape = (int(ds.get("NumberOfFrames") or 1), ds.Rows, ds.Columns, ds.SamplesPerPixel)
    return ds, pixel_array(ds, raw=True).reshape(shape)


def painted(pixels: Array, rectangles: tuple[Rectangle, ...], black: tuple[int, ...]) -> Array:
    """The pixels with black rectangles, painted one after another."""
    made = pixels.copy()
    frames, rows, columns, samples = pixels.shape
    for frame in range(frames):
        for row in range(rows):
            for column in range(columns):
                if any(
                    left <= column < right and top <= row < bottom
                    for left, top, right, bottom in rectangles
                ):
                    for sample in range(samples):
                        made[frame, row, column, sample] = black[sample]
    return made


def high_throughput() -> bytes:
    """A codestream of high-throughput JPEG 2000, reversible, all of one gray: its only packet is
    empty (ISO/IEC 15444-15). No encoder is needed for it."""

    def segment(marker: int, value: bytes) -> bytes:
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(value) + 2) + value

    size = (COLUMNS, ROWS, 0, 0)
    body = b"\xff\x93\0"
    return b"".join(
        (
            b"\xff\x4f",
            segment(0x51, struct.pack(">H8IH", 0x4000, *size, *size, 1) + b"\x07\1\1"),
            segment(0x50, struct.pack(">IH", 1 << 17, 0)),
            segment(0x52, struct.pack(">BBHB5B", 0, 0, 1, 0, 0, 4, 4, 0x40, 1)),
            segment(0x5C, b"\x40\x40"),
            segment(0x90, struct.pack(">HIBB", 0, 12 + len(body), 0, 1)),
            body,
            b"\xff\xd9",
        )
    )
