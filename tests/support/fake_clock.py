"""A clock on which every wait ends at once."""

from __future__ import annotations

import threading
from collections.abc import Callable


class FakeClock:
    """Stands still, except for `advance` and for waits, which it skips.

    Attributes:
        waited: seconds that were skipped.
        during_wait: what happens meanwhile.
    """

    def __init__(self) -> None:
        self.waited = 0.0
        self.during_wait: Callable[[], None] = lambda: None
        self._now = 1000.0
        self._todo: list[tuple[float, Callable[[], object]]] = []

    def now(self) -> float:
        return self._now

    def wait(self, changed: threading.Condition, seconds: float) -> None:
        changed.wait(0)  # lets other threads in, as a real wait does
        self.during_wait()
        self.waited += seconds
        self._now += seconds
        while self._todo and self._todo[0][0] <= self.waited:
            self._todo.pop(0)[1]()

    def at(self, seconds: float, action: Callable[[], object]) -> None:
        """Calls something once this many seconds were waited; call it in their order."""
        self._todo.append((seconds, action))

    def advance(self, seconds: float) -> None:
        """Lets this much time pass."""
        self._now += seconds
