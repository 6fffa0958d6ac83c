"""Manners: how many requests a destination gets at once, and when it gets none."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError

BUSY = frozenset({ErrorCode.HTTP_429, ErrorCode.HTTP_503})
LONGEST_HOLD = 600.0
_FIRST_HOLD = 1.0
_SLOW = 3.0  # so many times the usual latency counts as rising …
_NOTICEABLE = 0.5  # … unless it is still below so many seconds


class Visit:
    """One request under way."""

    def __init__(self) -> None:
        self.since = time.monotonic()

    def handed_over(self) -> None:
        """The whole request is out: from now on it is the server that takes the time."""
        self.since = time.monotonic()


class Pace:
    """Shared by all sends to one destination; grows by one, halves when the server is busy.

    A busy answer (429, 503) holds the whole destination, for as long as Retry-After says, else
    1, 2, 4 … seconds. Latency that has risen to three times its usual value takes one place away.

    Attributes:
        most: places that are never exceeded.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._allowed = float(most)
        self._inside: list[CancelToken] = []
        self._held_until = 0.0
        self._hold = _FIRST_HOLD
        self._usual: float | None = None
        self._recent: float | None = None
        self._changed = threading.Condition()

    @property
    def allowed(self) -> int:
        """How many requests may be under way now."""
        return max(1, int(self._allowed))

    @property
    def held_for(self) -> float:
        """Seconds for which nothing may be sent; 0 when it may."""
        return max(0.0, self._held_until - time.monotonic())

    @contextmanager
    def place(self, token: CancelToken) -> Iterator[Visit]:
        """Waits for a free place; what happens inside is taken note of.

        The latency is the time from `Visit.handed_over` to the end: how long the server thinks,
        not how long the bytes take to get there.

        Raises:
            Cancelled: the token was cancelled while waiting.
        """
        self._enter(token)
        visit = Visit()
        try:
            yield visit
        except GantryError as error:
            if error.code in BUSY:
                self.busy(error.retry_after)
            raise
        else:
            self.answered(time.monotonic() - visit.since)
        finally:
            with self._changed:
                self._inside.remove(token)
                self._changed.notify_all()

    def busy(self, retry_after: float | None) -> None:
        """The server asked for patience: half the places, and none at all for a while."""
        with self._changed:
            if self.held_for == 0:  # several requests met the same busy spell
                self._allowed = max(1.0, self._allowed / 2)
                self._hold = min(self._hold * 2, LONGEST_HOLD)
            seconds = self._hold / 2 if retry_after is None else min(retry_after, LONGEST_HOLD)
            self._held_until = max(self._held_until, time.monotonic() + seconds)

    def answered(self, seconds: float) -> None:
        """A request went well and took so long."""
        with self._changed:
            self._hold = _FIRST_HOLD
            recent = seconds if self._recent is None else 0.7 * self._recent + 0.3 * seconds
            self._recent = recent
            # The usual value follows down at once and up slowly, so that a slow server that
            # always was slow is not taken for one that is going under.
            usual = recent if self._usual is None else 0.98 * self._usual + 0.02 * recent
            self._usual = usual = min(recent, usual)
            if recent > _NOTICEABLE and recent > _SLOW * usual:
                self._allowed = max(1.0, self._allowed - 1)
                self._recent = None  # judge the next ones afresh
            else:
                self._allowed = min(float(self.most), self._allowed + 1 / self._allowed)
            self._changed.notify_all()

    def _enter(self, token: CancelToken) -> None:
        while True:
            if self.held_for > 0:
                token.wait(self.held_for)
            token.check()
            with self._changed:
                # What is paused in the middle of a request takes no place from others.
                used = sum(not inside.paused for inside in self._inside)
                if self.held_for == 0 and used < self.allowed:
                    self._inside.append(token)
                    return
                self._changed.wait(0.1)
