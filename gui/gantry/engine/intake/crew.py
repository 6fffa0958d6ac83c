"""The threads of one scan: one walks folders, the others look into files."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.instance import Instance
from gantry.engine.intake.look import Recent, Seen, Taken, compare, look, look_again
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.walk import Found, Root, walk

BATCH: Final = 64  # files that a worker takes at once
MOST_WAITING: Final = 64  # batches between the walker and the workers
ASK_EVERY: Final = 0.1  # seconds
LONGEST_JOIN: Final = 1.0  # seconds
TURN: Final = 0.05  # seconds; a batch from a disk that keeps up takes a tenth of it

_Task = Callable[[], Seen]


class Crew:
    """Works off what it is given; all its state is its own, so that a thread that hangs in the
    system can be left behind and never speaks into a later scan.

    Reading headers is Python's work: two threads at it take turns at the interpreter, and need
    twice the time of one. So the workers go one by one, unless a disk or a network is slow: who
    waited `TURN` seconds goes on beside the other, who is waiting as well.

    The first methods are for the one thread that takes the results.
    """

    def __init__(self, workers: int, token: CancelToken) -> None:
        self._token = token
        self._roots: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[Seen | None] = queue.SimpleQueue()  # None: a thing done
        self._room = threading.Semaphore(MOST_WAITING)
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._open = 0  # roots and tasks whose end was not taken up
        self._threads = [threading.Thread(target=self._walk, daemon=True, name="walk")]
        self._threads += [
            threading.Thread(target=self._work, daemon=True, name=f"scan {n + 1}")
            for n in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """Whether anything is still to come."""
        return self._open > 0

    def result(self, seconds: float) -> Seen | None:
        """What was seen next, or None after at most these seconds."""
        try:
            seen = self._results.get(timeout=seconds)
        except queue.Empty:
            return None
        if seen is None:
            self._count(-1)
        return seen

    def walk(self, paths: Iterable[str]) -> None:
        """Has dropped paths walked; called by any thread."""
        for path in paths:
            self._count(1)
            self._roots.put(path)

    def compare(self, taken: Taken, against: tuple[Instance, ...]) -> None:
        """Has a file compared with those that it may be a copy of."""
        self._give(partial(compare, taken, against, self._token))

    def look_again(self, recent: list[Recent]) -> None:
        """Has recent files looked at once more."""
        self._give(partial(look_again, recent, self._token))

    def end(self) -> None:
        """Ends the threads; one that hangs is left behind."""
        self._token.cancel()
        self._roots.put(None)
        for _ in self._threads:
            self._tasks.put(None)
        end = time.monotonic() + LONGEST_JOIN
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _count(self, change: int) -> None:
        with self._counting:
            self._open += change

    def _give(self, task: _Task) -> None:
        self._count(1)
        self._tasks.put(task)

    def _walk(self) -> None:
        """The walker's thread: dropped paths to batches of files."""
        seen: set[str] = set()
        given: set[str] = set()  # files that were dropped by themselves
        with contextlib.suppress(Cancelled):
            while (path := self._roots.get()) is not None:
                self._do(partial(self._walk_root, path, seen, given), path)

    def _walk_root(self, path: str, seen: set[str], given: set[str]) -> Seen:
        told = Seen()
        batch: list[Found] = []

        def skip(skipped: Skipped) -> None:
            nonlocal told
            told.skipped.append(skipped)
            if len(told.skipped) >= BATCH:
                self._results.put(told)
                told = Seen()

        try:
            root = Root(path)
            for found in walk(root, seen, skip, self._token):
                if found.real in given:
                    continue
                if found.path == root.path:
                    given.add(found.real)
                    if str(Path(found.real).parent) in seen:  # likely, but it may be a new one
                        found = replace(found, again=True)
                batch.append(found)
                if len(batch) >= BATCH:
                    self._give_files(batch)
                    batch = []
        except (OSError, ValueError) as error:  # a NUL in a path, for one
            skip(Skipped(path, "", SkipReason.UNREADABLE, type(error).__name__))
        if batch:
            self._give_files(batch)
        return told

    def _give_files(self, batch: list[Found]) -> None:
        while not self._room.acquire(timeout=ASK_EVERY):
            self._token.check()
        self._token.check()
        self._give(partial(self._look, batch))

    def _look(self, batch: list[Found]) -> Seen:
        try:
            return look(batch, self._token, self._results.put)
        finally:
            self._room.release()

    def _work(self) -> None:
        """A worker's thread."""
        with contextlib.suppress(Cancelled):
            while (task := self._tasks.get()) is not None:
                is_mine = self._turn.acquire(timeout=TURN)
                try:
                    self._do(task)
                finally:
                    if is_mine:
                        self._turn.release()

    def _do(self, task: _Task, path: str = "") -> None:
        """Does one thing; a fault in it must not end the thread."""
        try:
            seen = task()
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001
            seen = Seen(skipped=[Skipped(path, "", SkipReason.INTERNAL, type(error).__name__)])
        self._results.put(seen)
        self._results.put(None)
