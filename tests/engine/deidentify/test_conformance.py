"""dciodvfy finds no error in the result that it did not find in the source."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pydicom.data
import pytest

from gantry.engine.deidentify.profile import PROFILES, with_recipes
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Recipe, Rectangle, kind_of
from gantry.engine.deidentify.rewriter import Deidentifier, Held, facts_in
from gantry.engine.deidentify.walked import NotWalked
from support.dciodvfy import PROGRAM, errors
from support.diffusion import MAKERS, diffusion
from support.linked import linked
from support.pictures import LOOKS, NATIVE, OWN, noise, picture, recipe, saved
from support.planted import planted

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="NOT TESTED: dciodvfy is not installed"),
    pytest.mark.parametrize("profile", ["basic", "research"]),
]
KEY = Key(b"k" * 32)
SHIPPED = sorted((Path(pydicom.data.__file__).parent / "test_files").rglob("*.dcm"))


def new_errors(data: bytes, profile: str, folder: Path, *recipes: Recipe) -> list[str]:
    """The errors of the result that the source does not have."""
    rules = with_recipes(PROFILES[profile], recipes)
    made = b"".join(Deidentifier(rules, KEY).deidentify(data).parts)
    found = errors(made, folder / "after") - errors(data, folder / "before")
    return sorted(found)


@pytest.mark.parametrize("seed", range(3))
def test_generated_studies(seed: int, profile: str, tmp_path: Path) -> None:
    for data in planted(seed).files:
        assert new_errors(data, profile, tmp_path) == []


def test_objects_that_refer_to_each_other(profile: str, tmp_path: Path) -> None:
    for data in linked():
        assert new_errors(data, profile, tmp_path) == []


@pytest.mark.parametrize("maker", MAKERS)
def test_images_of_four_makers(maker: str, profile: str, tmp_path: Path) -> None:
    assert new_errors(diffusion(maker)[-1], profile, tmp_path) == []


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_the_files_that_pydicom_ships(profile: str, tmp_path: Path) -> None:
    wrong, compared = {}, 0
    for path in SHIPPED:
        try:
            found = new_errors(path.read_bytes(), profile, tmp_path)
        except Held:
            continue
        except subprocess.TimeoutExpired:
            continue  # dciodvfy itself does not come to an end
        compared += 1
        if found:
            wrong[path.name] = found
    assert wrong == {}
    assert compared > 20


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
def test_the_images_that_pydicom_ships_with_masks(profile: str, tmp_path: Path) -> None:
    wrong, compared = {}, 0
    for path in SHIPPED:
        if path.name == "image_dfl.dcm":
            continue  # dciodvfy does not inflate it, and so finds no fault in it
        data = path.read_bytes()
        try:
            mask = Recipe(kind_of(facts_in(data)), (Rectangle(1, 1, 5, 4),))
            found = new_errors(data, profile, tmp_path, mask)
        except (Held, NotWalked, subprocess.TimeoutExpired):
            continue
        compared += 1
        if found:
            wrong[path.name] = found
    assert wrong == {}
    assert compared > 40


def test_pictures_in_each_syntax_and_color_with_masks(profile: str, tmp_path: Path) -> None:
    for syntax in (*NATIVE, *OWN):
        for look in LOOKS:
            data = saved(picture(look, syntax, noise(look, 1)))
            assert new_errors(data, profile, tmp_path, recipe("edge")) == [], (syntax, str(look))
