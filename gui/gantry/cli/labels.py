"""`labels` writes a table to fill in; `send` and `deidentify` say which row is whose."""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from gantry.cli.exit_codes import FAILED, OK
from gantry.cli.output import Output
from gantry.cli.scan import find, plural, show_skipped
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog, Patient, Study
from gantry.engine.labels.form import Form
from gantry.engine.labels.label import labels_of
from gantry.engine.labels.matching import StudyMatch
from gantry.engine.labels.table import MatchBy
from gantry.services.labels import Assigned, Given, assign, given_labels, want_form, want_rows
from gantry.store.history.table import harmless, write_table

_EMPTY: Final = ("subject", "session", "visit")
_FOR_PEOPLE: Final = ("#PatientID", "#PatientName", "#Date", "#Description", "#Modality")
_MOST_SAID: Final = 20  # studies and rows in the terminal; `--json` has all


def labels_given(options: argparse.Namespace, form: Form = ()) -> Given:
    """The labels of a call, for a preset's form. Raises GantryError: LABEL_INVALID, LABEL_TABLE."""
    return given_labels(options.label, options.labels, form)


def assigned_labels(given: Given, catalog: Catalog, output: Output) -> Assigned:
    """The labels of each study; reports what the table says about it.

    Raises:
        GantryError: LABEL_UNMATCHED: a study has no row, or several; LABEL_FORM: they don't fit
            the preset.
    """
    assigned = assign(given, catalog)
    if assigned.matches is None:
        want_form(given, assigned, catalog)
        return assigned
    troubled = []
    for one in assigned.matches.studies:
        output.emit(
            "labels",
            patient=one.patient.id,
            study=one.study.uid,
            match=_status(one),
            rows=[row.line for row in one.rows],
            almost=[row.line for row in one.almost],
            labels=dict(assigned.by_study[one.study.key]),
        )
        if len(one.rows) != 1:
            troubled.append(_trouble(one))
    _say(troubled, "studies", output)
    unused = [row.line for row in assigned.matches.unused]
    for line in unused:
        output.emit("labels_unused", row=line)
    if unused:
        shown = ", ".join(map(str, unused[:_MOST_SAID])) + (", …" * (len(unused) > _MOST_SAID))
        output.say(f"The table’s {plural(len(unused), 'line')} {shown} match no study.")
    want_rows(assigned)
    want_form(given, assigned, catalog)
    return assigned


def _status(one: StudyMatch) -> str:
    return "ambiguous" if one.is_ambiguous else "matched" if one.rows else "no row"


def _trouble(one: StudyMatch) -> str:
    who = f"{one.patient.id or one.patient.name}  {one.study.uid or one.study.description}"
    if one.is_ambiguous:
        lines = ", ".join(str(row.line) for row in one.rows)
        return f"{who}: lines {lines} of the table match it."
    if one.almost:
        line = one.almost[0].line
        return f"{who}: no line of the table matches it; line {line} would, but for leading zeros."
    return f"{who}: no line of the table matches it."


def _say(texts: list[str], noun: str, output: Output) -> None:
    for text in texts[:_MOST_SAID]:
        output.say(text)
    if len(texts) > _MOST_SAID:
        output.say(f"… and {len(texts) - _MOST_SAID:,} more {noun}.")


def labels(options: argparse.Namespace, output: Output, token: CancelToken) -> int:
    """Writes an empty table: one row for each study, and columns for labels."""
    named = options.column or _EMPTY
    for name in named:
        labels_of([(name, "")])  # fails where it is none
    path = Path(options.output)
    if os.path.lexists(path):  # somebody may have filled it in
        raise GantryError(
            ErrorCode.CALL_INVALID, facts={"option": "--output", "wanted": "a file that is new"}
        )
    found = find(options.paths, output, token)
    show_skipped(found.skipped, output)
    if not found.catalog.patients:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    has_all_uids = all(study.uid for study in found.catalog.studies)
    columns = [MatchBy.STUDY.value]
    columns += [] if has_all_uids else [MatchBy.PATIENT_ID.value]
    columns += [*_FOR_PEOPLE, *named]
    rows = [
        _row(patient, study, has_all_uids, len(named))
        for patient in found.catalog.patients
        for study in patient.studies
    ]
    write = _write_workbook if path.suffix.lower() == ".xlsx" else _write_csv
    write(path, columns, rows)
    output.summary(rows=len(rows), table=str(path), skipped=len(found.skipped))
    output.text(f"{len(rows):,} {plural(len(rows), 'row')} in {path}")
    return FAILED if found.has_trouble() else OK


def _row(patient: Patient, study: Study, has_all_uids: bool, empty: int) -> list[str]:
    match = [study.uid] if has_all_uids else [study.uid, "" if study.uid else patient.id]
    modalities = " ".join(study.modalities)
    people = [patient.id, patient.name, study.date, study.description, modalities]
    return [*match, *people, *[""] * empty]


def _write_csv(path: Path, columns: list[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("x", encoding="utf-8", newline="") as file:
        write_table(file, columns, rows)


def _write_workbook(path: Path, columns: list[str], rows: Iterable[Iterable[str]]) -> None:
    """Writes cells of text, in which Excel keeps leading zeros."""
    import openpyxl  # noqa: PLC0415 - 100 ms

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("labels")
    sheet.freeze_panes = "A2"
    for row in (columns, *rows):
        sheet.append([_text_cell(sheet, text) for text in row])
    made = io.BytesIO()
    book.save(made)
    with path.open("xb") as file:
        file.write(made.getvalue())


def _text_cell(sheet: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - 100 ms

    cell = WriteOnlyCell(sheet, harmless(text))
    cell.number_format = "@"
    return cell
