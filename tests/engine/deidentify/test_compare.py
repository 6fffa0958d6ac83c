"""What leaves of a file, element by element: the rows say what really happened."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from pydicom import Dataset, dcmread
from pydicom.sequence import Sequence

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.compare import Done
from gantry.engine.deidentify.profile import BASIC, RESEARCH, Options, PrivacyProfile
from gantry.engine.deidentify.reasons import Reason, Reasons
from gantry.engine.deidentify.standard import table
from gantry.engine.preview import leaving
from gantry.engine.preview.contents import Contents, Leave, Row
from gantry.engine.preview.leaving import compared
from support.planted import Planted, planted

pytestmark = pytest.mark.same_everywhere

KEY = b"k" * 32
PROFILES = {"basic": BASIC, "research": RESEARCH}


def rows_of(data: bytes, profile: PrivacyProfile | None = RESEARCH) -> tuple[Row, ...]:
    found = compared(data, Leave(profile, KEY), None, 64).leaving
    assert found is not None
    assert found.hold is None
    return found.rows


def one(rows: tuple[Row, ...], name: str, where: str = "") -> Row:
    (found,) = [row for row in rows if row.name == name and row.where == where]
    return found


def changed(data: bytes, change: Callable[..., None]) -> bytes:
    ds = dcmread(io.BytesIO(data))
    change(ds)
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


@pytest.fixture(scope="module")
def study() -> Planted:
    return planted(7)


def test_a_patient_who_is_counted_is_shown_with_a_number_that_nobody_has(study: Planted) -> None:
    for pattern, shown in (("S{number:04}", "S0000"), ("S{number}", "S0")):
        counted = PrivacyProfile("ours", Options(pseudonym=pattern))
        rows = rows_of(study.files[0], counted)
        assert one(rows, "Patient ID").after == one(rows, "Patient's Name").after == shown


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("seed", range(4))
def test_every_planted_value_is_in_the_left_column_and_none_in_the_right(
    seed: int, profile: str
) -> None:
    made = planted(seed, implicit=seed % 2 == 1)
    for data in made.files:
        rows = rows_of(data, PROFILES[profile])
        before = "\n".join(row.before for row in rows)
        kept = [row for row in rows if row.done is Done.KEPT and row.identifies]
        after = "\n".join(row.after for row in rows).encode()
        assert not [place for place in made.left_in(after) if "date" not in place.lower()]
        assert not [row for row in kept if row.before != row.after]
        header = data[128:]
        for token, place in made.tokens.items():
            if token in header and not place.startswith(("trailing", "OverlayData")):
                assert token.decode() in before, place


@pytest.mark.parametrize(
    ("name", "done", "reason", "option"),
    [
        ("Patient's Name", Done.PSEUDONYM, Reason.PATIENT, ""),
        ("Patient's Birth Date", Done.EMPTIED, Reason.TABLE, ""),
        ("Study Date", Done.SHIFTED, Reason.OPTION, "dates"),
        ("Study Time", Done.KEPT, Reason.OPTION, "dates"),
        ("SOP Instance UID", Done.UID, Reason.TABLE, ""),
        ("Patient's Age", Done.LIMITED, Reason.OPTION, "patient_characteristics"),
        ("Patient's Address", Done.REMOVED, Reason.TABLE, ""),
        ("Institution Name", Done.REPLACED, Reason.TABLE, ""),
        ("Source Application Entity Title", Done.REMOVED, Reason.FILE, ""),
        ("Patient Identity Removed", Done.ADDED, Reason.MARKER, ""),
        ("Rows", Done.KEPT, Reason.TECHNICAL, ""),
        ("Pixel Data", Done.KEPT, Reason.PIXELS, ""),
    ],
)
def test_a_row_says_what_was_done_and_why(
    study: Planted, name: str, done: Done, reason: Reason, option: str
) -> None:
    row = one(rows_of(study.files[0]), name)
    assert (row.done, row.reason, row.option) == (done, reason, option)


def test_a_description_is_cleaned_and_unlisted_text_is_emptied(study: Planted) -> None:
    def describe(ds: Dataset) -> None:
        ds.SeriesDescription = "T1 axial Muster"

    rows = rows_of(changed(study.files[0], describe))
    described = one(rows, "Series Description")
    assert (described.done, described.option) == (Done.CLEANED, "texts")
    assert "Muster" not in described.after
    (unlisted,) = [row for row in rows if row.tag == "(0010,FFF0)"]
    assert (unlisted.done, unlisted.reason) == (Done.EMPTIED, Reason.TEXT)


def test_the_profiles_own_rule_is_named_as_the_reason(study: Planted) -> None:
    own = PrivacyProfile("own", Options(own={0x00080080: Action.REMOVE}))
    row = one(rows_of(study.files[0], own), "Institution Name")
    assert (row.done, row.reason) == (Done.REMOVED, Reason.OWN)


def test_private_elements_are_listed_with_their_creator_at_every_depth(study: Planted) -> None:
    private = [row for row in rows_of(study.files[0]) if row.reason is Reason.PRIVATE]
    assert {row.done for row in private} == {Done.REMOVED}
    assert [row for row in private if row.depth == 0 and row.name.startswith("ACME ")]
    assert [row for row in private if row.depth >= 1 and row.name == "Patient's Name"]
    assert [row for row in private if row.where.startswith("Anatomic Region Sequence 1 › ")]


def test_what_goes_with_its_sequence_is_listed_as_removed(study: Planted) -> None:
    def nest(ds: Dataset) -> None:
        inner = dcmread(io.BytesIO(study.files[0])).AnatomicRegionSequence[0]
        ds.RequestAttributesSequence = Sequence([inner])

    rows = rows_of(changed(study.files[0], nest), BASIC)
    inside = [row for row in rows if row.where == "Request Attributes Sequence 1 › "]
    assert inside
    assert {row.done for row in inside} == {Done.REMOVED}


def test_a_file_that_leaves_as_it_is_shows_what_identifies(study: Planted) -> None:
    rows = rows_of(study.files[0], None)
    assert {row.done for row in rows} == {Done.KEPT}
    assert all(row.before == row.after for row in rows)
    assert one(rows, "Patient's Name").identifies
    assert one(rows, "Source Application Entity Title").identifies
    assert not one(rows, "Rows").identifies


def test_a_held_file_says_so_and_nothing_leaves(study: Planted) -> None:
    def burn(ds: Dataset) -> None:
        ds.BurnedInAnnotation = "YES"
        del ds.ModalityLUTSequence  # which no reader could apply

    found = compared(changed(study.files[0], burn), Leave(RESEARCH, KEY), 0, 64)
    assert found.leaving is not None
    assert found.leaving.hold is not None
    assert found.leaving.hold.rule == "burned in"
    assert all(not row.after for row in found.leaving.rows)
    assert found.picture is not None  # the one in the file


def test_the_picture_that_leaves_has_its_masks() -> None:
    found = compared(ultrasound(), Leave(BASIC, KEY), 0, 64)
    assert found.leaving is not None
    assert found.leaving.masked
    assert one(found.leaving.rows, "Pixel Data").done is Done.MASKED
    gone = one(found.leaving.rows, "Largest Image Pixel Value")
    assert (gone.done, gone.reason) == (Done.REMOVED, Reason.PIXELS)
    assert found.picture is not None
    picture = memoryview(found.picture.data).cast("f", (16, 16))
    assert picture[0, 0] == 0
    assert picture[8, 8] == 200


def ultrasound() -> bytes:
    def change(ds: Dataset) -> None:
        del ds.ModalityLUTSequence
        region = Dataset()
        region.RegionLocationMinX0, region.RegionLocationMinY0 = 4, 4
        region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 11, 11
        ds.SequenceOfUltrasoundRegions = Sequence([region])
        ds.SOPClassUID = "1.2.840.10008.5.1.4.1.1.6.1"
        ds.Modality, ds.BitsAllocated, ds.BitsStored, ds.HighBit = "US", 8, 8, 7
        ds.PixelData = bytes([200]) * 256
        ds.add_new("LargestImagePixelValue", "US", 200)

    return changed(planted(1).files[0], change)


def test_a_huge_value_is_cut_and_binary_is_summarised(study: Planted) -> None:
    def grow(ds: Dataset) -> None:
        ds.add_new(0x00104000, "LT", "x" * 9000)
        ds.add_new(0x00420011, "OB", b"\0\1" * 50_000)

    rows = rows_of(changed(study.files[0], grow), None)
    assert len(one(rows, "Patient Comments").before) < 400
    assert one(rows, "Encapsulated Document").before.endswith("[100000]")


def test_more_elements_than_can_be_shown_are_announced(
    study: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaving, "MOST_ROWS", 20)
    found = compared(study.files[0], Leave(BASIC, KEY), None, 64).leaving
    assert found is not None
    assert found.more_rows
    assert len(found.rows) == 20


def test_nothing_to_read_is_held_and_has_no_rows() -> None:
    found = compared(b"not DICOM" * 50, Leave(BASIC, KEY), 0, 64).leaving
    assert found is not None
    assert found.hold is not None
    assert found.hold.rule == "unreadable"


@pytest.mark.parametrize("part", [0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_damaged_file_is_compared_as_far_as_it_can_be_read(study: Planted, part: float) -> None:
    data = study.files[0]
    found: Contents = compared(data[: int(len(data) * part)], Leave(RESEARCH, KEY), 0, 64)
    assert found.leaving is not None
    assert found.leaving.rows or found.leaving.hold is not None


def test_every_option_that_changes_an_action_is_the_reason() -> None:
    reasons, plain = Reasons(RESEARCH.options), Reasons(BASIC.options)
    for tag in table():
        for vr in ("LO", "DA", "UI", "SQ", "PN"):
            reason, option = reasons.reason(tag, vr)
            differs = reasons.action(tag, vr) is not plain.action(tag, vr)
            if reason not in (Reason.PATIENT, Reason.FILE, Reason.PRIVATE):
                assert (reason is Reason.OPTION) == differs, hex(tag)
                assert bool(option) == differs
