"""The option Retain UIDs: each UID stays in all places, and nothing else does that did not."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pydicom.data
import pytest
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence
from pydicom.uid import UID

from gantry.engine.content import Link
from gantry.engine.deidentify.codes import method_codes
from gantry.engine.deidentify.profile import BASIC, PROFILES, RESEARCH, Options, PrivacyProfile
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.sources import known_from, named_by, needles_of
from gantry.engine.patient_values import PATIENT_ID, STUDY
from gantry.engine.uids import is_uid
from support.deidentified_slowly import elements_of, slowly
from support.linked import linked, uids
from support.nearly_alike import slice_of
from support.planted import planted

pytestmark = pytest.mark.same_everywhere

KEY = Key(b"k" * 32)
SHIPPED = sorted((Path(pydicom.data.__file__).parent / "test_files").rglob("*.dcm"))
BASES = ["basic", "research"]


def profile(base: str = "basic", **entries: object) -> PrivacyProfile:
    head = {"schema": "gantry.privacy/1", "name": "kept", "base": base, "uids": True}
    return profile_of(json.dumps({**head, **entries}).encode())


def done(data: bytes, rules: PrivacyProfile, place: str = "") -> Deidentified:
    return Deidentifier(rules, KEY).deidentify(data, place=place)


def sent(data: bytes, rules: PrivacyProfile) -> Dataset:
    return dcmread(io.BytesIO(b"".join(done(data, rules).parts)))


def changed(data: bytes | None = None, **values: object) -> bytes:
    ds = dcmread(io.BytesIO(data or slice_of(1)))
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    out = io.BytesIO()
    ds.save_as(out)
    return out.getvalue()


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("implicit", [False, True])
def test_every_uid_stays_in_each_place_where_there_was_a_new_one(base: str, implicit: bool) -> None:
    for data in linked(implicit=implicit):
        before = uids(data)
        kept = uids(b"".join(done(data, profile(base)).parts))
        new = uids(b"".join(done(data, PROFILES[base]).parts))
        assert new
        assert new.keys() <= kept.keys() <= before.keys()
        assert kept == {place: before[place] for place in kept}
        assert not any(kept[place] == new[place] for place in new)


@pytest.mark.filterwarnings("ignore::UserWarning:pydicom")
@pytest.mark.parametrize("base", BASES)
def test_the_slow_implementation_agrees(base: str) -> None:
    rules = profile(base)
    files = [*planted(31).files, *planted(32, implicit=True).files, *linked()]
    files += [path.read_bytes() for path in SHIPPED if path.stat().st_size < 30_000]
    compared = 0
    for data in files:
        try:
            made = done(data, rules)
        except Held:
            continue
        is_compressed = UID(made.identity.transfer_syntax_uid).is_compressed
        if not made.masked and not is_compressed:
            assert elements_of(b"".join(made.parts)) == slowly(data, rules, KEY)
            compared += 1
    assert compared > 20


@pytest.mark.parametrize("base", BASES)
@pytest.mark.parametrize("seed", range(3))
def test_of_all_that_was_planted_only_uids_are_left(seed: int, base: str) -> None:
    study = planted(seed)
    for data in study.files:
        new, kept = (
            {token for token in study.tokens if token.lower() in made.lower()}
            for made in (b"".join(done(data, one).parts) for one in (PROFILES[base], profile(base)))
        )
        planted_uids = {token for token in study.tokens if token.startswith(b"1.2.")}
        assert kept - new == {uid for uid in planted_uids if uid in data}
        assert kept - new
        assert not new & planted_uids


def test_files_say_so_and_no_others() -> None:
    for rules, claims in ((profile(), True), (BASIC, False), (RESEARCH, False)):
        codes = sent(slice_of(1), rules).DeidentificationMethodCodeSequence
        found = {one.CodeValue: one.CodeMeaning for one in codes}
        assert ("113110" in found) is claims
        assert found.get("113110", "Retain UIDs Option") == "Retain UIDs Option"
    assert method_codes(Options(uids=True)) == ["113100", "113101", "113110"]


def test_the_identity_is_that_of_the_source() -> None:
    source = dcmread(io.BytesIO(slice_of(1)))
    for rules, is_same in ((profile(), True), (BASIC, False)):
        identity = done(slice_of(1), rules).identity
        assert (identity.sop_instance_uid == source.SOPInstanceUID) is is_same
        assert (identity.series_instance_uid == source.SeriesInstanceUID) is is_same
        assert (identity.study_instance_uid == source.StudyInstanceUID) is is_same


def test_a_uid_that_stays_is_searched_for_nowhere_and_no_other_value_less() -> None:
    kinds = {}
    for name, rules in (("kept", profile()), ("new", BASIC)):
        kinds[name] = {needle.kind for needle in done(slice_of(1), rules).searched.found}
    assert kinds["new"] - kinds["kept"] == {"uid"}
    series = dcmread(io.BytesIO(slice_of(1))).SeriesInstanceUID
    with pytest.raises(Held):
        done(changed(TransmitCoilName=series), BASIC)
    assert sent(changed(TransmitCoilName=series), profile()).TransmitCoilName == series
    for text in ("by Ida", "PID4711"):
        with pytest.raises(Held):
            done(changed(TransmitCoilName=text), profile())


def test_what_other_files_say_of_the_patient_is_searched_for_but_for_their_uids() -> None:
    values = ((STUDY, "1.2.3.4"), (PATIENT_ID, "ID4711"), (STUDY, "not a uid"))
    found = {
        name: {needle.text for needle in needles_of(values, rules).found}
        for name, rules in (("kept", profile()), ("new", BASIC))
    }
    assert found["new"] - found["kept"] == {"1.2.3.4"}
    assert {"not a uid", "id4711"} <= found["kept"]


def test_a_retained_uid_with_the_patients_own_number_in_it_holds_the_file() -> None:
    """Nobody but the user can know whether that is a coincidence."""
    data = changed(PatientID="4711123", FrameOfReferenceUID="1.2.826.4711123.5")
    with pytest.raises(Held) as held:
        done(data, profile())
    assert (held.value.rule, held.value.path) == ("residue", ("00200052",))
    done(data, BASIC)


@pytest.mark.parametrize("wrong", ["../../outside", "Mehlbach^Ida", "1..2", "1." * 40 + "1"])
def test_what_is_no_uid_gets_a_new_one_and_a_link(wrong: str) -> None:
    data = changed(StudyInstanceUID=wrong, ReferencedStudySequence=Sequence([Dataset()]))
    ds = dcmread(io.BytesIO(data))
    ds.ReferencedStudySequence[0].ReferencedSOPInstanceUID = wrong
    made = done(changed(data, ReferencedStudySequence=ds.ReferencedStudySequence), profile())
    left = b"".join(made.parts)
    out = dcmread(io.BytesIO(left))
    new = made.identity.study_instance_uid
    assert is_uid(new)
    assert wrong.encode() not in left
    assert out.StudyInstanceUID == new == KEY.uid(wrong.encode()).decode()
    assert out.ReferencedStudySequence[0].ReferencedSOPInstanceUID == new
    assert [link for link in made.links if link.kind == "study"] == [
        Link("study", wrong, new, made.patient_id)
    ]


def test_one_of_several_values_that_is_no_uid_alone_gets_a_new_one() -> None:
    data = changed(IrradiationEventUID=["1.2.3", "Ida"])
    assert list(sent(data, profile()).IrradiationEventUID) == ["1.2.3", KEY.uid(b"Ida").decode()]


def test_only_the_patient_is_linked_also_in_a_long_series() -> None:
    for rules, kinds in (
        (profile(), {"patient"}),
        (BASIC, {"patient", "study", "series", "instance", "frame"}),
    ):
        deidentifier = Deidentifier(rules, KEY)
        for number in range(1, 6):
            made = deidentifier.deidentify(slice_of(number))
            assert {link.kind for link in made.links} == kinds
            source = dcmread(io.BytesIO(slice_of(number)))
            kept = made.identity.sop_instance_uid == source.SOPInstanceUID
            assert kept is ("instance" not in kinds)


def test_a_file_that_is_called_by_its_uid_is_not_held_for_that() -> None:
    uid = "1.2.840.113619.2.55.4.1234567"
    data = changed(SOPInstanceUID=uid)
    for place in (f"/scans/CT.{uid}.dcm", f"/scans/{uid}/{uid}_7.dcm"):
        assert done(data, profile(), place).identity.sop_instance_uid == uid
        words = known_from(places=(place,)).found
        assert any(needle.text in uid for needle in words), "without the rule it would be held"
    named = named_by(f"/Nobodyhome/CT.{uid}.dcm", uids_stay=True)
    assert named is not None
    assert {needle.text for needle in named.found} == {"nobodyhome"}


def test_sequences_of_references_stay_and_are_cleaned_inside() -> None:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = "1.2.840.10008.3.1.2.3.1", "1.2.3"
    item.PatientName = "Somebody^Else"
    data = changed(ReferencedPatientSequence=[item], ReferencedStudySequence=[item])
    out = sent(data, profile())
    for sequence in (out.ReferencedPatientSequence, out.ReferencedStudySequence):
        assert sequence[0].ReferencedSOPInstanceUID == "1.2.3"
        assert sequence[0].PatientName == ""
    new = sent(data, BASIC)
    assert "ReferencedPatientSequence" not in new
    assert not new.ReferencedStudySequence


def test_the_profiles_own_rule_for_a_uid_comes_first() -> None:
    old = dcmread(io.BytesIO(slice_of(1))).FrameOfReferenceUID
    rules = profile(rules={"FrameOfReferenceUID": "uid"})
    assert sent(slice_of(1), rules).FrameOfReferenceUID == KEY.uid(old.encode()).decode()
    assert sent(slice_of(1), profile()).FrameOfReferenceUID == old


def test_a_private_uid_that_stays_is_the_original_one() -> None:
    ds = dcmread(io.BytesIO(slice_of(1)))
    block = ds.private_block(0x0029, "ACME", create=True)
    block.add_new(0x04, "UI", "1.2.3.4.5")
    out = io.BytesIO()
    ds.save_as(out)
    data = out.getvalue()
    for uids_stay in (True, False):
        rules = profile(private_rules={"ACME": "keep"}, uids=uids_stay)
        value = sent(data, rules).private_block(0x0029, "ACME")[0x04].value
        assert (value == "1.2.3.4.5") is uids_stay


def test_it_is_one_of_the_rules_and_without_it_they_are_what_they_were() -> None:
    for one in (BASIC, RESEARCH):
        on = replace(one, options=replace(one.options, uids=True))
        assert on.rules_sha256 != one.rules_sha256
        assert profile(one.name, uids=False).rules_sha256 == one.rules_sha256


@pytest.mark.parametrize("value", ["kept", 1, None, {}])
def test_it_is_on_or_off(value: object) -> None:
    with pytest.raises(ValueError, match="line 1: uids: not one of the possible values"):
        profile(uids=value)
