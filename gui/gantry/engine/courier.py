"""Takes a parcel's archive to the destination: attempts, patience, what is known of its limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from gantry.engine import events
from gantry.engine.archive.read import iter_members
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.events import Progress, Sink
from gantry.engine.oversize import over
from gantry.engine.parcel import Archive, Receipt
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.retry import send_with_retry
from gantry.engine.work import JobOptions, Work

_ABANDON_SECONDS = 5.0


class Courier:
    """One a job; used by all its sending threads.

    Attributes:
        limit: bytes that the destination is known to take; 0: not known.
    """

    def __init__(
        self,
        job_id: str,
        destination: Destination,
        options: JobOptions,
        sink: Sink,
        wake: Callable[[], None],
    ) -> None:
        self.limit = options.limit
        self._job_id = job_id
        self._destination = destination
        self._options = options
        self._sink = sink
        self._wake = wake
        self._hold_until = 0.0

    @property
    def may_send(self) -> bool:
        """Whether the destination may be given another parcel now."""
        return time.monotonic() >= self._hold_until

    def deliver(self, work: Work, archive: Archive) -> Receipt:
        """Sends, in several attempts if need be.

        Raises:
            GantryError: the one that ended it.
            Cancelled: the parcel was cancelled.
        """
        if self._options.split and 0 < self.limit < archive.size:
            raise over(self.limit, archive, self._destination.url)
        work.progress.to_send = archive.size
        shipment = Shipment(
            archive,
            work.progress,
            work.token,
            position=work.position,
            save=lambda state: self._save(work, state),
            members=lambda: iter_members(archive.path, work.token, archive.files),
        )

        def begun(attempt: int) -> None:
            work.send_attempt = attempt

        def failed(attempt: int, error: GantryError, wait: float | None) -> None:
            self._sink(
                events.AttemptFailed(self._job_id, work.parcel.id, attempt, "send", error, wait)
            )

        return send_with_retry(
            self._destination,
            shipment,
            policy=self._options.retry,
            on_failure=failed,
            on_attempt=begun,
            first_attempt=work.send_attempt + 1,
            ask_first=work.unclear,
            on_busy=self._hold,
        )

    def abandon(self, work: Work, archive: Archive) -> None:
        """Lets the destination forget what it holds of a cancelled parcel, where it can; tries for
        a few seconds, for nothing hangs on it: servers drop unfinished uploads by themselves."""
        forget = getattr(self._destination, "abandon", None)
        if forget is None or not work.position:
            return
        token = CancelToken()
        patience = threading.Timer(_ABANDON_SECONDS, token.cancel)
        patience.daemon = True
        patience.start()
        with suppress(GantryError, Cancelled):
            forget(Shipment(archive, Progress(), token, position=work.position))
        patience.cancel()

    def _save(self, work: Work, state: str) -> None:
        work.position = state
        self._sink(events.SendPosition(self._job_id, work.parcel.id, state))

    def _hold(self, error: GantryError, seconds: float) -> None:
        """A destination that says it is too busy gets no other parcel before that time."""
        self._hold_until = max(self._hold_until, time.monotonic() + seconds)
        timer = threading.Timer(seconds, self._wake)
        timer.daemon = True
        timer.start()
