"""Settles a parcel that is held: the user skips files, or lets it be tried again.

Everything here may wait for a disk: the window calls it from worker threads.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import extended
from gantry.engine.held import files_in
from gantry.engine.lazy import load
from gantry.engine.parcel import ParcelState
from gantry.engine.rewriters import BY_PROFILE
from gantry.store.history import ParcelFilter

if TYPE_CHECKING:
    from gantry.engine.deidentify.profile import PrivacyProfile
    from gantry.services.services import Services

_TAG: Final = re.compile(r"[0-9A-Fa-f]{8}")


@dataclass(frozen=True, slots=True)
class HeldSource:
    """A held file where it was read, and where in it the reason is.

    Attributes:
        member: its name in an archive; "" for a file.
        tags: that lead to the place; empty: the file as a whole.
        exists: whether the file, or the archive, is still there.
        known: what its upload knows of the patient, as in `Treatment.known`.
    """

    path: str
    member: str
    sop_instance_uid: str
    tags: tuple[int, ...]
    exists: bool
    known: str = ""


@dataclass(frozen=True, slots=True)
class HeldUpload:
    """Held parcels of one job, to be looked at.

    Attributes:
        profile: as it is now; None: it can't be read any more.
        project: the name of its key.
        chosen: the name of the profile, or the path of its file.
    """

    job: str
    parcels: tuple[str, ...]
    files: tuple[HeldSource, ...]
    profile: PrivacyProfile | None
    project: str
    chosen: str = ""


def held_upload(services: Services, job: str, parcel_ids: Iterable[str]) -> HeldUpload:
    """What holds parcels of a job: every file, and the profile that they were packed with.

    Raises:
        GantryError: the history can't be read.
    """
    load("pydicom")
    from gantry.engine.deidentify.treating import chosen_in  # noqa: PLC0415 - pydicom
    from gantry.services.privacy import read_profile  # noqa: PLC0415 - pydicom

    parcels, found = tuple(parcel_ids), []
    profile, project, chosen = None, "", ""
    for parcel in parcels:
        detail = services.history.parcel(parcel)
        treatment = services.history.treatment(parcel) or Treatment("")
        for file in files_in(detail.row.error) if detail is not None else ():
            for row in services.history.sources(parcel, start=file.number, limit=1):
                tags = tuple(int(part, 16) for part in _TAG.findall(file.place))
                is_there = os.path.exists(extended(row.path))  # noqa: PTH110 - a str in, and out
                uid = row.sop_instance_uid
                place = HeldSource(row.path, row.member, uid, tags, is_there, treatment.known)
                found.append(place)
        try:
            chosen, project = chosen_in(treatment)
            profile, _ = read_profile(chosen)
        except GantryError:  # said when the upload is tried again
            continue
    return HeldUpload(job, parcels, tuple(found), profile, project, chosen)


def without_held(services: Services, parcel_id: str) -> Treatment:
    """The treatment with which the files that are held now are not sent.

    Raises:
        GantryError: PARCEL_UNKNOWN, or it is not held; NOTHING_TO_SEND: no file would remain.
    """
    load("pydicom")
    from gantry.engine.deidentify.treating import skipping  # noqa: PLC0415 - pydicom

    detail = services.history.parcel(parcel_id)
    files = files_in(detail.row.error) if detail is not None else ()
    treatment = services.history.treatment(parcel_id)
    if detail is None or treatment is None or not files:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": parcel_id})
    if len(files) >= detail.row.files:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    return skipping(treatment, files)


def by_rules_of_today(services: Services, parcel_id: str) -> Treatment:
    """The treatment by the profile, and the site's recipes, as they are now.

    Raises:
        GantryError: PARCEL_UNKNOWN; TREATMENT_UNKNOWN; PROFILE_INVALID; or there is no key.
    """
    treatment = services.history.treatment(parcel_id)
    if treatment is None or treatment.rewriter != BY_PROFILE:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": parcel_id})
    return services.privacy.renewed(treatment)


def held_in(services: Services, job_id: str) -> dict[str, str]:
    """The parcels of a job that are held: their ids, and their labels."""
    asked = ParcelFilter(job=job_id, states=frozenset({ParcelState.HELD}))
    return {row.id: row.label for row in services.history.all_parcels(asked)}
