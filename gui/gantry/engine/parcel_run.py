"""One parcel's run, from waiting to its end.

    waiting → packing → verified → sending → delivered, accepted or incomplete
       ↑         │          │         ├───→ split: smaller parcels run in its place
       │         │          │         ├───→ unclear: it may be there, and nobody can be asked
       │         │          │         └───→ waiting: the spool lost the archive; it is packed again
       │         ├──────────┴─────────────→ delivered … or unclear: an earlier send may have arrived
       │         └────────────────────────→ held: files of it must not be sent as they would be
       │
       └── failed, cancelled, held, unclear: by the user's Retry, Send again or decision

A held one also becomes cancelled, when the user gives it up.

Every open state may also end in failed or cancelled, or be interrupted: then the parcel stays where
it is, with all that was done, until the next run resumes it. `parcel.NEXT` is this as a table.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Concatenate, ParamSpec

from gantry.engine import events
from gantry.engine.cancel import Cancelled, CancelToken, Stopped
from gantry.engine.content import Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress, Sink
from gantry.engine.files import unlink_retry
from gantry.engine.job import JobOptions, Resumed
from gantry.engine.parcel import NEXT, Archive, Parcel, ParcelState, Receipt, state_after
from gantry.engine.rewriters import RewriterOf
from gantry.engine.stage import Stage
from gantry.engine.transfer.destination import Destination, abandon
from gantry.engine.transfer.pacer import Pacer

_log = logging.getLogger(__name__)

P = ParamSpec("P")

# The ends of a parcel by errors that are not simply failures.
_ENDS = {
    ErrorCode.UNCLEAR: ParcelState.UNCLEAR,
    ErrorCode.TREATMENT_HELD: ParcelState.HELD,
}


class Broken(Exception):
    """The sink failed, so the job's state can't be stored: `JobRunner.run` raises `error`."""

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


@dataclass(eq=False)
class JobContext:
    """The parts that all parcels of a job share.

    Attributes:
        emit: the job's sink; raises Broken.
        is_broken: whether the sink has failed.
        changed: guards the parcels' states, and is notified of each change.
        packing, sending: where a parcel is queued for its next step.
        threads: how many compression threads a parcel may use now.
        add: starts parcels that replace another.
        pacer: the destination's.
        limit: bytes that the destination is known to accept; 0: unknown.
        rewriter_of: makes the rewriter for a treatment; raises GantryError if it can't any more.
    """

    job: str
    destination: Destination
    spool: Path
    options: JobOptions
    emit: Sink
    is_broken: Callable[[], bool]
    changed: threading.Condition
    packing: Stage[ParcelRun]
    sending: Stage[ParcelRun]
    threads: Callable[[], int]
    add: Callable[[tuple[Parcel, ...]], None]
    pacer: Pacer
    limit: int
    rewriter_of: RewriterOf


@dataclass(slots=True, eq=False)
class ParcelRun:
    """A parcel, its state, and what its steps change.

    The steps (`parcel_steps`) run on a thread of their stage, through `perform`.

    Attributes:
        attempt, send_attempt: the number of the last packing and of the last sending.
        position: as in `Shipment`, like `handed_over`.
        archive: verified, in the spool.
        packed: the archive as it was packed last, even when its file is gone: the destination can
            be asked about it.
        was_sent: an earlier send may have arrived, so the destination is asked before the next.
        stopped: the run ended before the parcel's end; the next run resumes it.
        is_ending: its end may have been reported already, but its state has not changed yet.
    """

    parcel: Parcel
    token: CancelToken
    shared: JobContext
    progress: Progress = field(default_factory=Progress)
    state: ParcelState = ParcelState.WAITING
    attempt: int = 0
    send_attempt: int = 0
    position: str = ""
    archive: Archive | None = None
    packed: Archive | None = None
    was_sent: bool = False
    handed_over: bool = False
    stopped: bool = False
    is_ending: bool = False

    # Where it begins

    def resume_from(self, was: Resumed) -> None:
        """Takes over from an earlier run: sends a packed parcel, packs a half-packed one again."""
        self.state = was.state
        self.attempt = was.attempt
        self.position = was.position
        self.send_attempt = was.send_attempt
        self.handed_over = was.handed_over
        self.packed = was.archive
        # The history may be outdated: restored from a backup, say.
        self.was_sent = was.was_sent or was.archive is not None or was.state is ParcelState.SENDING
        if was.state in (ParcelState.VERIFIED, ParcelState.SENDING):
            self.archive = was.archive
            if was.archive is None:
                self.state = ParcelState.WAITING
        elif not was.state.is_final:
            self.state = ParcelState.WAITING
            self.attempt = 0

    def start_again(
        self, token: CancelToken, *, another_copy: bool, treatment: Treatment | None
    ) -> None:
        """Forgets the failed attempts, but not that something may have arrived."""
        self.token = token
        if treatment is not None:
            self.parcel = replace(self.parcel, treatment=treatment)
        self.was_sent = self.was_sent or self.send_attempt > 0
        self.handed_over = self.handed_over and not another_copy
        self.attempt = self.send_attempt = 0
        self.progress.packed = self.progress.verified = self.progress.sent = 0

    def queue(self) -> None:
        """Queues it for the step that its state requires."""
        if not self.state.is_final:
            (self.shared.sending if self.archive else self.shared.packing).put(self)

    def perform(self, step: Callable[[ParcelRun], None]) -> None:
        """Runs a step. Any failure in it becomes a state of this parcel.

        Raises:
            Broken: the sink failed.
        """
        try:
            self.token.check()
            step(self)
        except Broken:
            raise
        except Stopped:
            self._interrupt()
        except Cancelled:
            self._end(ParcelState.CANCELLED)
        except GantryError as error:
            if self.token.cancelled and not self.token.discarded:
                self._interrupt()  # a step that was stopped may report a cut connection
            else:
                self._end(_ENDS.get(error.code, ParcelState.FAILED), error)
        except Exception as error:  # noqa: BLE001 - a fault of ours costs this parcel only
            _log.error("a step failed in a way that was not foreseen", exc_info=error)
            fault = GantryError(ErrorCode.INTERNAL, detail=type(error).__name__)
            self._end(ParcelState.FAILED, fault)

    # Where it ends

    def arrived(self, receipt: Receipt, begun: float) -> None:
        """Notes that the destination has it, now or from an earlier run; `begun` is this send's."""
        state = state_after(receipt, self.parcel.unread)
        seconds = self.token.clock.now() - begun
        self.tell(events.ParcelArrived, max(1, self.send_attempt), receipt, seconds, state)
        if not self.shared.options.keep_delivered:
            self.drop_archive()
        self.become(state)
        self.shared.packing.kick()  # there is room in the spool now

    def _interrupt(self) -> None:
        with self.shared.changed:
            self.stopped = True
            self.shared.changed.notify_all()

    def _end(self, state: ParcelState, error: GantryError | None = None) -> None:
        if self.shared.is_broken():
            return
        archive, position = self.archive, self.position
        self.is_ending = True
        if error is None:
            self.tell(events.ParcelCancelled)
        elif state is ParcelState.UNCLEAR:
            self.tell(events.ParcelUnclear, error)
        elif state is ParcelState.HELD:
            self.tell(events.ParcelHeld, error)
        else:
            self.tell(events.ParcelFailed, error)
        self.drop_archive()
        self.become(state)
        self.shared.packing.kick()
        if state is ParcelState.CANCELLED and archive is not None:
            abandon(self.shared.destination, archive, position)

    # Reports of the steps

    def packing_begins(self, attempt: int) -> None:
        self.attempt = attempt
        self.tell(events.ParcelPacking, attempt)
        self.become(ParcelState.PACKING)

    def sending_begins(self, attempt: int) -> None:
        self.send_attempt = attempt

    def save_position(self, state: str) -> None:
        self.position = state
        self.tell(events.SendPosition, state)

    def keep_handed_over(self, whole: bool) -> None:
        self.tell(events.BodyHandedOver, whole)
        self.handed_over = whole

    def become(self, state: ParcelState) -> None:
        """Takes the next state; raises AssertionError if `NEXT` has no such arrow."""
        with self.shared.changed:
            assert state in NEXT[self.state], f"{self.state} can't become {state}"
            self.state, self.is_ending = state, False
            self.shared.changed.notify_all()

    def tell(
        self,
        event: Callable[Concatenate[str, str, P], events.Event],
        *details: P.args,
        **named: P.kwargs,
    ) -> None:
        """Emits an event of this parcel."""
        self.shared.emit(event(self.shared.job, self.parcel.id, *details, **named))

    def attempt_failed(
        self, attempt: int, step: str, error: GantryError, wait: float | None
    ) -> None:
        self.tell(events.AttemptFailed, attempt, step, error, wait)

    def drop_archive(self) -> None:
        """Deletes the archive; if it can't be deleted now, the next job does."""
        if self.archive is not None:
            with suppress(OSError):
                unlink_retry(self.archive.path)
            self.archive = None
