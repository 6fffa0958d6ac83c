"""Exports the history as CSV for spreadsheets; no cell can run as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable
from typing import TextIO

from gantry.engine.labels.label import text_of
from gantry.store.history.rows import ParcelRow

BOM = "\ufeff"  # without it Excel reads UTF-8 as the system's old code page
# Every column, by the name in its header: a contract.
COLUMNS: dict[str, Callable[[ParcelRow], object]] = {
    "parcel": lambda row: row.id,
    "job": lambda row: row.job,
    "state": lambda row: row.state.value,
    "created": lambda row: row.created,
    "changed": lambda row: row.changed,
    "destination": lambda row: row.destination,
    "study_uid": lambda row: row.study_uid,
    "description": lambda row: row.label,
    "patient_id": lambda row: row.patient_id,
    "patient_name": lambda row: row.patient_name,
    "files": lambda row: row.files,
    "bytes": lambda row: row.size,
    "archive_bytes": lambda row: row.archive_size,
    "attempts": lambda row: row.attempts,
    "error": lambda row: row.error.code.value if row.error else "",
    "outcome": lambda row: row.outcome or "",
    "proof": lambda row: row.proof,
    "unread": lambda row: row.unread,
    "labels": lambda row: text_of(row.labels),
    "profile": lambda row: row.profile or "",
}
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")


def harmless(cell: object) -> str:
    """A cell that no spreadsheet runs as a formula (OWASP ASVS 5.0 §1.2.10); numbers stay."""
    text = str(cell)
    if text[:1] in tuple("=+-@\t\r\n\0＝＋－＠") and not _NUMBER.fullmatch(text):
        text = "'" + text
    return _CONTROL.sub("\ufffd", text)


def write_rows(file: TextIO, rows: Iterable[ParcelRow]) -> int:
    """Writes the header line and the rows; returns how many. Open `file` with newline=""."""
    return write_table(file, COLUMNS, ([cell(row) for cell in COLUMNS.values()] for row in rows))


def write_table(file: TextIO, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> int:
    """Writes any table in that form; returns how many rows."""
    file.write(BOM)
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    number = 0
    for row in rows:
        writer.writerow([harmless(cell) for cell in row])
        number += 1
    return number
