"""Runs a job: the steps of all parcels side by side, until all have ended.

The steps of a parcel are in `parcel_run`; this module decides which runs when. What a step claims
is on disk before its event is emitted, and the caller's sink stores the event before it returns. So
a kill between any two lines leaves a job that can be resumed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Treatment
from gantry.engine.events import Sink
from gantry.engine.job import Job, JobOptions
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.parcel_run import Broken, JobContext, ParcelRun
from gantry.engine.parcel_steps import pack, send
from gantry.engine.rewriters import RewriterOf, rewriter_for
from gantry.engine.stage import Stage
from gantry.engine.transfer.destination import Destination, pacer_of
from gantry.engine.transfer.run_with_timeout import TICK


class JobRunner:
    """Runs one job, once; `run` blocks until every parcel is in a final state or was stopped.

    `token`, and each parcel's in `works`, pause, resume and cancel from any thread; call `kick`
    afterwards.
    """

    def __init__(
        self,
        job: Job,
        destination: Destination,
        spool: Path,
        sink: Sink,
        token: CancelToken | None = None,
        options: JobOptions | None = None,
        rewriter_of: RewriterOf = rewriter_for,
    ) -> None:
        self.job = job
        self.token = token or CancelToken()
        self._told = sink
        self._options = options or JobOptions()
        self._changed = threading.Condition()
        self._broken: BaseException | None = None
        self._is_closed = False  # `run` has ended, or will end without starting anything else
        self._pacer = pacer_of(destination, self.token.clock)
        self._pacer.waits = self._options.retry
        self._ended_hold = 0.0  # end of the last hold that queued parcels were told about
        self._packing: Stage[ParcelRun] = Stage(
            "pack", self._options.packers, self._guard(pack), self._room
        )
        self._sending: Stage[ParcelRun] = Stage(
            "send", self._options.parallel_sends, self._guard(send), self._may_send
        )
        self._shared = JobContext(
            job=job.id,
            destination=destination,
            spool=spool,
            options=self._options,
            emit=self._sink,
            is_broken=lambda: self._broken is not None,
            changed=self._changed,
            packing=self._packing,
            sending=self._sending,
            threads=self._threads,
            add=self._add,
            pacer=self._pacer,
            limit=self._options.limit,
            rewriter_of=rewriter_of,
        )
        self.works = {parcel.id: self._new(parcel) for parcel in job.parcels}
        for parcel_id, was in job.resumed.items():
            if parcel_id in self.works:
                self.works[parcel_id].resume_from(was)

    def _new(self, parcel: Parcel) -> ParcelRun:
        return ParcelRun(parcel, self.token.child(), self._shared)

    def run(self) -> events.JobDone:
        """Works until every parcel is delivered, failed or cancelled.

        Raises:
            Exception: the sink failed (the history can't be written): nothing else is started.
        """
        start = self.token.clock.now()
        job = self.job
        if job.resumed:
            self._told(events.JobResumed(job.id, job.destination, job.url, job.parcels))
        else:
            self._told(
                events.JobStarted(job.id, job.destination, job.url, job.parcels, job.options)
            )
        # Half-sent parcels go first: the destination may not keep them for long.
        for work in sorted(self.works.values(), key=lambda w: w.state is not ParcelState.SENDING):
            work.queue()
        while not self._is_closed:
            # In short waits: Windows ignores Ctrl-C while the main thread waits for a lock.
            with self._changed:
                is_over = self._changed.wait_for(self._is_over, timeout=TICK)
            self._end_hold()
            if is_over and self._packing.join(TICK) and self._sending.join(TICK):
                with self._changed:
                    self._is_closed = self._is_over()  # false if a parcel was retried meanwhile
        if self._broken:
            raise self._broken
        states = [w.state for w in self.works.values()]
        done = events.JobDone(
            self.job.id,
            states.count(ParcelState.DELIVERED),
            states.count(ParcelState.FAILED),
            states.count(ParcelState.CANCELLED),
            self.token.clock.now() - start,
            states.count(ParcelState.ACCEPTED),
            states.count(ParcelState.INCOMPLETE),
            states.count(ParcelState.UNCLEAR),
            states.count(ParcelState.HELD),
        )
        if not self.unfinished:
            self._told(done)
        return done

    @property
    def unfinished(self) -> int:
        """How many parcels have not ended; after `run`: how many the next run resumes."""
        return sum(1 for w in self.works.values() if not w.state.is_final)

    def _sink(self, event: events.Event) -> None:
        """A job whose state can't be kept must not continue: a failing sink ends it."""
        try:
            self._told(event)
        except BaseException as error:
            self._break(error)
            raise Broken(error) from error

    def stop(self) -> None:
        """Ends the work without cancelling it: the next run resumes it from here."""
        self.token.stop()
        self.kick()

    def kick(self) -> None:
        """Wakes queued parcels; call it after pausing, resuming or cancelling a token."""
        self._packing.kick()
        self._sending.kick()

    def retry(
        self, parcel_id: str, *, another_copy: bool = False, treatment: Treatment | None = None
    ) -> bool:
        """Puts a failed, cancelled or held parcel back to waiting, perhaps with another treatment.

        An unclear one only with `another_copy`: the user wants it sent although it may have
        arrived. Waits until a parcel that has just ended is cleaned up, so never call it from the
        sink.

        Returns:
            Whether this run sends it. If not, the run is over or ending: the parcel waits for the
            next one, which the caller may start once `run` has returned.

        Raises:
            Exception: the sink failed; the job ends then.
        """
        work = self.works[parcel_id]
        again = {ParcelState.FAILED, ParcelState.CANCELLED, ParcelState.HELD}
        if another_copy:
            again.add(ParcelState.UNCLEAR)
        with self._changed:
            self._changed.wait_for(lambda: not work.is_ending or self._broken is not None)
            if work.state not in again:
                return True
            is_ours = not self._is_closed and not self.token.cancelled
            if is_ours:
                work.state = ParcelState.WAITING
        retried = events.ParcelRetried(self.job.id, parcel_id, another_copy, treatment)
        if not is_ours:
            self._told(retried)
            return False
        token = self.token.child()
        work.start_again(token, another_copy=another_copy, treatment=treatment)
        try:
            self._sink(retried)
        except Broken as broken:
            raise broken.error from None
        work.queue()
        return True

    def _add(self, parcels: tuple[Parcel, ...]) -> None:
        """Starts parcels that replace another."""
        parts = {parcel.id: self._new(parcel) for parcel in parcels}
        with self._changed:
            self.works = {**self.works, **parts}  # other threads may be iterating over the old one
        for part in parts.values():
            part.queue()

    def _is_over(self) -> bool:
        ended = (w.state.is_final or w.stopped for w in self.works.values())
        return self._broken is not None or all(ended)

    def _room(self) -> bool:
        """Whether the spool may take another archive: packing must not run ahead of sending."""
        waiting = sum(1 for w in self.works.values() if w.archive and not w.state.is_final)
        return waiting < self._options.ahead

    def _end_hold(self) -> None:
        """Makes queued parcels look again once the destination is no longer on hold."""
        until = self._pacer.held_until
        if until != self._ended_hold and self._pacer.held_for == 0:
            self._ended_hold = until
            self._sending.kick()

    def _may_send(self) -> bool:
        """Whether another parcel may be sent to the destination now."""
        return self._pacer.held_for == 0

    def _threads(self) -> int:
        """Compression threads per parcel: one large study may use all cores, many share them."""
        packing = sum(1 for w in self.works.values() if w.state is ParcelState.PACKING)
        return max(1, self._options.packers // max(1, packing))

    def _guard(self, step: Callable[[ParcelRun], None]) -> Callable[[ParcelRun], None]:
        """Wraps a step for a stage's thread, where an exception would go unnoticed."""

        def guarded(work: ParcelRun) -> None:
            if self._broken is not None:
                return
            try:
                work.perform(step)
            except Broken:
                pass
            except BaseException as error:  # noqa: BLE001 - the thread ends here: run() raises it
                self._break(error)

        return guarded

    def _break(self, error: BaseException) -> None:
        with self._changed:
            self._broken = self._broken or error
            self._changed.notify_all()
        self.token.stop()
        self.kick()
