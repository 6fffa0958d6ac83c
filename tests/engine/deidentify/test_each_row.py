"""Each row of table E.1-1, and each option that it has a column for, on an element in a real file.

What must happen is read from the table's text alone: no rule of Gantry is asked.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset, dcmread
from pydicom._dicom_dict import DicomDictionary
from pydicom.uid import ExplicitVRLittleEndian

from gantry.engine.deidentify.profile import BASIC, Dates, Options, PrivacyProfile, Texts
from gantry.engine.deidentify.pseudonyms import Key
from gantry.engine.deidentify.rewriter import Deidentifier
from support.nearly_alike import slice_of, with_raw

pytestmark = [
    pytest.mark.same_everywhere,
    pytest.mark.filterwarnings("ignore::UserWarning:pydicom"),
]

TABLES = Path(__file__).parents[3] / "packaging" / "privacy"
KEY = Key(b"k" * 32)
UID = "1.2.826.0.1.3680043.99.4711.8"
TIME_ZONE = 0x00080201
TEXT, TECHNICAL = "Zqxlongmeadow", "axial"  # a word of the dictionary stays when it is cleaned
DATES = {"DA": "20140729", "TM": "114233.25", "DT": "20140729114233.25"}
# Elements that describe the file itself, are its pixels, or are set to something new by Gantry.
OWN = {
    "00020003", "00080005", "00080016", "00080018", "0020000D", "0020000E", "00100010", "00100020",
    "00120062", "00120063", "00120064", "00280303",
}  # fmt: skip
# By column: the options of Gantry, and what the column asks for with `K` and `C`.
COLUMNS: dict[str, dict[str, Any]] = {
    "rtnLongFullDatesOpt": {"dates": Dates.KEPT},
    "rtnLongModifDatesOpt": {"dates": Dates.SHIFTED},
    "cleanDescOpt": {"texts": Texts.CLEANED},
    "rtnUIDsOpt": {"uids": True},
    "rtnDevIdOpt": {"device": True},
    "rtnPatCharsOpt": {"patient_characteristics": True, "texts": Texts.CLEANED},
    "rtnInstIdOpt": {"institution": True},
    "cleanGraphOpt": {"graphics": True, "texts": Texts.CLEANED},
    "cleanStructContOpt": {"structured_content": True, "texts": Texts.CLEANED},
}


@dataclass(frozen=True)
class Row:
    """One element of the table."""

    tag: int
    basic: str
    columns: dict[str, str]

    @property
    def vr(self) -> str:
        return DicomDictionary[self.tag][0][:2]


@cache
def rows() -> tuple[Row, ...]:
    newer = json.loads((TABLES / "e1-1-2026c.json").read_text())
    older = {one["id"].upper(): one for one in json.loads((TABLES / "e1-1-2024e.json").read_text())}
    found = []
    for name, basic in newer.items():
        key = name.replace(",", "").upper()
        if not re.fullmatch("[0-9A-F]{8}", key) or key[:4] in ("0000", "0002", "0004"):
            continue  # repeating groups, messages, DICOMDIR
        if key in OWN or int(key, 16) not in DicomDictionary:
            continue
        columns = {c: older[key][c] for c in COLUMNS if key in older and older[key].get(c)}
        found.append(Row(int(key, 16), basic, columns))
    return tuple(found)


def value_of(tag: int, vr: str) -> Any:
    if tag == TIME_ZONE:
        return "+0130"
    if vr == "UI":
        return UID
    if vr in DATES:
        return DATES[vr]
    match vr:
        case "AS":
            return "047Y"
        case "CS":
            return "ZQXLONGMEADOW"
        case "PN":
            return "Zqxlongmeadow^Quill"
        case "DS" | "IS":
            return "4711"
        case "US" | "SS" | "UL" | "SL":
            return 4711
        case "FD" | "FL":
            return 4711.5
        case "OB" | "OW" | "UN" | "OF" | "OD" | "OL":
            return b"Zqxlongmeadow was here. "
        case "SQ":
            inner = Dataset()
            inner.CodeMeaning = "a meaning"
            inner.PatientComments = TEXT
            return [inner]
        case "SH":
            return f"{TECHNICAL} Zqxlong"
    return f"{TECHNICAL} {TEXT}"


def made(row: Row, options: Options) -> tuple[Any, Dataset]:
    """The element as pydicom wrote it, and the file after de-identification."""

    def change(ds: Dataset) -> None:
        ds.add_new(row.tag, row.vr, value_of(row.tag, row.vr))
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian

    data = slice_of(3, change)
    done = Deidentifier(PrivacyProfile("one", options), KEY).deidentify(data)
    before = dcmread(io.BytesIO(data))[row.tag].value
    return before, dcmread(io.BytesIO(b"".join(done.parts)))


def is_gone(before: Any, after: Dataset, row: Row) -> bool:
    """Whether nothing of a value is left."""
    if row.tag not in after:
        return True
    if row.vr == "SQ":
        return not any(
            "PatientComments" in one and one.PatientComments for one in after[row.tag].value
        )
    now = after[row.tag].value
    return now != before and "zqxlong" not in str(now).lower()


# One device's own numbers, names and rooms go even where its identity is retained.
ONE_DEVICE = {
    0x00081010, 0x00160051, 0x00181000, 0x00181002, 0x00181004, 0x00181005, 0x00181007, 0x00181008,
    0x00181009, 0x0018100A, 0x0018100B, 0x0018700A, 0x00189367, 0x00189371, 0x00321020, 0x00400010,
    0x00400011, 0x00400242, 0x30080105, 0x300A00B2, 0x30100043,
}  # fmt: skip
# Links would break if these changed, and drawings would say nothing: the table has no letter here.
MORE = {"rtnUIDsOpt": {0x0040A124, 0x04000100, 0x300A0054}, "cleanGraphOpt": {0x00700006}}
IDS = [f"{row.tag:08X}" for row in rows()]


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_the_basic_profile_does_to_each_element_what_its_row_says(row: Row) -> None:
    before, after = made(row, BASIC.options)
    assert is_gone(before, after, row)
    if row.basic == "X":
        assert row.tag not in after
    elif row.basic == "Z":
        assert row.tag in after
    elif row.basic in ("D", "Z/D", "X/D", "X/Z/D", "X/Z/U*"):
        assert row.vr == "SQ" or row.tag in after
    elif row.basic == "U" and row.vr == "UI":
        assert after[row.tag].value == KEY.uid(UID.encode()).decode()


def test_the_table_has_as_many_rows_and_options_as_the_standard() -> None:
    assert len(rows()) > 560
    assert {column for row in rows() for column in row.columns} == set(COLUMNS)


def says(row: Row, after: Dataset) -> object:
    """What the element says now; None: it is gone."""
    return after[row.tag].value if row.tag in after else None


def is_as_basic(row: Row, column: str) -> bool:
    """Whether Gantry does more than an option asks for: it removes what it can't keep or clean."""
    if column == "rtnDevIdOpt":  # AE titles are in its column, too, to be cleaned
        return row.tag in ONE_DEVICE or row.columns[column] == "C"
    cleans = row.columns.get(column) == "C"
    return cleans and (row.vr == "OB" or (column == "cleanDescOpt" and row.vr == "CS"))


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_an_option_changes_the_elements_that_have_its_column_and_no_others(row: Row) -> None:
    _, after = made(row, BASIC.options)
    basic = says(row, after)
    asked = {**row.columns, **{column: "K" for column, tags in MORE.items() if row.tag in tags}}
    others: dict[str, Any] = {}
    for column in COLUMNS.keys() - asked.keys():
        others |= COLUMNS[column]
    for column in asked:
        others = {name: value for name, value in others.items() if name not in COLUMNS[column]}
    _, after = made(row, replace(BASIC.options, **others))
    assert says(row, after) == basic
    for column, letter in asked.items():
        before, after = made(row, replace(BASIC.options, **COLUMNS[column]))
        now = says(row, after)
        if is_as_basic(row, column):
            assert now == basic, column
        elif row.vr == "SQ":
            assert letter == "C" or (row.tag in after and after[row.tag].value[0].CodeMeaning), (
                column
            )
            assert is_gone(before, after, row), column
        elif column == "cleanGraphOpt" or (letter == "C" and "Modif" not in column):
            assert str(now).strip() == TECHNICAL, column
        elif letter == "K" or row.vr == "TM" or row.tag == TIME_ZONE:
            assert now == before, column
        else:
            assert is_moved(before, now), column


def is_moved(before: Any, now: Any) -> bool:
    """Whether a date is another one, as long as it was."""
    return now != before and len(str(now)) == len(str(before))


def says_words(row: Row) -> bool:
    """Whether an option may keep the element as what has no words: a date, a time, a number."""
    return row.vr in (*DATES, "AS", "DS", "IS") or row.tag == TIME_ZONE


@pytest.mark.parametrize(
    "row", [row for row in rows() if says_words(row)], ids=lambda row: f"{row.tag:08X}"
)
def test_words_for_a_date_a_time_or_a_number_stay_with_no_option(row: Row) -> None:
    most = {name: value for option in COLUMNS.values() for name, value in option.items()}
    every = [*(COLUMNS[column] for column in row.columns), most, {**most, "dates": Dates.KEPT}]
    data = slice_of(3, with_raw(row.tag, row.vr, b"5 Zqxlongmeadow "))
    for options in every:
        profile = PrivacyProfile("one", replace(BASIC.options, **options))
        done = Deidentifier(profile, KEY).deidentify(data)
        assert b"Zqxlong" not in b"".join(done.parts), options
        counted = [action.value for tag, action in done.tallies if tag == row.tag]
        assert counted in (["removed"], ["emptied"], ["replaced"]), options
