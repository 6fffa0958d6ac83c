"""Rules that are added to a profile's file: for which elements, and what stays of the file."""

from __future__ import annotations

import io
import json

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian

from gantry.engine.deidentify.added_rule import (
    EMPTY,
    REMOVE,
    NoRule,
    Rule,
    actions_for,
    creators_at,
    is_stricter,
    new_text,
    text_with_rule,
)
from gantry.engine.deidentify.profile import PROFILES
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier, Held
from support.planted import planted

pytestmark = pytest.mark.same_everywhere

KEY = Key(b"k" * 32)
FILTER_TYPE = 0x00181160


@pytest.fixture
def ds() -> Dataset:
    made = dcmread(io.BytesIO(planted(1, implicit=False).files[0]))
    made.PatientName = "Zwolfelf^Ada"
    return made


def written(ds: Dataset, *, implicit: bool = False) -> bytes:
    out = io.BytesIO()
    if implicit:
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    ds.save_as(out, implicit_vr=implicit, little_endian=True, enforce_file_format=True)
    return out.getvalue()


def held_at(data: bytes, text: str) -> tuple[int, ...]:
    """The tags that lead to what holds a file."""
    with pytest.raises(Held) as held:
        Deidentifier(profile_of(text.encode()), KEY).deidentify(data)
    assert held.value.rule == "residue"
    return tuple(int(part, 16) for part in held.value.path)


def left(data: bytes, text: str) -> Dataset:
    done = Deidentifier(profile_of(text.encode()), KEY).deidentify(data)
    return dcmread(io.BytesIO(b"".join(done.parts)))


@pytest.mark.parametrize("base", ["basic", "research"])
def test_a_file_that_is_held_by_an_element_passes_with_a_rule_for_it(
    ds: Dataset, base: str
) -> None:
    ds.FilterType = "Zwolfelf"
    data, text = written(ds), new_text("ours", base)
    tags = held_at(data, text)
    assert tags == (FILTER_TYPE,)
    assert actions_for(tags) == (EMPTY, REMOVE)
    assert not left(data, text_with_rule(text, Rule(FILTER_TYPE, EMPTY))).FilterType
    assert "FilterType" not in left(data, text_with_rule(text, Rule(FILTER_TYPE, REMOVE)))


def test_a_rule_that_keeps_the_element_would_hold_the_file_again(ds: Dataset) -> None:
    ds.FilterType = "Zwolfelf"
    text = json.dumps({**json.loads(new_text("ours", "basic")), "rules": {"FilterType": "keep"}})
    assert held_at(written(ds), text) == (FILTER_TYPE,)


def test_an_element_in_the_items_of_a_sequence_has_the_rule_of_its_tag(ds: Dataset) -> None:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "1", "99X", "Zwolfelf"
    ds.ViewCodeSequence = [item]
    data, text = written(ds), new_text("ours", "basic")
    tags = held_at(data, text)
    assert tags == (0x00540220, 0x00080104)
    made = left(data, text_with_rule(text, Rule(tags[-1], EMPTY)))
    assert made.ViewCodeSequence[0].CodeMeaning == ""


@pytest.mark.parametrize("implicit", [False, True])
def test_a_private_element_has_a_rule_of_its_creator(ds: Dataset, implicit: bool) -> None:
    for group, creator in ((0x0019, "ACME"), (0x0021, "OTHER")):
        block = ds.private_block(group, creator, create=True)
        block.add_new(0x0C, "LO", "Zwolfelf" if group == 0x0019 else "gradient")
        block.add_new(0x0D, "LO", "coil A")
    rules = {"acme ": "keep", "OTHER": {"*": "keep"}}
    text = json.dumps({**json.loads(new_text("ours", "basic")), "private_rules": rules})
    data = written(ds, implicit=implicit)
    tags = held_at(data, text)
    assert tags[-1] & 0xFF == 0x0C
    creators = sorted(creators_at(data, tags))
    assert creators == ["ACME"]
    assert actions_for(tags, creators) == (REMOVE,)
    changed = text_with_rule(text, Rule(tags[-1], REMOVE, creators[0]))
    assert json.loads(changed)["private_rules"] == {
        "acme ": {"*": "keep", "0019xx0C": "remove"},
        "OTHER": {"*": "keep"},
    }
    made = left(data, changed)
    assert [
        e.value for e in made if e.tag.group == 0x0019 and e.tag.element == tags[-1] + 1 & 0xFFFF
    ]
    assert tags[-1] not in made
    assert text_with_rule(changed, Rule(tags[-1], REMOVE, "Acme")) == changed


def test_the_creators_in_all_items_are_found(ds: Dataset) -> None:
    items = []
    for creator in ("ACME", "OTHER", "ACME"):
        item = Dataset()
        item.private_block(0x0019, creator, create=True).add_new(0x0C, "LO", "x")
        items.append(item)
    ds.ViewCodeSequence = items
    tags = (0x00540220, 0x0019100C)
    found = sorted(creators_at(written(ds), tags))
    assert found == ["ACME", "OTHER"]
    assert actions_for(tags, found) is NoRule.UNKNOWN_CREATOR


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ((), NoRule.NO_ELEMENT),
        ((0x00080008,), NoRule.FIXED),
        ((0x00100010,), NoRule.FIXED),
        ((0x00020016,), NoRule.FIXED),
        ((0x7FE00010,), NoRule.FIXED),
        ((0x00120063,), NoRule.FIXED),
        ((0x00190010,), NoRule.CREATOR),
        ((0x00190011,), NoRule.CREATOR),
        ((0x0019100C,), NoRule.UNKNOWN_CREATOR),
    ],
)
def test_some_places_can_have_no_rule(tags: tuple[int, ...], reason: NoRule) -> None:
    assert actions_for(tags) is reason


def test_a_rule_replaces_the_one_for_the_same_element_and_keeps_everything_else() -> None:
    before = {
        "schema": "gantry.privacy/1", "name": "Müller’s", "base": "research", "dates": "kept",
        "rules": {"00181160": "keep", "SeriesDescription": "keep"}, "vr_rules": {"AE": "keep"},
        "recipes": [{"manufacturer": "Maker", "model": "M", "station": "",
                     "sop_class": "1.2.840.10008.5.1.4.1.1.6.1", "rows": 8, "columns": 8,
                     "rectangles": [[0, 0, 4, 4]]}],
    }  # fmt: skip
    text = "\ufeff" + json.dumps(before)
    made = text_with_rule(text, Rule(FILTER_TYPE, REMOVE))
    rules = {"00181160": "remove", "SeriesDescription": "keep"}
    assert made[0] == "\ufeff"
    assert json.loads(made[1:]) == {**before, "rules": rules}
    assert list(json.loads(made[1:])) == list(before)
    assert text_with_rule(made, Rule(FILTER_TYPE, REMOVE)) == made
    assert "Müller’s" in made


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ({"rules": {"FilterType": "empty"}}, Rule(FILTER_TYPE, EMPTY)),
        ({"private_rules": {"ACME": "remove"}}, Rule(0x0019100C, REMOVE, "ACME")),
        ({"private_rules": {"acme": {"0019XX0C": "remove"}}}, Rule(0x0019100C, REMOVE, "ACME")),
    ],
)
def test_a_file_that_says_so_already_keeps_its_layout(
    entries: dict[str, object], rule: Rule
) -> None:
    text = json.dumps({**json.loads(new_text("ours", "basic")), **entries})
    assert "\n" not in text
    assert text_with_rule(text, rule) == text


def test_a_standard_element_is_named_by_its_keyword() -> None:
    made = text_with_rule(new_text("ours", "basic"), Rule(FILTER_TYPE, EMPTY))
    assert json.loads(made)["rules"] == {"FilterType": "empty"}


def test_a_creator_that_no_profile_can_name_has_no_rule() -> None:
    found = [actions_for((0x0019100C,), [name]) for name in ("", "A", "A" * 64, "A" * 65)]
    no = NoRule.UNKNOWN_CREATOR
    assert found == [no, (REMOVE,), (REMOVE,), no]


def test_a_new_file_starts_from_a_built_in_profile() -> None:
    for base, built_in in PROFILES.items():
        made = profile_of(new_text("ours", base).encode())
        assert (made.name, made.options) == ("ours", built_in.options)


def test_the_creators_in_a_file_that_is_compressed_as_a_whole_are_found(ds: Dataset) -> None:
    ds.private_block(0x0019, "ACME", create=True).add_new(0x0C, "LO", "x")
    ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    tag = ds.private_block(0x0019, "ACME").get_tag(0x0C)
    assert creators_at(written(ds), (tag,)) == {"ACME"}


def test_an_overlay_that_has_no_keyword_of_its_own_is_named_by_its_tag() -> None:
    made = text_with_rule(new_text("ours", "basic"), Rule(0x60020022, REMOVE))
    assert json.loads(made)["rules"] == {"60020022": "remove"}


@pytest.mark.parametrize(
    ("entries", "is_it"),
    [
        ({}, True),
        ({"rules": {"FilterType": "empty"}, "private_rules": {"ACME": {"*": "remove"}}}, True),
        ({"private_rules": {"ACME": "remove"}}, True),
        ({"rules": {"FilterType": "keep"}}, False),
        ({"private_rules": {"ACME": "keep"}}, False),
        ({"private_rules": {"ACME": {"0019xx0C": "keep"}}}, False),
        ({"base": "research"}, False),
        ({"dates": "kept"}, False),
    ],
)
def test_only_rules_that_remove_or_empty_make_a_profile_stricter(
    entries: dict[str, object], is_it: bool
) -> None:
    text = json.dumps({**json.loads(new_text("ours", "basic")), **entries})
    assert is_stricter(text, "basic") is is_it
