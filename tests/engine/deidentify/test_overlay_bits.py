"""Overlays in bits of the pixels that hold no value: they leave with none of them."""

from __future__ import annotations

import io

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import UID, ExplicitVRLittleEndian

from gantry.engine.deidentify.overlays import overlay_bits
from gantry.engine.deidentify.profile import BASIC, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.walked import Removed
from support.pictures import AREAS, OWN, Array, Look, noise, painted, picture, read, recipe, saved

STORED = Look("MONOCHROME2", 16, 12, (0,))
WHOLE = Look("MONOCHROME2", 16, 16, (0,))  # to encode it: the overlays are values too


def with_overlays(syntax: UID, *positions: int) -> tuple[bytes, Array]:
    """A file with an overlay in each of these bits, and the values of its pixels."""
    values = noise(STORED, 3)
    drawn = values.copy()
    for position in positions:
        drawn[:, 5:20, 7:30] |= np.uint16(1 << position)
    ds = picture(WHOLE, syntax, drawn)
    ds.BitsStored, ds.HighBit = 12, 11
    for number, position in enumerate(positions):
        group = 0x60000000 + (number << 17)
        ds.add_new(group | 0x0010, "US", ds.Rows)
        ds.add_new(group | 0x0011, "US", ds.Columns)
        ds.add_new(group | 0x0040, "CS", "G")
        ds.add_new(group | 0x0050, "SS", [1, 1])
        ds.add_new(group | 0x0100, "US", 16)
        ds.add_new(group | 0x0102, "US", position)
    return saved(ds), values


def treated(data: bytes, area: str) -> Deidentified:
    return Deidentifier(with_recipes(BASIC, (recipe(area),)), Key(b"k" * 32)).deidentify(data)


def sent(data: bytes, area: str = "none") -> tuple[Dataset, Array]:
    return read(b"".join(treated(data, area).parts))


@pytest.mark.parametrize("positions", [(12,), (15,), (12, 14)])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, *OWN])
def test_the_bits_are_cleared_and_the_values_stay(syntax: UID, positions: tuple[int, ...]) -> None:
    data, values = with_overlays(syntax, *positions)
    after, pixels = sent(data)
    assert np.array_equal(pixels, values)
    assert after.file_meta.TransferSyntaxUID == syntax
    assert "BurnedInAnnotation" not in after
    assert not any(element.tag.group >> 8 == 0x60 for element in after)


def test_with_masks() -> None:
    data, values = with_overlays(ExplicitVRLittleEndian, 13)
    assert np.array_equal(sent(data, "edge")[1], painted(values, AREAS["edge"], (0,)))


@pytest.mark.parametrize("position", [0, 5, 11, 16, 300])
def test_among_the_bits_of_the_value_it_holds_the_file(position: int) -> None:
    data, _ = with_overlays(ExplicitVRLittleEndian, 13)
    ds = dcmread(io.BytesIO(data))
    ds.add_new(0x60000102, "US", position)
    with pytest.raises(Held) as caught:
        treated(saved(ds), "none")
    assert caught.value.rule == "overlay"


def test_an_overlay_with_data_of_its_own_changes_no_pixel() -> None:
    ds = picture(STORED, ExplicitVRLittleEndian, noise(STORED, 1))
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(0x60003000, "OW", bytes(200))
    assert sent(saved(ds))[0].PixelData == ds.PixelData


@pytest.mark.parametrize("data", [0x60003000, 0x60023000])
def test_data_of_its_own_is_that_of_the_same_overlay(data: int) -> None:
    """Its position says nothing then; without them, the first bit may be part of the value."""
    ds = picture(STORED, ExplicitVRLittleEndian, noise(STORED, 1))
    ds.add_new(0x60000100, "US", 16)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(data, "OW", bytes(200))
    if data == 0x60003000:
        assert sent(saved(ds))[0].PixelData == ds.PixelData
        return
    with pytest.raises(Held, match="overlay"):
        sent(saved(ds))


ALLOCATED, POSITION, DATA = 0x60000100, 0x60000102, 0x60003000


@pytest.mark.parametrize(
    ("removed", "bits"),
    [
        ({POSITION: 12}, 1 << 12),  # of a whole sample, as nothing else is said
        ({POSITION: 12, ALLOCATED: 1}, 1 << 12),
        ({POSITION: 12, ALLOCATED: 16}, 1 << 12),
        ({POSITION: 0, ALLOCATED: 2}, 1),
        ({ALLOCATED: 8}, 1),
        ({ALLOCATED: 1}, 0),  # a bitmap that was forgotten
        ({POSITION: 0}, 0),
        ({POSITION: 12, DATA: 0}, 0),
        ({ALLOCATED: 16, DATA: 0}, 0),
        ({POSITION: 12, POSITION + 0x20000: 13, DATA + 0x20000: 0}, 1 << 12),
        ({POSITION: 12, POSITION + 0x1E0000: 14}, 1 << 12 | 1 << 14),
        ({0x00120100: 16, 0x50000102: 12}, 0),  # no overlays
        ({POSITION: 300}, 1 << 64),  # beyond every sample
        ({}, 0),
    ],
)
def test_which_bits_hold_overlays(removed: dict[int, int], bits: int) -> None:
    said = [Removed(tag, "US", value.to_bytes(2, "little")) for tag, value in removed.items()]
    assert overlay_bits(said) == bits
    assert overlay_bits(said[::-1]) == bits
