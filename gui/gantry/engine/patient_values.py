"""What all files of a job say of one patient: searched for in each of that patient's files.

A name may be written out in one file only, or a text may quote another study's accession number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

STUDY_DATE: Final = 0x00080020
ACCESSION: Final = 0x00080050
PATIENT_NAME: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
BIRTH_DATE: Final = 0x00100030
STUDY: Final = 0x0020000D

PatientValues = tuple[tuple[int, str], ...]  # tags and values; each once, sorted


def patient_values(values: Iterable[tuple[int, str]]) -> PatientValues:
    """Without those that are empty."""
    return tuple(sorted({(tag, value) for tag, value in values if value}))


def values_in(text: str) -> PatientValues:
    """The opposite of `text_of`. Raises ValueError, TypeError or AttributeError."""
    found = json.loads(text) if text else {}
    return patient_values((int(tag, 16), str(value)) for tag in found for value in found[tag])


def with_known(values: PatientValues, known: str) -> str:
    """Further values, and those of a text, as a text. One that can't be read stays as it is."""
    try:
        return text_of(patient_values([*values, *values_in(known)]))
    except (ValueError, TypeError, AttributeError):
        return known


def text_of(values: PatientValues) -> str:
    """The values as JSON, by tag."""
    found: dict[str, list[str]] = {}
    for tag, value in values:
        found.setdefault(f"{tag:08X}", []).append(value)
    return json.dumps(found) if found else ""
