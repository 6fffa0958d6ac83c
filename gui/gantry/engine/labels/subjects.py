"""Checks the subjects of de-identified uploads: one for each patient, one patient for each."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog, Patient, Study
from gantry.engine.labels.label import SUBJECT
from gantry.engine.labels.naming import want_one
from gantry.engine.labels.safe import NameKind, compared, safe
from gantry.engine.parcel import Labels


def new_patient_id(labels: Labels) -> str:
    """The Patient ID that a de-identified upload gets by its labels; "": they name no subject.

    Raises:
        GantryError: LABEL_INVALID: the subject is too long.
    """
    subject = dict(labels).get(SUBJECT, "")
    return safe(subject, NameKind.PATIENT) if subject else ""


def check_subjects(
    catalog: Catalog, labels: Mapping[str, Labels], without: Collection[str] = ()
) -> None:
    """Checks that each patient gets one subject in all studies, and no two the same.

    A patient is a Patient ID of one issuer. Studies without an issuer count as the patient's.

    Args:
        labels: of each study, by its key.
        without: keys of series that are not sent.

    Raises:
        GantryError: LABEL_CONFLICT, with the subject; LABEL_COLLISION: two subjects would become
            one Patient ID; LABEL_INVALID.
    """
    names: dict[str, tuple[str, ...]] = {}
    owners: dict[str, str] = {}
    for patient in catalog.patients:
        known: dict[str, str] = {}  # by issuer
        for study in patient.studies:
            issuers = {s.issuer.strip() for s in study.series if s.key not in without}
            if not issuers:
                continue
            subject = _subject(labels.get(study.key, ()), study, names)
            for issuer in issuers:
                if known.setdefault(issuer, subject) != subject:
                    raise _conflict("subjects", known[issuer], subject)
        _want_own(patient, known, owners)


def _subject(labels: Labels, study: Study, names: dict[str, tuple[str, ...]]) -> str:
    subject = dict(labels).get(SUBJECT, "")
    if subject:
        try:
            name = safe(subject, NameKind.PATIENT)
        except GantryError as error:
            error.private.setdefault("label", SUBJECT)
            raise
        want_one(names, name, (subject,), NameKind.PATIENT, NameKind.PATIENT.value)
    return subject


def _want_own(patient: Patient, known: Mapping[str, str], owners: dict[str, str]) -> None:
    """Notes whose a patient's subjects are. Raises LABEL_CONFLICT: another patient's."""
    named = {issuer: subject for issuer, subject in known.items() if issuer}
    anyone = known.get("")
    if anyone is not None and named and set(named.values()) != {anyone}:
        raise _conflict("subjects", anyone, min(named.values()))
    for issuer, subject in (named or known).items():
        if not subject:
            continue
        owner = f"{patient.key}\0{issuer}"
        if owners.setdefault(compared(subject, NameKind.PATIENT), owner) != owner:
            raise _conflict("patients", subject, subject)


def _conflict(reason: str, one: str, other: str) -> GantryError:
    private = {"value": one or "–", "other": other or "–"}
    return GantryError(ErrorCode.LABEL_CONFLICT, facts={"reason": reason}, private=dict(private))
