"""The catalog while it is being built: nodes that headers are put into.

They refer to their parents weakly, so that a whole scan is freed as soon as its builder is, and the
job that follows has the memory.
"""

from __future__ import annotations

from weakref import ref

from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Patient, Series, Study
from gantry.engine.intake.header.describe import About


class SeriesNode:
    def __init__(self, key: str, uid: str, study: StudyNode, about: About) -> None:
        self.key, self.uid, self._study, self.about = key, uid, ref(study), about
        self.instances: list[Instance] = []
        self.names: set[str] = set()
        self.said: set[tuple[int, str]] = set()
        self.duplicates = self.gone = 0
        self.unread: tuple[str, ...] = ()
        self.built: Series | None = None
        self.checked = False  # for missing slices

    @property
    def study(self) -> StudyNode:
        study = self._study()
        assert study is not None, "the catalog holds it"
        return study

    def touch(self) -> None:
        self.built, self.checked = None, False
        self.study.touch()


class StudyNode:
    def __init__(self, key: str, uid: str, patient: PatientNode, about: About) -> None:
        self.key, self.uid, self._patient, self.about = key, uid, ref(patient), about
        self.series: dict[str, SeriesNode] = {}
        self.built: Study | None = None

    @property
    def patient(self) -> PatientNode:
        patient = self._patient()
        assert patient is not None, "the catalog holds it"
        return patient

    def touch(self) -> None:
        self.built = None
        self.patient.built = None


class PatientNode:
    def __init__(self, key: str, about: About) -> None:
        self.key, self.about = key, about
        self.studies: dict[str, StudyNode] = {}
        self.built: Patient | None = None
