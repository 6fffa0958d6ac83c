"""Unsent alerts: kept across restarts, retried at growing intervals, then dropped."""

from __future__ import annotations

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ulid import ULID

from gantry.alerts.rules import Payload

WAITS = (30.0, 120.0, 600.0, 3600.0, 3 * 3600.0)  # seconds after the 1st, 2nd … failure
LONGEST_HOLD = 600.0  # seconds that a new alert waits because others failed
KEPT_FOR = 24 * 3600.0
MOST = 500  # the oldest are dropped first: the disk matters more than an alert

_SCHEMA = """
CREATE TABLE IF NOT EXISTS outbox (
  id TEXT PRIMARY KEY,
  made REAL NOT NULL,
  due REAL NOT NULL,
  failures INTEGER NOT NULL DEFAULT 0,
  payload TEXT NOT NULL
)"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert to send; `id` is the same in all attempts, so that duplicates can be recognized."""

    id: str
    payload: Payload
    failures: int


class Outbox:
    """A small SQLite file; an unusable one is replaced by an empty one.

    Raises sqlite3.Error if even that fails.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock

    def put(self, payload: Payload) -> None:
        """Stores an alert, due at once; while others fail, it is due with them, but soon anyway."""
        now = self._clock()
        with self._open() as db:
            (failing,) = db.execute("SELECT max(due) FROM outbox WHERE failures > 0").fetchone()
            due = max(now, min(failing or now, now + LONGEST_HOLD))
            db.execute(
                "INSERT INTO outbox (id, made, due, payload) VALUES (?, ?, ?, ?)",
                (str(ULID()), now, due, json.dumps(payload)),
            )
            db.execute(
                "DELETE FROM outbox WHERE id NOT IN "
                "(SELECT id FROM outbox ORDER BY id DESC LIMIT ?)",
                (MOST,),
            )

    def due(self) -> Waiting | None:
        """The oldest alert that is due; those that are too old are dropped."""
        now = self._clock()
        with self._open() as db:
            db.execute("DELETE FROM outbox WHERE made < ?", (now - KEPT_FOR,))
            # A clock that was set back must not hold an alert for longer than the longest wait.
            row = db.execute(
                "SELECT id, payload, failures FROM outbox WHERE due <= ? OR due > ? "
                "ORDER BY id LIMIT 1",
                (now, now + WAITS[-1]),
            ).fetchone()
        return Waiting(row[0], json.loads(row[1]), row[2]) if row else None

    def done(self, waiting: Waiting) -> None:
        """Removes an alert that was sent, or can never be."""
        with self._open() as db:
            db.execute("DELETE FROM outbox WHERE id = ?", (waiting.id,))

    def failed(self, waiting: Waiting) -> None:
        """Schedules another attempt."""
        wait = WAITS[min(waiting.failures, len(WAITS) - 1)]
        with self._open() as db:
            db.execute(
                "UPDATE outbox SET failures = failures + 1, due = ? WHERE id = ?",
                (self._clock() + wait, waiting.id),
            )

    def __len__(self) -> int:
        with self._open() as db:
            (count,) = db.execute("SELECT count(*) FROM outbox").fetchone()
        return int(count)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            db = self._connected()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, full, no rights
                raise
            with suppress(OSError):
                self._path.unlink()
            db = self._connected()
        try:
            with db:
                yield db
        finally:
            db.close()

    def _connected(self) -> sqlite3.Connection:
        if not self._path.exists():
            with suppress(OSError):
                os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        db = sqlite3.connect(self._path, timeout=2.0)
        try:
            db.execute(_SCHEMA)
        except sqlite3.Error:
            db.close()
            raise
        return db
