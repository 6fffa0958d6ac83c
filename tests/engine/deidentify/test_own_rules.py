"""A profile's own rules: by tag, by VR and by the creator of private elements."""

from __future__ import annotations

import io
import json
from random import Random
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import ImplicitVRLittleEndian

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import PROFILES, Options, PrivacyProfile
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.wrong import Wrong, WrongProfile
from support.deidentified_slowly import elements_of, slowly
from support.hidden import layout
from support.planted import planted

KEY = Key(b"k" * 32)
HEAD: dict[str, Any] = {"schema": "gantry.privacy/1", "name": "ours"}


def profile(**entries: object) -> PrivacyProfile:
    return profile_of(json.dumps({**HEAD, **entries}, indent=1).encode())


def deidentified(ds: Dataset, chosen: PrivacyProfile, **how: bool) -> Dataset:
    return read(Deidentifier(chosen, KEY).deidentify(written(ds, **how)))


def read(done: Deidentified) -> Dataset:
    return dcmread(io.BytesIO(b"".join(done.parts)))


def written(ds: Dataset, *, implicit: bool = False) -> bytes:
    out = io.BytesIO()
    if implicit:
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    ds.save_as(out, implicit_vr=implicit, little_endian=True, enforce_file_format=True)
    return out.getvalue()


@pytest.fixture
def ds() -> Dataset:
    made = dcmread(io.BytesIO(planted(1, implicit=False).files[0]))
    for group in (0x0019, 0x0029):
        block = made.private_block(group, "ACME", create=True)
        block.add_new(0x01, "LO", "gradient A")
        block.add_new(0x02, "DS", "1.5")
        block.add_new(0x03, "DA", "20200131")
        block.add_new(0x04, "UI", "1.2.3.4.5.6.7")
        item = Dataset()
        item.StudyDescription, item.PatientBirthDate = "Alpha", "19310203"
        block.add_new(0x05, "SQ", [item])
    return made


def test_a_rule_by_vr_applies_where_no_rule_names_the_element(ds: Dataset) -> None:
    ds.PerformedStationAETitle, ds.ScheduledStationAETitle = "ROOM7", "ROOM8"
    chosen = profile(vr_rules={"AE": "keep"}, rules={"ScheduledStationAETitle": "remove"})
    made = deidentified(ds, chosen)
    assert made.PerformedStationAETitle == "ROOM7"
    assert "ScheduledStationAETitle" not in made
    assert "PerformedStationAETitle" not in deidentified(ds, PROFILES["basic"])


def test_a_rule_by_vr_keeps_nothing_that_only_claims_that_vr() -> None:
    rules = Rules(Options(own_vr={"LO": Action.KEEP}))
    assert rules.action(0x00081030, "LO") is Action.KEEP
    assert rules.action(0x00100030, "LO") is not Action.KEEP, "a birth date"
    assert rules.action(0x00189999, "LO") is Action.KEEP, "nobody knows another VR"
    assert Rules(Options(own_vr={"LO": Action.REMOVE})).action(0x00100030, "LO") is Action.REMOVE
    assert Rules(Options()).action(0x00080024, "LO") is Action.REMOVE, "a date"
    assert Rules(Options(own_vr={"LO": Action.EMPTY})).action(0x00080024, "LO") is Action.EMPTY


def test_no_rule_by_vr_keeps_a_curve_or_an_overlay() -> None:
    for action in (Action.KEEP, Action.DUMMY):
        for tag in (0x50003000, 0x60003000, 0x60FE3000):
            assert Rules(Options(own_vr={"OW": action})).action(tag, "OW") is Action.REMOVE
            assert Rules(Options(own_vr={"OB": action})).action(tag, "OB") is Action.REMOVE


@pytest.mark.parametrize("tag", [0x00100010, 0x00100020])
def test_no_rule_by_vr_reaches_the_patient(tag: int) -> None:
    for vr in ("PN", "LO"):
        assert Rules(Options(own_vr={vr: Action.KEEP})).action(tag, vr) is Action.PATIENT


@pytest.mark.parametrize(
    ("tag", "vr"),
    [(0x00280010, "US"), (0x00280004, "CS"), (0x00280101, "US"), (0x00080102, "SH"),
     (0x00080016, "UI"), (0x00080008, "CS"), (0x7FE00010, "OW")],
)  # fmt: skip
def test_the_layout_of_the_picture_wins_over_every_own_rule(tag: int, vr: str) -> None:
    for own in (Options(own_vr={vr: Action.REMOVE}), Options(own={tag: Action.REMOVE})):
        assert Rules(own).action(tag, vr) is Action.KEEP


def test_a_text_in_place_of_the_pictures_layout_does_not_stay() -> None:
    assert Rules(Options()).action(0x00280010, "LO") is not Action.KEEP


@pytest.mark.parametrize("implicit", [False, True])
def test_a_creators_elements_stay_or_go(ds: Dataset, *, implicit: bool) -> None:
    kept = deidentified(ds, profile(private_rules={"acme ": "keep"}), implicit=implicit)
    block = kept.private_block(0x0019, "ACME")
    assert block[0x01].value
    item = kept[block.get_tag(0x05)].value
    assert b"19310203" not in (item if isinstance(item, bytes) else b"")
    if isinstance(item, bytes):
        assert b"Alpha" not in item
    else:
        assert item[0].PatientBirthDate == ""
        assert "StudyDescription" not in item[0]
    with pytest.raises(KeyError):
        deidentified(ds, PROFILES["research"], implicit=implicit).private_block(0x0019, "ACME")


def test_one_element_of_a_creator_stays(ds: Dataset) -> None:
    chosen = profile(private_rules={"ACME": {"0019xx02": "keep"}})
    made = deidentified(ds, chosen)
    left = [e.tag.elem & 0xFF for e in made.group_dataset(0x0019) if e.tag.elem > 0xFF]
    assert left == [2]
    with pytest.raises(KeyError):
        made.private_block(0x0029, "ACME")


def test_the_rule_for_an_element_wins_over_that_for_its_creator(ds: Dataset) -> None:
    chosen = profile(private_rules={"ACME": {"*": "keep", "0019xx02": "remove"}})
    block = deidentified(ds, chosen).private_block(0x0019, "ACME")
    assert 0x02 not in block
    assert 0x01 in block


def test_a_rule_against_a_creator_wins_over_the_list_of_technical_ones() -> None:
    rules = Rules(Options(safe_private=True))
    assert rules.private_vr("GEMS_PARM_01", 0x00431039) == "IS"
    refused = Options(safe_private=True, own_private={("GEMS_PARM_01", 0x4339): Action.REMOVE})
    assert Rules(refused).private_vr("GEMS_PARM_01", 0x00431039) is None
    assert Rules(refused).private_vr("GEMS_ACQU_01", 0x001910BB) == "DS"


def test_uids_and_dates_of_a_creator_that_stays_are_treated_as_everywhere(ds: Dataset) -> None:
    chosen = profile(base="research", private_rules={"ACME": "keep"})
    block = deidentified(ds, chosen).private_block(0x0019, "ACME")
    assert block[0x04].value == KEY.uid(b"1.2.3.4.5.6.7").decode()
    assert block[0x03].value not in ("", "20200131")


def test_the_texts_of_a_creator_that_stays_are_listed_for_a_person_to_judge(ds: Dataset) -> None:
    done = Deidentifier(profile(private_rules={"ACME": "keep"}), KEY).deidentify(written(ds))
    assert "gradient A" in {text for _, text in done.texts}


def test_a_name_in_a_private_element_that_a_rule_keeps_holds_the_file(ds: Dataset) -> None:
    ds.PatientName = "Overton^Kim"
    ds.private_block(0x0019, "ACME").add_new(0x09, "LO", "seen by Overton")
    with pytest.raises(Held, match="residue"):
        deidentified(ds, profile(private_rules={"ACME": "keep"}))


@pytest.mark.parametrize(
    ("entries", "reason", "line"),
    [
        ({"rules": {"StudyID": "keep", "00200010": "remove"}}, Wrong.TWICE, 6),
        ({"rules": {"StudyID": "hide"}}, Wrong.CHOICE, 5),
        ({"rules": {"Nobody": "keep"}}, Wrong.ELEMENT, 5),
        ({"rules": {"00090010": "keep"}}, Wrong.ELEMENT, 5),
        ({"rules": {"SOPInstanceUID": "keep"}}, Wrong.FIXED, 5),
        ({"rules": {"StudyInstanceUID": "remove"}}, Wrong.FIXED, 5),
        ({"rules": {"SOPClassUID": "remove"}}, Wrong.FIXED, 5),
        ({"rules": {"Rows": "empty"}}, Wrong.FIXED, 5),
        ({"rules": {"PatientIdentityRemoved": "remove"}}, Wrong.FIXED, 5),
        ({"rules": {"StudyID": "shift"}}, Wrong.ACTION, 5),
        ({"rules": {"StudyDate": "clean"}}, Wrong.ACTION, 5),
        ({"rules": {"StudyID": "uid"}}, Wrong.ACTION, 5),
        ({"rules": []}, Wrong.SHAPE, 4),
        ({"vr_rules": {"ZZ": "keep"}}, Wrong.VR, 5),
        ({"vr_rules": {"UI": "keep"}}, Wrong.VR, 5),
        ({"vr_rules": {"UN": "keep"}}, Wrong.VR, 5),
        ({"vr_rules": {"CS": "shift"}}, Wrong.ACTION, 5),
        ({"private_rules": {"ACME": "clean"}}, Wrong.CHOICE, 5),
        ({"private_rules": {"ACME": {"00191001": "keep"}}}, Wrong.PRIVATE, 6),
        ({"private_rules": {"ACME": {"0018xx01": "keep"}}}, Wrong.PRIVATE, 6),
        ({"private_rules": {"ACME": "keep", "acme ": "remove"}}, Wrong.TWICE, 6),
        ({"private_rules": {"ACME": {"0019xxab": "keep", "0019XXAB": "keep"}}}, Wrong.TWICE, 7),
        ({"private_rules": {" ": "keep"}}, Wrong.PRIVATE, 5),
        ({"private_rules": {"A" * 65: "keep"}}, Wrong.PRIVATE, 5),
        ({"rules": {"StudyID": ["keep"]}}, Wrong.CHOICE, 5),
        ({"rules": {"StudyDate": "uid"}}, Wrong.ACTION, 5),
        ({"rules": {"StudyTime": "shift"}}, Wrong.ACTION, 5),
        ({"vr_rules": {"DS": "clean"}}, Wrong.ACTION, 5),
        ({"private_rules": {"ACME": 3}}, Wrong.SHAPE, 5),
        ({"private_rules": {"ACME": {"0019xx01": "hide"}}}, Wrong.CHOICE, 6),
        ({"color": True}, Wrong.UNKNOWN, 4),
        ({"device": 1}, Wrong.CHOICE, 4),
        ({"recipes": [7]}, Wrong.RECIPE, 5),
    ],
)
def test_a_wrong_rule_is_refused_with_its_line(
    entries: dict[str, object], reason: Wrong, line: int
) -> None:
    with pytest.raises(WrongProfile) as refused:
        profile(**entries)
    assert (refused.value.reason, refused.value.line) == (reason, line)


@pytest.mark.parametrize(
    ("entries", "tag", "vr", "action"),
    [
        ({"rules": {"StudyDate": "shift"}}, 0x00080020, "DA", Action.SHIFT),
        ({"rules": {"AcquisitionDateTime": "shift"}}, 0x0008002A, "DT", Action.SHIFT),
        ({"rules": {"IrradiationEventUID": "uid"}}, 0x00083010, "UI", Action.UID),
        ({"rules": {"StudyDescription": "clean"}}, 0x00081030, "LO", Action.CLEAN),
        ({"rules": {"IconImageSequence": "clean"}}, 0x00880200, "SQ", Action.INSIDE),
        ({"rules": {"StudyID": "replace"}}, 0x00200010, "SH", Action.DUMMY),
        ({"rules": {"0020001a": "empty"}}, 0x0020001A, "LO", Action.EMPTY),
        ({"rules": {"Rows": "keep"}}, 0x00280010, "US", Action.KEEP),  # what is done anyway
        ({"rules": {"PixelData": "keep"}}, 0x7FE00010, "OW", Action.KEEP),
        ({"vr_rules": {"UT": "clean"}}, 0x0040A160, "UT", Action.CLEAN),
        ({"vr_rules": {"DA": "shift"}}, 0x00080020, "DA", Action.SHIFT),
    ],
)
def test_a_rule_that_fits_its_element_is_taken(
    entries: dict[str, object], tag: int, vr: str, action: Action
) -> None:
    assert Rules(profile(**entries).options).action(tag, vr) is action


def test_a_creator_of_64_characters_and_an_element_of_letters_are_taken() -> None:
    chosen = profile(private_rules={"A" * 64: {"00e1xxf9": "keep"}})
    assert Rules(chosen.options).own_private("A" * 64, 0x00E110F9) is Action.KEEP
    assert Rules(chosen.options).own_private("A" * 64, 0x00E110F8) is None


def test_what_is_missing_has_no_line() -> None:
    with pytest.raises(WrongProfile) as refused:
        profile_of(b'{"schema": "gantry.privacy/1"}')
    assert (refused.value.reason, refused.value.line) == (Wrong.NAME, 0)


@pytest.mark.parametrize("entry", ['"dates": "kept"', '"rules": {"StudyID": "keep"}'])
def test_two_entries_of_one_name_are_refused(entry: str) -> None:
    again = '"rules": {"StudyID": "keep",\n"StudyID": "remove"}'
    for text in (f"{entry},\n{entry}", again):
        whole = f'{{"schema": "gantry.privacy/1", "name": "x", {text}}}'
        with pytest.raises(WrongProfile) as refused:
            profile_of(whole.encode())
        assert (refused.value.reason, refused.value.line) == (Wrong.TWICE, 2)


def test_the_rules_decide_what_the_digest_is() -> None:
    made = [
        profile(),
        profile(vr_rules={"AE": "keep"}),
        profile(vr_rules={"AE": "remove"}),
        profile(private_rules={"ACME": "keep"}),
        profile(private_rules={"ACME": {"0019xx01": "keep"}}),
    ]
    assert len({one.rules_sha256 for one in made}) == len(made)


_VRS = ("AE", "CS", "DS", "IS", "LT", "SH", "UT", "US", "OB", "TM", "SQ")
_TAGS = ("00080080", "00081030", "00181030", "0010FFF0", "00081140", "00880200", "00400555")
_CREATORS = ("ACME", "SIEMENS MR HEADER", "GEMS_PARM_01", "PHILIPS IMAGING DD 001")
_ELEMENTS = ("0019xx0C", "0043xx39", "2001xx03", "*")


def drawn_rules(seed: int, *actions: str) -> PrivacyProfile:
    """A profile with some rules; the same for a seed in every run."""
    chance = Random(seed)

    def some(names: tuple[str, ...]) -> list[str]:
        return chance.sample(names, chance.randint(0, 3))

    private: dict[str, object] = {}
    for creator in some(_CREATORS):
        whole = chance.choice(("keep", "remove") if "keep" in actions else ("remove",))
        private[creator] = whole if chance.random() < 0.5 else dict.fromkeys(some(_ELEMENTS), whole)
    return profile(
        base=chance.choice(("basic", "research")),
        rules={name: chance.choice(actions) for name in some(_TAGS)},
        vr_rules={name: chance.choice(actions) for name in some(_VRS)},
        private_rules=private,
    )


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.parametrize("seed", range(40))
def test_any_layout_with_any_strict_rules(seed: int) -> None:
    drawn, chosen = layout(seed), drawn_rules(seed, "remove", "empty")
    made = b"".join(Deidentifier(chosen, KEY).deidentify(drawn.data).parts)
    assert drawn.left_in(made) == []
    assert elements_of(made) == slowly(drawn.data, chosen, KEY)


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_whatever_rules_keep_the_result_is_that_of_the_slow_reference(
    seed: int, *, implicit: bool
) -> None:
    chosen = drawn_rules(seed, "keep", "replace")
    for data in planted(seed, implicit=implicit).files[:2]:
        try:
            done = Deidentifier(chosen, KEY).deidentify(data)
        except Held:  # the search found what a rule kept
            continue
        if not done.masked:
            assert elements_of(b"".join(done.parts)) == slowly(data, chosen, KEY)
