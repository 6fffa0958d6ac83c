"""Masks by the kind of image: applied exactly, to every frame, and held where they can't be."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import EncapsulatedPDFStorage, RLELossless, SecondaryCaptureImageStorage

from gantry.engine.deidentify.profile import BASIC, PrivacyProfile, with_recipes
from gantry.engine.deidentify.profile_file import profile_of, text_with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Kind, Recipe, Rectangle, recipe_as, recipe_from
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.wrong import WrongProfile
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.home import Home
from gantry.store.recipes import recipes_file, save_recipe, site_recipes
from support.planted import planted

KEY = Key(b"k" * 32)
KIND = Kind("Maker", "Camera 2", "", str(SecondaryCaptureImageStorage), 20, 30)
CORNER = Rectangle(2, 3, 10, 7)


def capture(change: Callable[[Dataset], None] = lambda ds: None) -> bytes:
    ds = dcmread(io.BytesIO(planted(5).files[0]))
    ds.SOPClassUID, ds.ManufacturerModelName = SecondaryCaptureImageStorage, "Camera 2"
    del ds.StationName
    ds.Rows, ds.Columns, ds.NumberOfFrames = 20, 30, 3
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.SamplesPerPixel = 8, 8, 7, 3
    ds.PhotometricInterpretation, ds.PlanarConfiguration = "RGB", 0
    ds.PixelData = np.random.default_rng(1).integers(1, 255, (3, 20, 30, 3), np.uint8).tobytes()
    ds["PixelData"].VR = "OB"
    change(ds)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


def pixels(data: bytes) -> np.ndarray:
    return np.frombuffer(dcmread(io.BytesIO(data)).PixelData, np.uint8).reshape(3, 20, 30, 3)


def deidentified(data: bytes, *recipes: Recipe, base: PrivacyProfile = BASIC) -> Deidentified:
    return Deidentifier(with_recipes(base, recipes), KEY).deidentify(data)


def held(data: bytes, *recipes: Recipe) -> str:
    with pytest.raises(Held) as caught:
        deidentified(data, *recipes)
    return caught.value.rule


def test_a_mask_is_black_in_every_frame_and_nothing_else_changes() -> None:
    data = capture()
    done = deidentified(data, Recipe(KIND, (CORNER,)))
    before, after = pixels(data), pixels(b"".join(done.parts))
    assert done.masked
    assert not after[:, 3:7, 2:10].any()
    outside = np.ones((20, 30), bool)
    outside[3:7, 2:10] = False
    assert (after[:, outside] == before[:, outside]).all()


def test_without_a_recipe_for_its_kind_a_risky_picture_is_held() -> None:
    for other in (
        KIND._replace(model="Camera 3"),
        KIND._replace(columns=31),
        KIND._replace(station="ROOM 1"),
        KIND._replace(sop_class="1.2.840.10008.5.1.4.1.1.6.1"),
    ):
        assert held(capture(), Recipe(other, (CORNER,))) == "class"


def test_a_kind_in_which_there_is_nothing_to_mask_leaves_unmasked() -> None:
    data = capture()
    done = deidentified(data, Recipe(KIND, ()))
    assert not done.masked
    assert (pixels(b"".join(done.parts)) == pixels(data)).all()


def test_where_the_file_says_that_text_is_burned_in_only_a_rectangle_answers() -> None:
    def says_so(ds: Dataset) -> None:
        ds.BurnedInAnnotation = "YES"

    assert held(capture(says_so), Recipe(KIND, ())) == "burned in"
    done = deidentified(capture(says_so), Recipe(KIND, (CORNER,)))
    assert done.masks == (("drawn masks", 3),)
    assert dcmread(io.BytesIO(b"".join(done.parts))).BurnedInAnnotation == "NO"


def test_a_mask_is_applied_to_a_picture_without_any_sign_of_text_too() -> None:
    data = planted(5).files[0]
    ds = dcmread(io.BytesIO(data))
    kind = Kind("Maker", "", str(ds.StationName), str(ds.SOPClassUID), 16, 16)
    done = deidentified(data, Recipe(kind, (Rectangle(0, 0, 16, 16),)))
    assert not any(dcmread(io.BytesIO(b"".join(done.parts))).PixelData)


def test_a_compressed_picture_that_cannot_be_decoded_is_held() -> None:
    def compress(ds: Dataset) -> None:
        ds.file_meta.TransferSyntaxUID = RLELossless
        ds.PixelData = encapsulate([b"\1\2\3\4"] * 3)
        ds["PixelData"].is_undefined_length = True

    assert held(capture(compress), Recipe(KIND, (CORNER,))) == "masks"


def test_no_recipe_lets_a_document_pass() -> None:
    def document(ds: Dataset) -> None:
        ds.SOPClassUID = EncapsulatedPDFStorage

    recipe = Recipe(KIND._replace(sop_class=str(EncapsulatedPDFStorage)), (CORNER,))
    assert held(capture(document), recipe) == "document"


def test_recipes_are_part_of_the_rules() -> None:
    made = [
        with_recipes(BASIC, recipes).rules_sha256
        for recipes in ((), (Recipe(KIND, ()),), (Recipe(KIND, (CORNER,)),))
    ]
    assert len(set(made)) == 3
    one, two = Recipe(KIND, (CORNER,)), Recipe(KIND._replace(rows=9), ())
    assert (
        with_recipes(BASIC, (one, two)).rules_sha256 == with_recipes(BASIC, (two, one)).rules_sha256
    )


def test_a_profiles_own_recipe_wins_over_the_sites() -> None:
    own = replace(BASIC, options=replace(BASIC.options, recipes=(Recipe(KIND, ()),)))
    assert with_recipes(own, (Recipe(KIND, (CORNER,)),)).options.recipes == (Recipe(KIND, ()),)


def test_a_profile_file_may_hold_recipes() -> None:
    text = {
        "schema": "gantry.privacy/1",
        "name": "x",
        "recipes": [recipe_as(Recipe(KIND, (CORNER,)))],
    }
    assert profile_of(json.dumps(text).encode()).options.recipes == (Recipe(KIND, (CORNER,)),)


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        {},
        {"rows": "20"},
        {"rows": True},
        {"model": 3},
        {"rectangles": None},
        {"rectangles": [[1, 2, 3]]},
        {"rectangles": [[5, 2, 3, 9]]},
        {"rectangles": [[-1, 0, 3, 9]]},
        {"rectangles": [[0, 0, 1, 1]] * 65},
        {"more": 1},
    ],
)
def test_a_wrong_recipe_is_refused_with_its_number(wrong: dict[str, object] | None) -> None:
    entry = {**recipe_as(Recipe(KIND, (CORNER,))), **wrong} if wrong else wrong
    if wrong == {}:
        entry = {}
    text = {"schema": "gantry.privacy/1", "name": "x", "recipes": [entry]}
    with pytest.raises(WrongProfile, match="recipes: 1"):
        profile_of(json.dumps(text).encode())


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home.find(str(tmp_path / "home"))
    made.make()
    return made


def test_the_site_keeps_one_recipe_for_each_kind(home: Home) -> None:
    assert site_recipes(home) == ()
    odd = KIND._replace(manufacturer="M\u00fcller \xff")
    for recipe in (Recipe(KIND, (CORNER,)), Recipe(odd, ()), Recipe(KIND, ())):
        save_recipe(home, recipe)
    assert set(site_recipes(home)) == {Recipe(odd, ()), Recipe(KIND, ())}


def test_recipes_saved_at_the_same_time_are_all_kept(home: Home) -> None:
    kinds = [KIND._replace(rows=number) for number in range(1, 9)]
    threads = [Thread(target=save_recipe, args=(home, Recipe(kind, ()))) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {recipe.kind for recipe in site_recipes(home)} == set(kinds)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"schema": "other/1", "recipes": []}'])
def test_a_damaged_file_of_recipes_is_said_and_never_replaced(home: Home, text: bytes) -> None:
    recipes_file(home).write_bytes(text)
    for call in (site_recipes, lambda h: save_recipe(h, Recipe(KIND, ()))):
        with pytest.raises(GantryError) as caught:
            call(home)
        assert caught.value.code is ErrorCode.EXPORT_FAILED
    assert recipes_file(home).read_bytes() == text


def test_a_recipe_survives_its_plain_form() -> None:
    assert recipe_from(recipe_as(Recipe(KIND, (CORNER,)))) == Recipe(KIND, (CORNER,))


@pytest.mark.parametrize("own", [False, True])
def test_a_frozen_profile_has_the_sites_recipes_below_its_own(own: bool) -> None:
    site, mine = Recipe(KIND, (CORNER,)), Recipe(KIND, ())
    file = {"schema": "gantry.privacy/1", "name": "mine", "recipes": [recipe_as(mine)]}
    text = text_with_recipes("basic", json.dumps(file) if own else "", (site,))
    frozen = profile_of(text.encode())
    assert frozen.name == ("mine" if own else "basic")
    assert frozen.options.recipes == ((mine if own else site),)


OTHER = Rectangle(20, 10, 30, 20)


@pytest.mark.parametrize("own", [False, True])
def test_two_recipes_for_one_kind_both_hold(own: bool) -> None:
    two = (Recipe(KIND, (CORNER,)), Recipe(KIND, ()), Recipe(KIND, (OTHER,)))
    if own:
        file = {"schema": "gantry.privacy/1", "name": "x", "recipes": [*map(recipe_as, two)]}
        done = Deidentifier(profile_of(json.dumps(file).encode()), KEY).deidentify(capture())
    else:
        done = deidentified(capture(), *two)
    after = pixels(b"".join(done.parts))
    assert not after[:, 3:7, 2:10].any()
    assert not after[:, 10:, 20:].any()


def test_two_recipes_of_a_profile_win_over_two_of_the_site() -> None:
    site = (Recipe(KIND, (Rectangle(0, 0, 30, 20),)), Recipe(KIND, (Rectangle(9, 9, 10, 10),)))
    mine = (Recipe(KIND, (CORNER,)), Recipe(KIND, (OTHER,)))
    file = {"schema": "gantry.privacy/1", "name": "x", "recipes": [*map(recipe_as, mine)]}
    text = text_with_recipes("basic", json.dumps(file), site)
    expected = (Recipe(KIND, (CORNER, OTHER)),)
    assert profile_of(text.encode()).options.recipes == expected
    own = replace(BASIC, options=replace(BASIC.options, recipes=mine))
    assert with_recipes(own, site).options.recipes == expected
