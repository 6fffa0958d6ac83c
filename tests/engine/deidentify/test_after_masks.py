"""What an image says of itself after it was masked is true; an unmasked one says what it said."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import (
    EnhancedMRImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    UltrasoundImageStorage,
)

from gantry.engine.deidentify.after_masks import AFTER_MASKS, COMPUTED
from gantry.engine.deidentify.profile import BASIC, PROFILES, PrivacyProfile, with_recipes
from gantry.engine.deidentify.profile_file import profile_of, text_with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Recipe, Rectangle, kind_of
from gantry.engine.deidentify.rewriter import Deidentifier, facts_in
from gantry.engine.deidentify.treating import rewriter_of, treatment_of
from gantry.engine.errors import ErrorCode, GantryError
from support.pictures import LOOKS, Look, noise, painted, picture, recipe, saved

pytestmark = pytest.mark.same_everywhere
KEY = Key(b"k" * 32)
GRAY, SIGNED, PALETTE = LOOKS[0], LOOKS[3], LOOKS[8]


def with_values(look: Look, frames: int, syntax: str = ExplicitVRLittleEndian) -> Dataset:
    """A picture that states its smallest and largest values, in all the ways there are."""
    ds = picture(look, syntax, noise(look, frames))  # type: ignore[arg-type]
    vr, low, high = ("SS", -7, 99) if look.signed else ("US", 7, 99)
    for number, tag in enumerate(COMPUTED):
        ds.add_new(tag, vr, high if number % 2 else low)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.BurnedInAnnotation = "YES"
    ds.DerivationDescription = "Fat suppressed"
    ds.RecognizableVisualFeatures = "NO"
    return ds


def sent(data: bytes, *recipes: Recipe, profile: str = "basic") -> Dataset:
    done = Deidentifier(with_recipes(PROFILES[profile], recipes), KEY).deidentify(data)
    return dcmread(io.BytesIO(b"".join(done.parts)))


def said(ds: Dataset) -> set[int]:
    return {tag for tag in COMPUTED if tag in ds}


@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("look", [GRAY, SIGNED, PALETTE], ids=str)
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, RLELossless])
def test_a_masked_image_states_no_values_of_pixels_that_are_gone(
    syntax: str, look: Look, frames: int, profile: str
) -> None:
    before = with_values(look, frames, syntax)
    assert said(before) == set(COMPUTED)
    after = sent(saved(before), recipe("edge"), profile=profile)
    assert said(after) == set()
    assert after.BurnedInAnnotation == "NO"
    assert after.LongitudinalTemporalInformationModified in ("REMOVED", "MODIFIED")
    assert list(after.ImageType) == ["DERIVED", "PRIMARY", "AXIAL"]
    assert "DerivationCodeSequence" not in after


def test_so_does_one_in_big_endian() -> None:
    pixels = noise(LOOKS[1], 1)
    ds = with_values(LOOKS[1], 1)
    ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    ds.PixelData = pixels.astype(">u2").tobytes()
    out = io.BytesIO()
    ds.save_as(out, implicit_vr=False, little_endian=False, enforce_file_format=True)
    after = sent(out.getvalue(), recipe("edge"))
    assert (said(after), after.BurnedInAnnotation) == (set(), "NO")


def test_a_picture_that_was_looked_at_and_needs_no_mask_keeps_its_values() -> None:
    ds = with_values(GRAY, 1)
    ds.BurnedInAnnotation = "NO"
    after = sent(saved(ds), recipe("none"))
    assert said(after) == set(COMPUTED)
    assert list(after.ImageType) == ["ORIGINAL", "PRIMARY", "AXIAL"]


def test_of_two_kinds_in_one_job_only_the_masked_one_loses_its_values() -> None:
    masked, other = with_values(GRAY, 1), with_values(GRAY, 1)
    other.ManufacturerModelName, other.BurnedInAnnotation = "Camera 3", "NO"
    kinds = recipe("edge"), Recipe(kind_of(facts_in(saved(other))), ())
    both = Deidentifier(with_recipes(BASIC, kinds), KEY)
    made = [b"".join(both.deidentify(saved(ds)).parts) for ds in (masked, other)]
    found = [dcmread(io.BytesIO(one)) for one in made]
    assert [said(ds) for ds in found] == [set(), set(COMPUTED)]
    assert [ds.BurnedInAnnotation for ds in found] == ["NO", "NO"]


def test_an_ultrasound_masked_outside_its_regions_without_any_recipe() -> None:
    ds = with_values(GRAY, 1)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = UltrasoundImageStorage
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = 4, 5
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 30, 20
    ds.SequenceOfUltrasoundRegions = [region]
    assert said(sent(saved(ds))) == set()


def _without_a_type(ds: Dataset) -> None:
    del ds.ImageType


def _with_one_value(ds: Dataset) -> None:
    ds.ImageType = "ORIGINAL"


@pytest.mark.parametrize("change", [_without_a_type, _with_one_value])
def test_an_image_without_a_whole_type_gets_one_of_two_values(
    change: Callable[[Dataset], None],
) -> None:
    ds = with_values(GRAY, 1)
    change(ds)
    assert list(sent(saved(ds), recipe("edge")).ImageType) == ["DERIVED", "SECONDARY"]


def enhanced() -> Dataset:
    """An image whose frames have types of their own, and a condition that depends on them."""
    ds = with_values(LOOKS[1], 2)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = EnhancedMRImageStorage
    ds.Modality, ds.ImageType = "MR", ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    ds.PulseSequenceName, ds.MRAcquisitionType = "se2d", "2D"
    kind = Dataset()
    kind.FrameType = ds.ImageType
    ds.SharedFunctionalGroupsSequence = [Dataset()]
    ds.SharedFunctionalGroupsSequence[0].MRImageFrameTypeSequence = [kind]
    return ds


def test_an_image_with_frame_types_keeps_a_type_that_agrees_with_them() -> None:
    after = sent(saved(enhanced()), recipe("edge", EnhancedMRImageStorage))
    frames = after.SharedFunctionalGroupsSequence[0].MRImageFrameTypeSequence[0]
    assert list(after.ImageType) == list(frames.FrameType)
    assert (after.BurnedInAnnotation, said(after)) == ("NO", set())


def test_dciodvfy_finds_no_new_error_in_it(tmp_path: Path) -> None:
    from support.dciodvfy import PROGRAM, errors

    if PROGRAM is None:
        pytest.skip("NOT TESTED: dciodvfy is not installed")
    data, mask = saved(enhanced()), recipe("edge", EnhancedMRImageStorage)
    rules = with_recipes(BASIC, (mask,))
    made = b"".join(Deidentifier(rules, KEY).deidentify(data).parts)
    assert errors(made, tmp_path / "after") - errors(data, tmp_path / "before") == {}


@pytest.mark.parametrize("frames", [1, 3])
def test_what_was_lost_once_is_said_of_the_masked_pixels_too(frames: int) -> None:
    """Here, of pixels that another program unpacked; test_unpacked.py has compressed ones."""
    pixels = noise(GRAY, frames)
    ds = with_values(GRAY, frames)
    ds.LossyImageCompression = "01"
    ds.LossyImageCompressionRatio = [12.5, 3]
    ds.LossyImageCompressionMethod = ["ISO_10918_1", "ISO_15444_1"]
    mask = Recipe(kind_of(facts_in(saved(ds))), (Rectangle(0, 0, 5, 3),))
    after = sent(saved(ds), mask)
    assert after.LossyImageCompression == "01"
    assert list(after.LossyImageCompressionRatio) == [12.5, 3]
    assert list(after.LossyImageCompressionMethod) == ["ISO_10918_1", "ISO_15444_1"]
    made = np.frombuffer(after.PixelData[: pixels.size], "u1").reshape(pixels.shape)
    assert np.array_equal(made, painted(pixels, mask.rectangles, (0,)))


@pytest.mark.parametrize("profile", [BASIC, with_recipes(BASIC, (recipe("edge"),))])
def test_an_upload_that_a_build_began_which_said_something_else_is_refused(
    profile: PrivacyProfile, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every profile: what is outside ultrasound regions is masked without a recipe, too."""
    text = (
        text_with_recipes("basic", "", profile.options.recipes) if profile.options.recipes else ""
    )
    profile = profile_of(text.encode()) if text else profile
    begun = treatment_of("deidentify", profile, text, "project", KEY)
    assert rewriter_of(begun, lambda project: KEY)
    monkeypatch.setattr("gantry.engine.deidentify.profile.AFTER_MASKS", AFTER_MASKS + 1)
    with pytest.raises(GantryError) as refused:
        rewriter_of(begun, lambda project: KEY)
    assert refused.value.code is ErrorCode.TREATMENT_UNKNOWN
