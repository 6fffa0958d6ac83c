"""Worker threads: a result or an error is delivered exactly once, on the window's thread."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from gantry.engine.cancel import Cancelled
from gantry.engine.errors import ErrorCode, GantryError

log = logging.getLogger(__name__)
T = TypeVar("T")
_SHORT_TASKS = 4  # queries and previews mostly wait for the disk


class _Lane:
    """Up to `width` threads for work that is usually short.

    They are daemons, unlike the threads of a ThreadPoolExecutor: a hung share must not keep the
    process alive once the window is closed.
    """

    def __init__(self, name: str, width: int) -> None:
        self._name, self._width = name, width
        self._waiting: deque[Callable[[], None]] = deque()
        self._threads = 0
        self._changed = threading.Condition()

    def put(self, work: Callable[[], None]) -> None:
        with self._changed:
            self._waiting.append(work)
            if self._threads < self._width:
                self._threads += 1
                threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def drop(self) -> None:
        """Drops waiting work."""
        with self._changed:
            self._waiting.clear()

    def wait(self, end: float) -> bool:
        """Whether all work was done by this time (of `time.monotonic`)."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._threads, max(0.0, end - time.monotonic())
            )

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._waiting:
                    self._threads -= 1
                    self._changed.notify_all()
                    return
                work = self._waiting.popleft()
            work()


class Threads(QObject):
    """Owns every thread that the window starts.

    An expected failure (`GantryError`) goes to `failed`; anything else is a fault of the program:
    it is logged, and `failed` gets `INTERNAL`. Neither is called once `owner` is deleted.

    Signals:
        ending: `end` was called; work that waits for a person must give up.
    """

    ending = Signal()
    _crossing = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes: dict[str, _Lane] = {}
        self._long: set[threading.Thread] = set()
        self._closed = False
        # Queued even from the window's own thread, so that no result arrives before the call
        # returns.
        self._crossing.connect(self._on_crossing, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[GantryError], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Runs short work (a query, a file) on another thread."""
        self._submit("", _SHORT_TASKS, work, done, failed, owner)

    def run_in_order(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[GantryError], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """The same, in order with all other work in this lane."""
        self._submit(lane, 1, work, done, failed, owner)

    def run_long(
        self,
        name: str,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[GantryError], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """The same on its own thread, for work that takes minutes; `wait` waits for it."""
        arguments = (work, done, failed, owner)
        thread = threading.Thread(
            name=f"gantry-{name}", daemon=True, target=self._work, args=arguments
        )
        self._long.add(thread)
        thread.start()

    def call(self, function: Callable[[], None]) -> None:
        """Calls `function` on the window's thread; from any thread."""
        self._crossing.emit(function)

    def end(self) -> None:
        """Accepts no more work; work that waits in a lane is still done."""
        self._closed = True
        self.ending.emit()
        if short := self._lanes.get(""):
            short.drop()

    def wait(self, seconds: float) -> bool:
        """Whether all work has ended within this time; not for the window's thread."""
        end = time.monotonic() + seconds
        over = [lane.wait(end) for lane in list(self._lanes.values())]
        for thread in list(self._long):
            thread.join(max(0.0, end - time.monotonic()))
            over.append(not thread.is_alive())
        return all(over)

    def join(self, seconds: float = 10.0) -> None:
        """Both: `end`, then `wait`."""
        self.end()
        self.wait(seconds)

    def _submit(
        self,
        lane: str,
        width: int,
        work: Callable[[], T],
        done: Callable[[T], None] | None,
        failed: Callable[[GantryError], None] | None,
        owner: QObject | None,
    ) -> None:
        if self._closed:
            return
        if lane not in self._lanes:
            self._lanes[lane] = _Lane(f"gantry-{lane or 'short'}", width)
        self._lanes[lane].put(partial(self._work, work, done, failed, owner))

    def _work(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None,
        failed: Callable[[GantryError], None] | None,
        owner: QObject | None,
    ) -> None:
        try:
            result = work()
        except Cancelled:
            return
        except GantryError as error:
            self._answer(failed, error, owner)
        except Exception as error:
            log.exception("background work failed")
            fault = GantryError(ErrorCode.INTERNAL, facts={"type": type(error).__name__})
            self._answer(failed, fault, owner)
        else:
            self._answer(done, result, owner)
        finally:
            self._long.discard(threading.current_thread())

    def _answer(self, answer: Callable[[T], None] | None, what: T, owner: QObject | None) -> None:
        if answer is not None and isValid(self):
            self._crossing.emit(partial(_deliver, answer, what, owner))

    def _on_crossing(self, function: Callable[[], None]) -> None:
        function()


def _deliver(answer: Callable[[T], None], what: T, owner: QObject | None) -> None:
    if owner is None or isValid(owner):
        answer(what)
