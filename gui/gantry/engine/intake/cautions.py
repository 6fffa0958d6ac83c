"""Warnings to show before sending, on the node that they concern."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from gantry.engine.errors import Fact


class CautionCode(StrEnum):
    """Stable: sentences and translations refer to these names. Each comment names the `facts`."""

    # On the catalog
    SEVERAL_PATIENTS = "several-patients"  # patients
    # On a patient
    PATIENT_NAMES_DIFFER = "patient-names-differ"  # names (how many)
    PATIENT_ID_MISSING = "patient-id-missing"
    CHARSET_GUESSED = "charset-guessed"  # charset (its name; what is sent is not changed)
    # On a study
    STUDY_HAS_SEVERAL_PATIENTS = "study-has-several-patients"  # patients (IDs under one UID)
    UIDS_MISSING = "uids-missing"  # count; also on its series
    UIDS_INVALID = "uids-invalid"  # count; also on its series
    # On a series
    UID_COLLISION = "uid-collision"  # count (files whose SOP Instance UID another file has)
    DUPLICATES = "duplicates"  # count (same UID, same bytes: sent once)
    GONE = "gone"  # count (files that were read, and no longer exist)
    # missing, present, spacing (mm); or `by` what else it was found, and its facts
    UNREAD = "unread"  # count (files in its folder that could not be read)
    SLICES_MISSING = "slices-missing"
    BURNED_IN = "burned-in"  # count (Burned In Annotation is YES)
    STILL_CHANGING = "still-changing"  # count
    CUT_SHORT = "cut-short"  # count (ends too early, or fewer pixels than the header says)
    HEADER_ODD = "header-odd"  # count (violates the standard, but could be read to its end)
    HEADER_BROKEN = "header-broken"  # count (can't be read to its end; the UIDs could)
    PROGRAM_IN_PREAMBLE = "program-in-preamble"  # count (starts like a Windows or Linux program)


@dataclass(frozen=True, slots=True)
class Caution:
    """A warning. `facts` are named values for its sentence; none holds patient data."""

    code: CautionCode
    facts: dict[str, Fact] = field(default_factory=dict)
