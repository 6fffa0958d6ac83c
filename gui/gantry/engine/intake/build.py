"""Builds the catalog as headers come in; a snapshot makes anew only what was touched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter
from typing import Final
from weakref import ref

from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.intake.describe import About, Header
from gantry.engine.intake.gaps import slices_missing

FAULTY: Final = "?"  # in keys: the study (or series) of what has no valid UID


# Nodes refer to the ones above them weakly: so all of a scan goes as soon as its builder does.


class _Series:
    def __init__(self, key: str, uid: str, study: _Study, about: About) -> None:
        self.key, self.uid, self._study, self.about = key, uid, ref(study), about
        self.instances: dict[str, Instance] = {}
        self.names: set[str] = set()
        self.duplicates = 0
        self.built: Series | None = None
        self.checked = False  # for missing slices

    @property
    def study(self) -> _Study:
        study = self._study()
        assert study is not None, "the catalog holds it"
        return study

    def touch(self) -> None:
        self.built, self.checked = None, False
        self.study.touch()


class _Study:
    def __init__(self, key: str, uid: str, patient: _Patient, about: About) -> None:
        self.key, self.uid, self._patient, self.about = key, uid, ref(patient), about
        self.series: dict[str, _Series] = {}
        self.built: Study | None = None

    @property
    def patient(self) -> _Patient:
        patient = self._patient()
        assert patient is not None, "the catalog holds it"
        return patient

    def touch(self) -> None:
        self.built = None
        self.patient.built = None


class _Patient:
    def __init__(self, key: str, about: About) -> None:
        self.key, self.about = key, about
        self.studies: dict[str, _Study] = {}
        self.built: Patient | None = None


class CatalogBuilder:
    """Collects headers; not thread-safe.

    A patient is a Patient ID; where there is none, a name with a birth date. What has a missing
    or invalid UID goes into a study of its own under its patient.
    """

    def __init__(self) -> None:
        self._keys: dict[tuple[str, ...], str] = {}  # stays, so that keys do
        self._patients: dict[str, _Patient] = {}
        self._home: dict[str, _Series] = {}  # by source
        self._sharing: dict[str, set[str]] = {}  # Study Instance UID -> keys of patients
        self._users: dict[str, tuple[_Series, ...]] = {}  # by SOP Instance UID, once an instance
        self._collided: set[str] = set()  # those of several instances
        self._built: Catalog | None = None

    def find(self, source: str) -> Instance | None:
        """The instance that was taken from there, by `Instance.place`."""
        series = self._home.get(source)
        return series.instances[source] if series else None

    def add(self, headers: Iterable[Header]) -> None:
        """Takes up headers; one from a path (and member) that is already in replaces it."""
        for header in headers:
            self.put(header, *header.instance.identity)

    def put(self, header: Header, source: str, uid: str) -> None:
        """Takes up one, whose place and SOP Instance UID these are."""
        if old := self.find(source):
            if old == header.instance:
                return
            self._take_out(source)
        series = self._series_for(header)
        series.instances[source] = header.instance
        series.names.add(_plain_name(header.about.patient_name))
        series.touch()
        self._home[source] = series
        if not uid:
            return
        if users := self._users.get(uid):
            self._use(uid, (*users, series))
        else:
            self._users[uid] = (series,)

    def note_duplicate(self, of: Instance) -> None:
        """Counts a file that was left out since `of` has the same bytes."""
        if series := self._home.get(of.place):
            series.duplicates += 1
            series.touch()

    def remove(self, keys: Iterable[str]) -> list[Instance]:
        """Takes out patients, studies or series by key; unknown keys are ignored."""
        wanted = set(keys)
        gone = [
            (source, instance)
            for patient in self._patients.values()
            for study in patient.studies.values()
            for series in study.series.values()
            if not wanted.isdisjoint((patient.key, study.key, series.key))
            for source, instance in series.instances.items()
        ]
        for source, _instance in gone:
            self._take_out(source)
        return [instance for _source, instance in gone]

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

    def _series_for(self, header: Header) -> _Series:
        instance, about = header.instance, header.about
        patient_key = self._key(about)
        patient = self._patients.get(patient_key)
        if patient is None:
            patient = self._patients[patient_key] = _Patient(patient_key, about)
        study_uid = "" if instance.fault else instance.study_instance_uid
        study_key = f"{patient_key}/{study_uid or FAULTY}"
        study = patient.studies.get(study_key)
        if study is None:
            study = patient.studies[study_key] = _Study(study_key, study_uid, patient, about)
            if study_uid:
                self._share(study_uid, patient_key)
        series_key = f"{study_key}/{instance.series_instance_uid or FAULTY}"
        series = study.series.get(series_key)
        if series is None:
            uid = instance.series_instance_uid
            series = study.series[series_key] = _Series(series_key, uid, study, about)
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

    def _take_out(self, source: str) -> None:
        series = self._home.pop(source)
        instance = series.instances.pop(source)
        series.touch()
        if uid := instance.sop_instance_uid:
            users = list(self._users[uid])
            users.remove(series)
            self._use(uid, tuple(users))
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

    def _use(self, sop_uid: str, users: tuple[_Series, ...]) -> None:
        """Sets which series hold an instance of this UID; all of them change with a collision."""
        if len(users) > 1 or len(self._users.get(sop_uid, ())) > 1:
            for series in users:
                series.touch()
        if len(users) > 1:
            self._collided.add(sop_uid)
        else:
            self._collided.discard(sop_uid)
        if users:
            self._users[sop_uid] = users
        else:
            del self._users[sop_uid]

    # Building

    def _build_patient(self, node: _Patient, complete: bool) -> Patient:
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

    def _build_study(self, node: _Study, complete: bool) -> Study:
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

    def _build_series(self, node: _Series, complete: bool) -> Series:
        missing = None
        if complete and not node.checked:
            node.checked = True
            missing = slices_missing(list(node.instances.values()))
            if missing:
                node.touch()
                node.checked = True
        if node.built is not None:
            return node.built
        instances = tuple(sorted(node.instances.values(), key=attrgetter("order")))
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

    def _series_cautions(self, node: _Series, instances: tuple[Instance, ...]) -> list[Caution]:
        shared = [i.shared for i in instances]
        collided = self._collided and sum(i.sop_instance_uid in self._collided for i in instances)
        counts = {
            CautionCode.UID_COLLISION: collided or 0,
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
