"""Settles a parcel that is held: the user skips files, or lets it be tried again.

Everything here may wait for a disk: the window calls it from worker threads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.held import files_in
from gantry.engine.lazy import load

if TYPE_CHECKING:
    from gantry.services.services import Services


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
    return skipping(treatment, (one.sha256 for one in files))


def by_rules_of_today(services: Services, parcel_id: str) -> Treatment:
    """The treatment by the profile, and the site's recipes, as they are now.

    Raises:
        GantryError: PARCEL_UNKNOWN; TREATMENT_UNKNOWN; PROFILE_INVALID; or there is no key.
    """
    treatment = services.history.treatment(parcel_id)
    if treatment is None or treatment.deidentified is None:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": parcel_id})
    return services.privacy.renewed(treatment)
