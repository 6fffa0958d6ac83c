"""Builds the catalog as headers come in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final

from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.intake.catalog_nodes import PatientNode, SeriesNode, StudyNode
from gantry.engine.intake.catalog_snapshot import Snapshots, values_of
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.intake.header.describe import About, Header
from gantry.engine.intake.index import Index
from gantry.engine.intake.skipped import Skipped
from gantry.engine.intake.unread import placed
from gantry.engine.shared_values import SharedValues

# What is shown of a patient, a study and a series
_FIELDS: Final = (
    ("patient_name", "birth_date", "sex", "guessed"),
    ("study_date", "study_time", "study_description", "accession", "guessed"),
    ("series_number", "series_description", "series_date", "modality", "body_part", "guessed"),
)
FAULTY: Final = "?"  # in keys: the study (or series) of files without a valid UID


class CatalogBuilder:
    """Collects headers; not thread-safe.

    A patient is a Patient ID or, without one, a name with a birth date. Files with a missing or
    invalid UID go into a study of their own under their patient.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], str] = {}  # never shrinks, so that keys stay the same
        self._last_key = 0
        self._patients: dict[str, PatientNode] = {}
        self._index = Index(self._everything)
        self._sharing: dict[str, set[str]] = {}  # Study Instance UID -> keys of patients
        self._snapshots = Snapshots(self._sharing, lambda: self._index.collided)
        self._last: tuple[About, SharedValues, SeriesNode] | None = None
        self._built: Catalog | None = None
        self._serial = 0

    def find(self, place: str) -> Instance | None:
        """The instance from this `Instance.place`."""
        found = self._index.at(place)
        return found[1] if found else None

    def with_uid(self, uid: str) -> list[Instance]:
        """Those with this SOP Instance UID."""
        return [instance for _series, instance in self._index.of(uid)]

    def add(self, headers: Iterable[Header]) -> None:
        """Adds headers; a header from a path (and member) that is already in replaces it."""
        for header in headers:
            self.put(header, *header.instance.identity)

    def put(self, header: Header, place: str, uid: str) -> None:
        """Adds the one header with this place and SOP Instance UID."""
        instance = header.instance
        if old := self._index.at(place):
            if old[1] == instance:
                return
            self._take_out(*old)
        series = self._series_for(header)
        for other, _instance in self._index.of(uid):
            other.touch()
        self._index.add(series, instance, place, uid)
        series.instances.append(instance)
        if series.built is not None or series.checked:
            series.touch()

    def keys_of(self, header: Header) -> tuple[str, str, str]:
        """The keys of its patient, study and series."""
        instance = header.instance
        patient = self._key(header.about)
        uid = "" if instance.fault else instance.study_instance_uid
        study = f"{patient}/{uid or FAULTY}"
        return patient, study, f"{study}/{instance.series_instance_uid or FAULTY}"

    def note_duplicate(self, of: Instance) -> None:
        """Counts a file that was skipped because `of` has the same bytes."""
        if found := self._index.at(of.place):
            series, _instance = found
            series.duplicates += 1
            series.touch()

    def drop_gone(self, instance: Instance, copies: int) -> None:
        """Removes an instance whose file no longer exists; its series counts it.

        Its `copies` are added separately, and no longer count as copies.
        """
        if found := self._index.at(instance.place):
            series, known = found
            series.gone += 1
            series.duplicates = max(0, series.duplicates - copies)
            self._take_out(series, known)

    def remove(self, keys: Iterable[str]) -> list[Instance]:
        """Removes patients, studies or series by key; unknown keys are ignored."""
        wanted = set(keys)
        found = [
            series
            for patient in self._patients.values()
            for study in patient.studies.values()
            for series in study.series.values()
            if not wanted.isdisjoint((patient.key, study.key, series.key))
        ]
        gone = [instance for series in found for instance in series.instances]
        for series in found:
            instances, series.instances = series.instances, []
            self._forget(series, instances)
        return gone

    def set_unread(self, unread: Iterable[Skipped], roots: Iterable[str]) -> None:
        """Replaces the list of files that could not be read."""
        every = [
            series
            for patient in self._patients.values()
            for study in patient.studies.values()
            for series in study.series.values()
        ]
        unread = list(unread)
        places = placed(unread, every, roots) if unread else {}
        for series in every:
            if series.unread != (new := places.get(series, ())):
                series.unread = new
                series.touch()

    def snapshot(self, *, complete: bool = True) -> Catalog:
        """The catalog now. Only a `complete` one says which slices seem to be missing."""
        patients = [self._snapshots.patient(p, complete) for p in self._patients.values()]
        patients.sort(key=lambda p: (p.name.casefold(), p.id, p.key))
        new = tuple(patients)
        old = self._built
        # equal means identical here, so this compares no contents
        if old is not None and list(map(id, old.patients)) == list(map(id, new)):
            return old
        warnings: tuple[Caution, ...] = ()
        if len(new) > 1:
            warnings = (Caution(CautionCode.SEVERAL_PATIENTS, {"patients": len(new)}),)
        self._serial += 1
        self._built = Catalog(new, warnings, self._serial)
        return self._built

    def restore(self, catalog: Catalog) -> None:
        """Takes over another builder's nodes; they keep their keys."""
        for patient in catalog.patients:
            who = (patient.id,) if patient.id else (patient.name, patient.birth_date)
            self._keys[who] = patient.key
            self._last_key = max(self._last_key, int(patient.key[1:]))
            for study in patient.studies:
                for series in study.series:
                    self._restore(patient, study, series)

    def _restore(self, patient: Patient, study: Study, series: Series) -> None:
        about = About(
            patient_id=patient.id,
            patient_name=patient.name,
            birth_date=patient.birth_date,
            sex=patient.sex,
            study_date=study.date,
            study_time=study.time,
            study_description=study.description,
            accession=study.accession,
            series_number=series.number,
            series_description=series.description,
            series_date=series.date,
            modality=series.modality,
            body_part=series.body_part,
        )
        for instance in series.instances:
            self.put(Header(instance, about), *instance.identity)
        node = self._index.at(series.instances[0].place)
        assert node is not None, "it was just put in"
        node[0].names.update(series.names)
        node[0].said.update(series.said)
        counts = {warning.code: warning.facts.get("count") for warning in series.warnings}
        node[0].duplicates = int(counts.get(CautionCode.DUPLICATES) or 0)
        node[0].unread = series.unread
        node[0].gone = int(counts.get(CautionCode.GONE) or 0)

    # Placing

    def _series_for(self, header: Header) -> SeriesNode:
        instance, about = header.instance, header.about
        if self._last and self._last[0] is about and self._last[1] is instance.shared:
            return self._last[2]
        patient_key, study_key, series_key = self.keys_of(header)
        patient = self._patients.get(patient_key)
        if patient is None:
            patient = self._patients[patient_key] = PatientNode(patient_key, about)
        study_uid = "" if instance.fault else instance.study_instance_uid
        study = patient.studies.get(study_key)
        if study is None:
            study = patient.studies[study_key] = StudyNode(study_key, study_uid, patient, about)
            if study_uid:
                self._share(study_uid, patient_key)
        series = study.series.get(series_key)
        if series is None:
            uid = instance.series_instance_uid
            series = study.series[series_key] = SeriesNode(series_key, uid, study, about)
            study.touch()
        series.names.add(_plain_name(about.patient_name))
        series.said.update(values_of(about))
        self._complete(series, about)
        self._last = about, instance.shared, series
        return series

    def _complete(self, series: SeriesNode, about: About) -> None:
        """Fills in from a later file what earlier ones left blank."""
        study = series.study
        patient = study.patient
        nodes: tuple[PatientNode | StudyNode | SeriesNode, ...] = (patient, study, series)
        for node, fields in zip(nodes, _FIELDS, strict=True):
            if node.about is about:
                continue
            had = node.about
            blank = {name: getattr(about, name) for name in fields if not getattr(had, name)}
            if isinstance(node, StudyNode) and had.study_date == about.study_date:
                times = [time for time in (had.study_time, about.study_time) if time]
                blank["study_time"] = min(times, default="")  # whichever file came first
            about_now = replace(had, **blank)
            if about_now != had:
                node.about = about_now
                series.touch()

    def _key(self, about: About) -> str:
        """A patient's key: a number, so that it can be logged."""
        who = (about.patient_id,) if about.patient_id else (about.patient_name, about.birth_date)
        key = self._keys.get(who)
        if key is None:
            self._last_key += 1
            key = self._keys[who] = f"p{self._last_key}"
        return key

    def _share(self, study_uid: str, patient_key: str, *, ends: bool = False) -> None:
        """Notes which patients have a study; all of them change when it becomes shared."""
        sharing = self._sharing.setdefault(study_uid, set())
        if ends:
            sharing.discard(patient_key)
        else:
            sharing.add(patient_key)
        for key in sharing:
            if study := self._patients[key].studies.get(f"{key}/{study_uid}"):
                study.touch()

    def _everything(self) -> Iterator[tuple[SeriesNode, Instance]]:
        for patient in self._patients.values():
            for study in patient.studies.values():
                for series in study.series.values():
                    for instance in series.instances:
                        yield series, instance

    def _take_out(self, series: SeriesNode, instance: Instance) -> None:
        series.instances = [one for one in series.instances if one is not instance]
        self._forget(series, [instance])

    def _forget(self, series: SeriesNode, gone: list[Instance]) -> None:
        """Cleans up after instances were removed from a series."""
        self._last = None
        series.touch()
        for instance in gone:
            if (uid := instance.sop_instance_uid) in self._index.collided:
                for other, _instance in self._index.of(uid):
                    other.touch()
            self._index.remove(instance)
        study = series.study
        patient = study.patient
        if not series.instances:
            del study.series[series.key]
        if not study.series:
            patient.studies.pop(study.key, None)
            if study.uid:
                self._share(study.uid, patient.key, ends=True)
        if not patient.studies:
            self._patients.pop(patient.key, None)


@lru_cache(maxsize=1024)
def _plain_name(name: str) -> str:
    """A name without what varies between its spellings: case, carets, spaces, scripts."""
    return " ".join(re.split(r"[\s^]+", name.partition("=")[0].casefold())).strip()
