"""What leaves uncompressed when it is masked, and what it says of its loss."""

from __future__ import annotations

import io
from contextlib import suppress
from pathlib import Path
from random import Random

import numpy as np
import pydicom.data
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from gantry.engine.deidentify.profile import BASIC, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Recipe, kind_of
from gantry.engine.deidentify.rewriter import Deidentifier, Held, facts_in
from support.pictures import (
    AREAS,
    COLUMNS,
    LOOKS,
    OWN,
    ROWS,
    encoded,
    noise,
    painted,
    picture,
    read,
    recipe,
    saved,
)

SHIPPED = Path(pydicom.data.__file__).parent / "test_files"
GRAY = LOOKS[0]


def sent(data: bytes) -> Dataset:
    mask = Recipe(kind_of(facts_in(data)), AREAS["edge"])
    done = Deidentifier(with_recipes(BASIC, (mask,)), Key(b"k" * 32)).deidentify(data)
    return dcmread(io.BytesIO(b"".join(done.parts)))


def with_stream(stream: bytes, syntax: UID) -> Dataset:
    ds = picture(GRAY, RLELossless, noise(GRAY, 1))
    ds.PixelData = encapsulate([stream])
    ds["PixelData"].is_undefined_length = True
    ds.file_meta.TransferSyntaxUID = syntax
    return ds


def lossy(syntax: UID) -> bytes:
    chosen = {"jls_error": 3} if syntax == JPEGLSNearLossless else {"j2k_cr": [4]}
    return get_encoder(syntax).encode(
        noise(GRAY, 1).tobytes(), rows=ROWS, columns=COLUMNS, number_of_frames=1,
        samples_per_pixel=1, bits_allocated=8, bits_stored=8, pixel_representation=0,
        photometric_interpretation="MONOCHROME2", **chosen,
    )  # fmt: skip


@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize(
    ("syntax", "lossless"),
    [(JPEG2000, JPEG2000Lossless), (JPEGLSNearLossless, JPEGLSLossless)],
)
def test_a_stream_with_loss_is_never_encoded_again(
    syntax: UID, lossless: UID, labelled: bool
) -> None:
    """Neither if its transfer syntax says that it has none."""
    if lossless not in OWN:
        pytest.skip("there is no codec of JPEG-LS here")
    ds = with_stream(lossy(syntax), lossless if labelled else syntax)
    before = read(saved(ds))[1]
    after = sent(saved(ds))
    assert after.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert np.array_equal(read(saved(after))[1], painted(before, AREAS["edge"], (0,)))
    assert after.LossyImageCompression == "01"
    assert after.LossyImageCompressionMethod == (
        "ISO_15444_1" if syntax == JPEG2000 else "ISO_14495_1"
    )
    size = ROWS * COLUMNS / len(ds.PixelData)
    assert float(after.LossyImageCompressionRatio) == pytest.approx(size, abs=0.01)


@pytest.mark.parametrize("says", ["", "00", "01"])
def test_a_syntax_that_allows_loss_stays_where_nothing_was_lost(says: str) -> None:
    ds = picture(GRAY, JPEG2000, noise(GRAY, 1))
    if says:
        ds.LossyImageCompression = says
    after = sent(saved(ds))
    expected = ExplicitVRLittleEndian if says == "01" else JPEG2000
    assert after.file_meta.TransferSyntaxUID == expected
    assert after.get("LossyImageCompression", "") == says


@pytest.mark.parametrize(
    ("name", "syntax", "method"),
    [
        ("SC_rgb_jpeg_dcmtk.dcm", JPEGBaseline8Bit, "ISO_10918_1"),
        ("JPGExtended.dcm", JPEGExtended12Bit, "ISO_10918_1"),
    ],
)
def test_a_jpeg_says_how_it_was_compressed(name: str, syntax: UID, method: str) -> None:
    ds = dcmread(SHIPPED / name)
    assert ds.file_meta.TransferSyntaxUID == syntax
    for keyword in ("", "Ratio", "Method"):
        ds.pop(f"LossyImageCompression{keyword}", None)
    after = sent(saved(ds))
    assert (after.LossyImageCompression, after.LossyImageCompressionMethod) == ("01", method)
    assert float(after.LossyImageCompressionRatio) > 1


def test_what_a_file_says_of_its_loss_stays() -> None:
    ds = dcmread(SHIPPED / "SC_rgb_jpeg_dcmtk.dcm")
    ds.LossyImageCompression = "01"
    ds.LossyImageCompressionRatio, ds.LossyImageCompressionMethod = [9, 12.5], ["A", "ISO_10918_1"]
    after = sent(saved(ds))
    assert list(after.LossyImageCompressionRatio) == [9, 12.5]
    assert list(after.LossyImageCompressionMethod) == ["A", "ISO_10918_1"]


@pytest.mark.parametrize("syntax", OWN)
def test_the_same_file_gives_the_same_bytes_each_time(syntax: UID) -> None:
    data = saved(picture(LOOKS[10], syntax, noise(LOOKS[10], 3)))
    one, two = (
        Deidentifier(with_recipes(BASIC, (recipe("edge"),)), Key(b"k" * 32)).deidentify(data)
        for _ in range(2)
    )
    assert b"".join(one.parts) == b"".join(two.parts)


def test_video_is_held() -> None:
    with pytest.raises(Held) as caught:
        sent(saved(with_stream(b"\0\0\1\xb3" + bytes(100), MPEG2MPML)))
    assert caught.value.rule == "masks"


def test_an_icon_does_not_outlive_a_mask() -> None:
    ds = picture(GRAY, RLELossless, noise(GRAY, 1))
    icon = Dataset()
    icon.Rows = icon.Columns = 8
    icon.SamplesPerPixel, icon.PhotometricInterpretation = 1, "MONOCHROME2"
    icon.BitsAllocated = icon.BitsStored = 8
    icon.HighBit, icon.PixelRepresentation, icon.PixelData = 7, 0, bytes(range(64))
    icon["PixelData"].VR = "OB"
    ds.IconImageSequence = [icon]
    nested = Dataset()
    nested.IconImageSequence = [icon]
    ds.ReferencedImageSequence = [nested]
    after = sent(saved(ds))
    assert "IconImageSequence" not in after
    assert "IconImageSequence" not in after.ReferencedImageSequence[0]


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.parametrize("syntax", OWN)
def test_a_damaged_stream_is_held_or_masked_and_ends_nothing(syntax: UID) -> None:
    random = Random(7)
    pixels = noise(GRAY, 1)
    whole = encoded(pixels[0], GRAY, syntax)
    for number in range(60):
        stream = bytearray(whole)
        for _ in range(random.randint(1, 3)):
            stream[random.randrange(80 if number % 2 else len(whole))] = random.randrange(256)
        if not number % 5:
            del stream[random.randrange(len(whole)) :]
        with suppress(Held):
            after = sent(saved(with_stream(bytes(stream) or b"\0\0", syntax)))
            assert not read(saved(after))[1][:, :3, :5].any()
