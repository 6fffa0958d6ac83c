"""Scans what was dropped and tells as it goes: files to headers to catalog, on worker threads."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.collect import Collector, ScanCounts, ScanUpdate
from gantry.engine.intake.crew import Crew
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.values import quiet_pydicom

__all__ = ["ScanCounts", "ScanUpdate", "Scanner", "SkipReason", "Skipped"]


ScanSink = Callable[[ScanUpdate], None]

TELL_EVERY: Final = 0.1  # seconds
MOST_WORKERS: Final = 4
ALLOCATIONS: Final = 50_000  # that are left over before Python looks for garbage


@contextmanager
def _rare_collections() -> Iterator[None]:
    """A scan makes many objects that stay, and hardly any cycles: looking for those after every
    700 objects took a tenth of its time."""
    before = gc.get_threshold()
    gc.set_threshold(max(before[0], ALLOCATIONS) if before[0] else 0, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Scanner:
    """One list of dropped paths and what they hold.

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
        self._waiting: list[str] = []  # added while nothing ran
        self._crew: Crew | None = None  # while `run` takes what is added

    def add(self, paths: Iterable[str]) -> bool:
        """Adds dropped paths; from any thread, also while `run` runs.

        Returns whether a running `run` takes them; if not, call `run` (again).
        """
        with self._lock:
            if self._crew is None:
                self._waiting += paths
                return False
            self._crew.walk(paths)
            return True

    def remove(self, keys: Iterable[str]) -> Catalog:
        """Takes nodes out of the catalog, from any thread; dropped again they come back."""
        with self._lock:
            return self._collector.remove(keys)

    def run(self, token: CancelToken | None = None) -> Catalog:
        """Blocks until everything added is scanned; may be called again after more was added,
        with a new `token` after the one before was cancelled.

        Raises:
            Cancelled: after a last update with what was found until then.
        """
        quiet_pydicom()
        self._token = token = token or self._token
        began = time.monotonic()
        crew = Crew(self._workers, token.child())
        with self._lock:
            crew.walk(self._waiting)
            self._waiting = []
            self._crew = crew
        try:
            with _rare_collections():
                self._collect(crew, token, began)
        finally:
            with self._lock:
                self._crew = None
            crew.end()
        catalog = self._tell(began, done=True)
        if token.cancelled:
            raise Cancelled
        return catalog

    def _collect(self, crew: Crew, token: CancelToken, began: float) -> None:
        """Takes up results until there is nothing more to come."""
        told = began
        while not token.cancelled:
            seen = crew.result(TELL_EVERY)
            with self._lock:
                if seen is not None:
                    crew.walk(seen.folders)
                    for taken, against in self._collector.take(seen):
                        crew.compare(taken, against)
                if not crew.busy:
                    again = self._collector.take_recent()
                    if not again:
                        self._crew = None  # from now on `add` says no
                        return
                    crew.look_again(again)
            if time.monotonic() - told >= TELL_EVERY:
                self._tell(began)
                told = time.monotonic()

    def _tell(self, began: float, *, done: bool = False) -> Catalog:
        with self._lock:
            update = self._collector.update(time.monotonic() - began, done=done)
        self._sink(update)
        return update.catalog
