"""Tables that say which labels a study gets: what each row matches, and its labels."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from gantry.engine.errors import GantryError
from gantry.engine.labels.bad_table import bad_table
from gantry.engine.labels.cells import Cell, Line
from gantry.engine.labels.csv_table import csv_lines
from gantry.engine.labels.label import MOST, name_of, value_of
from gantry.engine.labels.xlsx_table import xlsx_lines
from gantry.engine.parcel import Labels

MOST_ROWS: Final = 100_000
_MOST_BYTES: Final = 50 << 20
_ZIP: Final = b"PK\x03\x04"
_OLE: Final = b"\xd0\xcf\x11\xe0"
_IGNORED: Final = "#"  # begins the header of a column that is only for people
_BETWEEN: Final = re.compile(r"[ _-]+")


class MatchBy(StrEnum):
    """The columns by which a row is matched with a study."""

    PATIENT_ID = "PatientID"
    PATIENT_NAME = "PatientName"
    STUDY = "StudyInstanceUID"
    ACCESSION = "AccessionNumber"
    FOLDER = "Folder"


_BY_NAME: Final = {by.value.casefold(): by for by in MatchBy}


@dataclass(frozen=True, slots=True)
class Row:
    """One row.

    Attributes:
        line: its number in the table, as a spreadsheet counts.
        match: what must be equal, by column; empty cells are not among them.
        numbers: those columns of `match` whose cell is a number, which has no leading zeros.
    """

    line: int
    match: tuple[tuple[MatchBy, str], ...]
    labels: Labels
    numbers: frozenset[MatchBy] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        columns: those that match, in their order.
        names: the names of the labels, in the order of their columns.
    """

    columns: tuple[MatchBy, ...]
    names: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    at: int
    header: str
    by: MatchBy | None = None
    label: str = ""


def read_table(path: Path) -> Table:
    """Reads a table: CSV, TSV, with semicolons, or XLSX, whatever its name.

    Raises:
        GantryError: LABEL_TABLE, with line and column.
    """
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise bad_table("unread", cause=type(error).__name__) from error
    if len(data) > _MOST_BYTES:
        raise bad_table("too large")
    if data.startswith(_OLE):
        raise bad_table("old workbook")
    return table_of(xlsx_lines(data) if data.startswith(_ZIP) else csv_lines(data))


def table_of(lines: Iterator[Line]) -> Table:
    """A table from its lines. Raises GantryError: LABEL_TABLE."""
    first = next(lines, None)
    if first is None:
        raise bad_table("empty")
    columns = _columns(first)
    rows: list[Row] = []
    for line in lines:
        if len(rows) == MOST_ROWS:
            raise bad_table("too large", line=line.number)
        rows.append(_row(line, columns, len(first.cells)))
    by = tuple(column.by for column in columns if column.by is not None)
    return Table(by, tuple(column.label for column in columns if column.label), tuple(rows))


def _columns(first: Line) -> list[_Column]:
    found: list[_Column] = []
    taken: set[str] = set()
    for at, cell in enumerate(first.cells):
        header = cell.text
        if not header or header.startswith(_IGNORED):
            continue
        by = _BY_NAME.get(_BETWEEN.sub("", header).casefold())
        try:
            label = "" if by else name_of(header)
        except GantryError:
            raise bad_table("header", line=first.number, column=at + 1, header=header) from None
        if (key := by.value if by else label) in taken:
            raise bad_table("twice", line=first.number, column=at + 1, header=header)
        taken.add(key)
        found.append(_Column(at, header, by, label))
    if not any(column.by for column in found):
        raise bad_table("no match", line=first.number)
    if sum(bool(column.label) for column in found) > MOST:
        raise bad_table("bad many")
    if not any(column.label for column in found):
        raise bad_table("no label", line=first.number)
    return found


def _row(line: Line, columns: list[_Column], width: int) -> Row:
    for at, cell in enumerate(line.cells[width:], width):
        if cell.text:
            raise bad_table("too long", line=line.number, column=at + 1, value=cell.text)
    match: list[tuple[MatchBy, str]] = []
    labels: list[tuple[str, str]] = []
    numbers = set()
    used = {column.at: column for column in columns}
    for at, cell in enumerate(line.cells[:width]):
        column = used.get(at)
        if column is None:
            continue
        _want_readable(cell, line, column)
        if column.by is None:
            if value := _value(cell, line, column):
                labels.append((column.label, value))
        elif cell.text:
            match.append((column.by, cell.text))
            if cell.kind == "number":
                numbers.add(column.by)
    if not match:
        raise bad_table("matches all", line=line.number)
    return Row(line.number, tuple(match), tuple(sorted(labels)), frozenset(numbers))


def _want_readable(cell: Cell, line: Line, column: _Column) -> None:
    where = {"line": line.number, "column": column.at + 1}
    if cell.kind in ("error", "formula", "rounded"):
        raise bad_table(cell.kind, **where, header=column.header, value=cell.text)
    if cell.kind == "date" and column.by is not None:
        raise bad_table("date", **where, header=column.header, value=cell.text)


def _value(cell: Cell, line: Line, column: _Column) -> str:
    try:
        return value_of(column.label, cell.text)
    except GantryError as error:
        raise bad_table(
            f"bad {error.facts['reason']}",
            line=line.number,
            column=column.at + 1,
            header=column.header,
            value=cell.text,
        ) from error
