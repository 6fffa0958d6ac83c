"""Reads CSV, TSV, and CSV with semicolons."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

from gantry.engine.labels.bad_table import bad_table
from gantry.engine.labels.cells import Cell, Line
from gantry.engine.labels.encodings import decoded

_DIVIDERS: Final = ("\t", ";", ",")
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n?", re.I)
# Gantry's own tables have a ' before what a spreadsheet would run as a formula.
_DEFUSED: Final = re.compile("'[=+@\t\r\n\0＝＋－＠-]")
_LONGEST_FIELD: Final = 100_000


def csv_lines(data: bytes) -> Iterator[Line]:
    """The lines of a table, without empty ones.

    Raises:
        GantryError: LABEL_TABLE: its encoding is unknown, or quotes are wrong.
    """
    text = decoded(data)
    begun = 0
    if found := _SEPARATOR_LINE.match(text):
        text, begun = text[found.end() :], 1
        divider = found[1]
    else:
        divider = _divider(text)
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
    number = begun + 1
    try:
        for row in reader:
            line = Line(number, tuple(_cell(field) for field in row))
            number = begun + reader.line_num + 1
            if not line.is_empty:
                yield line
    except csv.Error as error:
        raise bad_table("quotes", line=number) from error


def _divider(text: str) -> str:
    """What divides the cells of the first line: the most frequent outside quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = _QUOTED.sub("", first)
    return max(_DIVIDERS, key=lambda one: (bare.count(one), one == ","))


def _cell(field: str) -> Cell:
    if _DEFUSED.match(field):
        field = field[1:]
    return Cell(field.strip())
