"""Limits the bandwidth of a destination, for all its parcels together."""

from __future__ import annotations

import threading

from gantry.engine.clock import SYSTEM, Clock

MIN_SLICE, MAX_SLICE = 1024, 65536


class Bandwidth:
    """A token bucket that holds a quarter of a second; `rate` may be changed while sending.

    Attributes:
        rate: bytes per second; 0 means no limit.
    """

    def __init__(self, rate: int = 0, clock: Clock = SYSTEM) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._clock = clock
        self._free_at = clock.now()

    @property
    def slice(self) -> int:
        """How many bytes to send at once, so that even a slow line moves several times a second
        and the server's own time-out never fires."""
        rate = self.rate
        if rate <= 0:
            return MAX_SLICE
        return max(MIN_SLICE, min(MAX_SLICE, rate // 4))

    def take(self, count: int) -> float:
        """Books `count` bytes; returns the seconds to wait before sending them."""
        rate = self.rate  # read once: a timetable may change it in between
        if rate <= 0:
            return 0.0
        with self._lock:
            now = self._clock.now()
            start = max(self._free_at, now - 0.25)
            self._free_at = start + count / rate
            return max(0.0, start - now)
