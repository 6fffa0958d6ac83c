"""Scans what was dropped and tells as it goes: files to headers to catalog, on worker threads."""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable, Iterable
from typing import Final

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.collect import Collector, ScanCounts, ScanUpdate
from gantry.engine.intake.look import Seen, compare, look, look_again
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.values import quiet_pydicom
from gantry.engine.intake.walk import Found, Root, walk

__all__ = ["ScanCounts", "ScanUpdate", "Scanner", "SkipReason", "Skipped"]


ScanSink = Callable[[ScanUpdate], None]

TELL_EVERY: Final = 0.1  # seconds
BATCH: Final = 64  # files that a worker takes at once
MOST_WAITING: Final = 64  # batches between the walker and the workers
MOST_WORKERS: Final = 4
LONGEST_JOIN: Final = 0.5  # seconds


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
        self._lock = threading.Lock()  # of what `add` and `remove` touch
        self._running = False
        self._waiting: list[str] = []  # added while nothing ran
        self._inbox: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._open = 0  # roots and tasks whose end `run` has not seen
        self._collector = Collector()
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Seen | None] = queue.SimpleQueue()
        self._room = threading.Semaphore(MOST_WAITING)

    def add(self, paths: Iterable[str]) -> bool:
        """Adds dropped paths; from any thread, also while `run` runs.

        Returns whether a running `run` takes them; if not, call `run` (again).
        """
        with self._lock:
            if not self._running:
                self._waiting += paths
                return False
            self._receive(paths)
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
        with self._lock:
            self._token = token or self._token
            self._open = 0  # a cancelled run left its tasks undone
            self._inbox, self._tasks = queue.SimpleQueue(), queue.SimpleQueue()
            self._results = queue.SimpleQueue()
            self._room = threading.Semaphore(MOST_WAITING)
            self._running = True
            self._receive(self._waiting)
            self._waiting = []
        stop = self._token.child()  # ends the threads when this run ends, however it does
        threads = [threading.Thread(target=self._walk, args=(stop,), daemon=True, name="walk")]
        threads += [
            threading.Thread(target=self._work, args=(stop,), daemon=True, name=f"scan {n + 1}")
            for n in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        began = time.monotonic()
        try:
            self._collect(began)
        finally:
            with self._lock:
                self._running = False
            stop.cancel()
            self._inbox.put(None)
            for _ in range(self._workers):
                self._tasks.put(None)
            self._room.release()
            for thread in threads:  # one that hangs in the system is left behind
                thread.join(LONGEST_JOIN)
        catalog = self._tell(began, done=True)
        if self._token.cancelled:
            raise Cancelled
        return catalog

    def _collect(self, began: float) -> None:
        """Takes up results until there is nothing more to come."""
        told = began
        while not self._token.cancelled:
            with self._lock:
                if not self._open:
                    again = self._collector.take_recent()
                    if not again:
                        self._running = False  # from now on `add` says no
                        return
                    self._give(_Task(look_again, again))
            try:
                seen = self._results.get(timeout=TELL_EVERY)
            except queue.Empty:
                continue
            with self._lock:
                if seen is None:
                    self._open -= 1
                else:
                    self._receive(seen.folders)
                    for taken, against in self._collector.take(seen):
                        self._give(_Task(compare, taken, against))
            now = time.monotonic()
            if now - told >= TELL_EVERY:
                self._tell(began)
                told = time.monotonic()

    def _tell(self, began: float, *, done: bool = False) -> Catalog:
        with self._lock:
            update = self._collector.update(time.monotonic() - began, done=done)
        self._sink(update)
        return update.catalog

    def _receive(self, paths: Iterable[str]) -> None:
        """Hands dropped paths to the walker; the lock is held."""
        for path in paths:
            self._open += 1
            self._inbox.put(path)

    def _give(self, task: _Task) -> None:
        """Hands a task to the workers; the lock is held."""
        self._open += 1
        self._tasks.put(task)

    def _walk(self, token: CancelToken) -> None:
        """The walker's thread: dropped paths to batches of files."""
        seen: set[str] = set()
        given: set[str] = set()  # files: one may be dropped beside its folder
        with contextlib.suppress(Cancelled):
            while (path := self._inbox.get()) is not None:
                try:
                    self._walk_root(path, seen, given, token)
                finally:
                    self._results.put(None)

    def _walk_root(self, path: str, seen: set[str], given: set[str], token: CancelToken) -> None:
        skipped = Seen()
        try:
            batch: list[Found] = []
            for found in walk(Root(path), seen, skipped.skipped.append, token):
                if found.real in given:
                    continue
                given.add(found.real)
                batch.append(found)
                if len(batch) >= BATCH:
                    self._give_files(batch, token)
                    batch = []
                if len(skipped.skipped) >= BATCH:
                    self._results.put(skipped)
                    skipped = Seen()
            if batch:
                self._give_files(batch, token)
        except (OSError, ValueError) as error:  # a NUL in a path, for one
            skipped.skipped.append(Skipped(path, "", SkipReason.UNREADABLE, type(error).__name__))
        self._results.put(skipped)

    def _give_files(self, batch: list[Found], token: CancelToken) -> None:
        while not self._room.acquire(timeout=TELL_EVERY):
            token.check()
        token.check()
        with self._lock:
            self._give(_Task(look, batch))

    def _work(self, token: CancelToken) -> None:
        """A worker's thread."""
        with contextlib.suppress(Cancelled):
            while (task := self._tasks.get()) is not None:
                try:
                    self._results.put(task.do(token, self._results.put))
                except Cancelled:
                    raise
                except Exception as error:  # noqa: BLE001 (a worker must not die of one task)
                    fault = Skipped("", "", SkipReason.INTERNAL, type(error).__name__)
                    self._results.put(Seen(skipped=[fault]))
                finally:
                    if task.what is look:
                        self._room.release()
                    self._results.put(None)


class _Task:
    """Something for a worker to do."""

    def __init__(self, what: Callable[..., Seen], *args: object) -> None:
        self.what = what
        self._args = args

    def do(self, token: CancelToken, send: Callable[[Seen], None]) -> Seen:
        if self.what is look:
            return self.what(*self._args, token, send)
        return self.what(*self._args, token)
