"""The order of the steps: pack, prove, send, parcel by parcel, each step beside the others.

What a step claims is on disk before its event goes out; the caller's sink keeps the event before
it returns. So a kill between any two lines leaves a job that `Job.resumed` can carry on.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from gantry.engine import events
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.courier import Courier
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Sink
from gantry.engine.oversize import smaller
from gantry.engine.packing import pack_and_prove
from gantry.engine.parcel import Archive, ParcelState
from gantry.engine.stage import Stage
from gantry.engine.transfer.destination import Destination
from gantry.engine.unheld import unheld
from gantry.engine.work import Job, JobOptions, Resumed, Work, restored

__all__ = ["Job", "JobOptions", "JobRunner", "Resumed", "Work"]

_log = logging.getLogger(__name__)
_ARCHIVE_LOST = frozenset({ErrorCode.ARCHIVE_DAMAGED, ErrorCode.ARCHIVE_MISSING})


class _Broken(Exception):
    """The sink failed; `JobRunner.run` raises what it raised."""


class JobRunner:
    """Runs one job; `run` blocks until every parcel is in a final state, or `stop` was called.

    `token`, and each parcel's in `works`, pause, resume and cancel from any thread; call `kick`
    after resuming.
    """

    def __init__(
        self,
        job: Job,
        destination: Destination,
        spool: Path,
        sink: Sink,
        token: CancelToken | None = None,
        options: JobOptions | None = None,
    ) -> None:
        self.job = job
        self.token = token or CancelToken()
        self._destination = destination
        self._spool = spool
        self._told = sink
        self._options = options or JobOptions()
        self._changed = threading.Condition()
        self._broken: BaseException | None = None
        self._stopped = False
        self.works = {
            p.id: restored(p, self.token.child(), job.resumed.get(p.id)) for p in job.parcels
        }
        self._packing = Stage("pack", self._options.packers, self._guard(self._pack), self._room)
        self._courier = Courier(job.id, destination, self._options, self._sink, self._wake)
        self._sending = Stage(
            "send",
            self._options.parallel_sends,
            self._guard(self._send),
            lambda: self._courier.may_send or self.token.cancelled,
        )

    def run(self) -> events.JobDone:
        """Works until all is delivered, failed or cancelled.

        Raises:
            Exception: the sink failed (the history can't be written): nothing more is begun.
        """
        start = time.monotonic()
        if self.job.resumed:
            self._told(events.JobResumed(self.job.id))
        else:
            self._told(
                events.JobStarted(self.job.id, self.job.destination, self.job.url, self.job.parcels)
            )
        for work in self.works.values():
            self._enter(work)
        with self._changed:
            self._changed.wait_for(self._is_over)
        self._packing.join()
        self._sending.join()
        if self._broken:
            raise self._broken
        states = [w.state for w in self.works.values()]
        done = events.JobDone(
            self.job.id,
            states.count(ParcelState.DELIVERED),
            states.count(ParcelState.FAILED),
            states.count(ParcelState.CANCELLED),
            time.monotonic() - start,
        )
        if not self._stopped:
            self._told(done)
        return done

    def _sink(self, event: events.Event) -> None:
        """What can't be kept must not go on: a failing sink ends the whole job."""
        try:
            self._told(event)
        except BaseException as error:
            self._break(error)
            raise _Broken from error

    def stop(self) -> None:
        """Ends the work without cancelling it: the next start carries on from here."""
        self._stopped = True
        self.token.cancel()
        self.kick()

    def _wake(self) -> None:
        self._sending.kick()

    def kick(self) -> None:
        """To be called after a token was resumed or cancelled: queued parcels look again."""
        self._packing.kick()
        self._sending.kick()

    def retry(self, parcel_id: str) -> None:
        """Puts a failed or cancelled parcel of a running job back to waiting."""
        work = self.works[parcel_id]
        with self._changed:
            if work.state not in (ParcelState.FAILED, ParcelState.CANCELLED):
                return
            work.state = ParcelState.WAITING
        work.token = self.token.child()
        work.unclear = work.unclear or work.send_attempt > 0
        work.attempt = work.send_attempt = 0
        work.progress.packed = work.progress.verified = work.progress.sent = 0
        self._sink(events.ParcelRetried(self.job.id, parcel_id))
        self._enter(work)

    def _enter(self, work: Work) -> None:
        if work.state.is_final:
            return
        (self._sending if work.archive else self._packing).put(work)

    def _is_over(self) -> bool:
        return self._broken is not None or all(w.state.is_final for w in self.works.values())

    def _room(self) -> bool:
        """Whether the spool may take another archive: packing doesn't run away from sending."""
        waiting = sum(1 for w in self.works.values() if w.archive and not w.state.is_final)
        return waiting < self._options.ahead or self.token.cancelled

    def _guard(self, step: Callable[[Work], None]) -> Callable[[Work], None]:
        """A step that can end only in a state: cancelled, failed, or broken for the whole job."""

        def guarded(work: Work) -> None:
            try:
                if self._broken is None:
                    work.token.check()
                    step(work)
            except _Broken:
                pass
            except Cancelled:
                self._end(work, ParcelState.CANCELLED)
            except GantryError as error:
                self._end(work, ParcelState.FAILED, error)
            except Exception as error:  # noqa: BLE001 - a fault of ours costs this parcel only
                _log.error("a step failed in a way that was not foreseen", exc_info=error)
                fault = GantryError(ErrorCode.INTERNAL, detail=type(error).__name__)
                self._end(work, ParcelState.FAILED, fault)
            except BaseException as error:  # noqa: BLE001 - the thread ends here: run() raises it
                self._break(error)

        return guarded

    def _break(self, error: BaseException) -> None:
        with self._changed:
            self._broken = self._broken or error
            self._changed.notify_all()
        self.token.cancel()
        self.kick()

    def _end(self, work: Work, state: ParcelState, error: GantryError | None = None) -> None:
        if self._broken is None and not self._stopped:
            try:
                if state is ParcelState.FAILED and error is not None:
                    self._sink(events.ParcelFailed(self.job.id, work.parcel.id, error))
                else:
                    self._sink(events.ParcelCancelled(self.job.id, work.parcel.id))
            except _Broken:
                return
            archive = work.archive
            work.drop_archive()
            self._to(work, state)
            self._packing.kick()
            if state is ParcelState.CANCELLED and archive is not None:
                self._courier.abandon(work, archive)
            return
        self._to(work, state)
        self._packing.kick()

    def _to(self, work: Work, state: ParcelState) -> None:
        with self._changed:
            work.state = state
            self._changed.notify_all()

    def _pack(self, work: Work) -> None:
        def begun(attempt: int) -> None:
            work.attempt = attempt
            self._sink(events.ParcelPacking(self.job.id, work.parcel.id, attempt))
            self._to(work, ParcelState.PACKING)

        proved = unheld(
            work,
            self._packing,
            lambda: pack_and_prove(
                work.parcel,
                self._spool,
                token=work.token,
                progress=work.progress,
                options=self._options.pack,
                threads=self._threads,
                first_attempt=work.attempt + 1,
                on_attempt=begun,
                on_failure=partial(self._failed, work),
            ),
        )
        work.archive = proved.archive
        self._sink(
            events.ParcelVerified(
                self.job.id,
                work.parcel.id,
                proved.attempt,
                proved.archive,
                proved.pack_seconds,
                proved.verify_seconds,
            )
        )
        self._to(work, ParcelState.VERIFIED)
        self._sending.put(work)

    def _threads(self) -> int:
        """Compression threads a parcel: one big study may use all cores, many share them."""
        packing = sum(1 for w in self.works.values() if w.state is ParcelState.PACKING)
        return max(1, self._options.packers // max(1, packing))

    def _failed(
        self, work: Work, attempt: int, step: str, error: GantryError, wait: float | None
    ) -> None:
        self._sink(events.AttemptFailed(self.job.id, work.parcel.id, attempt, step, error, wait))

    def _send(self, work: Work) -> None:
        archive = work.archive
        assert archive is not None
        begun = time.monotonic()
        self._sink(events.ParcelSending(self.job.id, work.parcel.id, work.send_attempt + 1))
        self._to(work, ParcelState.SENDING)
        try:
            receipt = self._courier.deliver(work, archive)
        except GantryError as error:
            if self._options.split and self._split(work, archive, error):
                return
            if error.code not in _ARCHIVE_LOST or work.attempt >= self._options.pack.attempts:
                raise
            # The spool lost or changed it after the proof: the sources are still there.
            work.drop_archive()
            work.position = ""
            self._failed(work, work.attempt, "send", error, 0.0)
            self._to(work, ParcelState.WAITING)
            self._packing.put(work)
            return
        self._sink(
            events.ParcelDelivered(
                self.job.id,
                work.parcel.id,
                work.send_attempt,
                receipt,
                time.monotonic() - begun,
            )
        )
        if not self._options.keep_delivered:
            work.drop_archive()
        self._to(work, ParcelState.DELIVERED)
        self._packing.kick()

    def _split(self, work: Work, archive: Archive, error: GantryError) -> bool:
        """Puts smaller parcels in the place of one that is too big; whether it could."""
        made = smaller(work.parcel, archive, error, self._destination, work.token)
        if made is None:
            return False
        self._sink(
            events.ParcelSplit(
                self.job.id, work.parcel.id, made.parts, made.limit, made.is_known, error
            )
        )
        if made.is_known:
            self._courier.limit = made.limit
        work.drop_archive()
        parts = {part.id: Work(part, self.token.child()) for part in made.parts}
        with self._changed:
            self.works = {**self.works, **parts}  # others may be walking through the old one
            work.state = ParcelState.SPLIT
        for part in parts.values():
            self._enter(part)
        return True
