"""The traffic on a connection: counted, limited to the bandwidth, with a time limit for silence."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from gantry.engine.cancel import CancelToken
from gantry.engine.events import Progress
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.rate_limit import Bandwidth
from gantry.engine.transfer.run_with_timeout import TICK


class Traffic:
    """The traffic between two sides, either of which may fall silent.

    Attributes:
        progress: counts sent bytes; None: they are not counted now.
        until: when to end it in any case, on the clock of `time.monotonic`.
    """

    def __init__(self, limits: Limits, token: CancelToken, bandwidth: Bandwidth | None) -> None:
        self.progress: Progress | None = None
        self.until = float("inf")
        self._limits, self._token = limits, token
        self._bandwidth = bandwidth or Bandwidth()
        self._moved = time.monotonic()
        self._over = threading.Event()

    @property
    def quiet(self) -> float:
        """Seconds since something moved."""
        return time.monotonic() - self._moved

    def moved(self) -> None:
        self._moved = time.monotonic()

    def sent(self, size: int) -> None:
        """Called after each write, on the thread that writes to the socket: must not wait."""
        self.moved()
        if self.progress is not None:
            self.progress.sent += size
        left = self._bandwidth.take(size)
        while left > 0 and not self._over.is_set():
            self._over.wait(min(left, TICK))
            left -= TICK
            self.moved()

    def watch(self, cut: Callable[[], None]) -> None:
        """Calls `cut` from another thread when the work is cancelled or the connection stalls."""
        threading.Thread(target=self._watch, args=(cut,), name="gantry-dimse", daemon=True).start()

    def _watch(self, cut: Callable[[], None]) -> None:
        longest = max(self._limits.idle, self._limits.answer)
        while not self._over.wait(TICK):
            late = self.quiet > longest or time.monotonic() > self.until
            if late or self._token.cancelled:
                cut()
                return

    def end(self) -> None:
        self._over.set()
