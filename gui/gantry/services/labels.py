"""The labels of an upload: those of the job, those of a table, and what they must not say."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog, Patient, Study
from gantry.engine.labels.form import Form, check_form, filled
from gantry.engine.labels.label import parse_labels, with_defaults
from gantry.engine.labels.matching import Matches, match
from gantry.engine.labels.subjects import check_subjects
from gantry.engine.labels.table import Table, read_table
from gantry.engine.lazy import load
from gantry.engine.parcel import Labels

if TYPE_CHECKING:
    from gantry.engine.deidentify.needles import Needles


@dataclass(frozen=True, slots=True)
class Given:
    """What the user gave.

    Attributes:
        job: labels for everything.
        table: labels for single patients or studies; they count before those of the job.
        form: of a preset: which labels there must be, and which values they may have.
    """

    job: Labels = ()
    table: Table | None = None
    form: Form = ()


@dataclass(frozen=True, slots=True)
class Assigned:
    """The labels of each study, by its key.

    Attributes:
        matches: what the table says; None: there is none.
    """

    by_study: Mapping[str, Labels]
    matches: Matches | None = None


def given_labels(texts: Iterable[str], table: str, form: Form = ()) -> Given:
    """Labels as the user wrote them: `NAME=VALUE` texts, and the path of a table or "".
    The form's own values are among those of the job.

    Raises:
        GantryError: LABEL_INVALID, LABEL_TABLE.
    """
    job = filled(form, parse_labels(texts))
    return Given(job, read_table(Path(table)) if table else None, form)


def assign(given: Given, catalog: Catalog, without: Collection[str] = ()) -> Assigned:
    """Gives each study its labels. Studies without exactly one row get those of the job only:
    `want_rows` says whether that is so.

    Args:
        without: keys of series that are not sent.

    Raises:
        GantryError: LABEL_INVALID: a study has too many.
    """
    if given.table is None:
        return Assigned({study.key: given.job for study in catalog.studies} if given.job else {})
    matches = match(given.table, catalog, without)
    own = matches.labels()
    return Assigned(
        {study.key: with_defaults(own.get(study.key, ()), given.job) for study in catalog.studies},
        matches,
    )


def want_form(
    given: Given, assigned: Assigned, catalog: Catalog, without: Collection[str] = ()
) -> None:
    """Checks that the labels of what is sent fit the preset's form, if there is one.

    Raises:
        GantryError: LABEL_FORM.
    """
    check_form(given.form, catalog, assigned.by_study, without)


def want_rows(assigned: Assigned) -> None:
    """Checks that the table has one row for each study.

    Raises:
        GantryError: LABEL_UNMATCHED.
    """
    matches = assigned.matches
    if matches is None:
        return
    if ambiguous := len(matches.ambiguous):
        raise GantryError(
            ErrorCode.LABEL_UNMATCHED, facts={"reason": "ambiguous", "count": ambiguous}
        )
    if without := len(matches.without_row):
        raise GantryError(ErrorCode.LABEL_UNMATCHED, facts={"count": without})


def check_deidentified(
    catalog: Catalog, labels: Mapping[str, Labels], without: Collection[str] = ()
) -> None:
    """Checks the labels of a de-identified upload: one subject for each patient, and nothing in
    them that identifies the patient.

    Raises:
        GantryError: LABEL_CONFLICT, LABEL_COLLISION, LABEL_IDENTIFIES, LABEL_INVALID.
    """
    if not any(labels.values()):
        return
    check_subjects(catalog, labels, without)
    load("pydicom")
    from gantry.engine.deidentify.labelled import identifying  # noqa: PLC0415 - pydicom

    for patient in catalog.patients:
        for study in patient.studies:
            own = labels.get(study.key, ())
            if own and (name := identifying(own, _known(patient, study))):
                raise GantryError(
                    ErrorCode.LABEL_IDENTIFIES,
                    private={"label": name, "study": study.uid or study.description},
                )


def _known(patient: Patient, study: Study) -> Needles:
    from gantry.engine.deidentify.sources import known_from  # noqa: PLC0415 - pydicom

    names = {patient.name, *(name for series in study.series for name in series.names)}
    ids = (patient.id, study.accession, study.uid)
    return known_from(names=sorted(names), ids=ids, dates=(patient.birth_date, study.date))
