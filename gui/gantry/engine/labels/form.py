"""A form for labels: which an upload needs, whose they are, and which values they may have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.labels.label import with_defaults
from gantry.engine.labels.pattern import pattern_of
from gantry.engine.parcel import Labels


class Per(StrEnum):
    """What has one value of a label: all of its studies have the same one."""

    JOB = "job"
    PATIENT = "patient"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class FormField:
    """One label of a form.

    Attributes:
        name: of the label, as `name_of` returns it.
        required: whether each study needs a value.
        value: the only value; it is set where none is given. "": any.
        choices: the possible values; empty: any.
        pattern: what a value must match as a whole (pattern.py); "": anything.
        text: its title, by language; has "en" unless it is empty.
        help: what to enter, likewise.
    """

    name: str
    per: Per = Per.STUDY
    required: bool = False
    value: str = ""
    choices: tuple[str, ...] = ()
    pattern: str = ""
    text: Mapping[str, str] = field(default_factory=dict)
    help: Mapping[str, str] = field(default_factory=dict)


Form = tuple[FormField, ...]


def filled(form: Form, labels: Labels) -> Labels:
    """Labels with the values that the form sets where there is none.

    Raises:
        GantryError: LABEL_INVALID: too many.
    """
    own = tuple((one.name, one.value) for one in form if one.value)
    return with_defaults(labels, own) if own else labels


def check_form(
    form: Form, catalog: Catalog, labels: Mapping[str, Labels], without: Collection[str] = ()
) -> None:
    """Checks the labels of everything that is sent.

    Args:
        labels: of each study, by its key.
        without: keys of series that are not sent.

    Raises:
        GantryError: LABEL_FORM.
    """
    for one in form:
        for_job: set[str] = set()
        for patient in catalog.patients:
            for_patient: set[str] = set()
            for study in patient.studies:
                if all(series.key in without for series in study.series):
                    continue
                value = dict(labels.get(study.key, ())).get(one.name, "")
                _check(one, value, study.uid or study.description)
                for_patient.add(value)
            for_job |= for_patient
            if one.per is Per.PATIENT and len(for_patient) > 1:
                raise _wrong(one, "patient")
        if one.per is Per.JOB and len(for_job) > 1:
            raise _wrong(one, "job")


def _check(one: FormField, value: str, study: str) -> None:
    if not value:
        if one.required:
            raise _wrong(one, "required", study=study)
        return
    if one.value and value != one.value:
        raise _wrong(one, "choice", value=value, wanted=one.value)
    if one.choices and value not in one.choices:
        raise _wrong(one, "choice", value=value, wanted=", ".join(one.choices))
    if one.pattern and not pattern_of(one.pattern).fullmatch(value):
        raise _wrong(one, "pattern", value=value, wanted=one.pattern)


def _wrong(one: FormField, reason: str, **private: Fact) -> GantryError:
    """Values and names of labels may be patient data."""
    return GantryError(
        ErrorCode.LABEL_FORM,
        facts={"reason": reason},
        private={"label": one.name, **{key: text for key, text in private.items() if text}},
    )
