"""Scans dropped paths and reports progress: files to headers to catalog, on worker threads."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.instance import Source
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.collector import Collector, ScanCounts, ScanUpdate
from gantry.engine.intake.header.values import quiet_pydicom
from gantry.engine.intake.scan_workers import Crew
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.walk import Root
from gantry.engine.zip_members import release

__all__ = ["ScanCounts", "ScanUpdate", "Scanner", "SkipReason", "Skipped"]


ScanSink = Callable[[ScanUpdate], None]

TELL_EVERY: Final = 0.1  # seconds
MOST_WORKERS: Final = 4
ALLOCATIONS: Final = 50_000  # objects that may be left over before Python collects garbage


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Makes garbage collection rare: a scan makes many objects that stay and hardly any cycles,
    and looking for those after every 700 objects took a tenth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], ALLOCATIONS) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Scanner:
    """One list of dropped paths and their contents.

    Args:
        sink: called on the thread of `run`, at most ten times a second and once at the end.
        token: pauses and cancels.
        workers: threads that read headers; never more than there are cores.
    """

    def __init__(self, sink: ScanSink, token: CancelToken, workers: int | None = None) -> None:
        cores = os.cpu_count() or 1
        self._sink = sink
        self._token = token
        self._workers = max(1, min(workers or MOST_WORKERS, cores))
        self._lock = threading.Lock()  # of all below
        self._collector = Collector()
        self._waiting: list[Root] = []  # added while nothing ran
        self._looking: list[Source] = []  # to be looked for
        self._crew: Crew | None = None  # while `run` takes what is added
        self._number = self._removed = 0  # of the last drop or removal; of the last removal

    def add(self, paths: Iterable[str]) -> bool:
        """Adds dropped paths; from any thread, even while `run` runs.

        Returns whether a running `run` takes them; if not, call `run` again.
        """
        with self._lock:
            paths = list(paths)
            self._number += 1
            self._collector.forget(paths)
            roots = [Root(path, self._number, self._removed) for path in paths]
            if self._crew is None or self._token.cancelled:
                self._waiting += roots
                return False
            self._crew.walk(roots)
            return True

    def again(self) -> bool:
        """Reads again what could not be read, and looks for files that no longer exist.

        Returns as `add`.
        """
        with self._lock:
            self._number += 1
            roots = [Root(p, of, self._number) for p, of in self._collector.again().items()]
            self._looking = self._collector.kept_of_copies()
            if self._crew is None or self._token.cancelled:
                self._waiting += roots
                return False
            self._begin(self._crew, roots)
            return True

    def _begin(self, crew: Crew, roots: list[Root]) -> None:
        crew.walk(roots)
        if self._looking:
            crew.look_for(self._looking)
            self._looking = []

    def remove(self, keys: Iterable[str]) -> Catalog:
        """Removes nodes from the catalog, from any thread; dropped again, they come back.

        Their files that are still to be read for an earlier drop do not come back.
        """
        with self._lock:
            self._number += 1
            self._removed = self._number
            return self._collector.remove(keys, self._number)

    def restore(self, catalog: Catalog, skipped: Iterable[Skipped]) -> None:
        """Takes over the list of a scanner that has ended; its nodes keep their keys."""
        with self._lock:
            self._collector.restore(catalog, skipped)

    def give_up(self) -> None:
        """Lists what was added but not begun as unread."""
        with self._lock:
            self._stop(root.path for root in self._waiting)
            self._waiting = []

    def tell(self, began: float | None = None) -> Catalog:
        """Tells the sink one last time what was found."""
        return self._tell(time.monotonic() if began is None else began, done=True)

    def run(self, token: CancelToken | None = None) -> Catalog:
        """Blocks until everything added is scanned; may be called again after more was added, with
        a new `token` if the previous one was cancelled.

        Raises:
            Cancelled: after a last update with what was found until then.
        """
        quiet_pydicom()
        token = token or self._token
        began = time.monotonic()
        crew = Crew(self._workers, token.child())
        with self._lock:
            self._token = token
            self._begin(crew, self._waiting)
            self._waiting = []
            self._crew = crew
        try:
            with _rare_collections():
                self._collect(crew, token, began)
        finally:
            with self._lock:
                self._crew = None
                self._stop(crew.unfinished)
            crew.end()
            release()
        catalog = self.tell(began)
        if token.cancelled:
            raise Cancelled
        return catalog

    def _stop(self, paths: Iterable[str]) -> None:
        self._collector.skip(Skipped(path, "", SkipReason.STOPPED) for path in paths)

    def _collect(self, crew: Crew, token: CancelToken, began: float) -> None:
        """Handles results until none are left."""
        told = began
        while not token.cancelled:
            seen = crew.result(TELL_EVERY)
            with self._lock:
                if seen is not None:
                    crew.walk(Root(path, of.generation, of.since) for path, of in seen.folders)
                    for taken, sources in self._collector.take(seen):
                        crew.compare(taken, sources)
                if not crew.busy:
                    again = self._collector.take_recent()
                    if not again:
                        self._crew = None  # from now on `add` says no
                        return
                    crew.look_again(again)
            if time.monotonic() - told >= TELL_EVERY:
                crew.tend()
                self._tell(began, silent=crew.silent)
                told = time.monotonic()

    def _tell(self, began: float, *, done: bool = False, silent: Iterable[str] = ()) -> Catalog:
        with self._lock:
            seconds = time.monotonic() - began
            update = self._collector.update(seconds, done=done, silent=silent)
        self._sink(update)
        return update.catalog
