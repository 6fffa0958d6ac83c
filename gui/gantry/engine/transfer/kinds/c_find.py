"""What a DICOM node lists by C-FIND (PS3.4 Annex C), at the image level."""

from __future__ import annotations

import time

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind,
)

from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.dicom.association import Association
from gantry.engine.transfer.dicom.by_instance import series_of

FIND = UID(StudyRootQueryRetrieveInformationModelFind)
_UIDS_A_QUERY = 50


def listed_uids(association: Association, shipment: Shipment, seconds: float) -> set[str] | None:
    """SOP Instance UIDs that the peer lists in the parcel's series; None: it lists none in time.

    Args:
        seconds: the time for the list, one more for each series.
    """
    study = shipment.archive.study_uid
    until = time.monotonic() + seconds + len(series_of(shipment))
    found: set[str] = set()
    for series in series_of(shipment):
        answer = _find(association, study, series, "", until)
        if answer is None:
            return None
        found |= answer
        # Some servers cut long answers: instances missing from them are asked for one by one.
        lacking = [
            f.sop_instance_uid
            for f in shipment.archive.files
            if f.series_instance_uid == series and f.sop_instance_uid not in found
        ]
        for at in range(0, len(lacking) if answer else 0, _UIDS_A_QUERY):
            uids = "\\".join(lacking[at : at + _UIDS_A_QUERY])
            found |= _find(association, study, series, uids, until) or set()
    return found


def _find(
    association: Association, study: str, series: str, uids: str, until: float
) -> set[str] | None:
    query = image_query(study, series, uids.split("\\") if uids else "")
    answers = association.find(query, FIND, until)
    if answers is None:
        return None
    return {str(a.SOPInstanceUID) for a in answers if "SOPInstanceUID" in a}


def image_query(study: str, series: str, uids: str | list[str]) -> Dataset:
    """The identifier for C-FIND and C-GET at the image level."""
    query = Dataset()
    query.QueryRetrieveLevel = "IMAGE"
    query.StudyInstanceUID = study
    query.SeriesInstanceUID = series
    query.SOPInstanceUID = uids
    return query
