"""Sends parcels of the history again: to the same place as they were, elsewhere as that place is
set up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ulid import ULID

from gantry.engine.content import VERBATIM, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.lazy import load
from gantry.engine.parcel import Parcel
from gantry.engine.rewriters import BY_PROFILE
from gantry.services.named_destinations import Place
from gantry.services.privacy import AS_IT_IS, remembered, treated
from gantry.services.projects import is_one_project

if TYPE_CHECKING:
    from gantry.services.services import Services


def sent_again(
    services: Services, parcels: Iterable[Parcel], before: Mapping[str, Place], place: Place
) -> tuple[Parcel, ...]:
    """The same parcels with new ids, as they are sent to a place.

    At the place where they were sent before, they keep their treatment. Elsewhere they get the
    place's profile and its key. Without a profile there, what was de-identified stays
    de-identified, by its own profile.

    Args:
        before: where each parcel was sent, by its id.

    Raises:
        GantryError: as `Privacy.treatment`; TREATMENT_UNKNOWN; NUMBERS_FAILED, the profile counts.
    """
    settings = services.preferences.settings
    profile = services.privacy.required(place) or remembered(settings, place.url)
    by_profile: dict[str, Treatment] = {}
    found = []
    for parcel in parcels:
        if not is_one_project(settings, before[parcel.id], place):
            wanted = profile or _own_profile(parcel.treatment)
            if wanted not in by_profile:
                by_profile[wanted] = services.privacy.treatment(place, wanted)
            if by_profile[wanted] != VERBATIM:
                (parcel,) = treated([parcel], by_profile[wanted])
                _want_no_number(parcel.treatment)
        found.append(replace(parcel, id=str(ULID())))
    return tuple(found)


def _want_no_number(treatment: Treatment) -> None:
    """Refuses to count a patient: the history knows no issuer of an ID and no birth date, so one
    who has a number could get another one."""
    from gantry.engine.deidentify.treating import (  # noqa: PLC0415 - pydicom
        pattern_in,
        subject_in,
    )
    from gantry.services.numbering import is_numbered  # noqa: PLC0415 - pydicom

    if not subject_in(treatment) and is_numbered(pattern_in(treatment)):
        raise GantryError(ErrorCode.NUMBERS_FAILED, facts={"reason": "again"})


def _own_profile(treatment: Treatment) -> str:
    if treatment.rewriter != BY_PROFILE:
        return AS_IT_IS
    load("pydicom")
    from gantry.engine.deidentify.treating import chosen_in  # noqa: PLC0415 - pydicom

    return chosen_in(treatment)[0]
