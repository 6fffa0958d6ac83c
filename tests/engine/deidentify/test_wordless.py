"""What stays because it is a number, a time or a UID stays only where it has no words."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom.uid import ImplicitVRLittleEndian

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.compare import Done
from gantry.engine.deidentify.profile import BASIC, RESEARCH, Dates, Options, PrivacyProfile
from gantry.engine.deidentify.reasons import Reason
from gantry.engine.deidentify.rewriter import Deidentified, Deidentifier, Held
from gantry.engine.deidentify.wordless import is_wordless
from gantry.engine.preview.contents import Leave, Row
from gantry.engine.preview.leaving import compared
from support.deidentified_slowly import elements_of, slowly
from support.nearly_alike import KEY, slice_of, with_raw

pytestmark = [
    pytest.mark.same_everywhere,
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]

KEPT = PrivacyProfile("kept", replace(RESEARCH.options, dates=Dates.KEPT))
ZONE, TIME, DATE, ECHO, SERIES = 0x00080201, 0x00080033, 0x00080023, 0x00180081, 0x00200011
FRAMES, WEIGHT, REFERENCED, PRIVATE = 0x00280008, 0x00101030, 0x00081140, 0x0019100C
Change = Callable[[Dataset], None]


def done(
    profile: PrivacyProfile, *changes: Change, implicit: bool = False
) -> tuple[Deidentified, Dataset]:
    data = slice_with(*changes, implicit=implicit)
    found = Deidentifier(profile, KEY).deidentify(data)
    made = b"".join(found.parts)
    assert elements_of(made) == slowly(data, profile, KEY)
    return found, dcmread(io.BytesIO(made))


def slice_with(*changes: Change, implicit: bool = False) -> bytes:
    def change(ds: Dataset) -> None:
        if implicit:
            ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
        for one in changes:
            one(ds)

    return slice_of(3, change)


def said(ds: Dataset, tag: int) -> Any:
    """The value as bytes; None: the element is gone."""
    found = ds.get_item(tag)
    return None if found is None else (found.value or b"")


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("DS", b"-1.5e-3\\+2E4\\.5\\7 "),
        ("DS", b"1.E+2"),
        ("IS", b"-12\\+3 "),
        ("TM", b"10:11:12.250000 "),
        ("TM", b"101112.5-111213"),
        ("DA", b"2026.03.05"),
        ("DT", b"20260305101112.123456+0100 "),
        ("AS", b"045Y\\003M\\002W\\001D"),
        ("AS", b"75Y "),
        ("UI", b"1.2.840.10008.1.2\0"),
        *((vr, b"") for vr in ("AS", "DA", "DS", "DT", "IS", "TM", "UI")),
    ],
)
def test_a_value_that_its_vr_allows_has_no_words(vr: str, value: bytes) -> None:
    assert is_wordless(0x00189999, vr, value)


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("DS", b"see Meier 17.3. "),
        ("DS", b"Ee"),
        ("DS", b"1.5 E"),
        ("DS", b"1E"),
        ("DS", b"e5"),
        ("DS", b"1\\2\\Meier"),
        ("DS", "1\\Ä".encode()),
        ("DS", b"1.5\x1b$B<u\x1b(B"),
        ("IS", b"1e5"),
        ("IS", "１２".encode()),
        ("TM", b"MUELLER "),
        ("DA", b"20260305 by Ida"),
        ("DT", b"20260305T101112Z"),
        ("AS", b"DWMY"),
        ("AS", b"045Y Meier"),
        ("AS", b"045y"),
        ("UI", b"1.2.Meier\0"),
    ],
)
def test_a_value_that_its_vr_does_not_allow_may_have_words(vr: str, value: bytes) -> None:
    assert not is_wordless(0x00189999, vr, value)


@pytest.mark.parametrize("value", ["+0100 ", "-0530 ", "+01:00", "0000", ""])
def test_a_time_zone_stays(value: str) -> None:
    _, made = done(RESEARCH, with_raw(ZONE, "SH", value.encode()))
    assert said(made, ZONE) == value.encode()


@pytest.mark.parametrize("value", [b"Meier ", b"4711-0815 ", b"+49 7071 29 ", b"+0100\\Otto"])
def test_what_is_no_time_zone_goes_as_the_table_says(value: bytes) -> None:
    for profile in (RESEARCH, KEPT):
        found, made = done(profile, with_raw(ZONE, "SH", value))
        assert said(made, ZONE) is None
        assert found.tallies[ZONE, Action.REMOVE] == 1
        assert ZONE not in {tag for tag, _ in found.texts}


@pytest.mark.parametrize("implicit", [False, True])
@pytest.mark.parametrize("profile", [BASIC, RESEARCH, KEPT], ids=lambda one: one.name)
def test_a_number_with_words_is_emptied_and_counted(
    profile: PrivacyProfile, implicit: bool
) -> None:
    _, plain = done(profile, implicit=implicit)
    assert said(plain, ECHO)
    assert said(plain, SERIES)
    found, made = done(
        profile,
        with_raw(ECHO, "DS", b"see Meier 17.3. "),
        with_raw(SERIES, "IS", b"5 Ida "),
        implicit=implicit,
    )
    assert said(made, ECHO) == said(made, SERIES) == b""
    assert found.tallies[ECHO, Action.EMPTY] == found.tallies[SERIES, Action.EMPTY] == 1


def test_a_number_without_words_is_not_counted() -> None:
    found, _ = done(RESEARCH, with_raw(ECHO, "DS", b"8.9E1 "))
    assert not [tag for tag, _ in found.tallies if tag in (ECHO, SERIES, TIME)]


def test_a_time_or_a_date_that_stays_stays_only_without_words() -> None:
    for profile, tag, vr in (
        (RESEARCH, TIME, "TM"), (KEPT, TIME, "TM"), (KEPT, DATE, "DA"), (KEPT, 0x0008002A, "DT"),
    ):  # fmt: skip
        found, made = done(profile, with_raw(tag, vr, b"by MUELLER"))
        assert b"MUELLER" not in said(made, tag)
        assert sum(n for (one, _), n in found.tallies.items() if one == tag) == 1


@pytest.mark.parametrize("vr", ["LO", "CS", "OB", "OW"])
def test_a_number_or_a_date_that_claims_to_be_a_text_stays_only_without_words(vr: str) -> None:
    for value, stays in ((b"72.5", True), (b"Meier ", False)):
        _, made = done(KEPT, with_raw(WEIGHT, vr, value), with_raw(DATE, vr, value))
        assert (said(made, WEIGHT) == value) is stays
        assert (said(made, DATE) == value) is stays


def test_a_technical_text_that_claims_to_be_a_number_stays_as_the_text_it_is() -> None:
    _, made = done(BASIC, with_raw(0x00189005, "DS", b"*se2d "))
    assert said(made, 0x00189005) == b"*se2d "


def test_binary_numbers_may_have_the_bytes_of_letters() -> None:
    for vr, tag in (("FD", WEIGHT), ("SL", WEIGHT), ("FD", ECHO)):
        _, made = done(RESEARCH, with_raw(tag, vr, b"Meier me"))
        assert said(made, tag) == b"Meier me"


def test_a_table_of_a_picture_stays_whatever_vr_it_claims() -> None:
    made = Deidentifier(BASIC, KEY).deidentify(slice_with(with_raw(0x00283006, "IS", b"ABCD")))
    assert said(dcmread(io.BytesIO(b"".join(made.parts))), 0x00283006) == b"ABCD"


def test_a_sequence_that_stays_has_no_words_for_numbers_either() -> None:
    def inside(ds: Dataset) -> None:
        for item in ds.ReferencedImageSequence:
            with_raw(0x00081160, "IS", b"4\\Meier ")(item)

    found, made = done(RESEARCH, inside)
    assert [said(item, 0x00081160) for item in made.ReferencedImageSequence] == [b"", b""]
    assert found.tallies[0x00081160, Action.EMPTY] == 2


@pytest.mark.parametrize("implicit", [False, True])
def test_a_private_number_that_stays_has_no_words(implicit: bool) -> None:
    found, made = done(RESEARCH, with_raw(PRIVATE, "IS", b"Meier "), implicit=implicit)
    assert said(made, PRIVATE) == b""
    assert found.tallies[PRIVATE, Action.EMPTY] == 1
    found, made = done(RESEARCH, implicit=implicit)
    assert said(made, PRIVATE) == b"1000"
    assert not [tag for tag, _ in found.tallies if tag == PRIVATE]


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (FRAMES, "IS", b"1 Meier "),
        (0x00280034, "IS", b"1\\Ida "),
        (0x00080016, "UI", b"1.2.Meier\0"),
        (0x0008010C, "UI", b"by Ida"),
    ],
)
def test_a_file_is_held_where_it_is_read_by_what_should_be_a_number(
    tag: int, vr: str, value: bytes
) -> None:
    for profile in (BASIC, RESEARCH, KEPT):
        with pytest.raises(Held, match="unreadable"):
            Deidentifier(profile, KEY).deidentify(slice_with(with_raw(tag, vr, value)))


def test_what_a_profile_keeps_by_name_stays_and_what_it_keeps_by_vr_has_no_words() -> None:
    text = b"see Meier 17.3. "
    own = replace(BASIC.options, own={ECHO: Action.KEEP}, own_vr={"DS": Action.KEEP})
    _, made = done(
        PrivacyProfile("own", own), with_raw(ECHO, "DS", text), with_raw(0x00180080, "DS", text)
    )
    assert said(made, ECHO) == text
    assert said(made, 0x00180080) == b""
    private = {("SIEMENS MR HEADER", 0x00190C): Action.KEEP}
    _, made = done(
        PrivacyProfile("own", Options(own_private=private)), with_raw(PRIVATE, "IS", text)
    )
    assert said(made, PRIVATE) == text


def rows_of(profile: PrivacyProfile | None, *changes: Change) -> dict[int, Row]:
    found = compared(slice_with(*changes), Leave(profile, b"k" * 32), None, 64).leaving
    assert found is not None
    assert found.hold is None
    return {int(row.tag[1:5] + row.tag[6:10], 16): row for row in found.rows if not row.where}


def test_what_leaves_says_that_words_went_and_why() -> None:
    words = with_raw(ECHO, "DS", b"see Meier "), with_raw(TIME, "TM", b"MUELLER ")
    rows = rows_of(RESEARCH, *words, with_raw(ZONE, "SH", b"Meier "))
    assert (rows[ECHO].done, rows[ECHO].reason) == (Done.EMPTIED, Reason.TEXT)
    assert (rows[TIME].done, rows[TIME].reason) == (Done.REPLACED, Reason.TABLE)
    assert (rows[ZONE].done, rows[ZONE].reason) == (Done.REMOVED, Reason.TABLE)
    rows = rows_of(RESEARCH)
    assert (rows[ECHO].done, rows[ECHO].reason) == (Done.KEPT, Reason.TECHNICAL)
    assert (rows[TIME].done, rows[TIME].reason) == (Done.KEPT, Reason.OPTION)


def test_as_it_is_lists_numbers_that_have_words() -> None:
    assert rows_of(None, with_raw(ECHO, "DS", b"see Meier "))[ECHO].identifies
    assert not rows_of(None)[ECHO].identifies
