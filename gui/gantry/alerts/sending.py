"""The thread that sends alerts: queues events without waiting, and sends when it can."""

from __future__ import annotations

import logging
import queue
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import suppress

from gantry.alerts.outbox import Outbox
from gantry.alerts.rules import AlertRules, Payload
from gantry.alerts.webhook import AlertFailed, Webhook
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.events import Event

_log = logging.getLogger(__name__)
_LOOK_AGAIN = 15.0  # seconds between checks for alerts that are due
_LAST = 2.0  # seconds for a new alert when the program ends
_CHANCE = 1.0  # seconds after which an interrupted alert counts as failed


class Alerts:
    """A `Sink` that never waits and never raises.

    Args:
        webhook: returns the target, called for each alert (on the alerts' own thread, because the
            credential store may have to be unlocked); None: no target now.
    """

    def __init__(
        self, outbox: Outbox, rules: AlertRules, webhook: Callable[[], Webhook | None]
    ) -> None:
        self._outbox, self._rules, self._webhook = outbox, rules, webhook
        self._new: queue.SimpleQueue[Payload] = queue.SimpleQueue()
        self._token = CancelToken()
        self._wake = threading.Event()
        self._idle = threading.Event()  # no new alert waits, or is being kept or sent
        self._lock = threading.Lock()  # of `_idle` and `_new` together
        self._idle.set()
        self._thread = threading.Thread(target=self._work, name="gantry-alerts", daemon=True)
        self._thread.start()

    def __call__(self, event: Event) -> None:
        payload = self._rules.payload(event)
        if payload is not None:
            with self._lock:
                self._idle.clear()
                self._new.put(payload)
            self._wake.set()

    def close(self, seconds: float = _LAST) -> None:
        """Gives new alerts some time to be sent; the rest stays for the next start.

        Alerts of earlier jobs get no time: a target that is down would delay every command.
        """
        self._wake.set()
        self._idle.wait(seconds)
        self._token.cancel()
        self._wake.set()
        self._thread.join(_CHANCE)

    def _work(self) -> None:
        while not self._token.cancelled:
            self._wake.clear()
            try:
                self._keep_new()
                self._send_due()
            except Cancelled:
                break
            except (sqlite3.Error, OSError, GantryError) as error:
                _log.warning(
                    "alerts can't be kept or sent now", extra={"type": type(error).__name__}
                )
            with self._lock:
                if self._new.empty():
                    self._idle.set()
            self._wake.wait(_LOOK_AGAIN)
        with suppress(sqlite3.Error, OSError):
            self._keep_new()  # alerts that arrived while one was being sent are for the next start

    def _keep_new(self) -> None:
        while True:
            try:
                payload = self._new.get_nowait()
            except queue.Empty:
                return
            self._outbox.put(payload)

    def _send_due(self) -> None:
        webhook: Webhook | None = None
        begun = time.monotonic()
        while (waiting := self._outbox.due()) is not None:
            webhook = webhook or self._webhook()
            if webhook is None:
                return
            since = time.monotonic()
            try:
                status = webhook.send(waiting, self._token)
            except Cancelled:
                if time.monotonic() - since > _CHANCE:
                    self._outbox.failed(waiting)
                raise
            except AlertFailed as failed:
                extra = {
                    "event": "alert.failed",
                    "reason": failed.reason,
                    "count": waiting.failures,
                }
                _log.warning("An alert could not be told.", extra=extra)
                (self._outbox.done if failed.lasting else self._outbox.failed)(waiting)
                if not failed.lasting:
                    return  # the others would fail now, too
            else:
                _log.info("An alert was told.", extra={"event": "alert.told", "status": status})
                self._outbox.done(waiting)
            if time.monotonic() - begun > 60:
                return
