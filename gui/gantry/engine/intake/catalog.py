"""What the scan found: patients, studies, series, instances; immutable snapshots, cheap to make."""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, field

from gantry.engine.instance import Instance
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.patient_values import (
    ACCESSION,
    BIRTH_DATE,
    PATIENT_ID,
    PATIENT_NAME,
    STUDY,
    STUDY_DATE,
    PatientValues,
    patient_values,
)

__all__ = ["Catalog", "Caution", "CautionCode", "Patient", "Series", "Study", "select"]


@dataclass(frozen=True, slots=True)
class Series:
    """One series of one study of one patient.

    Attributes:
        key: stable across snapshots; holds no patient data.
        uid: Series Instance UID; "" if the files have no valid one.
        number: Series Number.
        date: as in the file, usually YYYYMMDD.
        instances: by Instance Number, then path.
        size: bytes of all instances.
        names: the patient's names in its files, in the form in which they are compared.
        unread: places of files that could not be read and may belong to it; known at the scan's
            end.
        issuer: of the Patient ID.
        said: what its files say of the patient beside what `Patient` and `Study` do: other names,
            accession numbers, dates.
    """

    key: str
    uid: str
    number: int | None
    modality: str
    description: str
    date: str
    body_part: str
    instances: tuple[Instance, ...]
    size: int
    warnings: tuple[Caution, ...] = ()
    names: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    issuer: str = ""
    said: PatientValues = ()

    @property
    def instance_count(self) -> int:
        return len(self.instances)


@dataclass(frozen=True, slots=True)
class Study:
    """One study of one patient.

    `uid` is "" for the node with a patient's files whose UIDs are missing or invalid; their
    instances keep their valid UIDs.
    """

    key: str
    uid: str
    date: str
    time: str
    description: str
    accession: str
    series: tuple[Series, ...]
    instance_count: int
    size: int
    warnings: tuple[Caution, ...] = ()

    @property
    def modalities(self) -> tuple[str, ...]:
        """The series' modalities, each once, sorted."""
        return tuple(sorted({series.modality for series in self.series if series.modality}))


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient: one Patient ID, or one name and birth date if there is no ID."""

    key: str
    id: str
    name: str
    birth_date: str
    sex: str
    studies: tuple[Study, ...]
    instance_count: int
    size: int
    warnings: tuple[Caution, ...] = ()

    @property
    def values(self) -> PatientValues:
        """What all files of the patient say of him, whether they are sent or not."""
        values = [(PATIENT_ID, self.id), (PATIENT_NAME, self.name), (BIRTH_DATE, self.birth_date)]
        for study in self.studies:
            values += [(STUDY, study.uid), (STUDY_DATE, study.date), (ACCESSION, study.accession)]
            for series in study.series:
                values += series.said
        return patient_values(values)


@dataclass(frozen=True, slots=True)
class Catalog:
    """A snapshot. Nodes that have not changed since the previous one are the same objects.

    Attributes:
        serial: a later snapshot of the same list has a higher one.
    """

    patients: tuple[Patient, ...] = ()
    warnings: tuple[Caution, ...] = ()
    serial: int = field(default=0, compare=False)

    @property
    def instance_count(self) -> int:
        return sum(patient.instance_count for patient in self.patients)

    @property
    def size(self) -> int:
        return sum(patient.size for patient in self.patients)

    @property
    def studies(self) -> Iterator[Study]:
        return (study for patient in self.patients for study in patient.studies)

    @property
    def series(self) -> Iterator[Series]:
        return (series for study in self.studies for series in study.series)


def select(catalog: Catalog, unticked: Set[str] = frozenset()) -> list[Series]:
    """The series to send: those whose key, study's key and patient's key are not unticked."""
    return [
        series
        for patient in catalog.patients
        if patient.key not in unticked
        for study in patient.studies
        if study.key not in unticked
        for series in study.series
        if series.key not in unticked
    ]
