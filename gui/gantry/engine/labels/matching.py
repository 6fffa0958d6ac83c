"""Matches the rows of a table with the studies of a catalog."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from gantry.engine.intake.catalog import Catalog, Patient, Study
from gantry.engine.labels.table import MatchBy, Row, Table
from gantry.engine.parcel import Labels

_DIVIDES: Final = re.compile(r"[\\/]+")
_BETWEEN_NAMES: Final = re.compile(r"[\^ ,\s]+")


@dataclass(frozen=True, slots=True)
class StudyMatch:
    """What a table says about one study.

    Attributes:
        rows: all rows that match it: none, one, or, if it is ambiguous, several.
        almost: rows whose values differ from the study's only by leading zeros, which spreadsheets
            drop. They do not match.
    """

    patient: Patient
    study: Study
    rows: tuple[Row, ...]
    almost: tuple[Row, ...] = ()

    @property
    def labels(self) -> Labels:
        """The labels of the only row that matches; otherwise none."""
        return self.rows[0].labels if len(self.rows) == 1 else ()

    @property
    def is_ambiguous(self) -> bool:
        return len(self.rows) > 1


@dataclass(frozen=True, slots=True)
class Matches:
    """The result for all studies, in the catalog's order.

    Attributes:
        unused: rows that match no study.
    """

    studies: tuple[StudyMatch, ...]
    unused: tuple[Row, ...]

    @property
    def ambiguous(self) -> list[StudyMatch]:
        return [one for one in self.studies if one.is_ambiguous]

    @property
    def without_row(self) -> list[StudyMatch]:
        return [one for one in self.studies if not one.rows]

    def labels(self) -> dict[str, Labels]:
        """The labels of each study, by its key."""
        return {one.study.key: one.labels for one in self.studies}


def match(table: Table, catalog: Catalog, without: Iterable[str] = ()) -> Matches:
    """Finds the rows of each study; all cells of a row that are not empty must match.

    Args:
        without: keys of series that are not sent; a study of which nothing is sent needs no row.
    """
    index, loose = _Index(table.rows), _Index(table.rows, without_zeros=True)
    skipped = frozenset(without)
    found: list[StudyMatch] = []
    used: set[int] = set()
    for patient in catalog.patients:
        for study in patient.studies:
            if skipped and all(series.key in skipped for series in study.series):
                continue
            values = _values(patient, study, table.columns)
            rows = tuple(index.rows(values))
            used.update(row.line for row in rows)
            almost = () if rows else tuple(loose.rows(values))
            found.append(StudyMatch(patient, study, rows, almost))
    unused = tuple(row for row in table.rows if row.line not in used)
    return Matches(tuple(found), unused)


class _Index:
    """Rows by what they match, one dictionary for each set of columns that rows use."""

    def __init__(self, rows: Iterable[Row], *, without_zeros: bool = False) -> None:
        self._form = _without_zeros if without_zeros else _exactly
        self._rows: dict[tuple[MatchBy, ...], dict[tuple[str, ...], list[Row]]] = {}
        for row in rows:
            columns = tuple(by for by, _ in row.match)
            key = tuple(self._form(_form(by, value)) for by, value in row.match)
            self._rows.setdefault(columns, defaultdict(list))[key].append(row)

    def rows(self, values: Mapping[MatchBy, Iterable[str]]) -> Iterator[Row]:
        for columns, known in self._rows.items():
            keys = dict.fromkeys(product(*({*map(self._form, values[by])} for by in columns)))
            for key in keys:
                yield from known.get(key, ())


def _exactly(value: str) -> str:
    return value


def _without_zeros(value: str) -> str:
    return value.lstrip("0") or value[:1]


def _values(
    patient: Patient, study: Study, columns: tuple[MatchBy, ...]
) -> dict[MatchBy, Iterable[str]]:
    """The forms of a study's values that a cell may have."""
    found: dict[MatchBy, Iterable[str]] = {
        MatchBy.PATIENT_ID: [patient.id.strip()],
        MatchBy.STUDY: [study.uid],
        MatchBy.ACCESSION: [study.accession.strip()],
    }
    if MatchBy.PATIENT_NAME in columns:
        names = [patient.name, *patient.name.split("=")]
        found[MatchBy.PATIENT_NAME] = {_name(name) for name in names}
    if MatchBy.FOLDER in columns:
        found[MatchBy.FOLDER] = set(_folders(study))
    return found


def _form(by: MatchBy, value: str) -> str:
    """A cell in the form in which it is compared."""
    if by is MatchBy.PATIENT_NAME:
        return _name(value)
    return _folder(value) if by is MatchBy.FOLDER else value


def _name(text: str) -> str:
    """`Doe^John`, `Doe, John` and `DOE JOHN` are one name."""
    return " ".join(_BETWEEN_NAMES.sub(" ", text).casefold().split())


def _folder(text: str) -> str:
    return os.path.normcase(
        "/".join(part for part in _DIVIDES.split(text) if part not in ("", "."))
    )


def _folders(study: Study) -> Iterator[str]:
    """Each folder that holds all files of a study, by its name, with or without those above it."""
    begun = {instance.shared.folder for series in study.series for instance in series.instances}
    common: list[str] | None = None
    for place in begun:
        path, _, inside = place.partition("\0")  # the folder of a ZIP's member is below the ZIP
        whole = f"{os.path.abspath(path)}/{inside}"  # noqa: PTH100 - looks at no disk
        parts = [part for part in _DIVIDES.split(whole) if part]
        if common is None:
            common = parts
            continue
        same = 0
        while same < min(len(common), len(parts)) and common[same] == parts[same]:
            same += 1
        common = common[:same]
    for end in range(1, len(common or ()) + 1):
        for start in range(end):
            yield _folder("/".join((common or [])[start:end]))
