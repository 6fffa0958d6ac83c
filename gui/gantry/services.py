"""What the window and the terminal both stand on: folders, settings, history, destinations, jobs.

Everything here may wait for a disk or a server: the window calls it from worker threads.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from ulid import ULID

from gantry.alerts import AlertRules, Alerts, Outbox, Webhook
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Event, JobDone, ParcelSplit, Sink
from gantry.engine.job import Job, JobOptions, JobRunner
from gantry.engine.memory import share_memory
from gantry.engine.packing import PackOptions
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.transfer.destination import Credentials, Destination
from gantry.engine.transfer.folder import want_folder
from gantry.engine.transfer.http import Options
from gantry.engine.transfer.registry import file_path, open_destination
from gantry.engine.transfer.retry import RetryPolicy
from gantry.engine.transfer.timetable import TimedBandwidth, Timetable, parse_timetable
from gantry.places import PRACTICE_NAME, PRACTICE_URL, Place, find_place, places
from gantry.sign_in import options_of
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.limits import learn_limit, learned_limit
from gantry.store.locks import JobLocks
from gantry.store.logs import LogSink, start_logging
from gantry.store.secrets import credentials_for, secret_store
from gantry.store.settings import SavedDestination, Settings, load_settings, save_settings
from gantry.store.spool import sweep

if TYPE_CHECKING:
    from gantry.engine.transfer.doctor import Step
    from gantry.receiver.server import Receiver

__all__ = ["PRACTICE_NAME", "PRACTICE_URL", "Place", "Services"]


class Services:
    """One a process. `close` it at the end.

    Attributes:
        plain_password_ok: the user agreed, for this run, that secrets go over http.
        problems: what was wrong with settings or history and was set aside; to be told.

    Raises:
        GantryError: HISTORY_NEWER, or the history can't be opened.
        OSError: the folders can't be made.
    """

    def __init__(self, home: Home) -> None:
        share_memory()
        self.home = home
        home.make()
        self.settings, settings_problem = load_settings(home.settings_file)
        self.history = History(home.history_file)
        self.problems = [p for p in (settings_problem, self.history.problem) if p is not None]
        self._stop_logging = start_logging(home.logs, self.settings.log_level)
        self._log = LogSink(self.history.salt)
        self._alerts: Alerts | None = None
        self._alert_rules = AlertRules()
        self._receiver: Receiver | None = None
        self.plain_password_ok = False
        self._bandwidth = TimedBandwidth(self.settings.bandwidth)
        self._follow_timetable()
        self._practice_token = secrets.token_urlsafe(32)
        self._lock = threading.Lock()
        self._jobs = JobLocks(home.state)
        self._start_alerts()

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the embedded receiver, the history and the log."""
        with self._lock:
            if self._receiver is not None:
                self._receiver.stop()
                self._receiver = None
        if self._alerts is not None:
            self._alerts.close()
        self.history.close()
        self._stop_logging()

    @property
    def spool(self) -> Path:
        """Where archives are made."""
        return Path(self.settings.spool_folder) if self.settings.spool_folder else self.home.spool

    def own_folders(self, place: Place) -> set[str]:
        """Where Gantry itself writes: what appears there during a job is no source."""
        home = self.home
        folders = [home.settings_file.parent, home.history_file.parent, home.logs, self.spool]
        if place.url.startswith("file:"):
            folders.append(Path(file_path(place.url)))
        return {str(folder.absolute()) for folder in folders}

    def save_settings(self, settings: Settings) -> None:
        """Keeps them on disk, then uses them."""
        save_settings(self.home.settings_file, settings)
        self.use_settings(settings)

    def use_settings(self, settings: Settings) -> None:
        """Works by these from now on; a running send changes its speed at once."""
        self.settings = settings
        self._bandwidth.rate = settings.bandwidth
        self._follow_timetable()
        self._start_alerts()

    def _follow_timetable(self) -> None:
        try:
            self._bandwidth.timetable = parse_timetable(self.settings.bandwidth_timetable)
        except GantryError as error:
            self._bandwidth.timetable = Timetable()
            self.problems.append(error)

    def _start_alerts(self) -> None:
        """From the first time that the settings name a webhook; they are asked at each alert."""
        if self._alerts is None and self.settings.alert_url:
            outbox = Outbox(self.home.outbox_file)
            self._alerts = Alerts(outbox, self._alert_rules, self._webhook)
        self._alert_rules.always = self.settings.alert_on == "always"

    def _webhook(self) -> Webhook | None:
        """Where alerts go now, with the secret that lies with the system."""
        settings = self.settings
        if not settings.alert_url:
            return None
        known = secret_store().load(settings.alert_url)
        return Webhook(
            settings.alert_url,
            known.token if known else "",
            intranet=settings.alert_intranet,
            loopback_http=settings.alert_loopback_http,
        )

    def places(self) -> tuple[Place, ...]:
        """Practice first, then those of the settings."""
        return places(self.settings)

    def place(self, text: str) -> Place:
        """The destination of that name, or at that URL or folder. Raises as `find_place`."""
        return find_place(text, self.settings)

    def open(self, place: Place, credentials: Credentials | None = None) -> Destination:
        """A destination ready to send to; practice starts the embedded receiver.

        Raises:
            GantryError: the URL is wrong, or the credential store can't be read.
        """
        if place.is_practice:
            return open_destination(*self._practice())
        credentials, options = self._sign_in(place, credentials)
        return open_destination(place.url, credentials, options=options)

    def examine(
        self,
        place: Place,
        token: CancelToken,
        credentials: Credentials | None = None,
        saved: SavedDestination | None = None,
    ) -> Iterator[Step]:
        """Tests a destination step by step, with these credentials or the stored ones.

        `saved` says how to sign in at one that isn't kept yet.

        Raises:
            GantryError: the URL is wrong, or the credential store can't be read.
            Cancelled.
        """
        from gantry.engine.transfer.doctor import doctor

        if place.is_practice:
            yield from doctor(*self._practice(), token=token)
            return
        credentials, options = self._sign_in(place, credentials, saved)
        yield from doctor(place.url, credentials, options=options, token=token)

    def _sign_in(
        self,
        place: Place,
        credentials: Credentials | None,
        saved: SavedDestination | None = None,
    ) -> tuple[Credentials, Options]:
        saved = saved or self.settings.destination(place.name)
        if credentials is None:
            credentials = credentials_for(saved or place.url)
        options = Options(bandwidth=self._bandwidth, plain_password_ok=self.plain_password_ok)
        if saved is not None:
            agreed = saved.insecure_http or self.plain_password_ok
            options = replace(options, plain_password_ok=agreed)
            options = options_of(saved, options, credentials)
        return credentials, options

    def _practice(self) -> tuple[str, Credentials]:
        """The embedded receiver's address and this session's token; it runs from now on."""
        with self._lock:
            if self._receiver is None:
                from gantry.receiver.server import Receiver

                receiver = Receiver(self.home.practice, token=self._practice_token)
                receiver.start()
                self._receiver = receiver
            return self._receiver.url, Credentials(token=self._practice_token)

    def new_job(self, parcels: Iterable[Parcel], place: Place) -> Job:
        """A job to run.

        Raises:
            GantryError: NOTHING_TO_SEND; SHARE_GONE, where a folder to send to isn't there.
        """
        parcels = tuple(parcels)
        if not parcels:
            raise GantryError(ErrorCode.NOTHING_TO_SEND)
        if place.url.startswith("file:"):
            want_folder(place.url)
        return Job(str(ULID()), place.name, place.url, parcels)

    def unfinished(self) -> list[Job]:
        """Jobs that an earlier run left, but for those that another process is working on."""
        return [job for job in self.history.unfinished() if not self._jobs.is_held(job.id)]

    def run(
        self,
        job: Job,
        destination: Destination,
        *,
        sink: Sink = lambda event: None,
        token: CancelToken | None = None,
        on_runner: Callable[[JobRunner], None] = lambda runner: None,
        split: bool = False,
    ) -> JobDone:
        """Runs a job to its end; each event goes to the history, then the log, then `sink`.

        With `split` parcels that are too big are cut, whatever the settings say.

        Raises:
            GantryError: another process runs it, or the history can't be written.
        """

        def chain(event: Event) -> None:
            self.history.record(event)
            self._log(event)
            if self._alerts is not None:
                self._alerts(event)
            if isinstance(event, ParcelSplit) and event.is_known:
                with suppress(OSError):  # learned again, then
                    learn_limit(self._limits_file, job.url, event.limit)
            sink(event)

        spool = self.spool
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._jobs.working_on(job.id):
            job = self._as_it_is_now(job)
            self.sweep_spool()
            options = replace(self.job_options(), limit=learned_limit(self._limits_file, job.url))
            if split:
                options = replace(options, split=True)
            runner = JobRunner(job, destination, spool, chain, token, options)
            on_runner(runner)
            done = runner.run()
        if done.cancelled:
            self.sweep_spool()  # a step that hung may have left something half made
        with suppress(GantryError):  # tidying up is no part of the job
            self.history.prune(self.settings.keep_file_lists)
        return done

    def _as_it_is_now(self, job: Job) -> Job:
        """An unfinished job, seen anew if another process worked on it since it was read.

        Raises:
            GantryError: JOB_RUNNING, the other has finished it.
        """
        if not job.resumed:
            return job
        left = {one.parcel: one.state for one in self.history.left() if one.job == job.id}
        if left == {p: r.state for p, r in job.resumed.items() if not r.state.is_final}:
            return job
        for fresh in self.history.unfinished():
            if fresh.id == job.id:
                return fresh
        raise GantryError(ErrorCode.JOB_RUNNING, facts={"job": job.id})

    def job_options(self) -> JobOptions:
        """How jobs work by the settings."""
        s = self.settings
        return JobOptions(
            pack=PackOptions(attempts=s.attempts, level=s.compression_level),
            pack_workers=s.pack_workers,
            parallel_sends=s.parallel_sends,
            keep_delivered=s.keep_delivered,
            split=s.split_automatically,
            retry=RetryPolicy(attempts=s.send_attempts),
        )

    def sweep_spool(self) -> None:
        """Removes what no unfinished job needs: orphans, half-made and delivered archives."""

        def needed() -> Set[str]:
            left = self.history.left()
            held = {job for job in {one.job for one in left} if self._jobs.is_held(job)}
            packed = (ParcelState.VERIFIED, ParcelState.SENDING)
            return {one.parcel for one in left if one.job in held or one.state in packed}

        sweep(self.spool, needed, keep_delivered=self.settings.keep_delivered)

    @property
    def _limits_file(self) -> Path:
        return self.home.state / "limits.json"
