"""The two steps of a parcel: packing it, and sending its archive to the destination.

Each runs on a thread of its stage, through `ParcelRun.perform`, which turns exceptions into states.
"""

from __future__ import annotations

from contextlib import suppress

from gantry.engine import events
from gantry.engine.archive.read import iter_members
from gantry.engine.errors import GantryError
from gantry.engine.events import Progress
from gantry.engine.packing import pack_and_verify
from gantry.engine.parcel import Archive, ParcelState, Receipt
from gantry.engine.parcel_run import ParcelRun
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.retry import ARCHIVE_LOST, send_with_retry, unclear
from gantry.engine.transfer.size_limit import Remembered, smaller


def pack(run: ParcelRun) -> None:
    """Packs the parcel and verifies its archive, in several attempts if necessary.

    Raises:
        GantryError: the last attempt's.
        Cancelled.
    """
    start = run.token.clock.now()
    try:
        verified = run.shared.packing.lending(
            run.token,
            lambda: (run.progress.packed, run.progress.verified),
            lambda: pack_and_verify(
                run.parcel,
                run.shared.spool,
                token=run.token,
                progress=run.progress,
                options=run.shared.options.pack,
                threads=run.shared.threads,
                first_attempt=run.attempt + 1,
                on_attempt=run.packing_begins,
                on_failure=run.attempt_failed,
                rewriter_of=run.shared.rewriter_of,
            ),
        )
    except GantryError as error:
        # The sources may be gone because it arrived long ago.
        if not _arrived_before(run, start, error):
            raise
        return
    run.archive = run.packed = verified.archive
    run.tell(
        events.ParcelVerified,
        verified.attempt,
        verified.archive,
        verified.pack_seconds,
        verified.verify_seconds,
    )
    run.become(ParcelState.VERIFIED)
    run.shared.sending.put(run)


def send(run: ParcelRun) -> None:
    """Sends the archive to the destination.

    Raises:
        GantryError: what ended it.
        Cancelled.
    """
    archive = run.archive
    assert archive is not None
    begun = run.token.clock.now()
    try:
        run.shared.rewriter_of(run.parcel.treatment)  # its rules may be gone since it was packed
    except GantryError as error:
        if not _arrived_before(run, begun, error):
            raise
        return
    run.tell(events.ParcelSending, run.send_attempt + 1)
    run.become(ParcelState.SENDING)
    if _split_by_memory(run, archive):
        return
    try:
        receipt = _deliver(run, archive)
    except GantryError as error:
        if run.shared.options.split and _split(run, archive, error):
            return
        if error.code not in ARCHIVE_LOST:
            raise
        if run.position and not run.shared.destination.features.instances:
            run.save_position("")  # what it holds may come from the spoilt archive
        if run.attempt >= run.shared.options.pack.attempts:
            raise
        run.drop_archive()  # its sources still exist
        run.attempt_failed(run.attempt, "send", error, 0.0)
        run.become(ParcelState.WAITING)
        run.shared.packing.put(run)
        return
    run.arrived(receipt, begun)


def _deliver(run: ParcelRun, archive: Archive) -> Receipt:
    run.progress.to_send = archive.size
    receipt = send_with_retry(
        run.shared.destination,
        Shipment(
            archive,
            run.progress,
            run.token,
            position=run.position,
            save=run.save_position,
            handed_over=run.handed_over,
            keep_handed_over=run.keep_handed_over,
            members=lambda: iter_members(archive.path, run.token, archive.files),
        ),
        policy=run.shared.options.retry,
        on_failure=lambda n, error, wait: run.attempt_failed(n, "send", error, wait),
        on_attempt=run.sending_begins,
        first_attempt=run.send_attempt + 1,
        ask_first=run.was_sent,
        pacer=run.shared.pacer,
    )
    if archive.size > run.shared.limit:
        run.shared.limit = 0  # the destination accepts more than before
    return receipt


def _split(run: ParcelRun, archive: Archive, error: GantryError) -> bool:
    """Replaces a parcel that is too large with smaller ones; returns whether it could."""
    made = smaller(run.parcel, archive, error, run.shared.destination, run.token)
    if made is None:
        return False
    run.tell(events.ParcelSplit, made.parts, made.limit, made.is_known, error)
    if made.is_known:
        run.shared.limit = made.limit
    run.drop_archive()
    with run.shared.changed:  # at once: the job must not seem over in between
        run.become(ParcelState.SPLIT)
        run.shared.add(made.parts)
    return True


def _split_by_memory(run: ParcelRun, archive: Archive) -> bool:
    """Splits it by the known limit; if it can't, it is sent: the server may accept more now."""
    limit = run.shared.limit
    if not run.shared.options.split or not 0 < limit < archive.size:
        return False
    return _split(run, archive, Remembered(limit, archive, run.shared.destination.url))


def _arrived_before(run: ParcelRun, begun: float, error: GantryError) -> bool:
    """Whether the destination has the whole parcel from an earlier send: then it has ended.

    Raises:
        GantryError: UNCLEAR: all of it was handed over, and nobody can tell whether it arrived;
            Cancelled.
    """
    held, is_known = None, not run.handed_over
    if run.packed is not None and run.was_sent:
        shipment = Shipment(run.packed, Progress(), run.token, position=run.position)
        shipment.handed_over = run.handed_over
        with suppress(GantryError):
            held, is_known = run.shared.destination.ask(shipment), True
    if not is_known:
        raise unclear(error)
    if held is None or not held.outcome.is_taken:
        return False
    run.arrived(held, begun)
    return True
