"""Masks in each syntax, color and depth: black inside, equal outside, nothing else changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import (
    encapsulate,
    fragment_frame,
    generate_fragments,
    generate_frames,
    get_frame,
    itemize_fragment,
    parse_basic_offsets,
)
from pydicom.uid import (
    JPEG2000,
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    RLELossless,
)

from gantry.engine.deidentify import masked as module
from gantry.engine.deidentify.codecs import Frame, codec_of
from gantry.engine.deidentify.layout import Layout
from gantry.engine.deidentify.profile import BASIC, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier
from support.pictures import (
    AREAS,
    LOOKS,
    MIXED,
    NATIVE,
    OWN,
    SINGLE_BITS,
    WITH_COMMENTS,
    Look,
    encoded,
    noise,
    painted,
    picture,
    read,
    recipe,
    saved,
    with_tables,
)

pytestmark = pytest.mark.same_everywhere

GRAY, COLOR = LOOKS[0], Look("RGB", 8, 8, (0, 0, 0))


def cases() -> Iterator[tuple[UID, Look]]:
    for syntax in (*NATIVE, *OWN):
        yield from ((syntax, look) for look in LOOKS)
    for look in SINGLE_BITS:
        yield from ((syntax, look) for syntax in (*NATIVE, JPEG2000Lossless))
    yield from ((syntax, MIXED) for syntax in (JPEG2000Lossless, JPEG2000))


CASES = [pytest.param(*case, id=f"{case[0].keyword}-{case[1]}") for case in cases()]


@cache
def deidentifier(area: str) -> Deidentifier:
    return Deidentifier(with_recipes(BASIC, (recipe(area),)), Key(b"k" * 32))


def treated(data: bytes, area: str = "edge") -> Deidentified:
    return deidentifier(area).deidentify(data)


def result(ds: Dataset, area: str = "edge") -> Dataset:
    return dcmread(io.BytesIO(b"".join(treated(saved(ds), area).parts)))


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize(("syntax", "look"), CASES)
def test_a_mask_is_black_and_all_else_is_equal(
    syntax: UID, look: Look, frames: int, area: str
) -> None:
    pixels = noise(look, frames)
    done = treated(saved(picture(look, syntax, pixels)), area)
    after, made = read(b"".join(done.parts))
    assert done.masked
    assert np.array_equal(made, painted(pixels, AREAS[area], look.black))
    assert after.file_meta.TransferSyntaxUID == syntax == done.identity.transfer_syntax_uid
    assert after.PhotometricInterpretation == look.photometric
    assert (after.BitsAllocated, after.BitsStored) == (look.allocated, look.stored)
    assert after.get("PlanarConfiguration", 0) == 0
    assert "LossyImageCompression" not in after


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize(("syntax", "look"), CASES)
def test_a_picture_without_masks_leaves_bit_for_bit(syntax: UID, look: Look, frames: int) -> None:
    ds = picture(look, syntax, noise(look, frames))
    after = result(ds, "none")
    before = dcmread(io.BytesIO(saved(ds)))
    if syntax in (JPEG2000, JPEG2000Lossless):  # OpenJPEG names itself in a comment
        assert np.array_equal(read(saved(after))[1], read(saved(before))[1])
    else:
        assert after.PixelData == before.PixelData


@pytest.mark.parametrize("by_table", [False, True])
@pytest.mark.parametrize("syntax", OWN)
def test_a_frame_that_has_its_mask_already_keeps_its_bytes(syntax: UID, by_table: bool) -> None:
    pixels = noise(GRAY, 3)
    pixels[1] = painted(pixels[1:2], AREAS["edge"], (0,))[0]
    ds = picture(GRAY, syntax, pixels)
    streams = [encoded(frame, GRAY, syntax) for frame in pixels]
    ds.PixelData = encapsulate(streams)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    after = result(with_tables(ds) if by_table else ds)
    made = list(generate_frames(after.PixelData, number_of_frames=3))
    same = [one.rstrip(b"\0") == two.rstrip(b"\0") for one, two in zip(streams, made, strict=True)]
    if syntax in (JPEG2000, JPEG2000Lossless):
        same[1] = len(made[1]) == len(streams[1]) + len(streams[1]) % 2
    assert same == [False, True, False]


@pytest.mark.parametrize("syntax", OWN)
def test_tables_of_offsets_lead_to_the_new_frames(syntax: UID) -> None:
    pixels = noise(COLOR, 3)
    basic = result(picture(COLOR, syntax, pixels))
    value = basic.PixelData
    offsets = parse_basic_offsets(value)
    items = 8 + 4 * len(offsets)
    for offset, frame in zip(offsets, generate_frames(value, number_of_frames=3), strict=True):
        assert value[items + offset :].startswith(itemize_fragment(frame))
    extended = result(with_tables(picture(COLOR, syntax, pixels)))
    assert parse_basic_offsets(extended.PixelData) == []
    tables = extended.ExtendedOffsetTable, extended.ExtendedOffsetTableLengths
    for index in range(3):
        frame = get_frame(extended.PixelData, index, extended_offsets=tables)
        assert frame == get_frame(value, index)
    assert np.array_equal(read(saved(extended))[1], painted(pixels, AREAS["edge"], (0, 0, 0)))


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("table", [False, True])
@pytest.mark.parametrize("syntax", WITH_COMMENTS)
def test_frames_of_several_fragments(syntax: UID, table: bool, frames: int) -> None:
    pixels = noise(GRAY, frames)
    pixels[-1] = painted(pixels[-1:], AREAS["edge"], (0,))[0]
    ds = picture(GRAY, syntax, pixels)
    streams = [encoded(frame, GRAY, syntax) for frame in pixels]
    ds.PixelData = encapsulate(streams, fragments_per_frame=3, has_bot=table)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    after = result(ds)
    assert np.array_equal(read(saved(after))[1], painted(pixels, AREAS["edge"], (0,)))
    lengths = [len(one) for one in generate_fragments(after.PixelData)]
    last = [len(one) + len(one) % 2 for one in fragment_frame(streams[-1], 3)]
    assert lengths[-3:] == last


def test_an_empty_table_of_offsets_stays_empty() -> None:
    ds = picture(GRAY, RLELossless, noise(GRAY, 3))
    ds.PixelData = encapsulate(
        list(generate_frames(ds.PixelData, number_of_frames=3)), has_bot=False
    )
    ds["PixelData"].is_undefined_length = True
    assert parse_basic_offsets(result(ds).PixelData) == []


def test_a_stream_that_is_not_what_was_meant_never_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder is replaced: a wrong one is the case."""
    pixels = noise(GRAY, 3)

    class Wrong:
        def __init__(self, syntax: str, layout: Layout) -> None:
            found = codec_of(syntax, layout)
            assert found is not None
            self._codec = found

        def decode(self, stream: bytes) -> Frame:
            return self._codec.decode(stream)

        def encode(self, frame: Frame) -> bytes:
            wrong = frame.pixels.copy()
            wrong[-1, -1] ^= 1
            return self._codec.encode(frame._replace(pixels=wrong))

    monkeypatch.setattr(module, "codec_of", Wrong)
    after = result(picture(GRAY, JPEG2000Lossless, pixels))
    assert after.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(read(saved(after))[1], painted(pixels, AREAS["edge"], (0,)))


def test_a_masked_and_an_unmasked_picture_of_one_patient() -> None:
    """Two kinds in one job: each has its own recipe."""
    masked, other = (picture(COLOR, RLELossless, noise(COLOR, 3)) for _ in range(2))
    other.ManufacturerModelName = "Camera 3"
    clear = replace(recipe("none"), kind=recipe("none").kind._replace(model="Camera 3"))
    both = Deidentifier(with_recipes(BASIC, (recipe("edge"), clear)), Key(b"k" * 32))
    one, two = (both.deidentify(saved(ds)) for ds in (masked, other))
    assert (one.masked, two.masked) == (True, False)
    assert read(b"".join(two.parts))[0].PixelData == other.PixelData
