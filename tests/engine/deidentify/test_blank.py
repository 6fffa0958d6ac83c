"""No text is left in compressed pixels, and they are decoded as before."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom.data
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, RLELossless

from gantry.engine.deidentify.profile import BASIC, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Recipe, kind_of
from gantry.engine.deidentify.rewriter import Deidentifier, Held, facts_in
from support.pictures import LOOKS, WITH_COMMENTS, encoded, noise, picture, read, recipe, saved

TEXT = b"drawn for Smithson, Annabel"
SHIPPED = Path(pydicom.data.__file__).parent / "test_files"
GRAY = LOOKS[0]


def segment(marker: int, value: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + (len(value) + 2).to_bytes(2, "big") + value


def sent(ds: Dataset, area: str = "none") -> Dataset:
    deidentifier = Deidentifier(with_recipes(BASIC, (recipe(area),)), Key(b"k" * 32))
    return dcmread(io.BytesIO(b"".join(deidentifier.deidentify(saved(ds)).parts)))


def commented(stream: bytes, place: str) -> bytes:
    if stream.startswith(b"\xff\x4f"):  # JPEG 2000: after the first segment, or in the tile-part
        comment = segment(0x64, b"\0\1" + TEXT)
        if place == "header":
            at = 4 + int.from_bytes(stream[4:6], "big")
            return stream[:at] + comment + stream[at:]
        at = stream.index(b"\xff\x90\0\x0a")
        length = int.from_bytes(stream[at + 6 : at + 10], "big") + len(comment)
        made = stream[: at + 6] + length.to_bytes(4, "big") + stream[at + 10 :]
        return made[: at + 12] + comment + made[at + 12 :]
    marker = 0xFE if place == "header" else 0xE1
    return stream[:2] + segment(marker, b"Exif\0\0" + TEXT) + stream[2:]


@pytest.mark.parametrize("fragments", [1, 5])
@pytest.mark.parametrize("place", ["header", "second"])
@pytest.mark.parametrize("syntax", WITH_COMMENTS)
def test_comments_are_blank_and_the_pixels_are_equal(
    syntax: UID, place: str, fragments: int
) -> None:
    pixels = noise(GRAY, 3)
    streams = [commented(encoded(frame, GRAY, syntax), place) + b"\0" + TEXT for frame in pixels]
    ds = picture(GRAY, syntax, pixels)
    ds.PixelData = encapsulate(streams, fragments_per_frame=fragments)
    ds["PixelData"].is_undefined_length = True
    after = sent(ds)
    assert np.array_equal(read(saved(after))[1], pixels)
    assert len(after.PixelData) == len(ds.PixelData)
    for frame in generate_frames(after.PixelData, number_of_frames=3):
        assert not any(word in frame for word in TEXT.split())


@pytest.mark.parametrize("syntax", WITH_COMMENTS)
def test_of_a_masked_image_neither_new_frames_nor_those_that_stay_have_comments(
    syntax: UID,
) -> None:
    pixels = noise(GRAY, 3)
    pixels[1, :3, :5] = 0  # has its mask already
    ds = picture(GRAY, syntax, pixels)
    streams = [commented(encoded(frame, GRAY, syntax), "header") for frame in pixels]
    ds.PixelData = encapsulate(streams)
    ds["PixelData"].is_undefined_length = True
    after = sent(ds, "edge")
    assert after.file_meta.TransferSyntaxUID == syntax
    assert b"Annabel" not in after.PixelData
    assert b"OpenJPEG" not in after.PixelData


def test_how_colors_were_transformed_stays_but_no_thumbnail() -> None:
    path = SHIPPED / "SC_rgb_jpeg_dcmtk.dcm"
    ds = dcmread(path)
    (stream,) = generate_frames(ds.PixelData, number_of_frames=1)
    thumbnail = b"JFIF\0\1\1\0\0\1\0\1\x02\x03" + TEXT[:18]
    adobe = b"Adobe\0\x64\0\0\0\0\1" + TEXT
    ds.PixelData = encapsulate(
        [stream[:2] + segment(0xE0, thumbnail) + segment(0xEE, adobe) + stream[2:]]
    )
    data = saved(ds)
    profile = with_recipes(BASIC, (Recipe(kind_of(facts_in(data)), ()),))
    done = Deidentifier(profile, Key(b"k" * 32)).deidentify(data)
    after = dcmread(io.BytesIO(b"".join(done.parts)))
    assert b"JFIF\0\1\1\0\0\1\0\1\0\0" + bytes(18) in after.PixelData
    assert adobe[:12] + bytes(len(TEXT)) in after.PixelData
    assert np.array_equal(pixel_array(after), pixel_array(ds))


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_the_compressed_files_that_pydicom_ships_are_decoded_as_before() -> None:
    compared = 0
    for path in sorted(SHIPPED.rglob("*.dcm")):
        data = path.read_bytes()
        ds = dcmread(io.BytesIO(data), force=True)
        if "PixelData" not in ds or not ds["PixelData"].is_undefined_length:
            continue
        try:
            profile = with_recipes(BASIC, (Recipe(kind_of(facts_in(data)), ()),))
            done = Deidentifier(profile, Key(b"k" * 32)).deidentify(data)
        except Exception:  # noqa: BLE001 - what is held is not compared
            continue
        if done.masked:
            continue
        after = dcmread(io.BytesIO(b"".join(done.parts)))
        assert len(after.PixelData) == len(ds.PixelData), path.name
        try:
            before = pixel_array(ds, raw=True)
        except Exception:  # noqa: BLE001 - not by these decoders
            continue
        assert np.array_equal(pixel_array(after, raw=True), before), path.name
        compared += 1
    assert compared > 15


def test_pixels_that_spell_a_name_by_chance_do_not_hold_a_file() -> None:
    """RLE keeps values as they are: pixels that spell a name are no text."""
    pixels = noise(GRAY, 1)
    pixels[0, 5, 3:11, 0] = list(b"Smithson")
    after = sent(picture(GRAY, RLELossless, pixels))
    assert b"Smithson" in after.PixelData


def test_bytes_that_follow_pixels_with_halved_colors_are_searched() -> None:
    ds = picture(LOOKS[-1], UID("1.2.840.10008.1.2.1"), noise(LOOKS[-1], 1))
    ds.PhotometricInterpretation = "YBR_FULL_422"
    ds.PixelData = ds.PixelData[: ds.Rows * ds.Columns * 2] + b"\0\0Smithson"
    with pytest.raises(Held) as caught:
        sent(ds)
    assert caught.value.path == ("7FE00010", "after the image")
