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
from gantry.engine.job import Job
from gantry.engine.job_runner import JobRunner
from gantry.services.named_destinations import Place
from gantry.ui.background.threads import Threads
from gantry.ui.system.awake import kept_awake

if TYPE_CHECKING:
    from gantry.engine.content import Treatment
    from gantry.engine.credentials import Credentials
    from gantry.engine.parcel import Parcel
    from gantry.services.services import Services

SAMPLE_MILLISECONDS = 100


@dataclass(frozen=True, slots=True)
class Refusal:
    """A job that could not start or resume: nothing was sent, and what was kept is still there.

    Attributes:
        again: retries, with the given credentials or the stored ones.
    """

    error: GantryError
    place: Place
    again: Callable[[Credentials | None], None]


class Runner(Threads):
    """Runs jobs, and everything else that must not block the window.

    Signals:
        job_added(Job): a job starts or resumes; its events follow.
        engine_event(Event): an event of a job; the history already has it.
        sampled(str, dict[str, tuple[Progress, bool]]): a job's counters by parcel, and whether the
            parcel is paused; every 100 ms, and once at the job's end.
        job_over(str): the job's threads have ended; it is done or stopped.
        busy_changed(bool): whether any job is running.
        refused(Refusal): a job could not start.
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
        self._runners: list[JobRunner] = []  # including those of jobs that the window does not know
        self._is_stopping = False
        self._resuming: set[str] = set()
        self._after: dict[str, list[Callable[[], None]]] = {}
        self._starting = 0
        self._timer = QTimer(self, interval=SAMPLE_MILLISECONDS)
        self._timer.timeout.connect(self._sample)
        self._said.connect(self.engine_event, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return bool(self._starting or self._running)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The running jobs."""
        return tuple(runner.job for runner in self._running.values())

    def start_job(
        self,
        place: Place,
        parcels: Callable[[], Sequence[Parcel]],
        credentials: Credentials | None = None,
    ) -> None:
        """Sends parcels to a place. `parcels` creates them, on the job's thread."""

        def again(given: Credentials | None) -> None:
            self.start_job(place, parcels, given)

        self._start(lambda: self._services.jobs.new(parcels(), place), place, credentials, again)

    def resume_job(
        self, job: Job, credentials: Credentials | None = None, *, split: bool = False
    ) -> None:
        """Resumes a job that an earlier run, or a failure, left unfinished.

        With `split`, parcels that are too large for the destination are split.
        """
        if job.id in self._running or job.id in self._resuming:
            return

        def again(given: Credentials | None) -> None:
            self.resume_job(job, given, split=split)

        place = Place(job.destination, job.url)
        self._resuming.add(job.id)
        self._start(lambda: job, place, credentials, again, [job.id], split=split)

    def pause(self, job_id: str, parcel_id: str | None = None) -> None:
        """Pauses a job, or one parcel of it, at the next block."""
        if token := self._token(job_id, parcel_id):
            token.pause()
            self._running[job_id].kick()

    def resume(self, job_id: str, parcel_id: str | None = None) -> None:
        """Resumes a paused job or parcel."""
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
        another_copy: bool = False,
        treat: Callable[[str], Treatment | None] = lambda parcel: None,
        failed: Callable[[GantryError], None] | None = None,
    ) -> None:
        """Puts failed, cancelled or held parcels back to waiting, even of a finished job.

        With `another_copy`, unclear ones, too: the user wants them sent although they may have
        arrived. `treat`, called on another thread, says how a parcel's files are rewritten from now
        on (None: as before).
        """

        def find() -> Job | None:
            treatments = {parcel: treat(parcel) for parcel in parcel_ids}
            for parcel, treatment in treatments.items():
                self._services.history.retry(
                    [parcel], another_copy=another_copy, treatment=treatment
                )
            jobs = self._services.jobs.unfinished()
            return next((job for job in jobs if job.id == job_id), None)

        def resume(job: Job | None) -> None:
            if job is None:
                return
            treatments = {parcel.id: parcel.treatment for parcel in job.parcels}
            for parcel_id in parcel_ids:
                treatment = treatments.get(parcel_id)
                self.engine_event.emit(ParcelRetried(job_id, parcel_id, another_copy, treatment))
            self.resume_job(job, credentials, split=split)

        def run_again() -> None:
            self.run(find, resume, failed or self._on_lost, self)

        runner = self._running.get(job_id)
        if runner is None:
            run_again()
            return
        running = runner

        def put_back() -> bool:
            treatments = {parcel: treat(parcel) for parcel in parcel_ids}
            return all(
                [
                    running.retry(parcel, another_copy=another_copy, treatment=treatment)
                    for parcel, treatment in treatments.items()
                ]
            )

        def then(is_sent: bool) -> None:
            if not is_sent:
                self._when_over(job_id, run_again)

        self.run(put_back, then, failed or self._on_lost, self)

    def stop(self) -> None:
        """Stops all jobs where they are, to be resumed at the next start; see `join`."""
        self._is_stopping = True
        for runner in list(self._runners):
            runner.stop()

    def _start(
        self,
        make: Callable[[], Job],
        place: Place,
        credentials: Credentials | None,
        again: Callable[[Credentials | None], None],
        resumed: Sequence[str] = (),
        *,
        split: bool = False,
    ) -> None:
        begun: list[str] = list(resumed)

        def work() -> None:
            # The place first: nothing is recorded for a job that can't even start.
            job_id = resumed[0] if resumed else ""
            destination = self._services.destinations.open(place, credentials, job=job_id)
            try:
                job = make()
                if job.id not in begun:
                    begun.append(job.id)
                with kept_awake():
                    self._services.jobs.run(
                        job, destination, sink=self._said.emit, on_runner=on_runner, split=split
                    )
            finally:
                destination.close()

        def on_runner(runner: JobRunner) -> None:
            # On the job's thread, because the window's may already be waiting in `join`.
            self._runners.append(runner)
            if self._is_stopping:
                runner.stop()
            self.call(lambda: self._on_runner(runner))

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

    def _when_over(self, job_id: str, work: Callable[[], None]) -> None:
        """Calls something once no thread is working on the job."""
        if job_id in self._running:
            self._after.setdefault(job_id, []).append(work)
        else:
            work()

    def _on_over(self, begun: list[str]) -> None:
        self._starting -= 1
        for job_id in begun:
            self._sample_job(job_id)
            if runner := self._running.pop(job_id, None):
                self._runners.remove(runner)
            self._resuming.discard(job_id)
            self.job_over.emit(job_id)
            for work in self._after.pop(job_id, []):
                work()
        self._tell_busy()

    def _on_lost(self, error: GantryError) -> None:
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
