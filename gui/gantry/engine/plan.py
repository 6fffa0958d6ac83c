"""Plans parcels from what the user ticked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from ulid import ULID

from gantry.engine.deidentify.pseudonyms import patient_identity
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.parcel import Labels, Parcel, ParcelRule
from gantry.engine.patient_values import PatientValues


def plan(
    catalog: Catalog,
    rule: ParcelRule = ParcelRule.STUDY,
    *,
    without: Collection[str] = (),
    labels: Mapping[str, Labels] = MappingProxyType({}),
) -> tuple[Parcel, ...]:
    """Parcels for all series of `catalog` except those whose key is in `without`.

    Instances without valid UIDs never share a parcel with valid ones: a server may refuse them.

    Args:
        labels: of each study, by its key.

    Raises:
        GantryError: LABEL_CONFLICT: studies that share a parcel have different labels.
    """
    parcels: list[Parcel] = []
    for patient in catalog.patients:
        known = patient.values
        chosen = [
            (study, [s for s in study.series if s.key not in without]) for study in patient.studies
        ]
        chosen = [(study, series) for study, series in chosen if series]
        if rule is ParcelRule.PATIENT:
            sound = [(study, series) for study, series in chosen if study.uid]
            if sound:
                parcels.append(_parcel(patient, known, sound, labels))
            chosen = [(study, series) for study, series in chosen if not study.uid]
        for study, series in chosen:
            if rule is ParcelRule.SERIES:
                parcels += [_parcel(patient, known, [(study, [one])], labels) for one in series]
            else:
                parcels.append(_parcel(patient, known, [(study, series)], labels))
    return tuple(parcels)


def _parcel(
    patient: Patient,
    known: PatientValues,
    chosen: list[tuple[Study, list[Series]]],
    labels: Mapping[str, Labels],
) -> Parcel:
    files: list[Instance] = [i for _, series in chosen for s in series for i in s.instances]
    uids = {study.uid for study, _ in chosen}
    unread = {place for _, series in chosen for s in series for place in s.unread}
    return Parcel(
        id=str(ULID()),
        study_uid=uids.pop() if len(uids) == 1 else "",
        files=tuple(files),
        label=_label(chosen),
        patient_id=patient.id,
        patient_name=patient.name,
        unread=len(unread),
        labels=_labels([labels.get(study.key, ()) for study, _ in chosen]),
        modality="-".join(sorted({s.modality for _, many in chosen for s in many if s.modality})),
        known=known,
        identities=identities_of(patient, chosen),
    )


def identities_of(
    patient: Patient, chosen: Collection[tuple[Study, Collection[Series]]]
) -> tuple[str, ...]:
    """The identities that the files of a parcel have; "": nothing names the patient.

    A patient is a Patient ID of one issuer. Series without an issuer count as the others'.
    """
    if not patient.id.strip() and not patient.name.strip(" ^="):
        found = {study.uid and patient_identity("", "", "", "", study.uid) for study, _ in chosen}
    else:
        issuers = {one.issuer.strip() for _, many in chosen for one in many} - {""} or {""}
        found = {
            patient_identity(issuer, patient.id, patient.name, patient.birth_date, "")
            for issuer in issuers
        }
    return tuple(sorted(found))


def _labels(of_studies: list[Labels]) -> Labels:
    """The labels of all studies of a parcel, which must be the same."""
    first, *others = of_studies
    for other in others:
        if other != first:
            name = min(set(first) ^ set(other))[0]
            raise GantryError(
                ErrorCode.LABEL_CONFLICT,
                facts={"reason": "studies"},
                private={"label": name},
            )
    return first


def _label(chosen: list[tuple[Study, list[Series]]]) -> str:
    """`MR CT · 2026-01-02 · Head`, or, for one series, also its description."""
    study, series = chosen[0]
    modalities = sorted({s.modality for _, many in chosen for s in many if s.modality})
    parts = [" ".join(modalities), _day(study.date), study.description]
    if len(chosen) == 1 and len(series) == 1 and len(study.series) > 1:
        parts.append(series[0].description or f"#{series[0].number}")
    if len(chosen) > 1:
        parts = [" ".join(modalities), f"{len(chosen)} studies"]
    return " · ".join(p for p in parts if p)


def _day(date: str) -> str:
    """Turns DICOM's YYYYMMDD (PS3.5 §6.2, DA) into YYYY-MM-DD; leaves anything else unchanged."""
    digits = date.replace(".", "")  # as ACR-NEMA wrote it
    if len(digits) == 8 and digits.isdecimal():
        return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return date
