"""Finds out later whether a parcel arrived: by asking the destination or the user.

Everything here may wait for a disk or a server: the window calls it from worker threads.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import ParcelArrived, Progress
from gantry.engine.parcel import Outcome, ParcelState, Receipt, state_after
from gantry.engine.proof import SharedProof
from gantry.engine.times import now
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.services.named_destinations import Place

if TYPE_CHECKING:
    from gantry.services.services import Services
    from gantry.store.history import ParcelDetail

USERS_WORD = SharedProof.USER  # the proof if somebody looked at the destination


@dataclass(frozen=True, slots=True)
class LaterProof:
    """The result of asking again.

    Attributes:
        receipt: the destination's answer; None: it can't tell.
        archive: whether the stored archive was verified; None: none is stored.
    """

    receipt: Receipt | None
    archive: bool | None


def can_prove_again(detail: ParcelDetail) -> bool:
    """Whether asking the destination about this parcel can yield a result."""
    if detail.row.state is ParcelState.UNCLEAR:
        return True
    if not detail.row.state.has_arrived or not detail.receipts:
        return False
    try:
        features = _features(detail)
    except GantryError:
        return False  # of a kind unknown to this version
    kept = bool(detail.position) or not features.remembers
    return kept and features.can_prove_later(detail.receipts[-1].proof)


def prove_again(services: Services, parcel_id: str) -> LaterProof:
    """Verifies the archive, if it was kept, and asks the destination what it holds.

    Raises:
        GantryError: UNCLEAR: it is unclear whether it arrived, and the destination can't tell; or
            the parcel is unknown, the archive is damaged, or the destination can't be asked.
    """
    detail = _detail(services, parcel_id)
    archive = services.history.archive(parcel_id)
    assert archive is not None
    kept: bool | None = None
    if detail.archive_path and archive.path.is_file():
        if verify(archive.path).sha256 != archive.sha256:
            raise GantryError(
                ErrorCode.ARCHIVE_DAMAGED, facts={"reason": "other archive", "at": 0, "member": ""}
            )
        kept = True
    place = Place(detail.row.destination, detail.url)
    destination = services.destinations.open(place, job=detail.row.job)
    try:
        position = detail.position if _features(detail).remembers else ""
        shipment = Shipment(archive, Progress(), CancelToken(), position=position)
        shipment.handed_over = detail.row.state is ParcelState.UNCLEAR
        return LaterProof(destination.ask(shipment), kept)
    finally:
        destination.close()


def ask_again(services: Services, parcel_id: str) -> ParcelArrived | None:
    """Asks the destination about a parcel that may have arrived; records its arrival.

    None: the destination itself says that it has not arrived.

    Raises:
        GantryError: UNCLEAR: it can't tell; or as `prove_again`.
    """
    receipt = prove_again(services, parcel_id).receipt
    if receipt is None or not receipt.outcome.is_taken:
        return None
    return _settled(services, parcel_id, receipt)


def confirm(services: Services, parcel_id: str) -> ParcelArrived:
    """Records the user's statement that a parcel is at the destination.

    Raises:
        GantryError: PARCEL_UNKNOWN; or the history can't be written.
    """
    detail = _detail(services, parcel_id)
    receipt = Receipt(
        destination=detail.url,
        time=now(),
        status=None,
        sha256=detail.archive_sha256,
        size=detail.row.archive_size,
        outcome=Outcome.STORED,
        proof=USERS_WORD,
    )
    return _settled(services, parcel_id, receipt)


def _settled(services: Services, parcel_id: str, receipt: Receipt) -> ParcelArrived:
    detail = _detail(services, parcel_id)
    tries = sum(attempt.step == "send" for attempt in detail.attempts)
    state = state_after(receipt, detail.row.unread)
    event = ParcelArrived(detail.row.job, parcel_id, tries + 1, receipt, 0.0, state)
    services.jobs.settle(event)
    return event


def _detail(services: Services, parcel_id: str) -> ParcelDetail:
    detail = services.history.parcel(parcel_id)
    if detail is None:
        raise GantryError(ErrorCode.PARCEL_UNKNOWN, facts={"parcel": parcel_id})
    return detail


def _features(detail: ParcelDetail) -> Features:
    """Raises GantryError: its kind is unknown to this version."""
    return kind_of(normalise_url(detail.url)[0]).features
