"""A text that stays and names a UID of the patient's objects leaves with the new UID, or not."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import ImplicitVRLittleEndian, RLELossless

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.compare import Done
from gantry.engine.deidentify.profile import (
    BASIC,
    RESEARCH,
    Options,
    PrivacyProfile,
    Texts,
    with_recipes,
)
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.recipes import Recipe, Rectangle, kind_of
from gantry.engine.deidentify.report import Tally
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held, facts_in
from gantry.engine.deidentify.sources import known_from
from gantry.engine.deidentify.uids_in_texts import renewed
from gantry.engine.preview.contents import Leave
from gantry.engine.preview.leaving import compared
from gantry.messages.report import ACTIONS
from support.deidentified_slowly import elements_of, slowly
from support.nearly_alike import KEY, slice_of

pytestmark = [
    pytest.mark.same_everywhere,
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]

ROOT = "1.2.826.0.1.3680043.99.77"
STUDY, SERIES, FRAME = f"{ROOT}.1", f"{ROOT}.2", f"{ROOT}.4"
ATLAS = "1.2.840.10008.1.4.1.1"  # a frame of reference that DICOM registered
VERSIONS, COMMENTS, DESCRIPTION = 0x00181020, 0x00204000, 0x00081030
OWN = 0x00291001
KEEPING = PrivacyProfile(
    "ours",
    Options(
        own=dict.fromkeys((COMMENTS, 0x00082111, 0x00080119, 0x0040E010, 0x00700006), Action.KEEP),
        own_private={("OURS", 0x002901): Action.KEEP, ("OURS", 0x7FE101): Action.KEEP},
    ),
)


def new(uid: str, key: Key = KEY) -> str:
    return key.uid(uid.encode()).decode()


def saying(tag: int, vr: str, value: Any, **more: Any) -> bytes:
    """A slice in which an element says something."""

    def change(ds: Dataset) -> None:
        for keyword, said in more.items():
            setattr(ds, keyword, said)
        ds.add_new(tag, vr, value)

    return slice_of(3, change)


def versions(text: str, **more: Any) -> bytes:
    return saying(VERSIONS, "LO", text, **more)


def sent(data: bytes, profile: PrivacyProfile = RESEARCH, key: Key = KEY) -> Deidentified:
    return Deidentifier(profile, key).deidentify(data)


def read(done: Deidentified) -> Dataset:
    return dcmread(io.BytesIO(b"".join(done.parts)))


def is_held(data: bytes, profile: PrivacyProfile = RESEARCH) -> bool:
    try:
        sent(data, profile)
    except Held as held:
        return held.rule == "residue"
    return False


@pytest.mark.parametrize("uid", [STUDY, SERIES, FRAME, f"{ROOT}.3.3"])
def test_the_uid_in_a_text_is_that_of_the_element_in_two_jobs_too(uid: str) -> None:
    for _ in range(2):
        made = read(sent(versions(f"of {uid}")))
        assert made.SoftwareVersions == f"of {new(uid)}"
        elements = (
            made.StudyInstanceUID, made.SeriesInstanceUID, made.FrameOfReferenceUID,
            made.SOPInstanceUID,
        )  # fmt: skip
        assert new(uid) in elements
    another = read(sent(versions(f"of {uid}"), key=Key(b"l" * 32)))
    assert another.SoftwareVersions == f"of {new(uid, Key(b'l' * 32))}" != made.SoftwareVersions


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize(
    ("tag", "vr"),
    [
        (VERSIONS, "LO"),
        (COMMENTS, "LT"),
        (0x00082111, "ST"),
        (0x00080119, "UC"),
        (0x0040E010, "UR"),
        (0x00700006, "ST"),
    ],
)
def test_texts_of_each_kind_at_each_depth(tag: int, vr: str, implicit: bool) -> None:
    between = "\\" if vr in ("LO", "UC") else "/"

    def change(ds: Dataset) -> None:
        assert isinstance(ds, FileDataset)
        if implicit:
            ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        inner, outer = Dataset(), Dataset()
        inner.add_new(tag, vr, between.join((SERIES, STUDY, SERIES)))
        outer.ConceptCodeSequence = [inner]
        ds.add_new(tag, vr, f"({STUDY})")
        ds.ContentSequence = [Dataset(), outer]

    data = slice_of(3, change)
    done = sent(data, KEEPING)
    made = read(done)
    assert made[tag].value == f"({new(STUDY)})"
    inner = made.ContentSequence[1].ConceptCodeSequence[0]
    said = inner[tag].value if vr in ("LO", "UC") else inner[tag].value.split(between)
    assert list(said) == [new(SERIES), new(STUDY), new(SERIES)]
    assert elements_of(b"".join(done.parts)) == slowly(data, KEEPING, KEY)
    assert done.tallies[tag, Action.UID_IN_TEXT] == 2


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        (f"{SERIES}", new(SERIES)),
        (f"UID{SERIES}.", f"UID{new(SERIES)}."),
        (f"[{SERIES}]..", f"[{new(SERIES)}].."),
        (f"{SERIES}0", f"{SERIES}0"),  # another UID, of which nothing is known
        (f"{SERIES}0 {SERIES}", f"{SERIES}0 {new(SERIES)}"),
        (f"{SERIES}.17", new(f"{SERIES}.17")),  # it begins with a known one
        (f"{ATLAS} {STUDY}", f"{ATLAS} {new(STUDY)}"),
        (f"1{SERIES}", f"1{SERIES}"),
        ("1.2.3.4 and 5.1", "1.2.3.4 and 5.1"),
    ],
)
def test_only_whole_uids_are_replaced(text: str, becomes: str) -> None:
    data = saying(COMMENTS, "LT", text)
    done = sent(data, KEEPING)
    assert read(done)[COMMENTS].value == becomes
    assert elements_of(b"".join(done.parts)) == slowly(data, KEEPING, KEY)
    assert {one for tag, one in done.texts if tag == COMMENTS} == {becomes}
    assert bool(done.tallies[COMMENTS, Action.UID_IN_TEXT]) == (text != becomes)


def test_a_uid_that_ends_with_a_known_one_is_not_understood() -> None:
    assert is_held(saying(COMMENTS, "LT", f"9.{SERIES}"), KEEPING)


def test_a_uid_that_a_rule_replaces_though_others_are_retained_holds_the_file() -> None:
    retaining = PrivacyProfile("ours", Options(uids=True))
    assert read(sent(versions(STUDY), retaining)).SoftwareVersions == STUDY
    ruled = PrivacyProfile("ours", Options(uids=True, own={0x00200052: Action.UID}))
    assert is_held(versions(FRAME), ruled)


def test_a_frame_of_reference_that_dicom_registered_stays() -> None:
    made = read(sent(versions(f"{ATLAS} 1", FrameOfReferenceUID=ATLAS)))
    assert (made.FrameOfReferenceUID, made.SoftwareVersions) == (ATLAS, f"{ATLAS} 1")


def test_a_new_uid_that_does_not_fit_holds_the_file() -> None:
    fits = "x" * (64 - len(new(SERIES)))
    assert read(sent(versions(fits + f"{SERIES}")))["SoftwareVersions"].value == fits + new(SERIES)
    assert is_held(versions(fits + f"x{SERIES}"))
    assert not is_held(versions(fits + f"{SERIES}\\" + "y" * 60))
    assert is_held(saying(0x00181251, "SH", SERIES))  # 16 characters


@pytest.mark.parametrize("charset", ["ISO_IR 192", "GB18030", "ISO 2022 IR 87", "ISO 2022 IR 149"])
def test_texts_in_other_character_sets(charset: str) -> None:
    word = {"ISO 2022 IR 87": "山田", "ISO 2022 IR 149": "김희"}.get(charset, "膝关节")
    room = 64 - len(word) - 1 - len(new(SERIES))
    declared = ["", charset] if "2022" in charset else charset
    text = f"{word} {SERIES}" + word[0] * room  # it fits if characters are counted
    data = versions(text, SpecificCharacterSet=declared, PatientName="Nobody")
    assert read(sent(data)).SoftwareVersions == text.replace(SERIES, new(SERIES))
    data = versions(text + word[0], SpecificCharacterSet=declared, PatientName="Nobody")
    assert is_held(data)


def test_bytes_that_only_look_like_a_uid_are_no_uid() -> None:
    charsets, known = ("", "ISO 2022 IR 87"), frozenset({b"1.21.21"})
    two_bytes_each = b"\x1b$B0!1.21.21\x1b(B"  # JIS X 0208, without a digit
    assert renewed(two_bytes_each, "LO", known, KEY, charsets) == two_bytes_each
    behind = two_bytes_each + b" 1.21.21"
    assert renewed(behind, "LO", known, KEY, charsets) == behind, "not understood"
    plain = b"\x1b$B0!\x1b(B 1.21.21"
    assert renewed(plain, "LO", known, KEY, charsets).endswith(new("1.21.21").encode())


def test_a_sequence_with_a_character_set_of_its_own() -> None:
    def change(ds: Dataset) -> None:
        item = Dataset()
        item.SpecificCharacterSet = "ISO_IR 192"
        item.CodeMeaning = "膝" * 19 + f" {SERIES}"
        ds.AnatomicRegionSequence = [item]

    made = read(sent(slice_of(3, change)))
    assert made.AnatomicRegionSequence[0].CodeMeaning == "膝" * 19 + f" {new(SERIES)}"


def test_a_ticked_text_is_compared_as_the_user_saw_it() -> None:
    text, other = f"Knee of {SERIES}", f"Knee of {new(SERIES)}"
    data = saying(DESCRIPTION, "LO", text)
    for ticked, leaves in (((text,), other), ((), None), ((other,), None)):
        options = replace(
            RESEARCH.options, texts=Texts.REVIEWED,
            reviewed=tuple((DESCRIPTION, one) for one in ticked),
        )  # fmt: skip
        done = sent(data, PrivacyProfile("reviewed", options))
        assert read(done).get("StudyDescription") == leaves
        assert done.tallies[DESCRIPTION, Action.UID_IN_TEXT] == (leaves is not None)
        assert not done.tallies[DESCRIPTION, Action.KEEP]
        assert ((DESCRIPTION, other) in done.texts) == (leaves is not None)
        assert (DESCRIPTION, text) not in done.texts


def test_private_texts_that_stay_before_and_after_the_pixels() -> None:
    def change(ds: Dataset) -> None:
        for group in (0x0029, 0x7FE1):
            ds.private_block(group, "OURS", create=True).add_new(0x01, "LO", f"of {STUDY}")

    done = sent(slice_of(3, change), KEEPING)
    made = read(done)
    assert made[OWN].value == made[0x7FE11001].value == f"of {new(STUDY)}"
    assert done.kept_private["OURS", OWN] == done.tallies[OWN, Action.UID_IN_TEXT] == 1


def test_what_the_file_does_not_declare_as_text_holds_it() -> None:
    def implicit(ds: Dataset) -> None:
        assert isinstance(ds, FileDataset)
        ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        ds.private_block(0x0029, "OURS", create=True).add_new(0x01, "LO", f"of {STUDY}")

    assert is_held(slice_of(3, implicit), KEEPING)
    hidden = base64.b64encode(f"the series {SERIES}".encode()).decode()
    assert is_held(saying(COMMENTS, "LT", hidden), KEEPING)
    assert is_held(saying(COMMENTS, "LT", f"{SERIES} {hidden}"), KEEPING)
    assert is_held(saying(COMMENTS, "LT", f"{SERIES} of PID4711"), KEEPING)


def test_a_uid_of_another_study_that_is_known_of_the_patient() -> None:
    another = f"{ROOT}.55"
    data = saying(COMMENTS, "LT", f"see {another}")
    knowing = Deidentifier(KEEPING, KEY, known=known_from(uids=[another]))
    assert read(knowing.deidentify(data))[COMMENTS].value == f"see {new(another)}"
    study = slice_of(4, lambda ds: setattr(ds, "StudyInstanceUID", another))
    assert read(knowing.deidentify(study)).StudyInstanceUID == new(another)


def compress(ds: Dataset) -> None:
    ds.compress(RLELossless, generate_instance_uid=False)


@pytest.mark.parametrize("change", [None, compress])
def test_pixels_that_are_masked_or_compressed(change: Callable[[Dataset], None] | None) -> None:
    def both(ds: Dataset) -> None:
        ds.SoftwareVersions = f"of {STUDY}"
        if change is not None:
            change(ds)

    data = slice_of(3, both)
    recipe = Recipe(kind_of(facts_in(data)), (Rectangle(0, 0, 4, 4),))
    for profile in (BASIC, with_recipes(BASIC, (recipe,))):
        done = sent(data, profile)
        made = read(done)
        assert made.SoftwareVersions == f"of {new(STUDY)}"
        assert done.masked == bool(profile.options.recipes)
        assert bool(made.pixel_array[0, 0]) != done.masked
        assert made.pixel_array[7, 7] == read(sent(slice_of(3), profile)).pixel_array[7, 7]


def test_the_tab_and_the_report_say_so() -> None:
    data = versions(f"of {STUDY}")
    found = compared(data, Leave(RESEARCH, KEY.secret), None, 64).leaving
    assert found is not None
    (row,) = [row for row in found.rows if row.tag == "(0018,1020)"]
    assert (row.done, row.before) == (Done.UID_IN_TEXT, f"of {STUDY}")
    assert row.after == f"of {new(STUDY)}"
    tally = Tally(RESEARCH.reference, KEY.id)
    tally.add(sent(data))
    assert {"tag": "00181020", "action": "new UID in text", "count": 1} in tally.facts()["elements"]
    assert STUDY not in str(tally.facts(texts=True))
    assert Action.UID_IN_TEXT.value in ACTIONS
