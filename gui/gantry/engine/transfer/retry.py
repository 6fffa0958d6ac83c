"""Sends again what may work later, asks first whether it has arrived, and knows when to stop.

Waits double, with jitter, so that many clients don't come back together; Retry-After is obeyed up
to a cap. While the destination can't be reached at all (Wi-Fi gone, lid closed) no attempt is
burnt, for as long as `RetryPolicy.offline` says. A pause that lets the server's patience run out
is nobody's fault either; and while the destination holds more after each cut than before it, a
bad line may cut a big send a hundred times.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Receipt
from gantry.engine.transfer.destination import Destination, Shipment

BUSY = frozenset({ErrorCode.HTTP_429, ErrorCode.HTTP_503})

_OFFLINE = frozenset({ErrorCode.DNS_FAILED, ErrorCode.REFUSED, ErrorCode.UNREACHABLE,
                      ErrorCode.SHARE_GONE})  # fmt: skip
_CUT = frozenset({ErrorCode.DISCONNECTED, ErrorCode.NO_PROGRESS, ErrorCode.TIMED_OUT,
                  ErrorCode.HTTP_408})  # fmt: skip
_MISMATCHES = 3  # spoilt on the way so often: the archive itself must be looked at


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and how long between; seconds.

    Attributes:
        attempts: that reached the destination.
        offline: how long it may be unreachable before that is a failure.
    """

    attempts: int = 8
    first_wait: float = 1.0
    longest_wait: float = 60.0
    longest_retry_after: float = 900.0
    offline: float = 300.0

    def wait(self, failures: int, error: GantryError) -> float:
        """Seconds until the next attempt, after so many failures in a row (1, 2, …)."""
        if error.retry_after is not None and error.retry_after >= 0:
            asked = min(error.retry_after, self.longest_retry_after)
            return asked + random.uniform(0.0, 0.1 * asked + 0.1)
        doubled = self.first_wait * 2.0 ** min(failures - 1, 30)
        return min(doubled, self.longest_wait) * random.uniform(0.5, 1.0)


def send_with_retry(
    destination: Destination,
    shipment: Shipment,
    *,
    policy: RetryPolicy = RetryPolicy(),
    on_failure: Callable[[int, GantryError, float | None], None],
    on_attempt: Callable[[int], None] = lambda attempt: None,
    first_attempt: int = 1,
    ask_first: bool = False,
    on_busy: Callable[[GantryError, float], None] | None = None,
) -> Receipt:
    """Delivers, in several attempts if need be.

    Args:
        on_failure: gets the attempt's number, what went wrong, and the seconds until the next;
            None: this was the last.
        on_attempt: hears of each attempt's number before it is made.
        first_attempt: the number to count on from, after a restart.
        ask_first: the parcel was being sent when the program ended: it may have arrived.
        on_busy: a 429 or 503 came; holds the other sends to this destination for so many seconds.

    Raises:
        GantryError: the one that ended it.
        Cancelled.
    """
    token = shipment.token
    attempt, failures, mismatches = first_attempt, 0, 0
    offline_since: float | None = None
    while True:
        token.check()
        on_attempt(attempt)
        pauses, confirmed = token.pauses, shipment.confirmed
        try:
            if ask_first:
                held = destination.ask(shipment)
                if held is not None and held.outcome.is_delivered:
                    return held
            return destination.send(shipment)
        except GantryError as error:
            failures += 1
            mismatches += error.code is ErrorCode.RECEIPT_MISMATCH
            paused = token.pauses != pauses and error.code in _CUT
            final = not error.transient or mismatches >= _MISMATCHES
            counts = True
            if paused or shipment.confirmed > confirmed:
                counts, failures = False, 1
            elif _is_offline(error):
                now = time.monotonic()
                offline_since = now if offline_since is None else offline_since
                counts = False
                final = final or now - offline_since >= policy.offline
            else:
                offline_since = None
                final = final or attempt - first_attempt + 1 >= policy.attempts
            if final:
                on_failure(attempt, error, None)
                raise
            wait = policy.wait(failures, error)
            on_failure(attempt, error, wait)
            if on_busy is not None and error.code in BUSY:
                on_busy(error, wait)
            attempt += counts
            ask_first = True  # its end may have been lost on the way back
        token.wait(wait)


def _is_offline(error: GantryError) -> bool:
    at_connect = error.code is ErrorCode.TIMED_OUT and error.facts.get("phase") == "connect"
    return error.code in _OFFLINE or at_connect
