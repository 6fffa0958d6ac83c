"""Decides when to send the next request to a destination, and how many to send at once."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from gantry.engine.cancel import CancelToken
from gantry.engine.clock import SYSTEM, Clock
from gantry.engine.errors import ErrorCode, GantryError

BUSY = frozenset({ErrorCode.HTTP_429, ErrorCode.HTTP_503})
_MOST = 8
_TRIES = 6  # while a server says it is busy
_SLOW = 3.0  # this many times the usual latency counts as rising …
_NOTICEABLE = 0.5  # … unless it is still below this many seconds

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Waits:
    """How long to wait after failures; seconds.

    Doubles, with jitter, so that many clients don't return together; Retry-After is obeyed up to a
    limit.
    """

    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_retry_after: float = 900.0

    def wait(self, failures: int, error: GantryError) -> float:
        """Seconds until the next attempt, after this many failures in a row (1, 2, …)."""
        if error.retry_after is not None:
            asked = min(error.retry_after, self.longest_retry_after)
            return asked + random.uniform(0.0, 0.1 * asked + 0.1)
        return self.doubled(failures) * random.uniform(0.5, 1.0)

    def doubled(self, failures: int) -> float:
        """The same without Retry-After and without jitter."""
        return min(self.first_wait * 2.0 ** min(failures - 1, 30), self.longest_wait)


class Visit:
    """One request under way."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.since = clock.now()

    def handed_over(self) -> None:
        """Notes that the whole request was sent: from here on, the server takes the time."""
        self.since = self._clock.now()


class Pacer:
    """Paces one destination; shared by all that is sent to it.

    A busy answer (429, 503) holds the whole destination, for as long as Retry-After says or else
    for 1, 2, 4 … seconds, and halves the places; each successful request restores part of one.
    Latency that has risen to three times its usual value costs one place.

    Attributes:
        most: places that are never exceeded.
        waits: how long a busy server is left alone.
        held_until: by the clock; nothing is sent before.
    """

    def __init__(self, most: int = _MOST, waits: Waits = Waits(), clock: Clock = SYSTEM) -> None:
        self.most = most
        self.waits = waits
        self.held_until = 0.0
        self._clock = clock
        self._allowed = float(most)
        self._inside: list[CancelToken] = []
        self._spells = 0  # busy spells in a row
        self._usual: float | None = None
        self._recent: float | None = None
        self._changed = threading.Condition()

    @property
    def allowed(self) -> int:
        """How many requests may be under way now."""
        return max(1, int(self._allowed))

    @property
    def held_for(self) -> float:
        """Seconds for which nothing may be sent; 0 if it may be now."""
        return max(0.0, self.held_until - self._clock.now())

    @contextmanager
    def place(self, token: CancelToken) -> Iterator[Visit]:
        """Waits for a free place, and notes the latency and outcome of the request inside.

        The latency is the time from `Visit.handed_over` to the end: the server's own time, not that
        of the bytes on the wire.

        Raises:
            Cancelled: the token was cancelled while waiting.
        """
        self._enter(token)
        visit = Visit(self._clock)
        try:
            yield visit
        except GantryError as error:
            if error.code in BUSY:
                self.busy(error.retry_after)
            raise
        else:
            self.answered(self._clock.now() - visit.since)
        finally:
            with self._changed:
                self._inside.remove(token)
                self._changed.notify_all()

    def busy(self, retry_after: float | None) -> None:
        """Notes that the server is busy: halves the places, and closes all of them for a while."""
        with self._changed:
            if self.held_for == 0:  # several requests met this busy spell
                self._allowed = max(1.0, self._allowed / 2)
                self._spells += 1
            if retry_after is None:
                self._hold(self.waits.doubled(max(1, self._spells)))
            else:
                self._hold(min(retry_after, self.waits.longest_retry_after))

    def after(self, failures: int, error: GantryError, waits: Waits) -> float:
        """Seconds until the next attempt at a parcel, after this many failures in a row.

        If the server is busy, no other parcel is started before that either.
        """
        seconds = waits.wait(failures, error)
        if error.code in BUSY:
            with self._changed:
                self._hold(seconds)
        return max(seconds, self.held_for)

    def until_ready(self, token: CancelToken) -> None:
        """Waits while the destination is held.

        Raises:
            Cancelled: the token was cancelled.
        """
        while (left := self.held_for) > 0:
            token.wait(left)
        token.check()

    def while_busy(self, send: Callable[[], Result]) -> Result:
        """Sends, and repeats a few times while the server says that it is busy.

        `send` waits in `place`, which lets nothing in before the server is ready.

        Raises:
            GantryError: what `send` raised, if it is a different error or was raised too often.
        """
        for _ in range(_TRIES - 1):
            try:
                return send()
            except GantryError as error:
                if error.code not in BUSY:
                    raise
        return send()

    def _hold(self, seconds: float) -> None:
        self.held_until = max(self.held_until, self._clock.now() + seconds)

    def answered(self, seconds: float) -> None:
        """Notes a successful request and its latency."""
        with self._changed:
            self._spells = 0
            recent = seconds if self._recent is None else 0.7 * self._recent + 0.3 * seconds
            self._recent = recent
            # The usual value falls at once and rises slowly, so that a server that was
            # always slow is not taken for an overloaded one.
            usual = recent if self._usual is None else 0.98 * self._usual + 0.02 * recent
            self._usual = usual = min(recent, usual)
            if recent > _NOTICEABLE and recent > _SLOW * usual:
                self._allowed = max(1.0, self._allowed - 1)
                self._recent = None  # judge the next ones from the start
            else:
                self._allowed = min(float(self.most), self._allowed + 1 / self._allowed)
            self._changed.notify_all()

    def _enter(self, token: CancelToken) -> None:
        while True:
            self.until_ready(token)
            with self._changed:
                # A request that is paused midway takes no place from others.
                used = sum(not inside.paused for inside in self._inside)
                if self.held_for == 0 and used < self.allowed:
                    self._inside.append(token)
                    return
                self._changed.wait(0.1)
