"""The history as CSV for spreadsheets, none of whose cells can run as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from typing import TextIO

from gantry.store.history.rows import ParcelRow

BOM = "\ufeff"  # without it Excel takes UTF-8 for the system's old code page
COLUMNS = (
    "parcel", "job", "state", "created", "changed", "destination", "study_uid", "description",
    "patient_id", "patient_name", "files", "bytes", "archive_bytes", "attempts", "error",
)  # fmt: skip
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
_CONTROL = re.compile(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")


def harmless(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP ASVS 5.0 §1.2.10); numbers stay."""
    text = str(cell)
    if text[:1] in tuple("=+-@\t\r\n\0＝＋－＠") and not _NUMBER.fullmatch(text):
        text = "'" + text
    return _CONTROL.sub("\ufffd", text)


def write_rows(file: TextIO, rows: Iterable[ParcelRow]) -> int:
    """Writes the header line and the rows; returns how many. Open `file` with newline=""."""
    file.write(BOM)
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    number = 0
    for r in rows:
        cells = (
            r.id, r.job, r.state.value, r.created, r.changed, r.destination, r.study_uid, r.label,
            r.patient_id, r.patient_name, r.files, r.size, r.archive_size, r.attempts,
            r.error.code.value if r.error else "",
        )  # fmt: skip
        writer.writerow([harmless(c) for c in cells])
        number += 1
    return number
