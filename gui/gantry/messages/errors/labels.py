"""Sentences for errors of labels: names, values, templates, tables."""

from __future__ import annotations

from typing import Final

from gantry.messages.errors.common import Row

_INVALID: Final = "Invalid label"
_FORM: Final = "A label does not fit the preset"
_TABLE: Final = "The table of labels can’t be used"
_CELL: Final = "Correct the cell and save the table again. Nothing was sent."
_AT: Final = "Line {line}, column {column}"

LABELS: dict[str, Row] = {
    "label.invalid": (
        _INVALID,
        "The label {label} can’t be used.",
        "Correct it. Nothing was sent.",
    ),
    "label.invalid#name": (
        _INVALID,
        "{label} is not a name for a label.",
        "A name begins with a letter; letters, digits, spaces and . _ - follow, at most 63 "
        "characters.",
    ),
    "label.invalid#empty": (
        _INVALID,
        "The label {label} has no value.",
        "Write NAME=VALUE, for example subject=S01.",
    ),
    "label.invalid#value": (
        _INVALID,
        "The value of the label {label} has a line break or a character that can’t be seen.",
        "Type the value again.",
    ),
    "label.invalid#long": (
        _INVALID,
        "The value that begins with {value} is too long: at most {most} characters are possible "
        "there.",
        "Choose a shorter one. Nothing is ever cut off.",
    ),
    "label.invalid#many": (
        _INVALID,
        "One upload can have {most} labels; these are {count}.",
        "Give fewer labels.",
    ),
    "label.invalid#twice": (
        _INVALID,
        "The label {label} has two values: {value} and {other}.",
        "Give one of them.",
    ),
    "label.template": (
        "Invalid template",
        "The template {template} has an error at character {at}.",
        "In braces there can be label:NAME, study_uid, parcel, sha256, size, date or modality; a "
        "brace itself is written twice.",
    ),
    "label.missing": (
        "A label is missing",
        "The destination needs the label {label}, and {study} has none.",
        "Set it with --label or in the table. Nothing was sent.",
    ),
    "label.missing#field": (
        "A value is missing",
        "The destination needs {field}, and {study} has none.",
        "Change the template of the destination. Nothing was sent.",
    ),
    "label.collision": (
        "Two names become one",
        "{value} and {other} would both become {name}, because other characters are not possible "
        "there.",
        "Change one of the labels. Nothing was sent.",
    ),
    "label.conflict": (
        "The labels contradict each other",
        "The labels of this upload contradict each other.",
        "Correct them. Nothing was sent.",
    ),
    "label.conflict#patients": (
        "Two patients, one subject",
        "Two patients would become the subject {value}.",
        "Give each patient a subject. Nothing was sent.",
    ),
    "label.conflict#subjects": (
        "One patient, two subjects",
        "The studies of one patient have different subjects: {value} and {other}.",
        "Give all studies of a patient the same subject. Nothing was sent.",
    ),
    "label.conflict#sessions": (
        "One session, two subjects",
        "The session {value} would belong to two subjects; a session’s name is unique in an XNAT "
        "project.",
        "Name the sessions differently, or let the destination’s option “session” join subject and "
        "session. Nothing was sent.",
    ),
    "label.conflict#studies": (
        "Different labels in one upload",
        "Studies that are sent together have different values of the label {label}.",
        "Send each study as an upload of its own: --parcel study. Nothing was sent.",
    ),
    "label.identifies": (
        "A label identifies the patient",
        "The label {label} of {study}, which is to be de-identified, contains a name, an ID or a "
        "date of the patient.",
        "Labels leave this computer with the images: choose another value. Nothing was sent.",
    ),
    "label.unmatched": (
        "Studies without labels",
        "{count} of the studies have no row in the table.",
        "Add a row for each of them; cells for labels may stay empty. Nothing was sent.",
    ),
    "label.unmatched#ambiguous": (
        "Studies with several rows",
        "{count} of the studies match several rows of the table.",
        "Leave one row for each study, or add a column that tells them apart, such as "
        "StudyInstanceUID. Nothing was sent.",
    ),
    "label.form": (
        _FORM,
        "The label {label} does not fit the preset.",
        "Correct it. Nothing was sent.",
    ),
    "label.form#required": (
        _FORM,
        "The preset needs the label {label}, and {study} has none.",
        "Set it with --label or in the table. Nothing was sent.",
    ),
    "label.form#pattern": (
        _FORM,
        "The label {label} can’t be {value}: the preset takes {wanted} only.",
        "Correct it. Nothing was sent.",
    ),
    "label.form#choice": (
        _FORM,
        "The label {label} can’t be {value}. The preset takes only: {wanted}.",
        "Correct it. Nothing was sent.",
    ),
    "label.form#patient": (
        _FORM,
        "The label {label} has different values in the studies of one patient.",
        "The preset wants one value for each patient. Correct the table. Nothing was sent.",
    ),
    "label.form#job": (
        _FORM,
        "The label {label} has different values in this upload.",
        "The preset wants one value for all. Correct the table. Nothing was sent.",
    ),
    "label.table": (_TABLE, "The table can’t be used.", _CELL),
    "label.table#unread": (
        _TABLE,
        "The table can’t be read.",
        "Check its name, and whether you may read it. If another program has it open, close it "
        "there.",
    ),
    "label.table#too-large": (
        _TABLE,
        "The table is too large: 100,000 rows are possible.",
        "Divide it.",
    ),
    "label.table#empty": (
        _TABLE,
        "The table is empty.",
        "gantry-cli labels writes one to fill in.",
    ),
    "label.table#old-workbook": (
        _TABLE,
        "The table is an old Excel workbook (.xls), or locked by a password.",
        "Save it as an Excel workbook (.xlsx) without a password, or as CSV.",
    ),
    "label.table#workbook": (
        _TABLE,
        "The table is not an Excel workbook that can be read.",
        "Save it as an Excel workbook (.xlsx) or as CSV.",
    ),
    "label.table#encoding": (
        _TABLE,
        "It is unclear in which encoding the table was saved.",
        "Save it as “CSV UTF-8” or as an Excel workbook (.xlsx).",
    ),
    "label.table#quotes": (
        _TABLE,
        "Line {line} has quotation marks that don’t belong together.",
        "Correct the line, or save the table again with a spreadsheet program.",
    ),
    "label.table#header": (
        _TABLE,
        "{header}, in the first row, is neither a column to match by nor a name for a label.",
        "The first row names the columns. A column whose name begins with # is ignored.",
    ),
    "label.table#twice": (
        _TABLE,
        "Two columns are called {header}.",
        "Name each column differently.",
    ),
    "label.table#no-match": (
        _TABLE,
        "No column of the table says which study a row belongs to.",
        "Name one of them PatientID, PatientName, StudyInstanceUID, AccessionNumber or Folder in "
        "the first row.",
    ),
    "label.table#no-label": (
        _TABLE,
        "No column of the table is a label.",
        "Add a column, for example subject.",
    ),
    "label.table#too-long": (
        _TABLE,
        "Line {line} has more cells than the first row has columns.",
        "If a value contains a comma or a semicolon, put it in quotation marks.",
    ),
    "label.table#matches-all": (
        _TABLE,
        "Line {line} does not say which study it belongs to.",
        "Fill in a cell in a column such as PatientID, or delete the line.",
    ),
    "label.table#date": (
        _TABLE,
        f"{_AT} ({{header}}): the cell is a date, probably made by the spreadsheet program.",
        "Format the column as text and type the value again.",
    ),
    "label.table#rounded": (
        _TABLE,
        f"{_AT} ({{header}}): the number has more digits than a spreadsheet program keeps, so its "
        "last digits are wrong.",
        "Format the column as text and type the value again.",
    ),
    "label.table#error": (
        _TABLE,
        f"{_AT} ({{header}}): the cell has the error {{value}}.",
        _CELL,
    ),
    "label.table#formula": (
        _TABLE,
        f"{_AT} ({{header}}): the cell has a formula without a result.",
        "Open the table in a spreadsheet program and save it again.",
    ),
    "label.table#bad-value": (
        _TABLE,
        f"{_AT} ({{header}}): the value has a line break or a character that can’t be seen.",
        _CELL,
    ),
    "label.table#bad-long": (
        _TABLE,
        f"{_AT} ({{header}}): the value is longer than 256 characters.",
        _CELL,
    ),
    "label.table#bad-many": (
        _TABLE,
        "The table has more than 32 labels.",
        "Begin the names of columns that are no labels with #, or delete them.",
    ),
}
