"""Builds the catalog as headers come in; a snapshot makes anew only what was touched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Final

from gantry.engine.instance import Instance, Shared
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.intake.describe import About, Header
from gantry.engine.intake.gaps import slices_missing
from gantry.engine.intake.index import Index
from gantry.engine.intake.nodes import PatientNode, SeriesNode, StudyNode

FAULTY: Final = "?"  # in keys: the study (or series) of what has no valid UID


class CatalogBuilder:
    """Collects headers; not thread-safe.

    A patient is a Patient ID; where there is none, a name with a birth date. What has a missing
    or invalid UID goes into a study of its own under its patient.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], str] = {}  # stays, so that keys do
        self._patients: dict[str, PatientNode] = {}
        self._index = Index(self._everything)
        self._sharing: dict[str, set[str]] = {}  # Study Instance UID -> keys of patients
        self._last: tuple[About, Shared, SeriesNode] | None = None
        self._built: Catalog | None = None

    def find(self, place: str) -> Instance | None:
        """The instance that was taken from there, by `Instance.place`."""
        found = self._index.at(place)
        return found[1] if found else None

    def with_uid(self, uid: str) -> list[Instance]:
        """Those with this SOP Instance UID."""
        return [instance for _series, instance in self._index.of(uid)]

    def add(self, headers: Iterable[Header]) -> None:
        """Takes up headers; one from a path (and member) that is already in replaces it."""
        for header in headers:
            self.put(header, *header.instance.identity)

    def put(self, header: Header, place: str, uid: str) -> None:
        """Takes up one, whose place and SOP Instance UID these are."""
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

    def note_duplicate(self, of: Instance) -> None:
        """Counts a file that was left out since `of` has the same bytes."""
        if found := self._index.at(of.place):
            series, _instance = found
            series.duplicates += 1
            series.touch()

    def remove(self, keys: Iterable[str]) -> list[Instance]:
        """Takes out patients, studies or series by key; unknown keys are ignored."""
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

    def snapshot(self, *, complete: bool = True) -> Catalog:
        """The catalog now. Only a `complete` one says which slices seem to be missing."""
        patients = [self._build_patient(p, complete) for p in self._patients.values()]
        patients.sort(key=lambda p: (p.name.casefold(), p.id, p.key))
        new = tuple(patients)
        old = self._built
        # equal here means the very same objects, so this compares no contents
        if old is not None and list(map(id, old.patients)) == list(map(id, new)):
            return old
        warnings: tuple[Caution, ...] = ()
        if len(new) > 1:
            warnings = (Caution(CautionCode.SEVERAL_PATIENTS, {"patients": len(new)}),)
        self._built = Catalog(new, warnings)
        return self._built

    # Placing

    def _series_for(self, header: Header) -> SeriesNode:
        instance, about = header.instance, header.about
        if self._last and self._last[0] is about and self._last[1] is instance.shared:
            return self._last[2]
        patient_key = self._key(about)
        patient = self._patients.get(patient_key)
        if patient is None:
            patient = self._patients[patient_key] = PatientNode(patient_key, about)
        study_uid = "" if instance.fault else instance.study_instance_uid
        study_key = f"{patient_key}/{study_uid or FAULTY}"
        study = patient.studies.get(study_key)
        if study is None:
            study = patient.studies[study_key] = StudyNode(study_key, study_uid, patient, about)
            if study_uid:
                self._share(study_uid, patient_key)
        series_key = f"{study_key}/{instance.series_instance_uid or FAULTY}"
        series = study.series.get(series_key)
        if series is None:
            uid = instance.series_instance_uid
            series = study.series[series_key] = SeriesNode(series_key, uid, study, about)
            study.touch()
        series.names.add(_plain_name(about.patient_name))
        self._last = about, instance.shared, series
        return series

    def _key(self, about: About) -> str:
        """A patient's key: a number, so that it can be logged."""
        who = (about.patient_id,) if about.patient_id else (about.patient_name, about.birth_date)
        return self._keys.setdefault(who, f"p{len(self._keys) + 1}")

    def _share(self, study_uid: str, patient_key: str, *, ends: bool = False) -> None:
        """Keeps which patients have a study; all of them change when it gets shared."""
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
        """Tidies up behind instances that were taken out of a series."""
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

    # Building

    def _build_patient(self, node: PatientNode, complete: bool) -> Patient:
        if node.built is not None and not complete:
            return node.built
        studies = [self._build_study(s, complete) for s in node.studies.values()]
        if node.built is not None:
            return node.built
        studies.sort(key=lambda s: (s.date, s.time, s.key))
        warnings = []
        if not node.about.patient_id:
            warnings.append(Caution(CautionCode.PATIENT_ID_MISSING))
        names = {
            name
            for study in node.studies.values()
            for s in study.series.values()
            for name in s.names
        } - {""}
        if len(names) > 1:
            warnings.append(Caution(CautionCode.PATIENT_NAMES_DIFFER, {"names": len(names)}))
        about = node.about
        node.built = Patient(
            node.key,
            about.patient_id,
            about.patient_name,
            about.birth_date,
            about.sex,
            tuple(studies),
            sum(study.instance_count for study in studies),
            sum(study.size for study in studies),
            tuple(warnings),
        )
        return node.built

    def _build_study(self, node: StudyNode, complete: bool) -> Study:
        series = [self._build_series(s, complete) for s in node.series.values()]
        if node.built is not None:
            return node.built
        series.sort(key=lambda s: (s.number is None, s.number or 0, s.key))
        warnings = []
        if not node.uid:
            warnings += _fault_cautions(i for s in series for i in s.instances)
        elif (patients := len(self._sharing.get(node.uid, ()))) > 1:
            facts = {"patients": patients}
            warnings.append(Caution(CautionCode.STUDY_HAS_SEVERAL_PATIENTS, dict(facts)))
        about = node.about
        node.built = Study(
            node.key,
            node.uid,
            about.study_date,
            about.study_time,
            about.study_description,
            about.accession,
            tuple(series),
            sum(s.instance_count for s in series),
            sum(s.size for s in series),
            tuple(warnings),
        )
        return node.built

    def _build_series(self, node: SeriesNode, complete: bool) -> Series:
        missing = None
        if complete and not node.checked:
            node.checked = True
            missing = slices_missing(node.instances)
            if missing:
                node.touch()
                node.checked = True
        if node.built is not None:
            return node.built
        instances = tuple(sorted(node.instances, key=attrgetter("order")))
        warnings = self._series_cautions(node, instances)
        if missing:
            warnings.append(missing)
        about = node.about
        node.built = Series(
            node.key,
            node.uid,
            about.series_number,
            about.modality,
            about.series_description,
            about.series_date,
            about.body_part,
            instances,
            sum(i.size for i in instances),
            tuple(warnings),
        )
        return node.built

    def _series_cautions(self, node: SeriesNode, instances: tuple[Instance, ...]) -> list[Caution]:
        shared = [i.shared for i in instances]
        collided = self._index.collided
        counts = {
            CautionCode.UID_COLLISION: sum(i.sop_instance_uid in collided for i in instances)
            if collided
            else 0,
            CautionCode.DUPLICATES: node.duplicates,
            CautionCode.BURNED_IN: sum(s.burned_in for s in shared),
            CautionCode.STILL_CHANGING: sum(s.changing for s in shared),
            CautionCode.CUT_SHORT: sum(s.cut_short for s in shared),
            CautionCode.PROGRAM_IN_PREAMBLE: sum(s.program for s in shared),
        }
        found = [Caution(code, {"count": count}) for code, count in counts.items() if count]
        return found if node.study.uid else found + _fault_cautions(instances)


def _fault_cautions(instances: Iterable[Instance]) -> list[Caution]:
    missing = invalid = 0
    for instance in instances:
        missing += "missing:" in instance.fault
        invalid += "invalid:" in instance.fault
    found = []
    if missing:
        found.append(Caution(CautionCode.UIDS_MISSING, {"count": missing}))
    if invalid:
        found.append(Caution(CautionCode.UIDS_INVALID, {"count": invalid}))
    return found


@lru_cache(maxsize=1024)
def _plain_name(name: str) -> str:
    """A name without what differs between two spellings of one: case, carets, spaces, scripts."""
    return " ".join(re.split(r"[\s^]+", name.partition("=")[0].casefold())).strip()
