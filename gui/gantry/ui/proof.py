"""Asks once more whether a parcel is where it should be; for worker threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive, PackedFile, Receipt
from gantry.engine.transfer.destination import Shipment

if TYPE_CHECKING:
    from gantry.services import Services
    from gantry.store.history import ParcelDetail

_PAGE = 5000


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found.

    Attributes:
        receipt: the destination's word; None: it can't tell.
        archive: whether the kept archive was read back whole; None: none is kept.
    """

    receipt: Receipt | None
    archive: bool | None


def prove_again(services: Services, parcel_id: str) -> Proof:
    """Reads the archive back, where it was kept, and asks the destination what it holds.

    Raises:
        GantryError: the parcel isn't known, the archive is damaged, or the destination can't
            be asked.
    """
    from gantry.services import Place

    detail = services.history.parcel(parcel_id)
    if detail is None:
        raise GantryError(ErrorCode.HISTORY_FAILED, facts={"reason": "unknown parcel"})
    archive = _archive(services, detail)
    kept: bool | None = None
    if detail.archive_path and archive.path.is_file():
        from gantry.engine.archive.verify import verify

        if verify(archive.path).sha256 != archive.sha256:
            raise GantryError(
                ErrorCode.ARCHIVE_DAMAGED, facts={"reason": "other archive", "at": 0, "member": ""}
            )
        kept = True
    destination = services.open(Place(detail.row.destination, detail.url))
    try:
        shipment = Shipment(archive, Progress(), CancelToken(), position=detail.position)
        return Proof(destination.ask(shipment), kept)
    finally:
        destination.close()


def _archive(services: Services, detail: ParcelDetail) -> Archive:
    files: list[PackedFile] = []
    start = 0
    while rows := services.history.sources(detail.row.id, start=start, limit=_PAGE):
        start += len(rows)
        files += [
            PackedFile(s.name, s.size, s.sha256, s.sop_instance_uid, s.series_instance_uid, "", "")
            for s in rows
            if s.name
        ]
    return Archive(
        detail.row.id,
        Path(detail.archive_path),
        detail.row.archive_size,
        detail.archive_sha256,
        detail.row.study_uid,
        tuple(files),
    )
