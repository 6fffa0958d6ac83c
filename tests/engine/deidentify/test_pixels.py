"""Masks in each layout of pixels: black inside, equal outside, in every frame."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from gantry.engine.deidentify.profile import BASIC, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Kind, Recipe, Rectangle
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier
from support.planted import planted

ROWS, COLUMNS, FRAMES = 36, 48, 3
RECIPE = Recipe(
    Kind("Maker", "Camera 2", "", str(SecondaryCaptureImageStorage), ROWS, COLUMNS),
    (Rectangle(2, 1, 7, 5), Rectangle(44, 33, 99, 99)),
)
INSIDE = np.zeros((ROWS, COLUMNS), bool)
INSIDE[1:5, 2:7] = INSIDE[33:, 44:] = True


def capture(pixels: np.ndarray, change: Callable[[Dataset], None] = lambda ds: None) -> bytes:
    """A secondary capture with pixels of the shape (frames, rows, columns[, 3])."""
    ds = dcmread(io.BytesIO(planted(21).files[0]))
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    ds.Manufacturer, ds.ManufacturerModelName = "Maker", "Camera 2"
    del ds.StationName
    ds.NumberOfFrames, ds.Rows, ds.Columns = pixels.shape[:3]
    ds.SamplesPerPixel = 3 if pixels.ndim == 4 else 1
    ds.PhotometricInterpretation = "RGB" if pixels.ndim == 4 else "MONOCHROME2"
    if pixels.ndim == 4:
        ds.PlanarConfiguration = 0
    ds.BitsAllocated = ds.BitsStored = pixels.itemsize * 8
    ds.HighBit, ds.PixelRepresentation = ds.BitsStored - 1, 0
    ds.PixelData = pixels.tobytes()
    ds["PixelData"].VR = "OW" if pixels.itemsize > 1 else "OB"
    change(ds)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def picture(dtype: str = "<u2", samples: int = 1) -> np.ndarray:
    size = (FRAMES, ROWS, COLUMNS, samples) if samples > 1 else (FRAMES, ROWS, COLUMNS)
    return np.random.default_rng(5).integers(1, 250, size).astype(dtype)


def treated(data: bytes) -> tuple[Deidentified, Dataset]:
    done = Deidentifier(with_recipes(BASIC, (RECIPE,)), Key(b"k" * 32)).deidentify(data)
    assert done.masked
    return done, dcmread(io.BytesIO(b"".join(done.parts)))


def expected(pixels: np.ndarray, black: int = 0) -> np.ndarray:
    made = pixels.copy()
    made[:, INSIDE] = black
    return made


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("dtype", ["u1", "<u2", "<u4"])
def test_rectangles_are_black_in_every_frame_and_all_else_is_equal(
    dtype: str, samples: int
) -> None:
    pixels = picture(dtype, samples)
    _, after = treated(capture(pixels))
    assert after.PixelData == expected(pixels).tobytes()


def test_color_by_plane() -> None:
    pixels = picture("u1", 3)

    def by_plane(ds: Dataset) -> None:
        ds.PlanarConfiguration = 1
        ds.PixelData = pixels.transpose(0, 3, 1, 2).tobytes()

    _, after = treated(capture(pixels, by_plane))
    assert after.PixelData == expected(pixels).transpose(0, 3, 1, 2).tobytes()


@pytest.mark.parametrize(("signed", "black"), [(0, 0xFFF), (1, 0x7FF)])
def test_where_large_values_are_dark_the_mask_is_the_largest(signed: int, black: int) -> None:
    def inverted(ds: Dataset) -> None:
        ds.PhotometricInterpretation, ds.BitsStored, ds.HighBit = "MONOCHROME1", 12, 11
        ds.PixelRepresentation = signed

    pixels = picture()
    _, after = treated(capture(pixels, inverted))
    assert after.PixelData == expected(pixels, black).tobytes()


@pytest.mark.parametrize("syntax", [RLELossless, JPEG2000Lossless])
def test_a_compressed_image_leaves_uncompressed_and_equal_outside(syntax: UID) -> None:
    def compressed(ds: Dataset) -> None:
        ds.compress(syntax, generate_instance_uid=False)

    pixels = picture()
    done, after = treated(capture(pixels, compressed))
    assert after.PixelData == expected(pixels).tobytes()
    assert after.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert done.identity.transfer_syntax_uid == ExplicitVRLittleEndian
    assert after.SOPInstanceUID == done.identity.sop_instance_uid
