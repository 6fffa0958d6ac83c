"""Nothing planted in a study is left in the result, and what belonged together still does."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from pydicom import Dataset, dcmread

from gantry.engine.deidentify.profile import BASIC, PROFILES, RESEARCH
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier
from support.planted import Planted, planted

KEY, ANOTHER = Key(b"k" * 32), Key(b"l" * 32)


def sent(study: Planted, profile: str = "basic", key: Key = KEY) -> list[bytes]:
    deidentifier = Deidentifier(PROFILES[profile], key)
    return [b"".join(deidentifier.deidentify(data).parts) for data in study.files]


def read(data: bytes) -> Dataset:
    return dcmread(io.BytesIO(data))


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("profile", ["basic", "research"])
@pytest.mark.parametrize("seed", range(8))
def test_nothing_planted_is_left(seed: int, profile: str, implicit: bool) -> None:
    study = planted(seed, implicit=implicit)
    assert study.left_in(b"\n".join(study.files)) == list(study.tokens.values())
    made = b"\n".join(sent(study, profile))
    for day in study.days:
        # A date that moved may be what another one was.
        moved = (_day(day.decode()) + timedelta(KEY.days(study.identity))).strftime("%Y%m%d")
        made = made.replace(moved.encode(), b"") if profile == "research" else made
    assert study.left_in(made) == []


def test_what_was_drawn_on_images_still_refers_to_them() -> None:
    study = planted(1, images=3)
    *images, structures = map(read, sent(study))
    known = {image.SOPInstanceUID for image in images}
    contours = structures.ROIContourSequence
    drawn_on = {
        roi.ContourSequence[0].ContourImageSequence[0].ReferencedSOPInstanceUID for roi in contours
    }
    assert drawn_on == known
    assert {image.ReferencedImageSequence[0].ReferencedSOPInstanceUID for image in images} <= known
    assert {ds.StudyInstanceUID for ds in (*images, structures)} == {structures.StudyInstanceUID}
    assert all(ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID for ds in images)


def test_two_jobs_with_one_key_agree_and_another_key_gives_other_uids() -> None:
    study = planted(2)
    assert sent(study) == sent(study)
    one, other = read(sent(study)[0]), read(sent(study, key=ANOTHER)[0])
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "PatientID", "FrameOfReferenceUID"):
        assert one[keyword].value != other[keyword].value, keyword


def test_the_pixels_stay_bit_for_bit() -> None:
    study = planted(3)
    for before, after in zip(study.files[:2], sent(study), strict=False):
        assert read(before).PixelData == read(after).PixelData


def test_all_dates_of_a_patient_move_by_the_same_days() -> None:
    study = planted(4)
    before, after = read(study.files[0]), read(sent(study, "research")[0])
    moved = {
        (_day(before[keyword].value) - _day(after[keyword].value)).days
        for keyword in ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
    }
    assert len(moved) == 1
    assert 31 <= moved.pop() <= 3650
    assert after.AcquisitionDateTime.endswith("101112.5+0100")
    assert after.StudyTime == "101112"
    assert after.PatientAge == "090Y"


@pytest.mark.parametrize(
    ("profile", "codes", "dates"),
    [
        (BASIC, ["113100", "113101"], "REMOVED"),
        (
            RESEARCH,
            ["113100", "113101", "113105", "113107", "113108", "113109", "113111"],
            "MODIFIED",
        ),
    ],
)
def test_a_file_says_how_it_was_deidentified(profile: object, codes: list[str], dates: str) -> None:
    name = next(name for name, known in PROFILES.items() if known is profile)
    after = read(sent(planted(5), name)[0])
    assert after.PatientIdentityRemoved == "YES"
    assert after.DeidentificationMethod.endswith("PS3.15-2026c")
    assert [item.CodeValue for item in after.DeidentificationMethodCodeSequence] == codes
    assert after.LongitudinalTemporalInformationModified == dates


def test_codes_of_an_earlier_deidentification_stay_before_the_new_ones() -> None:
    study = planted(6)
    before = read(study.files[0])
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = "113103", "DCM", "Graphics"
    before.DeidentificationMethodCodeSequence = [item]
    before.PatientIdentityRemoved, before.DeidentificationMethod = "NO", "by hand, A. Person"
    out = io.BytesIO()
    before.save_as(out)
    after = read(b"".join(Deidentifier(BASIC, KEY).deidentify(out.getvalue()).parts))
    codes = [item.CodeValue for item in after.DeidentificationMethodCodeSequence]
    assert codes == ["113103", "113100", "113101"]
    assert after.PatientIdentityRemoved == "YES"
    assert "Person" not in after.DeidentificationMethod


def _day(text: str) -> date:

    return date(int(text[:4]), int(text[4:6]), int(text[6:]))
