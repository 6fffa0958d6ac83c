"""A profile that keeps more than the floor is found, by whatever option or rule it does so."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from pydicom._dicom_dict import DicomDictionary

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.floor import _LEVELS, SWITCHES, UNCOMPARED, _keeps_more, loosened
from gantry.engine.deidentify.profile import (
    BASIC,
    PROFILES,
    RESEARCH,
    Dates,
    Options,
    PrivacyProfile,
    Texts,
)
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.rules import Rules, dictionary_vr
from gantry.engine.deidentify.standard import table

pytestmark = pytest.mark.same_everywhere

Changes = dict[str, Any]
LOOSER: list[Changes] = [
    *({name: True} for name in SWITCHES),
    {"dates": Dates.SHIFTED},
    {"dates": Dates.KEPT},
    {"texts": Texts.CLEANED},
    {"texts": Texts.REVIEWED},
]


def _file(**entries: Any) -> PrivacyProfile:
    return profile_of(json.dumps({"schema": "gantry.privacy/1", "name": "x", **entries}).encode())


def _with(profile: PrivacyProfile, changes: Changes) -> PrivacyProfile:
    return replace(profile, options=replace(profile.options, **changes))


def test_every_option_is_compared_and_every_action_has_its_level() -> None:
    own = {"own", "own_vr", "own_private"}
    assert {f.name for f in fields(Options)} == {"dates", "texts", *own, *SWITCHES, *UNCOMPARED}
    assert set(_LEVELS) == set(Action)


@pytest.mark.parametrize("changes", LOOSER, ids=str)
def test_an_option_that_keeps_more_is_named_and_one_that_keeps_less_is_not(
    changes: Changes,
) -> None:
    looser = _with(BASIC, changes)
    assert loosened(looser, BASIC) == tuple(changes)
    assert loosened(BASIC, looser) == ()
    assert loosened(looser, looser) == ()


@pytest.mark.parametrize("base", PROFILES)
@pytest.mark.parametrize("changes", LOOSER, ids=str)
def test_what_is_allowed_keeps_no_element_that_the_floor_does_not(
    changes: Changes, base: str
) -> None:
    one, other = PROFILES[base], _with(PROFILES[base], changes)
    for profile, floor in ((one, other), (other, one)):
        if loosened(profile, floor):
            continue
        rules, least = Rules(profile.options), Rules(floor.options)
        assert [
            f"{tag:08X}"
            for tag in {*DicomDictionary, *table()}
            for vr in (dictionary_vr(tag), "LO", "UI")
            if _keeps_more(rules.action(tag, vr), least.action(tag, vr))
        ] == []


def test_the_built_in_profiles_are_in_order() -> None:
    assert loosened(BASIC, RESEARCH) == ()
    assert loosened(RESEARCH, BASIC) == (
        "dates", "texts", "device", "patient_characteristics", "safe_private",
    )  # fmt: skip


def test_reviewed_texts_are_no_cleaned_ones() -> None:
    cleaned, reviewed = (_with(BASIC, {"texts": one}) for one in (Texts.CLEANED, Texts.REVIEWED))
    assert loosened(reviewed, cleaned) == loosened(cleaned, reviewed) == ("texts",)


@pytest.mark.parametrize(
    ("entries", "named"),
    [
        ({"rules": {"PatientComments": "keep"}}, "rules: PatientComments"),
        ({"rules": {"PatientComments": "clean"}}, "rules: PatientComments"),
        ({"rules": {"StudyDate": "shift"}}, "rules: StudyDate"),
        ({"rules": {"FrameOfReferenceUID": "keep"}}, "rules: FrameOfReferenceUID"),
        ({"rules": {"RequestAttributesSequence": "keep"}}, "rules: RequestAttributesSequence"),
        ({"rules": {"0008FFF0": "keep"}}, "rules: 0008FFF0"),
        ({"vr_rules": {"LO": "keep"}}, "vr_rules: LO"),
        ({"vr_rules": {"DA": "shift"}}, "vr_rules: DA"),
        ({"private_rules": {"ACME 1": "keep"}}, "private_rules: ACME 1"),
        ({"private_rules": {"ACME 1": {"0019xx0C": "keep"}}}, "private_rules: ACME 1"),
        ({"private_rules": {"SIEMENS MR HEADER": "keep"}}, "private_rules: SIEMENS MR HEADER"),
    ],
)
def test_a_rule_of_a_file_that_keeps_more_is_named(entries: Changes, named: str) -> None:
    assert loosened(_file(**entries), BASIC) == (named,)
    # A rule of the floor's own allows it.
    assert loosened(_file(**entries), _file(**entries)) == ()


@pytest.mark.parametrize(
    "entries",
    [
        {"rules": {"PatientComments": "remove", "Manufacturer": "empty"}},
        {"vr_rules": {"LO": "remove", "SH": "empty"}},
        {"private_rules": {"ACME 1": "remove", "SIEMENS MR HEADER": {"0019xx0C": "remove"}}},
    ],
)
def test_a_rule_of_a_file_that_takes_more_out_is_allowed(entries: Changes) -> None:
    for floor in PROFILES.values():
        assert loosened(_file(base=floor.name, **entries), floor) == ()


@pytest.mark.parametrize(
    ("floor", "named"),
    [
        ({"rules": {"Manufacturer": "remove"}}, "rules: Manufacturer"),
        ({"vr_rules": {"LO": "remove"}}, "vr_rules: LO"),
        ({"private_rules": {"SIEMENS MR HEADER": "remove"}}, "private_rules: SIEMENS MR HEADER"),
        (
            {"private_rules": {"SIEMENS MR HEADER": {"0019xx0C": "remove"}}},
            "private_rules: SIEMENS MR HEADER",
        ),
    ],
)
def test_a_rule_of_the_floor_is_wanted_of_every_profile(floor: Changes, named: str) -> None:
    least = _file(base="research", **floor)
    assert loosened(RESEARCH, least) == (named,)
    assert loosened(_file(base="research", **floor), least) == ()


def test_a_safe_private_element_may_not_be_kept_whatever_it_says() -> None:
    for number in ("0019xx0B", "0019xx50"):
        one = _file(base="research", private_rules={"SIEMENS MR HEADER": {number: "keep"}})
        for floor in PROFILES.values():
            assert "private_rules: SIEMENS MR HEADER" in loosened(one, floor)
        assert loosened(RESEARCH, one) == ()


@pytest.mark.parametrize("name", ["SliceThickness", "Manufacturer", "EchoNumbers"])
def test_what_the_floor_keeps_may_not_be_kept_whatever_it_claims_to_be(name: str) -> None:
    kept = _file(base="research", rules={name: "keep"})
    assert loosened(kept, RESEARCH) == (f"rules: {name}",)
    assert loosened(kept, kept) == ()
    assert loosened(RESEARCH, kept) == ()
    for action in ("remove", "empty"):
        assert loosened(_file(base="research", rules={name: action}), RESEARCH) == ()


def test_a_rule_by_vr_counts_for_every_element_that_may_have_it() -> None:
    research = {"base": "research"}
    assert loosened(_file(**research, vr_rules={"LO": "clean"}), RESEARCH) == ("vr_rules: LO",)
    assert loosened(_file(**research, vr_rules={"DS": "keep"}), RESEARCH) == ("vr_rules: DS",)
    assert loosened(_file(**research, vr_rules={"UT": "keep"}), RESEARCH) == ("vr_rules: UT",)


def test_actions_are_compared_by_what_stays() -> None:
    levels = (
        {Action.REMOVE, Action.EMPTY, Action.DUMMY},
        {Action.UID, Action.PATIENT},
        {
            Action.UID_IN_TEXT,
            Action.SHIFT,
            Action.AGE,
            Action.CLEAN,
            Action.OPAQUE,
            Action.INSIDE,
        },
        {Action.KEEP_UID, Action.WORDLESS},
        {Action.KEEP},
    )
    assert set.union(*levels) == set(Action)
    for height, level in enumerate(levels):
        for action in level:
            less = set.union(set(), *levels[:height]) | {action} | (level if height == 0 else set())
            allowed = {one for one in Action if not _keeps_more(one, action)}
            assert allowed == less


def test_a_private_element_that_a_profile_removes_anyway_needs_no_rule() -> None:
    siemens = _file(base="research", private_rules={"SIEMENS MR HEADER": "remove"})
    assert loosened(BASIC, siemens) == ()
    acme = _file(base="research", private_rules={"ACME 1": {"0019xx0C": "remove"}})
    assert loosened(RESEARCH, acme) == ()
