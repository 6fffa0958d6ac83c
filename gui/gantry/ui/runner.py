"""The bridge between engine and window: starts jobs, turns their events into signals, samples
their counters ten times a second."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.events import ParcelRetried, Progress
from gantry.engine.job import Job, JobRunner
from gantry.ui.awake import kept_awake
from gantry.ui.threads import Threads

if TYPE_CHECKING:
    from gantry.engine.parcel import Parcel
    from gantry.engine.transfer.destination import Credentials
    from gantry.services import Place, Services

SAMPLE_MILLISECONDS = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """A job that could not begin (or go on): nothing was sent, what was kept is still there.

    Attributes:
        again: tries once more, with the credentials given, or those that are stored.
    """

    error: GantryError
    place: Place
    again: Callable[[Credentials | None], None]


class Runner(Threads):
    """Jobs in work, and everything else that must not hold up the window.

    Signals:
        job_added(Job): a job begins, or goes on; its events follow.
        engine_event(Event): what a job says; the history has it already.
        sampled(str, dict[str, tuple[Progress, bool]]): a job's counters by parcel, and whether
            the parcel is paused; every 100 ms, and once at the job's end.
        job_over(str): the job's threads ended, all done or stopped.
        busy_changed(bool): whether any job is in work.
        refused(Refusal): a job could not begin.
    """

    job_added = Signal(object)
    engine_event = Signal(object)
    sampled = Signal(str, object)
    job_over = Signal(str)
    busy_changed = Signal(bool)
    refused = Signal(object)

    _said = Signal(object)

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._running: dict[str, JobRunner] = {}
        self._starting = 0
        self._timer = QTimer(self, interval=SAMPLE_MILLISECONDS)
        self._timer.timeout.connect(self._sample)
        self._said.connect(self.engine_event, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return bool(self._starting or self._running)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs in work."""
        return tuple(runner.job for runner in self._running.values())

    def start_job(
        self,
        place: Place,
        parcels: Callable[[], Sequence[Parcel]],
        credentials: Credentials | None = None,
    ) -> None:
        """Sends parcels to a place. `parcels` makes them, on the job's thread."""

        def again(given: Credentials | None) -> None:
            self.start_job(place, parcels, given)

        self._start(lambda: self._services.new_job(parcels(), place), place, credentials, again)

    def resume_job(
        self, job: Job, credentials: Credentials | None = None, *, split: bool = False
    ) -> None:
        """Carries on a job that an earlier run, or a failure, left unfinished.

        With `split`, what is too big for the destination is cut into smaller parcels.
        """
        if job.id in self._running:
            return

        def again(given: Credentials | None) -> None:
            self.resume_job(job, given, split=split)

        from gantry.services import Place

        place = Place(job.destination, job.url)
        self._start(lambda: job, place, credentials, again, split=split)

    def pause(self, job_id: str, parcel_id: str | None = None) -> None:
        """Holds a job, or one parcel of it, at the next block."""
        if token := self._token(job_id, parcel_id):
            token.pause()

    def resume(self, job_id: str, parcel_id: str | None = None) -> None:
        """Lets a paused job, or parcel, go on."""
        if token := self._token(job_id, parcel_id):
            token.resume()
            self._running[job_id].kick()

    def cancel(self, job_id: str, parcel_id: str | None = None) -> None:
        """Ends a job, or one parcel of it; what was delivered stays delivered."""
        if token := self._token(job_id, parcel_id):
            token.cancel()
            self._running[job_id].kick()

    def retry(
        self,
        job_id: str,
        parcel_ids: Sequence[str],
        credentials: Credentials | None = None,
        *,
        split: bool = False,
    ) -> None:
        """Puts failed or cancelled parcels back to waiting, also of a job that is over."""
        if runner := self._running.get(job_id):
            for parcel_id in parcel_ids:
                self.run(lambda parcel_id=parcel_id: runner.retry(parcel_id))  # type: ignore[misc]
            return

        def put_back() -> Job | None:
            self._services.history.retry(parcel_ids)
            jobs = self._services.unfinished()
            return next((job for job in jobs if job.id == job_id), None)

        def go_on(job: Job | None) -> None:
            if job is None:
                return
            for parcel_id in parcel_ids:
                self.engine_event.emit(ParcelRetried(job_id, parcel_id))
            self.resume_job(job, credentials, split=split)

        self.run(put_back, go_on, self._on_lost, self)

    def stop(self) -> None:
        """Stops all jobs where they are, to be carried on at the next start; see `join`."""
        for runner in self._running.values():
            runner.stop()

    def _start(
        self,
        make: Callable[[], Job],
        place: Place,
        credentials: Credentials | None,
        again: Callable[[Credentials | None], None],
        *,
        split: bool = False,
    ) -> None:
        begun: list[str] = []

        def work() -> None:
            # The place first: nothing is written down for a job that can't even begin.
            destination = self._services.open(place, credentials)
            try:
                job = make()
                begun.append(job.id)
                with kept_awake():
                    self._services.run(
                        job,
                        destination,
                        sink=self._said.emit,
                        on_runner=lambda runner: self.call(lambda: self._on_runner(runner)),
                        split=split,
                    )
            finally:
                destination.close()

        def over(_: None = None) -> None:
            self._on_over(begun)

        def failed(error: GantryError) -> None:
            over()
            self.refused.emit(Refusal(error, place, again))

        self._starting += 1
        self._tell_busy()
        self.run_long("job", work, over, failed, self)

    def _on_runner(self, runner: JobRunner) -> None:
        self._running[runner.job.id] = runner
        self.job_added.emit(runner.job)

    def _on_over(self, begun: list[str]) -> None:
        self._starting -= 1
        for job_id in begun:
            self._sample_job(job_id)
            self._running.pop(job_id, None)
            self.job_over.emit(job_id)
        self._tell_busy()

    def _on_lost(self, error: GantryError) -> None:
        from gantry.services import Place

        self.refused.emit(Refusal(error, Place("", ""), lambda credentials: None))

    def _tell_busy(self) -> None:
        if self.busy != self._timer.isActive():
            if self.busy:
                self._timer.start()
            else:
                self._timer.stop()
            self.busy_changed.emit(self.busy)

    def _token(self, job_id: str, parcel_id: str | None) -> CancelToken | None:
        runner = self._running.get(job_id)
        if runner is None:
            return None
        if parcel_id is None:
            return runner.token
        work = runner.works.get(parcel_id)
        return work.token if work else None

    def _sample(self) -> None:
        for job_id in self._running:
            self._sample_job(job_id)

    def _sample_job(self, job_id: str) -> None:
        if runner := self._running.get(job_id):
            counters: dict[str, tuple[Progress, bool]] = {
                work.parcel.id: (work.progress, work.token.paused) for work in runner.works.values()
            }
            self.sampled.emit(job_id, counters)
