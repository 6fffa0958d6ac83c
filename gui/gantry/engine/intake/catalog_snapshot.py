"""Makes immutable catalog nodes from those being built; reuses the ones that have not changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter

from gantry.engine.instance import Instance
from gantry.engine.intake.catalog import Patient, Series, Study
from gantry.engine.intake.catalog_nodes import PatientNode, SeriesNode, StudyNode
from gantry.engine.intake.cautions import Caution, CautionCode
from gantry.engine.intake.gaps import slices_missing
from gantry.engine.intake.header.describe import About
from gantry.engine.intake.header.rescue import Flaw
from gantry.engine.patient_values import (
    ACCESSION,
    BIRTH_DATE,
    PATIENT_NAME,
    STUDY_DATE,
    PatientValues,
    patient_values,
)


class Snapshots:
    """Makes patients, studies and series, with their cautions.

    Args:
        sharing: the keys of the patients that have a study, by Study Instance UID.
        collided: the SOP Instance UIDs that more than one instance has.
    """

    def __init__(
        self, sharing: Mapping[str, Collection[str]], collided: Callable[[], Collection[str]]
    ) -> None:
        self._sharing, self._collided = sharing, collided

    def patient(self, node: PatientNode, complete: bool) -> Patient:
        """A patient as it is now. Only a `complete` one says which slices seem to be missing."""
        if node.built is not None and not complete:
            return node.built
        studies = [self._study(s, complete) for s in node.studies.values()]
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
        guesses = {
            s.about.guessed for study in node.studies.values() for s in study.series.values()
        } - {""}
        if guesses:
            facts = {"charset": ", ".join(sorted(guesses))}
            warnings.append(Caution(CautionCode.CHARSET_GUESSED, dict(facts)))
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

    def _study(self, node: StudyNode, complete: bool) -> Study:
        series = [self._series(s, complete) for s in node.series.values()]
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

    def _series(self, node: SeriesNode, complete: bool) -> Series:
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
            tuple(sorted(node.names)),
            node.unread,
            about.issuer,
            _said(node),
        )
        return node.built

    def _series_cautions(self, node: SeriesNode, instances: tuple[Instance, ...]) -> list[Caution]:
        shared = [i.shared for i in instances]
        collided = self._collided()
        counts = {
            CautionCode.UID_COLLISION: sum(i.sop_instance_uid in collided for i in instances)
            if collided
            else 0,
            CautionCode.DUPLICATES: node.duplicates,
            CautionCode.GONE: node.gone,
            CautionCode.UNREAD: len(node.unread),
            CautionCode.BURNED_IN: sum(s.burned_in for s in shared),
            CautionCode.STILL_CHANGING: sum(s.changing for s in shared),
            CautionCode.CUT_SHORT: sum(s.cut_short for s in shared),
            CautionCode.HEADER_ODD: sum(s.flaw == Flaw.ODD for s in shared),
            CautionCode.HEADER_BROKEN: sum(s.flaw == Flaw.BROKEN for s in shared),
            CautionCode.PROGRAM_IN_PREAMBLE: sum(s.program for s in shared),
        }
        found = [Caution(code, {"count": count}) for code, count in counts.items() if count]
        return found if node.study.uid else found + _fault_cautions(instances)


def values_of(about: About) -> tuple[tuple[int, str], ...]:
    """What a file says of its patient, by tag."""
    return (
        (PATIENT_NAME, about.patient_name), (BIRTH_DATE, about.birth_date),
        (ACCESSION, about.accession), (STUDY_DATE, about.study_date),
    )  # fmt: skip


def _said(node: SeriesNode) -> PatientValues:
    """What its files say of the patient; usually nothing that the nodes above don't say, too."""
    above = {*values_of(node.study.patient.about)[:2], *values_of(node.study.about)[2:]}
    return patient_values(node.said - above)


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
