"""The clock for all waits; a test passes its own, and never really waits."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """A source of time. Work gets it from its `CancelToken`, and waits through the token."""

    def now(self) -> float:
        """Seconds since some moment; never goes back."""
        ...

    def wait(self, changed: threading.Condition, seconds: float) -> None:
        """Waits until `changed`, which the caller holds, is notified, or until the time is over."""
        ...


class _System:
    def now(self) -> float:
        return time.monotonic()

    def wait(self, changed: threading.Condition, seconds: float) -> None:
        changed.wait(seconds)


SYSTEM: Clock = _System()
