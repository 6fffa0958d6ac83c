"""Whole jobs in this process, with real sources, spool, history and receiver."""

from __future__ import annotations

import dataclasses
import hashlib
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gantry.engine import events
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode
from gantry.engine.intake.scan import Scanner
from gantry.engine.job_runner import JobRunner
from gantry.engine.packing import PackOptions
from gantry.engine.parcel import Parcel, ParcelState
from gantry.engine.plan import plan
from gantry.engine.transfer.destination import Destination
from gantry.engine.transfer.retry import RetryPolicy
from gantry.services.named_destinations import PRACTICE_NAME, PRACTICE_URL, Place
from gantry.services.services import Services
from gantry.store.home import Home

PRACTICE = Place(PRACTICE_NAME, PRACTICE_URL)


class World:
    """A home of its own; sends to its practice receiver unless told otherwise."""

    def __init__(self, folder: Path, sources: Path) -> None:
        self.sources = sources
        self.services = Services(Home.find(str(folder / "home")))
        self.told: list[events.Event] = []
        self.pack = PackOptions(attempts=3, settle=0.1, room=5)
        self.retry = RetryPolicy(attempts=4, first_wait=0.01, longest_wait=0.05, offline=0.5)
        self.done: events.JobDone | None = None

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.services.close()

    def scan(self) -> tuple[Parcel, ...]:
        scanner = Scanner(lambda update: None, CancelToken())
        scanner.add([str(self.sources)])
        return plan(scanner.run())

    def send(
        self,
        parcels: tuple[Parcel, ...],
        destination: Destination | None = None,
        *,
        hook: Callable[[events.Event], None] = lambda event: None,
        on_runner: Callable[[JobRunner], None] = lambda runner: None,
    ) -> events.JobDone:
        """Runs a job to its end; `hook` sees each event after it was kept."""
        options = dataclasses.replace(
            self.services.preferences.job_options(),
            pack=self.pack,
            retry=self.retry,
            pack_workers=1,
        )
        self.services.preferences.job_options = lambda *_: options  # type: ignore[method-assign]

        def sink(event: events.Event) -> None:
            self.told.append(event)
            hook(event)

        opened = destination or self.services.destinations.open(PRACTICE)
        try:
            self.done = self.services.jobs.run(
                self.services.jobs.new(parcels, PRACTICE), opened, sink=sink, on_runner=on_runner
            )
        finally:
            opened.close()
        return self.done

    def failures(self) -> list[ErrorCode]:
        """Codes of the attempts that failed."""
        return [e.error.code for e in self.told if isinstance(e, events.AttemptFailed)]

    def final_errors(self) -> list[ErrorCode]:
        """Codes of the parcels that failed: each has one message."""
        return [e.error.code for e in self.told if isinstance(e, events.ParcelFailed)]

    def arrived(self) -> list[str]:
        """SHA-256 of every instance in the practice folder, by a reader that isn't Gantry's."""
        found: list[str] = []
        for archive in self.services.home.practice.glob("*.tar.gz"):
            with tarfile.open(archive) as tar:
                for member in tar:
                    if member.name != "manifest.json":
                        stream = tar.extractfile(member)
                        assert stream is not None
                        found.append(hashlib.sha256(stream.read()).hexdigest())
        return sorted(found)

    def check_rest(self, *states: ParcelState) -> None:
        """Checks after every fault that the spool is empty and the history correct and complete."""
        left = [p.name for p in self.services.preferences.spool.iterdir()]
        assert left == [], f"orphans in the spool: {left}"
        with closing(sqlite3.connect(self.services.home.history_file)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            kept = sorted(row[0] for row in db.execute("SELECT state FROM parcel"))
        assert kept == sorted(states)
        assert self.services.jobs.unfinished() == []


def digests(*paths: Path) -> list[str]:
    """SHA-256 of these files, sorted."""
    return sorted(hashlib.sha256(p.read_bytes()).hexdigest() for p in paths)
