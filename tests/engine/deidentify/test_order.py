"""The result of a file does not depend on the files that were treated before it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import pydicom.data
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread

from gantry.engine.deidentify.profile import PROFILES, Options, PrivacyProfile, with_recipes
from gantry.engine.deidentify.recipes import Recipe, Rectangle, kind_of
from gantry.engine.deidentify.rewriter import Deidentifier, Held, facts_in
from support.deidentified_slowly import elements_of, slowly
from support.linked import linked
from support.nearly_alike import KEY, files, slice_of
from support.planted import planted

SHIPPED = sorted((Path(pydicom.data.__file__).parent / "test_files").rglob("*.dcm"))
PLACE = "/data/Nobodyhome/scan"
pytestmark = [
    pytest.mark.same_everywhere,
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]


def outcome(deidentifier: Deidentifier, data: bytes, place: str = PLACE) -> tuple[object, ...]:
    """Everything that is said of a file."""
    try:
        done = deidentifier.deidentify(data, place=place)
    except Held as held:
        return "held", held.rule, held.path, held.value
    searched = done.searched
    return (
        b"".join(done.parts), done.identity, done.patient_id, done.tallies, done.kept_private,
        done.masked, done.masks, set(searched.found), searched.not_searchable, done.texts,
        done.links,
    )  # fmt: skip


@cache
def alike() -> dict[str, bytes]:
    return files()


@cache
def alone(name: str, profile: str, place: str = PLACE) -> tuple[object, ...]:
    return outcome(Deidentifier(PROFILES[profile], KEY), alike()[name], place)


NAMES = list(files())
LAST = NAMES[-14:]  # what may stay in one of them must not in another
SAYING = [name for name in NAMES if "UID" in name]  # in a text that stays


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_each_file_after_a_whole_series_of_plain_ones(profile: str) -> None:
    for name in NAMES:
        deidentifier = Deidentifier(PROFILES[profile], KEY)
        for number in range(100, 106):
            outcome(deidentifier, slice_of(number))
        assert outcome(deidentifier, alike()[name]) == alone(name, profile), name
        assert outcome(deidentifier, alike()["slice 1"]) == alone("slice 1", profile), name


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    order=st.lists(
        st.one_of(st.sampled_from(NAMES), st.sampled_from(LAST)), min_size=2, max_size=40
    )
)
def test_files_in_any_order_with_two_profiles_in_turn(order: list[str]) -> None:
    both = {profile: Deidentifier(PROFILES[profile], KEY) for profile in ("basic", "research")}
    for name in order:
        for profile, deidentifier in both.items():
            assert outcome(deidentifier, alike()[name]) == alone(name, profile), name


@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize("seed", range(4))
def test_all_of_them_mixed_and_more_than_once(seed: int, profile: str) -> None:
    order = [*NAMES, *NAMES, *LAST * 4]
    Random(seed).shuffle(order)
    deidentifier = Deidentifier(PROFILES[profile], KEY)
    for name in order:
        assert outcome(deidentifier, alike()[name]) == alone(name, profile), name


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_slices_whose_texts_name_slices_before_between_and_after_these(profile: str) -> None:
    leaving = [name for name in SAYING if alone(name, profile)[0] != "held"]
    assert len(leaving) == len(SAYING) - 3, "one says the name, too, and two have no room"
    plain = [f"slice {number}" for number in range(1, 9)]
    for seed in range(3):
        order = [*SAYING, *SAYING, *plain, *plain]
        Random(seed).shuffle(order)
        deidentifier = Deidentifier(PROFILES[profile], KEY)
        for name in [*plain[:seed], *order]:
            assert outcome(deidentifier, alike()[name]) == alone(name, profile), name


def test_every_slice_of_a_series_names_itself_and_its_study() -> None:
    def says(ds: Dataset) -> None:
        ds.SoftwareVersions = [f"{ds.SOPInstanceUID}", f"of {ds.StudyInstanceUID}"]

    deidentifier = Deidentifier(PROFILES["research"], KEY)
    for number in range(1, 7):
        done = deidentifier.deidentify(slice_of(number, says))
        made = dcmread(io.BytesIO(b"".join(done.parts)))
        assert made.SoftwareVersions == [made.SOPInstanceUID, f"of {made.StudyInstanceUID}"]
        assert made.SOPInstanceUID == done.identity.sop_instance_uid


def test_files_that_are_alike_come_from_folders_with_different_names() -> None:
    places = ("/data/Directional/scan", PLACE, "/data/Bodybuild/x", "")
    deidentifier = Deidentifier(PROFILES["research"], KEY)
    held = 0
    for number in range(1, 9):
        for place in places:
            name = f"slice {number}"
            result = outcome(deidentifier, alike()[name], place)
            assert result == alone(name, "research", place)
            held += result[0] == "held"
    assert 0 < held < 32, "a folder is called as a text that stays"


def test_what_two_files_may_say_for_different_reasons_a_third_may_not() -> None:
    deidentifier = Deidentifier(PROFILES["research"], KEY)
    for name in ("both dates", "both dates, another element", "both dates"):
        assert outcome(deidentifier, alike()[name])[0] != "held"
    assert outcome(deidentifier, alike()["a coil called as the birth date"])[0] == "held"


def test_a_user_who_renames_a_patient_between_two_files_gets_the_new_name() -> None:
    names = ["Anton", "Berta"]
    deidentifier = Deidentifier(PROFILES["basic"], KEY, lambda identity: names[0])
    for number in range(1, 5):
        assert deidentifier.deidentify(alike()[f"slice {number}"]).patient_id == "Anton"
    names.reverse()
    made = deidentifier.deidentify(alike()["slice 5"])
    assert made.patient_id == "Berta"
    assert b"Anton" not in b"".join(made.parts)


def test_a_pattern_of_pseudonyms_gives_a_warm_one_what_it_gives_a_cold_one() -> None:
    check_warm(Options(pseudonym="S{hash:8}"), Options(pseudonym="T{hash:9}"))


def test_uids_that_stay_give_a_warm_one_what_they_give_a_cold_one() -> None:
    research = PROFILES["research"].options
    check_warm(Options(uids=True), Options(), replace(research, uids=True), research)


def test_content_that_is_cleaned_gives_a_warm_one_what_it_gives_a_cold_one() -> None:
    research = PROFILES["research"].options
    check_warm(Options(structured_content=True, graphics=True),
               replace(research, structured_content=True, graphics=True))  # fmt: skip


def check_warm(*options: Options) -> None:
    """Checks that files in turn become what each becomes alone."""
    both = [PrivacyProfile("ours", one) for one in options]
    warm = [Deidentifier(profile, KEY) for profile in both]
    for name in [*NAMES, *LAST]:
        for profile, deidentifier in zip(both, warm, strict=True):
            cold = outcome(Deidentifier(profile, KEY), alike()[name])
            assert outcome(deidentifier, alike()[name]) == cold, name


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_the_slow_implementation_agrees_with_a_warm_one(profile: str) -> None:
    deidentifier = Deidentifier(PROFILES[profile], KEY)
    for name in [*LAST, *NAMES, *NAMES]:
        data = alike()[name]
        result = outcome(deidentifier, data)
        if result[0] != "held":
            assert isinstance(result[0], bytes)
            assert elements_of(result[0]) == slowly(data, PROFILES[profile], KEY), name


def _stating(**values: object) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        ds.SmallestImagePixelValue, ds.LargestImagePixelValue = 1, 260
        ds.BurnedInAnnotation = "NO"
        for keyword, value in values.items():
            setattr(ds, keyword, value)

    return change


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_masked_and_unmasked_files_of_one_series_in_any_order(profile: str) -> None:
    """What a masked file says of its pixels is decided for each file."""
    changes = {
        "plain": _stating(),
        "masked": _stating(StationName="MASKED"),
        "two": _stating(StationName="TWO"),
        "no values": lambda ds: None,
    }
    every = [slice_of(number, changes[name]) for name in changes for number in range(1, 6)]
    recipes = [Recipe(kind_of(facts_in(every[at])), (Rectangle(0, 0, 2, 2),)) for at in (5, 10)]
    rules = with_recipes(PROFILES[profile], tuple(recipes))
    expected = [outcome(Deidentifier(rules, KEY), data) for data in every]
    assert [one[5] for one in expected] == [False] * 5 + [True] * 10 + [False] * 5
    for seed in range(3):
        order = [*range(len(every))] * 2
        Random(seed).shuffle(order)
        deidentifier = Deidentifier(rules, KEY)
        for number in order:
            result = outcome(deidentifier, every[number])
            assert result == expected[number], number
            assert isinstance(result[0], bytes)
            made = dcmread(io.BytesIO(result[0]))
            assert ("LargestImagePixelValue" in made) == (number < 5), number
            assert made.ImageType[0] == ("DERIVED" if result[5] else "ORIGINAL"), number


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_real_files_and_linked_ones_in_any_order(profile: str) -> None:
    every = [path.read_bytes() for path in SHIPPED if path.stat().st_size < 300_000]
    every += [*linked(), *linked(implicit=True), *planted(3).files, *planted(4).files]
    expected = [outcome(Deidentifier(PROFILES[profile], KEY), data, "") for data in every]
    order = [*range(len(every))] * 3
    Random(5).shuffle(order)
    deidentifier = Deidentifier(PROFILES[profile], KEY)
    for number in order:
        assert outcome(deidentifier, every[number], "") == expected[number], number
