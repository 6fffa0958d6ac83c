"""The rules follow the standard's table."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.profile import BASIC, RESEARCH, Dates, Options, Texts
from gantry.engine.deidentify.pseudonyms import Key, Subject
from gantry.engine.deidentify.rules import TEXT_VALUE, UNFORMATTED_TEXT, Rules, dictionary_vr
from gantry.engine.deidentify.standard import table
from gantry.engine.deidentify.values import Values

pytestmark = pytest.mark.same_everywhere

REPO = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def privacy_table() -> ModuleType:
    """`packaging/privacy_table.py`, which writes the table."""
    script = REPO / "packaging" / "privacy_table.py"
    spec = importlib.util.spec_from_file_location("privacy_table", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_table_is_what_the_sources_say(privacy_table: ModuleType) -> None:
    written = (REPO / "gui/gantry/engine/deidentify/standard.py").read_text(encoding="utf-8")
    assert privacy_table.module() == written, "run python packaging/privacy_table.py"
    assert {f"{tag:08X}" for tag in table()} == set(privacy_table.rows())


@pytest.mark.parametrize(
    ("tag", "vr", "basic", "research"),
    [
        (0x00080018, "UI", Action.UID, Action.UID),  # SOP Instance UID
        (0x00080016, "UI", Action.KEEP, Action.KEEP),  # SOP Class UID
        (0x00081150, "UI", Action.KEEP, Action.KEEP),  # Referenced SOP Class UID
        (0x00081155, "UI", Action.UID, Action.UID),  # Referenced SOP Instance UID
        (0x00080020, "DA", Action.EMPTY, Action.SHIFT),  # Study Date
        (0x00080030, "TM", Action.EMPTY, Action.KEEP),  # Study Time
        (0x00080201, "SH", Action.REMOVE, Action.KEEP),  # Timezone Offset From UTC
        (0x00100030, "DA", Action.EMPTY, Action.EMPTY),  # Patient's Birth Date
        (0x00100010, "PN", Action.PATIENT, Action.PATIENT),
        (0x00100040, "CS", Action.EMPTY, Action.KEEP),  # Patient's Sex
        (0x00101010, "AS", Action.REMOVE, Action.AGE),
        (0x00081030, "LO", Action.REMOVE, Action.CLEAN),  # Study Description
        (0x00181000, "LO", Action.DUMMY, Action.DUMMY),  # Device Serial Number
        (0x00080080, "LO", Action.DUMMY, Action.DUMMY),  # Institution Name
        (0x00081140, "SQ", Action.INSIDE, Action.INSIDE),  # Referenced Image Sequence: X/Z/U*
        (0x0040A730, "SQ", Action.INSIDE, Action.INSIDE),  # Content Sequence: D
        (0x00400555, "SQ", Action.EMPTY, Action.EMPTY),  # Acquisition Context Sequence: X/Z
        (0x00080070, "LO", Action.KEEP, Action.KEEP),  # Manufacturer: technical
        (0x00281055, "LO", Action.EMPTY, Action.EMPTY),  # unlisted text
        (0x0010FFF0, "LO", Action.EMPTY, Action.EMPTY),  # of a later edition
        (0x00140102, "DA", Action.EMPTY, Action.SHIFT),  # an unlisted date
        (0x00280010, "US", Action.KEEP, Action.KEEP),  # Rows
        (0x7FE00010, "OW", Action.KEEP, Action.KEEP),
        (0x60023000, "OW", Action.REMOVE, Action.REMOVE),  # data of a second overlay
        (0x50041000, "US", Action.REMOVE, Action.REMOVE),  # a curve
        (0x00180000, "UL", Action.REMOVE, Action.REMOVE),  # the length of a group
        (0x00880200, "SQ", Action.REMOVE, Action.REMOVE),  # Icon Image Sequence
        (0x04000561, "SQ", Action.REMOVE, Action.REMOVE),  # Original Attributes Sequence
    ],
)
def test_an_element(tag: int, vr: str, basic: Action, research: Action) -> None:
    assert Rules(BASIC.options).action(tag, vr) is basic
    assert Rules(RESEARCH.options).action(tag, vr) is research


def test_every_listed_text_or_date_is_decided_by_the_table_in_basic() -> None:
    rules, strict = Rules(BASIC.options), 0
    for tag, row in table().items():
        if row.basic in ("X", "Z", "D") and tag not in (0x00100010, 0x00100020):
            action = rules.action(tag, "LO")
            assert action.name == {"X": "REMOVE", "Z": "EMPTY", "D": "DUMMY"}[row.basic], hex(tag)
            strict += 1
    assert strict > 500


@pytest.mark.parametrize("options", [BASIC.options, RESEARCH.options, Options(uids=True)])
@pytest.mark.parametrize("tag", [0x00080018, 0x00083010, 0x00200052, 0x0018100B])
@pytest.mark.parametrize("vr", ["LO", "PN", "OB", "UN", "DA"])
def test_a_listed_uid_that_claims_to_be_something_else_goes(
    tag: int, vr: str, options: Options
) -> None:
    assert Rules(options).action(tag, vr) is Action.REMOVE


def test_the_text_of_a_report_is_cleaned_with_its_option_alone_and_replaced_otherwise() -> None:
    for texts in Texts:
        cleans = Action.DUMMY if texts is Texts.EMPTY else Action.CLEAN
        for reports in (False, True):
            for drawings in (False, True):
                options = Options(texts=texts, structured_content=reports, graphics=drawings)
                rules = Rules(options)
                report, drawing = (
                    rules.action(TEXT_VALUE, "UT"),
                    rules.action(UNFORMATTED_TEXT, "ST"),
                )
                assert report is (cleans if reports else Action.DUMMY)
                assert drawing is (cleans if drawings else Action.DUMMY)


@pytest.mark.parametrize("tag", [TEXT_VALUE, UNFORMATTED_TEXT])
def test_a_text_of_which_nothing_can_stay_is_never_empty_where_its_module_demands_it(
    tag: int,
) -> None:
    assert Rules(Options(structured_content=True, graphics=True)).strict(tag) is Action.DUMMY


def test_where_an_option_cannot_do_its_part_nothing_stays() -> None:
    rules = Rules(Options(dates=Dates.SHIFTED, texts=Texts.CLEANED, patient_characteristics=True))
    for tag in (*table(), 0x00140102, 0x00189999):
        assert rules.strict(tag) not in (Action.KEEP, Action.SHIFT, Action.CLEAN), hex(tag)
    assert rules.strict(0x00140102) is Action.EMPTY, "an unlisted date"
    assert rules.strict(0x00080023) is Action.DUMMY
    assert rules.strict(0x00080024) is Action.REMOVE


KEPT, SHIFTED = {"dates": Dates.KEPT}, {"dates": Dates.SHIFTED}
CLEANED, REVIEWED = {"texts": Texts.CLEANED}, {"texts": Texts.REVIEWED}
PATIENT = {"patient_characteristics": True}


@pytest.mark.parametrize(
    ("options", "tag", "vr", "without", "with_them"),
    [
        ({"uids": True}, 0x00083010, "UI", Action.UID, Action.KEEP_UID),
        ({"uids": True}, 0x0040A124, "UI", Action.UID, Action.KEEP_UID),  # no letter: links break
        ({"uids": True}, 0x00189999, "UI", Action.UID, Action.KEEP_UID),  # unlisted
        ({"uids": True}, 0x00081110, "SQ", Action.EMPTY, Action.INSIDE),
        ({"uids": True}, 0x00081120, "SQ", Action.REMOVE, Action.INSIDE),
        ({"uids": True}, 0x00081120, "LO", Action.REMOVE, Action.REMOVE),
        ({"uids": True}, 0x006A0003, "UI", Action.DUMMY, Action.KEEP_UID),
        ({"uids": True}, 0x00081084, "SQ", Action.REMOVE, Action.REMOVE),  # no letter
        ({"uids": True}, 0x00081030, "UI", Action.REMOVE, Action.REMOVE),
        ({"structured_content": True}, 0x00400555, "SQ", Action.EMPTY, Action.INSIDE),
        ({"structured_content": True}, 0x00400555, "LO", Action.EMPTY, Action.EMPTY),
        ({"structured_content": True}, 0x00081110, "SQ", Action.EMPTY, Action.EMPTY),
        (KEPT, 0x00080020, "DA", Action.EMPTY, Action.KEEP),
        (KEPT, 0x00100030, "DA", Action.EMPTY, Action.EMPTY),  # no letter: a birth date
        (KEPT, 0x00140102, "DA", Action.EMPTY, Action.KEEP),  # unlisted
        (SHIFTED, 0x00080020, "DA", Action.EMPTY, Action.SHIFT),
        (SHIFTED, 0x0008002A, "DT", Action.DUMMY, Action.SHIFT),
        (SHIFTED, 0x00080020, "LO", Action.EMPTY, Action.EMPTY),  # a date that claims to be text
        (SHIFTED, 0x00080020, "UN", Action.EMPTY, Action.EMPTY),
        (SHIFTED, 0x00100030, "DA", Action.EMPTY, Action.EMPTY),
        (SHIFTED, 0x00080030, "TM", Action.EMPTY, Action.KEEP),
        (SHIFTED, 0x00080201, "SH", Action.REMOVE, Action.KEEP),
        (SHIFTED, 0x00189999, "TM", Action.EMPTY, Action.KEEP),
        (SHIFTED, 0x00189999, "DA", Action.EMPTY, Action.SHIFT),
        (SHIFTED, 0x00189999, "DT", Action.EMPTY, Action.SHIFT),
        (PATIENT, 0x00100040, "CS", Action.EMPTY, Action.KEEP),
        (PATIENT, 0x00101010, "AS", Action.REMOVE, Action.AGE),
        (PATIENT, 0x00100021, "LO", Action.REMOVE, Action.REMOVE),
        (PATIENT, 0x00380050, "LO", Action.REMOVE, Action.REMOVE),
        (PATIENT | CLEANED, 0x00380050, "LO", Action.REMOVE, Action.CLEAN),
        (PATIENT | CLEANED, 0x00380050, "CS", Action.REMOVE, Action.REMOVE),
        ({"institution": True}, 0x00080080, "LO", Action.DUMMY, Action.KEEP),
        ({"institution": True}, 0x00081010, "SH", Action.DUMMY, Action.DUMMY),
        ({"device": True}, 0x0016004E, "LO", Action.REMOVE, Action.KEEP),
        ({"device": True}, 0x0016004E, "UI", Action.REMOVE, Action.REMOVE),
        ({"device": True}, 0x00181000, "LO", Action.DUMMY, Action.DUMMY),  # one device's number
        ({"device": True}, 0x00181002, "UI", Action.UID, Action.UID),
        ({"device": True}, 0x00181002, "LO", Action.REMOVE, Action.REMOVE),
        ({"device": True}, 0x0018100A, "SQ", Action.REMOVE, Action.REMOVE),
        ({"device": True}, 0x0018100B, "UI", Action.UID, Action.UID),
        ({"device": True}, 0x00080054, "AE", Action.REMOVE, Action.REMOVE),  # "V"
        (CLEANED, 0x00081030, "LO", Action.REMOVE, Action.CLEAN),
        (REVIEWED, 0x00081030, "LO", Action.REMOVE, Action.CLEAN),
        (CLEANED, 0x00081084, "SQ", Action.REMOVE, Action.INSIDE),
        (CLEANED, 0x00081030, "OB", Action.REMOVE, Action.REMOVE),
        (CLEANED, 0x00081030, "CS", Action.REMOVE, Action.REMOVE),
        (CLEANED, 0x00380050, "LO", Action.REMOVE, Action.REMOVE),  # the patient's
        (CLEANED, 0x00081048, "PN", Action.REMOVE, Action.REMOVE),
        (CLEANED, 0x00189999, "LO", Action.EMPTY, Action.EMPTY),  # unlisted
        ({"graphics": True}, 0x00189999, "LO", Action.EMPTY, Action.EMPTY),
        ({"graphics": True}, UNFORMATTED_TEXT, "OB", Action.DUMMY, Action.DUMMY),
        ({"structured_content": True}, TEXT_VALUE, "OB", Action.OPAQUE, Action.OPAQUE),
    ],
)
def test_each_option_decides_of_its_own_elements_and_of_no_others(
    options: dict[str, Any], tag: int, vr: str, without: Action, with_them: Action
) -> None:
    assert Rules(Options()).action(tag, vr) is without
    assert Rules(Options(**options)).action(tag, vr) is with_them
    others: dict[str, Any] = {"uids": True, "structured_content": True, "device": True}
    others |= {"institution": True, **KEPT, **CLEANED, **PATIENT}
    without_them = {name: value for name, value in others.items() if name not in options}
    if with_them is not without and tag != 0x00189999:
        assert Rules(Options(**without_them)).action(tag, vr) is without


@pytest.mark.parametrize(
    ("tag", "vr", "action"),
    [
        (0x60003000, "OW", Action.REMOVE),
        (0x60FF0010, "US", Action.REMOVE),
        (0x50003000, "OW", Action.REMOVE),
        (0x50FE0010, "LO", Action.REMOVE),
        (0x51003000, "OW", Action.KEEP),
        (0x00189999, "SQ", Action.INSIDE),
        (0x00189999, "UI", Action.UID),
        (0x00080016, "UI", Action.KEEP),
        (0x00189999, "DA", Action.EMPTY),
        (0x00189999, "DT", Action.EMPTY),
        (0x00189999, "TM", Action.EMPTY),
        *((0x00189999, vr, Action.EMPTY) for vr in
          ("AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT")),
        (0x00620020, "UT", Action.DUMMY),  # Tracking ID: demanded
        (0x00080070, "LO", Action.KEEP),  # Manufacturer: technical
        (0x00080070, "DA", Action.EMPTY),
        (0x00189999, "OB", Action.OPAQUE),
        (0x00189999, "UN", Action.OPAQUE),
        (0x00080016, "LO", Action.EMPTY),  # a class that claims to be text
        (0x00080016, "UN", Action.OPAQUE),
        (0x00189999, "CS", Action.KEEP),
    ],
)  # fmt: skip
def test_what_is_done_to_an_element_that_the_table_does_not_list(
    tag: int, vr: str, action: Action
) -> None:
    assert Rules(Options()).action(tag, vr) is action


@pytest.mark.parametrize("tag", [0x00081140, 0x00082112])
def test_a_listed_sequence_that_claims_to_be_text_goes(tag: int) -> None:
    """Of those whose items hold UIDs: they stay as sequences, cleaned inside."""
    rules = Rules(Options())
    assert rules.action(tag, "SQ") is Action.INSIDE
    values = Values(rules, Key(b"k" * 32), Subject("P", -40), b"")
    for vr in ("LO", "UT", "OB", "DA"):
        done = values.new(rules.action(tag, vr), tag, vr, b"Smithson", nested=False)
        assert done == (Action.REMOVE, None)


def test_of_elements_that_may_have_several_vrs_the_first_one_counts() -> None:
    assert {tag: dictionary_vr(tag) for tag in (0x00280106, 0x60003000, 0x00189999)} == {
        0x00280106: "US", 0x60003000: "OB", 0x00189999: "UN",
    }  # fmt: skip
