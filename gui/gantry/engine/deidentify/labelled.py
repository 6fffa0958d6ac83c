"""Searches the labels of a de-identified upload for its patient: they leave with it."""

from __future__ import annotations

from gantry.engine.deidentify.needles import Needles
from gantry.engine.deidentify.residue import search
from gantry.engine.parcel import Labels


def identifying(labels: Labels, known: Needles) -> str:
    """The name of the first label whose value contains something of the patient; "": none."""
    for name, value in labels:
        if next(search(value.encode(), known.found), None) is not None:
            return name
    return ""
