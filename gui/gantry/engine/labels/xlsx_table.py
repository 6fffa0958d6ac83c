"""Reads the first sheet of an Excel workbook (.xlsx), the way that Excel shows its cells."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import repeat
from typing import Any, Final

from gantry.engine.errors import GantryError
from gantry.engine.labels.bad_table import bad_table
from gantry.engine.labels.cells import EMPTY, Cell, Line

_MOST_BYTES: Final = 200 << 20  # of all parts, uncompressed
_DIGITS: Final = 15  # that Excel keeps of a number
_ZEROS: Final = re.compile("0+")
_FORMULA: Final = re.compile(rb"<(?:\w+:)?f[ >/]")


def xlsx_lines(data: bytes) -> Iterator[Line]:
    """The rows of the first visible sheet, without empty ones.

    Raises:
        GantryError: LABEL_TABLE: it can't be read.
    """
    has_formulas = _look(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of charts, styles and the like
            lines = list(_lines(data, has_formulas))
    except GantryError:
        raise
    except Exception as error:
        raise bad_table("workbook") from error
    yield from lines


def _lines(data: bytes, has_formulas: bool) -> Iterator[Line]:
    import openpyxl  # noqa: PLC0415 - 100 ms: only who has such a table needs it

    values = _rows(openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True))
    written: Iterator[tuple[Any, ...] | None] = repeat(None)
    if has_formulas:
        # The same again as it was written: a formula without a result looks empty.
        written = _rows(openpyxl.load_workbook(io.BytesIO(data), read_only=True))
    for number, (row, formulas) in enumerate(zip(values, written, strict=False), 1):
        line = Line(number, tuple(map(_cell, row, formulas or row)))
        if not line.is_empty:
            yield line


def _look(data: bytes) -> bool:
    """Checks that it is a workbook of a sane size; returns whether it may have formulas."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if sum(part.file_size for part in parts) > _MOST_BYTES:
                raise bad_table("too large")
            sheets = [p for p in parts if p.filename.startswith("xl/worksheets/")]
            has_formulas = any(_FORMULA.search(archive.read(part)) for part in sheets)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, zlib.error, EOFError) as error:
        raise bad_table("workbook") from error
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise bad_table("workbook")  # OpenDocument, or another kind of ZIP
    return has_formulas


def _rows(book: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of the first visible sheet."""
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # what other programs write there may be wrong
            found: Iterator[tuple[Any, ...]] = sheet.iter_rows()
            return found
    raise bad_table("workbook")


def _cell(cell: Any, written: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("", "formula") if written.value is not None else EMPTY
    if cell.data_type == "e":
        return Cell(str(value), "error")
    if isinstance(value, str):
        return Cell(value.strip())
    if isinstance(value, bool):
        return Cell("TRUE" if value else "FALSE")
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return Cell(value.date().isoformat() if is_day else value.isoformat("T", "seconds"), "date")
    if isinstance(value, date | time):
        return Cell(value.isoformat(), "date")
    if isinstance(value, int | float):
        return _number(value, str(cell.number_format or ""))
    return Cell(str(value).strip(), "date")  # a duration


def _number(value: int | float, shown: str) -> Cell:
    """A number; `007` if the cell's format shows leading zeros."""
    is_whole = float(value).is_integer()
    text = str(int(value)) if is_whole else f"{value:.{_DIGITS}g}"
    if is_whole and len(text.lstrip("-")) > _DIGITS:
        return Cell(text, "rounded")
    if _ZEROS.fullmatch(shown) and text.isdigit():
        text = text.zfill(len(shown))
    return Cell(text, "number")
