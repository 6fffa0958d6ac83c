"""Creates, runs, resumes and settles jobs, and sweeps the spool after them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Set
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import assert_never

from ulid import ULID

from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Event, JobDone, ParcelVerified, Sink
from gantry.engine.job import Job
from gantry.engine.job_runner import JobRunner
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.registry import kind_of, normalise_url
from gantry.engine.transfer.size_limit import Remembered
from gantry.services.destinations import Destinations
from gantry.services.named_destinations import Place
from gantry.services.policy import check_upload
from gantry.services.preferences import Preferences
from gantry.services.privacy import Privacy
from gantry.services.sign_in import without_secrets
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.limits import forget_limit, learn_limit, learned_limit
from gantry.store.locks import JobLocks
from gantry.store.logs import LogSink
from gantry.store.own_folders import is_same_folder
from gantry.store.relink import Relink
from gantry.store.spool import sweep


class Jobs:
    """The jobs of one home. Every event is in the history before anything else receives it.

    Args:
        alert: receives each event after the log.
    """

    def __init__(
        self,
        home: Home,
        preferences: Preferences,
        destinations: Destinations,
        history: History,
        locks: JobLocks,
        alert: Sink,
        privacy: Privacy,
        relink: Relink,
    ) -> None:
        self._preferences, self._destinations = preferences, destinations
        self._history, self._locks, self._alert = history, locks, alert
        self._privacy, self._relink = privacy, relink
        self._log = LogSink(history.salt)
        self._limits_file = home.state / "limits.json"

    def new(self, parcels: Iterable[Parcel], place: Place) -> Job:
        """Creates a job.

        Raises:
            GantryError: NOTHING_TO_SEND; SHARE_GONE if the destination folder does not exist;
                TREATMENT_REQUIRED if it takes nothing as it is; POLICY_FORBIDS; POLICY_INVALID;
                NUMBERS_FAILED; LABEL_CONFLICT.
        """
        parcels = tuple(parcels)
        if not parcels:
            raise GantryError(ErrorCode.NOTHING_TO_SEND)
        self._check(parcels, place)
        if not place.is_practice:
            url, _ = normalise_url(place.url)
            kind_of(url).want(url)
        parcels = self._privacy.numbered(parcels)
        return Job(
            str(ULID()),
            place.name,
            place.url,
            parcels,
            options=without_secrets(self._destinations.call_options),
        )

    def unfinished(self) -> list[Job]:
        """Jobs that an earlier run left, except those that another process is working on."""
        return [job for job in self._history.unfinished() if not self._locks.is_held(job.id)]

    def running_elsewhere(self) -> int:
        """How many unfinished jobs of this home another process is working on."""
        return sum(map(self._locks.is_held, {one.job for one in self._history.left()}))

    def settle(self, event: Event) -> None:
        """Records what was found out, or what the user says, about a parcel of no running job."""
        self._history.record(event)
        self._log(event)

    def give_up_held(self, job_id: str, parcel_ids: Iterable[str]) -> list[Event]:
        """Cancels those parcels of a job that are held, even while the others are being sent.

        Returns the events, for who shows them. `retry` sends such a parcel after all.

        Raises:
            GantryError: the history can't be written.
        """
        given_up = self._history.give_up(parcel_ids)
        told: list[Event] = [events.ParcelCancelled(job_id, one) for one in given_up]
        for event in told:
            self._log(event)
        return told

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

        With `split`, parcels that are too large are split, whatever the settings say.

        Raises:
            GantryError: another process runs it, the history can't be written, the destination or
                the policy refuses what it holds (as in `new`), or, of a new job, labels give an
                upload no name at the destination (LABEL_…). Then its parcels wait.
        """

        def chain(event: Event) -> None:
            self._keep_links(event)
            self._history.record(event)
            self._log(event)
            self._alert(event)
            with suppress(OSError):  # it is learned another time
                self._learn_limit(job.url, event)
            sink(event)

        self._preferences.check_folder(job.url)  # the settings may have changed since it was opened
        if not job.resumed:  # of an older one, each parcel says for itself what its labels lack
            destination.check_names(job.parcels)
        spool = self._preferences.spool
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locks.working_on(job.id):
            job = self._as_it_is_now(job)
            if token is None or not token.cancelled:  # to give up is always allowed
                self._check(job.parcels, Place(job.destination, job.url))
                self._preferences.follow_policy()
            self.sweep_spool()
            options = replace(
                self._preferences.job_options(), limit=learned_limit(self._limits_file, job.url)
            )
            if split:
                options = replace(options, split=True)
            runner = JobRunner(
                job, destination, spool, chain, token, options, self._privacy.rewriter_of
            )
            on_runner(runner)
            done = runner.run()
        if done.cancelled or runner.unfinished:
            self.sweep_spool()  # a step that hung may have left a partial file
        with suppress(GantryError):  # cleaning up is not part of the job
            self._history.prune(self._preferences.settings.keep_file_lists)
        return done

    def _check(self, parcels: Iterable[Parcel], place: Place) -> None:
        """Refuses what a place, or the policy, doesn't take. Raises GantryError, as `new`."""
        check_upload(parcels, place)
        self._privacy.check(parcels, place)

    def _keep_links(self, event: Event) -> None:
        """Keeps which identifiers were replaced, before anything that has the new ones leaves."""
        if isinstance(event, ParcelVerified) and (summary := event.archive.summary):
            self._relink.keep(event.job, summary.links)

    def sweep_spool(self) -> None:
        """Removes what no unfinished job needs: orphans, partial and delivered archives."""

        def needed() -> Set[str]:
            left = self._history.left()
            held = {job for job in {one.job for one in left} if self._locks.is_held(job)}
            packed = (ParcelState.VERIFIED, ParcelState.SENDING)
            return {one.parcel for one in left if one.job in held or one.state in packed}

        keep, own = self._preferences.settings.keep_delivered, self._preferences.spool
        sweep(own, needed, keep_delivered=keep)
        for folder in self._preferences.own_folders.shared(self._preferences.settings):
            if folder != own:  # others may have archives there
                sweep(
                    folder, needed, keep_delivered=keep, is_ours=partial(self._was_made_in, folder)
                )

    def _learn_limit(self, url: str, event: Event) -> None:
        """Remembers what size a server refused, and forgets it once the server accepted more."""
        match event:
            case events.ParcelSplit():
                if event.is_known and not isinstance(event.error, Remembered):
                    learn_limit(self._limits_file, url, event.limit)
            case events.ParcelArrived():
                if 0 < learned_limit(self._limits_file, url) < event.receipt.size:
                    forget_limit(self._limits_file, url)
            case events.JobStarted() | events.JobResumed() | events.JobDone():
                pass
            case events.ParcelPacking() | events.ParcelVerified() | events.ParcelSending():
                pass
            case events.SendPosition() | events.BodyHandedOver() | events.AttemptFailed():
                pass
            case events.ParcelUnclear() | events.ParcelFailed() | events.ParcelCancelled():
                pass
            case events.ParcelHeld() | events.ParcelRetried():
                pass
            case _:
                assert_never(event)

    def _as_it_is_now(self, job: Job) -> Job:
        """Reads an unfinished job again, under its lock: another process may have worked on it.

        Raises:
            GantryError: JOB_RUNNING: the other process has finished it.
        """
        if not job.resumed:
            return job
        for fresh in self._history.unfinished(job.id):
            return self._without_others(fresh)
        raise GantryError(ErrorCode.JOB_RUNNING, facts={"job": job.id})

    def _without_others(self, job: Job) -> Job:
        """The job without archives in another home's spool: a copied history names them, but
        this home must not send or delete them. Those parcels are packed again."""
        resumed = {
            parcel: was
            if was.archive is None or self._preferences.own_folders.is_ours(was.archive.path)
            else replace(was, archive=None)
            for parcel, was in job.resumed.items()
        }
        return replace(job, resumed=resumed)

    def _was_made_in(self, folder: Path, parcel: str, is_half: bool) -> bool:
        """Whether this home made a parcel's archive directly in a folder, as an older version
        did; a receiver, or a share under another name, may have put a delivered one there."""
        known = self._history.parcel(parcel)
        if known is None or not known.archive_path:
            return known is not None and is_half
        return is_same_folder(Path(known.archive_path).parent, folder)
