"""Estimates speed and remaining time, robust against stalls and restarts."""

from __future__ import annotations

from collections import deque

WINDOW = 15.0
STALL = 5.0
_SPACING = 0.25
_SETTLED = 1.5


class Pace:
    """Bytes per second over the last seconds.

    Times are seconds of one monotonic clock; totals are bytes done so far. A total that falls
    (an attempt starting over) restarts the measurement.
    """

    __slots__ = ("_moved", "_samples")

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()
        self._moved = 0.0

    def add(self, now: float, total: int) -> None:
        """Records that `total` bytes were done at `now`."""
        if self._samples and total < self._samples[-1][1]:
            self._samples.clear()
        if not self._samples or total > self._samples[-1][1]:
            self._moved = now
        # Two samples a quarter of a second apart are enough; the newest is always kept.
        if len(self._samples) > 1 and now - self._samples[-2][0] < _SPACING:
            self._samples[-1] = (now, total)
        else:
            self._samples.append((now, total))
        while len(self._samples) > 2 and now - self._samples[1][0] >= WINDOW:
            self._samples.popleft()

    def clear(self) -> None:
        """Forgets everything."""
        self._samples.clear()

    def rate(self, now: float) -> float | None:
        """Bytes per second, or None if it is too early to tell."""
        if len(self._samples) < 2:
            return None
        start, before = self._samples[0]
        if now - start < _SETTLED:
            return None
        return (self._samples[-1][1] - before) / (now - start)

    def stalled(self, now: float) -> bool:
        """Whether nothing has moved for some seconds."""
        return bool(self._samples) and now - self._moved >= STALL

    def seconds_left(self, remaining: int, now: float) -> float | None:
        """Seconds until `remaining` bytes are done, or None if there is no honest estimate."""
        rate = self.rate(now)
        if not rate or self.stalled(now):
            return None
        return max(0, remaining) / rate
