"""Queues work in one lane per dropped path, so that none holds up another."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import Final, Generic, TypeVar

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.walk import Root

Task = TypeVar("Task")

SILENT_AFTER: Final = 5.0  # seconds without a sign of life: a local disk answers in milliseconds
_LOOK_EVERY: Final = 0.5  # seconds


class Beat(CancelToken):
    """A thread's own token: each `check` shows that what it reads from still responds."""

    def __init__(self, parent: CancelToken) -> None:
        super().__init__(parent)
        self._at = time.monotonic()

    def beat(self) -> None:
        """A sign of life."""
        self._at = time.monotonic()

    def check(self) -> None:
        super().check()
        self.beat()

    @property
    def stuck(self) -> bool:
        """Whether the thread hangs in the system, as far as can be told."""
        return not self.paused and time.monotonic() - self._at > SILENT_AFTER


class Lane(Generic[Task]):
    """The work for one dropped path.

    Attributes:
        path: as it was dropped; "" for work that belongs to several.
        root: the same; None for work that belongs to several.
        use: the kind of work in it.
        room: batches that may still be put in.
        open: tasks whose end was not handled yet.
        waiting: tasks that no thread has taken yet.
    """

    def __init__(self, path: str, room: int, root: Root | None, use: str = "") -> None:
        self.path, self.root, self.use = path, root, use
        self.room = threading.Semaphore(room)
        self.open = 0
        self.waiting: deque[Task] = deque()
        self._at_work: set[Beat] = set()
        self._lock = threading.Lock()

    def count(self, change: int) -> None:
        """Changes `open`; from any thread."""
        with self._lock:
            self.open += change

    def enter(self, beat: Beat) -> None:
        """Notes that a thread takes one of its tasks."""
        with self._lock:
            self._at_work.add(beat)

    def leave(self, beat: Beat) -> None:
        """Notes that the thread is done with it."""
        with self._lock:
            self._at_work.discard(beat)

    @property
    def stuck(self) -> int:
        """How many threads hang in it."""
        with self._lock:
            return sum(beat.stuck for beat in self._at_work)


class Lanes(Generic[Task]):
    """Gives tasks to threads: the lanes take turns, and one that hangs is passed over.

    Args:
        most_stuck: threads that may hang in one lane before it gets no more.

    Attributes:
        threads: how many were started for these; maintained by the code that starts them.
    """

    def __init__(self, most_stuck: int) -> None:
        self._most_stuck = most_stuck
        self._lanes: deque[Lane[Task]] = deque()  # that have something to do
        self._at_work: dict[Beat, Lane[Task]] = {}
        self._changed = threading.Condition()
        self._ended = False
        self.threads = 0

    def give(self, lane: Lane[Task], task: Task) -> None:
        """Puts a task at the end of its lane."""
        with self._changed:
            if not lane.waiting:
                self._lanes.append(lane)
            lane.waiting.append(task)
            self._changed.notify()

    def take(self, beat: Beat) -> tuple[Lane[Task], Task] | None:
        """The next task, as soon as there is one; None at the end. `leave` must follow."""
        with self._changed:
            while not self._ended:
                for _ in range(len(self._lanes)):
                    lane = self._lanes.popleft()
                    if lane.stuck >= self._most_stuck:
                        self._lanes.append(lane)
                        continue
                    task = lane.waiting.popleft()
                    if lane.waiting:
                        self._lanes.append(lane)
                    beat.beat()
                    lane.enter(beat)
                    self._at_work[beat] = lane
                    return lane, task
                self._changed.wait(_LOOK_EVERY if self._lanes else None)
        return None

    def leave(self, beat: Beat) -> None:
        """Notes that the thread is done with its task."""
        with self._changed:
            self._at_work.pop(beat).leave(beat)

    def end(self) -> None:
        """Wakes all threads, because no work is left."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def stuck(self) -> int:
        """How many threads hang."""
        with self._changed:
            return sum(beat.stuck for beat in self._at_work)
