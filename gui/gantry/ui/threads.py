"""Work beside the window: a result or an error comes back exactly once, on the window's thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from gantry.engine.cancel import Cancelled
from gantry.engine.errors import ErrorCode, GantryError

log = logging.getLogger(__name__)
T = TypeVar("T")
_SHORT_TASKS = 4  # queries and previews wait mostly for the disk


class Threads(QObject):
    """Owns every thread the window starts.

    An expected failure (`GantryError`) goes to `failed`; anything else is a fault of the program:
    it is logged, and `failed` gets `INTERNAL`. Neither is called once `owner` is deleted.

    Signals:
        ending: `join` begins: what waits for a person is to be given up.
    """

    ending = Signal()
    _crossing = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._long: set[threading.Thread] = set()
        self._closed = False
        # Queued even from the window's own thread: what was asked never answers before it returns.
        self._crossing.connect(self._on_crossing, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[GantryError], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Does something short (a query, a file) on another thread."""
        self._submit("", _SHORT_TASKS, work, done, failed, owner)

    def run_in_order(
        self,
        lane: str,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[GantryError], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """The same, one after another with all else in this lane."""
        self._submit(lane, 1, work, done, failed, owner)

    def run_long(
        self,
        name: str,
        work: Callable[[], T],
        done: Callable[[T], None] | None = None,
        failed: Callable[[GantryError], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """The same on a thread of its own, for what takes minutes; `join` waits for it."""
        # A daemon, so that a stuck share can't keep the process alive once the window is gone.
        arguments = (work, done, failed, owner)
        thread = threading.Thread(
            name=f"gantry-{name}", daemon=True, target=self._work, args=arguments
        )
        self._long.add(thread)
        thread.start()

    def call(self, function: Callable[[], None]) -> None:
        """Calls `function` on the window's thread; from any thread."""
        self._crossing.emit(function)

    def join(self, seconds: float = 10.0) -> None:
        """Takes no more work, and waits for what runs and for what waits its turn in a lane."""
        self._closed = True
        self.ending.emit()
        for lane, pool in self._pools.items():
            pool.shutdown(wait=True, cancel_futures=not lane)
        for thread in list(self._long):
            thread.join(seconds)

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
        if lane not in self._pools:
            self._pools[lane] = ThreadPoolExecutor(width, f"gantry-{lane or 'short'}")
        self._pools[lane].submit(self._work, work, done, failed, owner)

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
