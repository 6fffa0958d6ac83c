"""Each frame is shown as the file says: with its own rescale, window, VOI LUTs and padding."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import RLELossless

from gantry.engine.preview.contents import NoPicture, Picture, Shape, Want
from gantry.engine.preview.worker import read
from gantry.ui.look.render import render
from support.dicom import make_instance

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def picture_of(path: Path | str, frame: int = 0) -> Picture:
    shown = read(Want(os.fsencode(path), frame=frame))
    assert shown.picture is not None, (shown.no_picture, shown.detail)
    return shown.picture


def values_of(picture: Picture) -> np.ndarray[Any, Any]:
    return np.frombuffer(picture.data, "<f4").reshape(picture.height, picture.width)


def brightness(picture: Picture, window: tuple[float, float] | None) -> np.ndarray[Any, Any]:
    image = render(picture, window)
    data = np.frombuffer(image.constBits(), np.uint8)
    return data.reshape(image.height(), image.bytesPerLine())[:, : image.width()].copy()


def transform(slope: str, intercept: str) -> Dataset:
    item = Dataset()
    item.RescaleSlope, item.RescaleIntercept, item.RescaleType = slope, intercept, "US"
    holder = Dataset()
    holder.PixelValueTransformationSequence = Sequence([item])
    return holder


def add_window(holder: Dataset, centre: str, width: str) -> Dataset:
    item = Dataset()
    item.WindowCenter, item.WindowWidth = centre, width
    holder.FrameVOILUTSequence = Sequence([item])
    return holder


def enhanced(path: Path, frames: list[Dataset], shared: Dataset) -> Path:
    make_instance(path, study="1.2", series="1.2.3", size=8)
    ds = dcmread(path)
    ds.NumberOfFrames = len(frames)
    ds.PixelData = np.full((len(frames), 8, 8), 1040, "<u2").tobytes()
    for name in ("WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept"):
        if name in ds:
            delattr(ds, name)
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    ds.PerFrameFunctionalGroupsSequence = Sequence(frames)
    ds.save_as(path)
    return path


def test_each_frame_has_its_own_rescale_and_window(tmp_path: Path) -> None:
    frames = [
        add_window(transform("1", "-1024"), "40", "80"),
        add_window(transform("0.25", "-10"), "0", "500"),
    ]
    path = enhanced(tmp_path / "a", frames, Dataset())
    first, second = picture_of(path, 0), picture_of(path, 1)
    assert values_of(first).flat[0] == 16
    assert values_of(second).flat[0] == 250
    assert first.windows == (("", 40.0, 80.0),)
    assert second.windows == (("", 0.0, 500.0),)
    assert first.kind != second.kind


def test_what_all_frames_share_is_used_where_the_frame_says_nothing(tmp_path: Path) -> None:
    shared = add_window(transform("1", "-1024"), "40", "80")
    measures = Dataset()
    measures.PixelSpacing = ["2.0", "1.0"]
    shared.PixelMeasuresSequence = Sequence([measures])
    path = enhanced(tmp_path / "a", [Dataset(), Dataset()], shared)
    pictures = [picture_of(path, frame) for frame in (0, 1)]
    assert {values_of(p).flat[0] for p in pictures} == {16.0}
    assert {p.windows for p in pictures} == {(("", 40.0, 80.0),)}
    assert {p.aspect for p in pictures} == {2.0}
    assert len({p.kind for p in pictures}) == 1


def test_functional_groups_win_over_the_top_level(tmp_path: Path) -> None:
    path = enhanced(tmp_path / "a", [add_window(transform("2", "0"), "1", "2")], Dataset())
    ds = dcmread(path)
    ds.WindowCenter, ds.WindowWidth, ds.RescaleSlope, ds.RescaleIntercept = "9", "9", "9", "9"
    ds.save_as(path)
    picture = picture_of(path)
    assert picture.windows == (("", 1.0, 2.0),)
    assert values_of(picture).flat[0] == 2080


def grey(path: Path, pixels: np.ndarray[Any, Any], **elements: object) -> Path:
    make_instance(path, study="1.2", series="1.2.3", size=len(pixels))
    ds = dcmread(path)
    for name in ("WindowCenter", "WindowWidth"):
        if name in ds:
            delattr(ds, name)
    ds.PixelRepresentation = int(pixels.dtype.kind == "i")
    ds.PixelData = pixels.tobytes()
    for name, value in elements.items():
        setattr(ds, name, value)
    ds.save_as(path)
    return path


def ramp(dtype: str = "<u2") -> np.ndarray[Any, Any]:
    return np.arange(256, dtype=dtype).reshape(16, 16)


def test_a_voi_lut_is_applied_as_the_standard_says(tmp_path: Path) -> None:
    item = Dataset()
    item.add_new(0x00283002, "US", [256, 0, 16])
    item.LUTExplanation = "Reversed"
    item.add_new(0x00283006, "US", [65535 - 257 * n for n in range(256)])
    path = grey(tmp_path / "a", ramp(), VOILUTSequence=Sequence([item]))
    picture = picture_of(path)
    assert picture.lut is not None
    assert picture.lut.name == "Reversed"
    shown = brightness(picture, None)
    assert (shown[0, 0], shown[15, 15]) == (255, 0)
    assert shown[8, 0] == pytest.approx(127, abs=1)


def test_values_beyond_a_voi_lut_take_its_ends(tmp_path: Path) -> None:
    item = Dataset()
    item.add_new(0x00283002, "US", [4, 100, 8])
    item.add_new(0x00283006, "US", [10, 20, 30, 240])
    picture = picture_of(grey(tmp_path / "a", ramp(), VOILUTSequence=Sequence([item])))
    shown = brightness(picture, None)
    assert (shown.flat[0], shown.flat[101], shown.flat[255]) == (10, 20, 240)


def test_a_sigmoid_is_bent_and_a_linear_window_is_not(tmp_path: Path) -> None:
    elements = {"WindowCenter": "128", "WindowWidth": "256", "VOILUTFunction": "SIGMOID"}
    picture = picture_of(grey(tmp_path / "a", ramp(), **elements))
    assert picture.shape is Shape.SIGMOID
    shown = brightness(picture, picture.windows[0][1:])
    expected = 255 / (1 + np.exp(-4 * (np.arange(256) - 128) / 256))
    np.testing.assert_allclose(shown.reshape(-1), expected, atol=1)


def test_padding_stays_out_of_the_automatic_window_and_is_dark(tmp_path: Path) -> None:
    pixels = ramp("<i2") + 1000
    pixels[:4] = -2000
    path = grey(tmp_path / "a", pixels)
    ds = dcmread(path)
    ds.add_new(0x00280120, "US", 65536 - 2000)  # as some write it
    ds.save_as(path)
    picture = picture_of(path)
    assert picture.low > 1000
    assert picture.high < 1300
    shown = brightness(picture, ((picture.low + picture.high) / 2, picture.high - picture.low))
    assert shown[0, 0] == 0


def test_a_range_of_padding_is_ignored_too_and_monochrome1_keeps_it_dark(tmp_path: Path) -> None:
    pixels = ramp()
    pixels[:2] = 4094
    pixels[2:4] = 4095
    path = grey(tmp_path / "a", pixels, PhotometricInterpretation="MONOCHROME1")
    ds = dcmread(path)
    ds.add_new(0x00280120, "US", 4095)
    ds.add_new(0x00280121, "US", 4094)
    ds.save_as(path)
    picture = picture_of(path)
    assert picture.high < 256
    shown = brightness(picture, ((picture.low + picture.high) / 2, picture.high - picture.low))
    assert shown[0, 0] == shown[3, 0] == 0


def test_a_frame_of_padding_alone_is_shown_all_the_same(tmp_path: Path) -> None:
    path = grey(tmp_path / "a", np.zeros((16, 16), "<u2"))
    ds = dcmread(path)
    ds.add_new(0x00280120, "US", 0)
    ds.save_as(path)
    picture = picture_of(path)
    assert picture.high > picture.low


@pytest.mark.parametrize("slope", ["1e-12", "1e-6", "1e12"])
def test_maps_in_si_units_are_neither_black_nor_white(tmp_path: Path, slope: str) -> None:
    picture = picture_of(grey(tmp_path / "a", ramp(), RescaleSlope=slope, RescaleIntercept="0"))
    shown = brightness(picture, ((picture.low + picture.high) / 2, picture.high - picture.low))
    assert len(np.unique(shown)) > 100


def test_12_bit_jpeg_is_decoded_to_the_bit() -> None:
    path = get_testdata_file("JPGExtended.dcm", download=False)
    assert isinstance(path, str)
    values = values_of(picture_of(path))
    # The result of DCMTK's dcmdjpeg.
    assert values.shape == (1024, 256)
    assert (values.min(), values.max()) == (0.0, 264.0)


def test_a_good_file_that_no_decoder_takes_is_not_called_damaged(tmp_path: Path) -> None:
    """One bit a pixel in RLE: pydicom's decoder takes whole bytes only."""
    path = make_instance(tmp_path / "a", study="1.2", series="1.2.3", size=16)
    ds = dcmread(path)
    ds.BitsAllocated = ds.BitsStored = 1
    ds.HighBit = 0
    ds.file_meta.TransferSyntaxUID = RLELossless
    header = (1).to_bytes(4, "little") + (64).to_bytes(4, "little") + bytes(56)
    ds.PixelData = encapsulate([header + b"\xe1\x55"])
    ds["PixelData"].VR = "OB"
    ds.save_as(path)
    assert read(Want(os.fsencode(path), frame=0)).no_picture is NoPicture.UNSUPPORTED
