"""Searches the labels of a de-identified upload for its patient: they leave with it."""

from __future__ import annotations

from collections.abc import Iterable

from gantry.engine.deidentify.needles import SHORTEST, Needles
from gantry.engine.deidentify.residue import search
from gantry.engine.deidentify.spellings import of_date, of_id, of_name
from gantry.engine.parcel import Labels


def known_by(names: Iterable[str], ids: Iterable[str], dates: Iterable[str]) -> Needles:
    """What to search for, from what the catalog knows of a patient.

    Args:
        names: as DICOM writes them.
        dates: YYYYMMDD.
    """
    made = Needles()
    for name in names:
        for form in of_name(name, SHORTEST):
            made.add("name", form)
    for identifier in ids:
        for form in of_id(identifier):
            made.add("id", form)
    for day in dates:
        for form in of_date(day):
            made.add("date", form)
    return made


def identifying(labels: Labels, known: Needles) -> str:
    """The name of the first label whose value contains something of the patient; "": none."""
    for name, value in labels:
        if next(search(value.encode(), known.found), None) is not None:
            return name
    return ""
