"""Holds sending back to so many bytes a second, all parcels of a destination together."""

from __future__ import annotations

import threading
import time

MIN_SLICE, MAX_SLICE = 1024, 65536


class Bandwidth:
    """A token bucket that holds a quarter of a second; `rate` may be changed while sending.

    Attributes:
        rate: bytes per second; 0 means no limit.
    """

    def __init__(self, rate: int = 0) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._free_at = time.monotonic()

    @property
    def slice(self) -> int:
        """How many bytes to hand over at once, so that a slow line still moves several times a
        second and the server's own time-out never fires."""
        if self.rate <= 0:
            return MAX_SLICE
        return max(MIN_SLICE, min(MAX_SLICE, self.rate // 4))

    def take(self, count: int) -> float:
        """Books `count` bytes; returns the seconds to wait before they may go out."""
        if self.rate <= 0:
            return 0.0
        with self._lock:
            now = time.monotonic()
            start = max(self._free_at, now - 0.25)
            self._free_at = start + count / self.rate
            return max(0.0, start - now)
