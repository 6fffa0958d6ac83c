"""Gives uploads their running numbers when they begin; each keeps its own from then on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cache

from gantry.engine.deidentify.pattern import pattern_of
from gantry.engine.deidentify.pseudonyms import Key, patient_identity
from gantry.engine.deidentify.treating import (
    chosen_in,
    pattern_in,
    subject_in,
    with_subject,
)
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.parcel import Parcel
from gantry.engine.plan import identities_of
from gantry.engine.rewriters import BY_PROFILE
from gantry.store.home import Home
from gantry.store.numbers import Numbers, Patient
from gantry.store.relink import Relink


def numbers_of(home: Home) -> Numbers:
    """The running numbers of a home."""
    return Numbers(home, Relink(home).pseudonyms)


def is_numbered(pattern: str) -> bool:
    """Whether a profile's pattern counts; "" is none."""
    return bool(pattern) and pattern_of(pattern).numbered


def numbered(
    parcels: Iterable[Parcel], numbers: Numbers, key_of: Callable[[str], Key]
) -> tuple[Parcel, ...]:
    """De-identified parcels with their pseudonyms, where the profile counts. Subjects of labels
    stay, and are noted.

    Raises:
        GantryError: NUMBERS_FAILED; LABEL_CONFLICT: a subject is another patient's number;
            TREATMENT_UNKNOWN.
    """
    parcels, known = tuple(parcels), cache(key_of)
    treated = cache(with_subject)  # one object for many parcels: its details may be long
    named: list[tuple[str, Patient]] = []
    wanted: dict[str, dict[int, Patient]] = {}  # by pattern and place
    for at, parcel in enumerate(parcels):
        if parcel.treatment.rewriter != BY_PROFILE:
            continue
        subject = subject_in(parcel.treatment)
        pattern = "" if subject else pattern_in(parcel.treatment)
        if subject or is_numbered(pattern):
            key = known(chosen_in(parcel.treatment)[1])
            identities = parcel.identities or (_identity(parcel),)
            if subject:
                named.append((subject, Patient(key.id, key.token(identities[0]))))
            else:
                wanted.setdefault(pattern, {})[at] = _patient(key, identities)
    if named:
        numbers.name(named)
    made = list(parcels)
    for pattern, patients in wanted.items():
        given = numbers.of(pattern, patients.values())
        for at, patient in patients.items():
            treatment = treated(parcels[at].treatment, given[patient])
            made[at] = replace(parcels[at], treatment=treatment)
    return tuple(made)


def numbered_studies(
    catalog: Catalog, subjects: Mapping[str, str], pattern: str, key: Key, numbers: Numbers
) -> dict[str, str]:
    """The subject of each study, by its key: of the labels, otherwise its patient's number.

    Raises:
        GantryError: NUMBERS_FAILED; LABEL_CONFLICT: a subject is another patient's number.
    """
    found = {study: subject for study, subject in subjects.items() if subject}
    counts = is_numbered(pattern)
    named: list[tuple[str, Patient]] = []
    wanted: dict[str, Patient] = {}
    for patient in catalog.patients:
        for study in patient.studies:
            identities = identities_of(patient, [(study, list(study.series))])
            if study.key in found:
                owner = Patient(key.id, key.token(identities[0]))
                named.append((found[study.key], owner))
            elif counts:
                wanted[study.key] = _patient(key, identities)
    if named:
        numbers.name(named)
    given = numbers.of(pattern, wanted.values()) if wanted else {}
    return found | {study: given[patient] for study, patient in wanted.items()}


def _patient(key: Key, identities: Collection[str]) -> Patient:
    """The only patient of an upload. Raises GantryError: there are two, or nothing names one."""
    if len(identities) != 1 or "" in identities:
        reason = "patients" if len(identities) > 1 else "unknown"
        raise GantryError(ErrorCode.NUMBERS_FAILED, facts={"reason": reason})
    return Patient(key.id, key.token(next(iter(identities))))


def _identity(parcel: Parcel) -> str:
    return patient_identity("", parcel.patient_id, parcel.patient_name, "", parcel.study_uid)
