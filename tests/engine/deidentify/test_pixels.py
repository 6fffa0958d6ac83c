"""Masks in each layout of pixels: black inside, equal outside, in every frame."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import SecondaryCaptureImageStorage

from gantry.engine.deidentify.profile import BASIC, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Kind, Recipe, Rectangle
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
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


def test_two_pixels_that_share_their_colors_are_masked_together() -> None:
    pixels = picture("u1", 2)

    def halved(ds: Dataset) -> None:
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 3, "YBR_FULL_422"
        ds.PixelData = pixels.tobytes()

    _, after = treated(capture(pixels, halved))
    pairs = INSIDE[:, ::2] | INSIDE[:, 1::2]
    made = pixels.reshape(FRAMES, ROWS, COLUMNS // 2, 4).copy()
    made[:, pairs] = [0, 0, 128, 128]
    assert after.PixelData == made.tobytes()


def test_a_value_that_does_not_end_with_the_lowest_bit() -> None:
    def shifted(ds: Dataset) -> None:
        ds.PhotometricInterpretation, ds.BitsStored, ds.HighBit = "MONOCHROME1", 12, 15

    pixels = picture()
    _, after = treated(capture(pixels, shifted))
    assert after.PixelData == expected(pixels, 0xFFF0).tobytes()


def _one_frame_less(ds: Dataset) -> None:
    ds.NumberOfFrames = FRAMES - 1


def _one_frame_more(ds: Dataset) -> None:
    ds.NumberOfFrames = FRAMES + 1


def _no_number_of_frames(ds: Dataset) -> None:
    ds.NumberOfFrames = None


def _packed(ds: Dataset) -> None:
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 12, 12, 11


def _four_inks(ds: Dataset) -> None:
    ds.PhotometricInterpretation = "CMYK"


def _palette_that_is_gone(ds: Dataset) -> None:
    ds.PhotometricInterpretation = "PALETTE COLOR"


@pytest.mark.parametrize(
    "change",
    [
        _one_frame_less,
        _one_frame_more,
        _no_number_of_frames,
        _packed,
        _four_inks,
        _palette_that_is_gone,
    ],
)
def test_what_cannot_be_masked_is_held(change: Callable[[Dataset], None]) -> None:
    with pytest.raises(Held) as caught:
        treated(capture(picture(), change))
    assert caught.value.rule == "masks"
