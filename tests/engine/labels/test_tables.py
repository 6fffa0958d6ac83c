"""Tables of labels as people save them: encodings, separators, workbooks, and what is wrong."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.csv_table import csv_lines
from gantry.engine.labels.table import MatchBy, Table, read_table, table_of
from gantry.engine.labels.xlsx_table import xlsx_lines
from gantry.messages import error_message

HEADER = "PatientID,Subject,Klinik"
Write = Callable[[bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def to_file(content: bytes | str) -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return to_file


def workbook(path: Path, *rows: list[object], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in rows:
        sheet.append(row)
    for place, shown in (formats or {}).items():
        sheet[place].number_format = shown
    book.save(path)
    return path


def rows(table: Table) -> list[tuple[dict[str, str], dict[str, str]]]:
    return [({by.value: text for by, text in r.match}, dict(r.labels)) for r in table.rows]


def refused(path: Path) -> GantryError:
    with pytest.raises(GantryError) as error:
        read_table(path)
    assert error.value.code is ErrorCode.LABEL_TABLE
    assert "…" not in error_message(error.value).what
    return error.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_western_tables_are_read_in_every_encoding(write: Write, encoding: str) -> None:
    text = f"{HEADER}\r\n007,S01,Universitätsklinik Göttingen\r\n"
    table = read_table(write(text.encode(encoding)))
    assert rows(table) == [
        ({"PatientID": "007"}, {"subject": "S01", "klinik": "Universitätsklinik Göttingen"})
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_chinese_tables_are_read_in_every_encoding(write: Write, encoding: str) -> None:
    text = "PatientName,编号,医院\r\n王小明,甲01,北京协和医院\r\n李雷,乙02,上海瑞金医院\r\n"
    table = read_table(write(text.encode(encoding)))
    assert rows(table)[0] == ({"PatientName": "王小明"}, {"编号": "甲01", "医院": "北京协和医院"})


@pytest.mark.parametrize(
    "data",
    [
        f"{HEADER}\n1,S,Größe\n".encode("cp1252"),  # `GR哪E` in GB 18030
        f"{HEADER}\n1,S,Göttingen\n".encode("utf-16-le"),  # without its mark
        f"{HEADER}\n1,S,あいう\n".encode("shift_jis"),
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf\xff",
    ],
)
def test_an_encoding_that_is_unclear_is_refused_rather_than_guessed(
    write: Write, data: bytes
) -> None:
    assert refused(write(data)).facts["reason"] == "encoding"


@pytest.mark.parametrize(
    "text",
    [
        "PatientID;subject\n1;a\n",
        "PatientID\tsubject\n1\ta\n",
        "PatientID,subject\r\n1,a\r\n",
        "sep=;\r\nPatientID;subject\r\n1;a\r\n",
        'patient id,"subject"\n"1","a"',
        "\n\nPatient_ID,Subject\n,\n 1 , a \n\n",
        "PatientID,subject,#note,\n1,a,whatever,\n",
    ],
)
def test_separators_blank_lines_and_ignored_columns(write: Write, text: str) -> None:
    assert rows(read_table(write(text))) == [({"PatientID": "1"}, {"subject": "a"})]


def test_all_columns_to_match_by(write: Write) -> None:
    names = ",".join(by.value for by in MatchBy)
    table = read_table(write(f"{names},visit\n1,Doe,1.2,A,f,2\n,,1.3,,,3\n"))
    assert table.columns == tuple(MatchBy)
    assert rows(table)[1] == ({"StudyInstanceUID": "1.3"}, {"visit": "3"})
    assert [row.line for row in table.rows] == [2, 3]


def test_a_row_may_have_no_labels(write: Write) -> None:
    assert rows(read_table(write("PatientID,subject\n1,\n2\n"))) == [
        ({"PatientID": "1"}, {}),
        ({"PatientID": "2"}, {}),
    ]


@pytest.mark.parametrize(
    ("text", "reason", "line", "column"),
    [
        ("", "empty", None, None),
        ("\n ,\n", "empty", None, None),
        ("subject,visit\na,b\n", "no match", 1, None),
        ("PatientID,AccessionNumber\n1,2\n", "no label", 1, None),
        ("PatientID,1st\n1,2\n", "header", 1, 2),
        ("PatientID,subject,Subject\n1,2,3\n", "twice", 1, 3),
        ("PatientID,Patient ID,subject\n1,2,3\n", "twice", 1, 2),
        ("PatientID,subject\n1,a,b\n", "too long", 2, 3),
        ("PatientID,subject\n1,a\n,b\n", "matches all", 3, None),
        ('PatientID,subject\n1,"a\n', "quotes", 2, None),
        ('PatientID,subject\n1,"a"b\n', "quotes", 2, None),
        ("PatientID,subject\n1,a\u202eb\n", "bad value", 2, 2),
        (f"PatientID,subject\n1,{'x' * 300}\n", "bad long", 2, 2),
    ],
)
def test_what_is_wrong_is_said_with_line_and_column(
    write: Write, text: str, reason: str, line: int | None, column: int | None
) -> None:
    error = refused(write(text))
    facts = error.facts
    assert (facts["reason"], facts.get("line"), facts.get("column")) == (reason, line, column)


def test_what_is_in_a_table_reaches_no_log(write: Write) -> None:
    error = refused(write("Kanarienvogel,7\n1,2\n"))
    assert "Kanarienvogel" not in str(error)


def test_a_missing_table_and_an_old_workbook_are_told_apart(tmp_path: Path, write: Write) -> None:
    assert refused(tmp_path / "none.csv").facts["reason"] == "unread"
    assert refused(tmp_path).facts["reason"] == "unread"
    assert refused(write(b"\xd0\xcf\x11\xe0" + bytes(600))).facts["reason"] == "old workbook"
    assert refused(write(b"PK\x03\x04" + bytes(600))).facts["reason"] == "workbook"


def test_a_workbook_is_read_as_excel_shows_it(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "t.xlsx",
        ["PatientID", "subject", "day", "score", "ok"],
        ["007 ", "S01", date(2026, 1, 2), 1.1 + 2.2, True],
        [7, " S02", datetime(2026, 1, 2, 8, 30), 3.0, False],
        [8, "S03", None, None, None],
        [None, None, None, None, None],
        ["9", "S04", None, None, None],
        formats={"A4": "0000"},
    )
    table = read_table(path)
    assert rows(table) == [
        (
            {"PatientID": "007"},
            {"subject": "S01", "day": "2026-01-02", "score": "3.3", "ok": "TRUE"},
        ),
        (
            {"PatientID": "7"},
            {"subject": "S02", "day": "2026-01-02T08:30:00", "score": "3", "ok": "FALSE"},
        ),
        ({"PatientID": "0008"}, {"subject": "S03"}),
        ({"PatientID": "9"}, {"subject": "S04"}),
    ]
    assert [row.line for row in table.rows] == [2, 3, 4, 6]
    assert [bool(row.numbers) for row in table.rows] == [False, True, True, False]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (date(2026, 3, 4), "date"),  # what a spreadsheet makes of the ID 3-4
        (12345678901234567890, "rounded"),
        ("=1+1", "formula"),
        ("#N/A", "error"),
    ],
)
def test_cells_that_a_spreadsheet_has_spoilt_are_refused(
    tmp_path: Path, value: object, reason: str
) -> None:
    path = workbook(tmp_path / "t.xlsx", ["subject", "PatientID"], ["S01", "1"], ["S02", value])
    facts = refused(path).facts
    assert (facts["reason"], facts["line"], facts["column"]) == (reason, 3, 2)


def test_the_first_visible_sheet_counts(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    hidden: Any = book.active
    hidden.append(["PatientID", "subject"])
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("labels")
    shown.append(["PatientID", "visit"])
    shown.append(["1", "2"])
    book.active = 1
    book.save(tmp_path / "t.xlsx")
    assert rows(read_table(tmp_path / "t.xlsx")) == [({"PatientID": "1"}, {"visit": "2"})]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(GantryError):
        table_of(csv_lines(data))
    with suppress(GantryError):
        table_of(xlsx_lines(data))


@cache
def good_workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (["PatientID", "subject"], ["1", date(2026, 1, 2)], [7, "=1+1"]):
        sheet.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(damage: list[tuple[int, int]]) -> None:
    raw = bytearray(good_workbook())
    for at, change in damage:
        raw[at % len(raw)] ^= change
    with suppress(GantryError):
        table_of(xlsx_lines(bytes(raw)))
