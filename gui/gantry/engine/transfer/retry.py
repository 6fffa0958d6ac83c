"""Retries sends: asks first whether the parcel has arrived, and decides when to stop.

The pacer says how long to wait. While the destination can't be reached at all (no Wi-Fi, lid
closed), no attempt is used up, for as long as `RetryPolicy.offline` says. Neither does a pause that
outlasts the server's time-out use one up; and as long as the destination holds more after each cut
than before, a bad line may cut a large send a hundred times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.transfer.destination import Destination, Shipment, pacer_of
from gantry.engine.transfer.pacer import Pacer, Waits
from gantry.engine.transfer.size_limit import Wall

# Errors of the archive itself, which no further attempt fixes: the job packs it again.
ARCHIVE_LOST = frozenset({ErrorCode.ARCHIVE_DAMAGED, ErrorCode.ARCHIVE_MISSING,
                          ErrorCode.ARCHIVE_FOREIGN})  # fmt: skip

_OFFLINE = frozenset({ErrorCode.DNS_FAILED, ErrorCode.REFUSED, ErrorCode.UNREACHABLE,
                      ErrorCode.SHARE_GONE})  # fmt: skip
_CUT = frozenset({ErrorCode.DISCONNECTED, ErrorCode.NO_PROGRESS, ErrorCode.TIMED_OUT,
                  ErrorCode.HTTP_408})  # fmt: skip
_MISMATCHES = 3  # corrupted on the way this often, the archive itself must be checked


@dataclass(frozen=True, slots=True)
class RetryPolicy(Waits):
    """How often to try.

    Attributes:
        attempts: the most attempts that reach the destination.
        offline: seconds for which it may be unreachable before that is a failure.
    """

    attempts: int = 8
    offline: float = 300.0


def send_with_retry(
    destination: Destination,
    shipment: Shipment,
    *,
    policy: RetryPolicy = RetryPolicy(),
    on_failure: Callable[[int, GantryError, float | None], None],
    on_attempt: Callable[[int], None] = lambda attempt: None,
    first_attempt: int = 1,
    ask_first: bool = False,
    pacer: Pacer | None = None,
) -> Receipt:
    """Sends, in several attempts if necessary.

    Args:
        on_failure: called with the attempt's number, the error, and the seconds until the next
            attempt, or None after the last.
        on_attempt: called with each attempt's number before it is made.
        first_attempt: the number of the first attempt, which continues after a restart.
        ask_first: the parcel was sent before: it may have arrived.
        pacer: decides how long to wait; None: the destination's own.

    Raises:
        GantryError: the one that ended it; UNCLEAR if the parcel may have arrived anyway.
        Cancelled.
    """
    token = shipment.token
    pacer = pacer or pacer_of(destination, token.clock)
    tries = _Tries(shipment, policy, first_attempt)
    while True:
        pacer.until_ready(token)  # another parcel may have been told to wait longer
        number = tries.begin()
        on_attempt(number)
        try:
            if ask_first and (held := _held(destination, shipment)):
                return held
            return destination.send(shipment)
        except GantryError as error:
            if destination.features.splits and (limit := tries.limit_seen(error)):
                on_failure(number, limit, None)
                raise limit from error
            if tries.are_over(error):
                on_failure(number, error, None)
                if shipment.handed_over:
                    raise unclear(tries.lost or error) from error
                raise
            wait = pacer.after(tries.failures, error, policy)
            on_failure(number, error, wait)
            ask_first = True  # the end of the answer may have been lost
        tries.wait(wait)


class _Tries:
    """The attempts at one parcel: which failures count, and which are the last.

    Attributes:
        failures: how many in a row brought no progress.
        lost: how the answer to a complete body was lost, the first time.
    """

    def __init__(self, shipment: Shipment, policy: RetryPolicy, first: int) -> None:
        self.failures = 0
        self.lost: GantryError | None = None
        self._shipment, self._policy = shipment, policy
        self._number, self._left = first, policy.attempts
        self._mismatches = 0
        self._offline_since: float | None = None
        self._wall = Wall()
        self._pauses = self._confirmed = self._sent = 0  # when the attempt began

    def begin(self) -> int:
        """Notes where the next attempt starts; returns its number."""
        shipment = self._shipment
        self._pauses = shipment.token.pauses
        self._confirmed, self._sent = shipment.confirmed, shipment.progress.sent
        return self._number

    def limit_seen(self, error: GantryError) -> GantryError | None:
        """The size limit that a destination of whole archives shows by failing like this."""
        shipment = self._shipment
        if shipment.confirmed or shipment.handed_over or self._was_paused(error):
            return None
        return self._wall.hit(error)

    def are_over(self, error: GantryError) -> bool:
        """Whether no other attempt follows this failure."""
        shipment, policy, now = self._shipment, self._policy, self._shipment.token.clock.now()
        self.failures += 1
        self._mismatches += error.code is ErrorCode.RECEIPT_MISMATCH
        if shipment.handed_over and error.code is not ErrorCode.UNCLEAR:
            self.lost = self.lost or error
        is_over = not error.transient or error.code in ARCHIVE_LOST
        is_over = is_over or self._mismatches >= _MISMATCHES
        if self._was_paused(error) or shipment.confirmed > self._confirmed:
            self.failures, self._offline_since = 1, None
        elif _is_offline(error):
            if self._offline_since is None or shipment.progress.sent not in (0, self._sent):
                self._offline_since = now  # or reached in between
            is_over = is_over or now - self._offline_since >= policy.offline
        else:
            self._offline_since = None
            self._left -= 1
            is_over = is_over or self._left <= 0
            self._number += 1
        return is_over

    def wait(self, seconds: float) -> None:
        """Waits before the next attempt. Raises Cancelled."""
        self._shipment.token.wait(seconds)
        if self._shipment.token.pauses != self._pauses:
            self._offline_since = None  # nobody tried meanwhile

    def _was_paused(self, error: GantryError) -> bool:
        """Whether a pause outlasted the server's time-out."""
        return self._shipment.token.pauses != self._pauses and error.code in _CUT


def _held(destination: Destination, shipment: Shipment) -> Receipt | None:
    """What arrived before; what was not compared may be an older file, and is sent anyway."""
    held = destination.ask(shipment)
    if held is None or held.outcome is Outcome.NOT_COMPARED or not held.outcome.is_taken:
        return None
    return held


def unclear(cause: GantryError) -> GantryError:
    """The error for a parcel that was sent completely; `cause` is all that is known of it."""
    if cause.code is ErrorCode.UNCLEAR:
        return cause
    return GantryError(
        ErrorCode.UNCLEAR,
        facts={**cause.facts, "cause": cause.code.value},
        private=cause.private,
        detail=cause.detail,
    )


def _is_offline(error: GantryError) -> bool:
    at_connect = error.code is ErrorCode.TIMED_OUT and error.facts.get("phase") == "connect"
    return error.code in _OFFLINE or at_connect
