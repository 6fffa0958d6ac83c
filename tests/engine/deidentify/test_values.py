"""The treatment of single values."""

from __future__ import annotations

import pytest
from pydicom import config
from pydicom.valuerep import validate_value

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import BASIC, RESEARCH
from gantry.engine.deidentify.pseudonyms import Key, Subject, patient_identity
from gantry.engine.deidentify.rules import Rules
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.words import cleaned

pytestmark = pytest.mark.same_everywhere

KEY = Key(b"k" * 32)
STUDY_DATE, BIRTH_DATE, CONTENT_DATE = 0x00080020, 0x00100030, 0x00080023
ACQUIRED, AGE, DESCRIPTION = 0x0008002A, 0x00101010, 0x0008103E


def values(days: int = -100) -> Values:
    return Values(Rules(RESEARCH.options), KEY, Subject("P1", days), b"ID 7")


def shifted(vr: str, value: bytes, tag: int = STUDY_DATE, days: int = -100) -> bytes | None:
    return values(days).new(Action.SHIFT, tag, vr, value, nested=False)[1]


@pytest.mark.parametrize(
    ("vr", "before", "after"),
    [
        ("DA", b"20200609", b"20200301"),
        ("DA", b"20200608", b"20200229"),  # to a leap day
        ("DA", b"20200229", b"20191121"),  # from one
        ("DA", b"20200609 ", b"20200301"),
        ("DA", b"2020.06.09", b"2020.03.01"),
        ("DA", b"20200609\\20200610", b"20200301\\20200302"),
        ("DA", b"20200609\\", b"20200301\\"),
        ("DT", b"20200609", b"20200301"),
        ("DT", b"20200609235959.123456+0530", b"20200301235959.123456+0530"),
        ("DT", b"2020060923-0100", b"2020030123-0100"),
        ("DA", b"", b""),
    ],
)
def test_whole_dates_move_by_whole_days(vr: str, before: bytes, after: bytes) -> None:
    assert shifted(vr, before) == after


@pytest.mark.parametrize(
    "value", [b"2020", b"202006", b"20201301", b"00010101", b"yesterday", b"20200609\\2020"]
)
def test_half_a_date_is_treated_as_the_table_says(value: bytes) -> None:
    assert shifted("DA", value, STUDY_DATE) == b""  # Z
    assert shifted("DA", value, CONTENT_DATE) == b"19000101"  # D
    assert shifted("DA", value, 0x00080024) is None  # Overlay Date: X


def test_no_date_moves_before_1900() -> None:
    assert shifted("DA", b"19000301") == b""


def test_order_and_intervals_of_dates_stay() -> None:
    before = [b"20191231", b"20200229", b"20200301", b"20210301"]
    after = [shifted("DA", day, days=-3000) for day in before]
    assert after == sorted(after, key=lambda day: day or b"")
    assert len(set(after)) == 4


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"045Y", b"045Y"),
        (b"089Y", b"089Y"),
        (b"090Y", b"090Y"),
        (b"093Y", b"090Y"),
        (b"006M ", b"006M"),
        (b"", b""),
    ],
)
def test_an_age_over_89_becomes_90(before: bytes, after: bytes) -> None:
    assert values().new(Action.AGE, AGE, "AS", before, nested=False) == (Action.AGE, after)


def test_what_is_no_age_goes() -> None:
    assert values().new(Action.AGE, AGE, "AS", b"about 50", nested=False)[1] is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("T1 MPRAGE sag 1.0mm", "T1 MPRAGE sag 1.0mm"),
        ("ep2d_diff_b1000", "ep2d diff"),
        ("Smith brain", "brain"),
        ("MRT von Müller", ""),
        ("20200301 head", "head"),
        ("12345678", ""),
        ("Dr. House", ""),
        ("t2_tse_tra 3mm Anna", "t2 tse tra 3mm"),
        ("", ""),
    ],
)
def test_of_a_description_the_technical_words_stay(before: str, after: str) -> None:
    assert cleaned(before) == after


def test_a_uid_becomes_the_same_one_whatever_pads_it() -> None:
    new = KEY.uid(b"1.2.3")
    assert new == KEY.uid(b"1.2.3\0") == KEY.uid(b"1.2.3 ")
    assert new.startswith(b"2.25.")
    assert len(new) <= 64
    number = int(new[5:])
    assert number >> 76 & 0xF == 8  # UUIDv8 (RFC 9562 §5.8)
    assert number >> 62 & 0x3 == 2


def test_uids_that_dicom_registered_stay_and_empty_ones_stay_empty() -> None:
    assert KEY.uid(b"1.2.840.10008.5.1.4.1.1.4\0") == b"1.2.840.10008.5.1.4.1.1.4"
    assert KEY.uid(b"") == b""
    assert values().new(Action.UID, 0x00083010, "UI", b"1.2\\1.3\0", nested=False)[1] == (
        KEY.uid(b"1.2") + b"\\" + KEY.uid(b"1.3")
    )


def test_nested_ids_get_the_pseudonym_only_where_they_are_the_patients_own() -> None:
    own = values().new(Action.PATIENT, 0x00100020, "LO", b"ID 7 ", nested=True)
    other = values().new(Action.PATIENT, 0x00100020, "LO", b"ID 8", nested=True)
    assert own == (Action.PATIENT, b"P1")
    assert other == (Action.EMPTY, b"")


def test_two_patients_with_one_id_from_two_issuers_are_two() -> None:
    one = patient_identity("clinic", "17", "A", "", "")
    other = patient_identity("lab", "17", "A", "", "")
    assert KEY.patient(one) != KEY.patient(other)
    assert KEY.patient(one) == KEY.patient(patient_identity("clinic ", " 17", "B", "x", "y"))


def test_without_an_id_name_and_birth_date_tell_patients_apart_and_without_those_the_study() -> (
    None
):
    assert patient_identity("", "", "A^B", "19500101", "1") == (
        patient_identity("", " ", "A^B", "19500101", "2")
    )
    assert patient_identity("", "", "^", "", "1") != patient_identity("", "", "", "", "2")


def test_a_key_shows_its_name_and_not_itself() -> None:
    assert KEY.secret.decode() not in repr(KEY)
    assert KEY.secret.hex() not in repr(KEY)
    assert Key(b"k" * 32).id == KEY.id != Key(b"m" * 32).id


@pytest.mark.parametrize(
    ("value", "stays"),
    [(b"\x00\x01\x02\x03", True), (b"\x00Smith\x00", False), (b"4711111", False)],
)
def test_unlisted_bytes_stay_only_where_nothing_can_be_read_in_them(
    value: bytes, stays: bool
) -> None:
    done, new = Values(Rules(BASIC.options), KEY, Subject("P", -40), b"").new(
        Action.OPAQUE, 0x00189999, "OB", value, nested=False
    )
    assert (new is not None) is stays
    assert done is (Action.KEEP if stays else Action.REMOVE)


@pytest.mark.parametrize(
    "vr",
    [
        "AE",
        "AS",
        "CS",
        "DA",
        "DS",
        "DT",
        "IS",
        "LO",
        "LT",
        "PN",
        "SH",
        "ST",
        "TM",
        "UC",
        "UR",
        "UT",
    ],
)
def test_a_text_that_is_replaced_is_valid_and_never_empty(vr: str) -> None:
    done, new = values().new(Action.DUMMY, 0x00189999, vr, b"what was there", nested=False)
    assert done is Action.DUMMY
    assert new
    validate_value(vr, new.decode(), config.RAISE)


@pytest.mark.parametrize(
    ("tag", "old", "nested", "new"),
    [
        (0x00100010, b"Overton^Kim", False, b"P1"),
        (0x00100010, b"Overton^Kim", True, b""),
        (0x00100010, b"ID 7", True, b""),
        (0x00100020, b"ID 7", False, b"P1"),
        (0x00100020, b"another", False, b"P1"),
        (0x00100020, b"another", True, b""),
    ],
)
def test_name_and_id_of_the_patient_become_the_pseudonym_at_the_top_alone(
    tag: int, old: bytes, new: bytes, *, nested: bool
) -> None:
    done = values().new(Action.PATIENT, tag, "LO", old, nested=nested)
    assert done == (Action.PATIENT if new else Action.EMPTY, new)


@pytest.mark.parametrize("value", [b"2020", b"20201301", b"2020060", b"20200609x", b"yesterday"])
def test_half_a_date_and_time_is_treated_as_the_table_says(value: bytes) -> None:
    assert shifted("DT", value, ACQUIRED) == b"19000101000000"  # X/Z/D
    assert shifted("DT", value, 0x00189999) == b""  # unlisted


def test_a_date_may_move_to_the_first_day_of_1900() -> None:
    assert shifted("DA", b"19000411") == b"19000101"
    assert shifted("DA", b"19000410") == b""


def test_a_description_is_cleaned_and_goes_if_nothing_is_left_of_it() -> None:
    new = values().new
    assert new(Action.CLEAN, DESCRIPTION, "LO", b"Smith brain", nested=False) == (
        Action.CLEAN,
        b"brain",
    )
    assert new(Action.CLEAN, DESCRIPTION, "LO", b"Smith", nested=False) == (Action.REMOVE, None)


def test_a_retained_uid_is_reported_as_kept_and_what_is_none_as_new() -> None:
    new = values().new
    assert new(Action.KEEP_UID, 0x00083010, "UI", b"1.2.3", nested=False) == (Action.KEEP, b"1.2.3")
    assert new(Action.KEEP_UID, 0x00083010, "UI", b"Ida", nested=False) == (
        Action.UID,
        KEY.uid(b"Ida"),
    )
