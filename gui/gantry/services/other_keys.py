"""Finds patients who get other pseudonyms at a place than before, because the key is another."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from gantry.engine.content import Treatment
from gantry.engine.errors import GantryError
from gantry.engine.lazy import load
from gantry.engine.parcel import Parcel
from gantry.engine.rewriters import BY_PROFILE
from gantry.services.addresses import is_same
from gantry.services.named_destinations import Place
from gantry.services.projects import project_of
from gantry.store.history import History
from gantry.store.settings import Settings


def with_another_key(
    history: History, settings: Settings, parcels: Iterable[Parcel], place: Place
) -> int:
    """How many patients of new parcels were sent to a place before, but never with this key.

    The place is known by its address or its name: one whose address was changed is still the same
    to the user. Where each upload is meant to have a key of its own, there are none; nor are there
    any if the history can't be read: the job needs it, too, and says what is wrong with it.
    """
    new = [parcel for parcel in parcels if parcel.treatment.rewriter == BY_PROFILE]
    if not new or not project_of(settings, place):
        return 0
    load("pydicom")
    found: dict[str, bool] = {}
    for parcel in new:
        patient = parcel.patient_id or parcel.study_uid
        if not found.get(patient):
            with suppress(GantryError):
                found[patient] = _has_another(history, parcel, place)
    return sum(found.values())


def _has_another(history: History, parcel: Parcel, place: Place) -> bool:
    key = _key_of(parcel.treatment)
    before = {
        _key_of(sent.treatment)
        for sent in history.sent_before(parcel.patient_id, parcel.study_uid)
        if sent.destination == place.name or is_same(sent.url, place.url)
    }
    before.discard("")
    return bool(before) and key not in before


def _key_of(treatment: Treatment) -> str:
    """The id of a treatment's key; "": it has none, or can't be read."""
    from gantry.engine.deidentify.treating import key_in  # noqa: PLC0415 - pydicom

    if treatment.rewriter != BY_PROFILE:
        return ""
    try:
        return key_in(treatment)
    except GantryError:
        return ""
