"""The threads of one scan: some walk folders, the others inspect files."""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.instance import Source
from gantry.engine.intake.fair_queue import Beat, Lane, Lanes
from gantry.engine.intake.inspect_file import (
    InspectionResult,
    LocatedHeader,
    Recent,
    compare,
    look,
    look_again,
    look_for,
)
from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.engine.intake.walk import FoundFile, Root, walk

BATCH: Final = 64  # files that a worker takes at once
MOST_WAITING: Final = 64  # batches of a dropped path between the walker and the workers
ASK_EVERY: Final = 0.1  # seconds
LONGEST_JOIN: Final = 1.0  # seconds
TURN: Final = 0.05  # seconds; a batch from a disk that keeps up takes a tenth of it
WALKERS: Final = 1
MOST_THREADS: Final = 64  # those that hang included

_Task = Callable[[CancelToken], InspectionResult]


@dataclass(frozen=True, slots=True)
class _Done:
    """One task of a lane is done, and all its results were passed on before."""

    lane: Lane[_Task]


class Crew:
    """Works through the tasks it is given. All its state is its own, so that a thread that hangs in
    the system can be abandoned and never interferes with a later scan.

    Reading headers is Python's work: two threads that do it take turns at the interpreter, and
    need twice the time of one. So the workers go one by one, unless a disk or a network is slow:
    a worker that has waited `TURN` seconds runs beside the other, which is waiting as well.

    Each dropped path has a lane of its own. Threads that hang in one are replaced, and a lane in
    which as many hang as there are workers gets no more: the others continue.

    The first methods are for the one thread that takes the results.
    """

    def __init__(self, workers: int, token: CancelToken) -> None:
        self._token = token
        self._workers = workers
        self._tasks: Lanes[_Task] = Lanes(most_stuck=workers)
        self._roots: Lanes[_Task] = Lanes(most_stuck=1)
        self._results: queue.SimpleQueue[InspectionResult | _Done] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._lanes: dict[tuple[Root, str], Lane[_Task]] = {}  # of unfinished tasks
        self._lock = threading.Lock()  # of these
        self._looking: Lane[_Task] = Lane("", MOST_WAITING, None)
        self._seen: dict[str, int] = {}  # folders, and files that were dropped by themselves
        self._given: dict[str, int] = {}
        self._threads: list[threading.Thread] = []
        self.tend()

    @property
    def busy(self) -> bool:
        """Whether anything is still to come."""
        return bool(self._lanes) or self._looking.open > 0

    @property
    def silent(self) -> list[str]:
        """The dropped paths in which a thread hangs."""
        return list(dict.fromkeys(lane.path for lane in self._lanes_now() if lane.stuck))

    @property
    def unfinished(self) -> list[str]:
        """The dropped paths that were not read completely."""
        return list(dict.fromkeys(lane.path for lane in self._lanes_now()))

    def result(self, seconds: float) -> InspectionResult | None:
        """The next result, or None after at most these seconds."""
        try:
            seen = self._results.get(timeout=seconds)
        except queue.Empty:
            return None
        if isinstance(seen, _Done):
            self._end_one(seen.lane)
            return None
        return seen

    def walk(self, roots: Iterable[Root]) -> None:
        """Starts walking dropped paths; called by any thread."""
        for root in roots:
            lane = self._lane_of(root)
            self._give(self._roots, lane, partial(self._walk_root, root, lane))

    def compare(self, taken: LocatedHeader, sources: tuple[Source, ...]) -> None:
        """Starts comparing a file with those that it may be a copy of."""
        # not in the lane in which its path is read: what it is compared with may hang
        lane = self._lane_of(taken.root, "compare")
        self._give(self._tasks, lane, partial(compare, taken, sources))

    def look_for(self, sources: list[Source]) -> None:
        """Starts looking for files that no longer exist."""
        self._give(self._tasks, self._looking, partial(look_for, sources))

    def look_again(self, recent: list[Recent]) -> None:
        """Starts inspecting recent files once more."""
        by_root: defaultdict[Root, list[Recent]] = defaultdict(list)
        for one in recent:
            by_root[one.found.root].append(one)
        for root, some in by_root.items():
            self._give(self._tasks, self._lane_of(root), partial(look_again, some))

    def tend(self) -> None:
        """Starts new threads for those that hang."""
        self._fill(self._roots, WALKERS, "walk")
        if self._fill(self._tasks, self._workers, "scan"):
            self._turn = threading.Lock()  # one that hangs may hold the old one

    def end(self) -> None:
        """Ends the threads; a thread that hangs is abandoned."""
        self._token.cancel()
        self._roots.end()
        self._tasks.end()
        end = time.monotonic() + LONGEST_JOIN
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _fill(self, lanes: Lanes[_Task], wanted: int, name: str) -> bool:
        """Starts threads until this many don't hang; returns whether any hang."""
        missing = wanted + lanes.stuck - lanes.threads
        if self._token.paused or missing <= 0 or len(self._threads) >= MOST_THREADS:
            return False
        for _ in range(missing):
            number = lanes.threads = lanes.threads + 1
            thread = threading.Thread(
                target=self._work, args=(lanes,), daemon=True, name=f"{name} {number}"
            )
            self._threads.append(thread)
            thread.start()
        return lanes.stuck > 0

    def _lane_of(self, root: Root, use: str = "read") -> Lane[_Task]:
        key = root, use
        with self._lock:
            if key not in self._lanes:
                self._lanes[key] = Lane(root.path, MOST_WAITING, root, use)
            return self._lanes[key]

    def _lanes_now(self) -> list[Lane[_Task]]:
        with self._lock:
            return list(self._lanes.values())

    def _end_one(self, lane: Lane[_Task]) -> None:
        lane.count(-1)
        with self._lock:
            if not lane.open and lane.root is not None:
                self._lanes.pop((lane.root, lane.use), None)

    def _give(self, lanes: Lanes[_Task], lane: Lane[_Task], task: _Task) -> None:
        lane.count(1)
        lanes.give(lane, task)

    def _walk_root(self, root: Root, lane: Lane[_Task], token: CancelToken) -> InspectionResult:
        """Turns a dropped path into batches of files."""
        told = InspectionResult()
        batch: list[FoundFile] = []
        dropped = root.path

        def skip(skipped: Skipped) -> None:
            nonlocal told
            told.skipped.append(skipped)
            if len(told.skipped) >= BATCH:
                self._tell(lane, told)
                told = InspectionResult()

        try:
            for found in walk(root, self._seen, skip, token):
                before = self._given.get(found.real)
                if before is not None and before >= root.since:
                    continue
                if found.path == root.path:
                    self._given[found.real] = root.generation
                    # likely, but it may be a new one
                    met = before is not None or str(Path(found.real).parent) in self._seen
                    found = replace(found, again=met)
                batch.append(found)
                if len(batch) >= BATCH:
                    self._give_files(lane, batch, token)
                    batch = []
        except (OSError, ValueError) as error:  # a NUL in a path, for one
            skip(Skipped(dropped, "", SkipReason.UNREADABLE, type(error).__name__))
        if batch:
            self._give_files(lane, batch, token)
        return told

    def _give_files(self, lane: Lane[_Task], batch: list[FoundFile], token: CancelToken) -> None:
        while not lane.room.acquire(timeout=ASK_EVERY):
            token.check()
        token.check()
        self._give(self._tasks, lane, partial(self._look, lane, batch))

    def _look(
        self, lane: Lane[_Task], batch: list[FoundFile], token: CancelToken
    ) -> InspectionResult:
        try:
            return look(batch, token, partial(self._tell, lane))
        finally:
            lane.room.release()

    def _work(self, lanes: Lanes[_Task]) -> None:
        """The body of a worker thread."""
        beat = Beat(self._token)
        with contextlib.suppress(Cancelled):
            while (given := lanes.take(beat)) is not None:
                lane, task = given
                turn = self._turn
                is_mine = lanes is self._tasks and turn.acquire(timeout=TURN)
                try:
                    beat.beat()
                    self._do(lane, task, beat)
                finally:
                    if is_mine:
                        turn.release()
                    lanes.leave(beat)

    def _do(self, lane: Lane[_Task], task: _Task, token: CancelToken) -> None:
        """Runs one task; a fault in it must not end the thread."""
        try:
            seen = task(token)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001
            seen = InspectionResult(
                skipped=[Skipped(lane.path, "", SkipReason.INTERNAL, type(error).__name__)]
            )
        self._tell(lane, seen)
        self._results.put(_Done(lane))

    def _tell(self, lane: Lane[_Task], seen: InspectionResult) -> None:
        if seen.skipped and lane.root is not None:
            number = lane.root.generation
            seen.skipped = [replace(one, generation=number) for one in seen.skipped]
        self._results.put(seen)
