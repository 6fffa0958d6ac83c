"""The rows of a parcel's attempts, of which at most one has not ended."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

from gantry.engine.times import moment_of, rfc3339


def begin_attempt(db: sqlite3.Connection, seq: int, step: str, number: int, started: str) -> None:
    """Adds the row of an attempt; the caller commits, here and below."""
    db.execute(
        "INSERT INTO attempt (parcel, number, step, started) VALUES (?, ?, ?, ?)",
        (seq, number, step, started),
    )


def continue_attempts(db: sqlite3.Connection, seq: int, step: str, number: int, at: str) -> None:
    """Adds the row of an attempt that started by itself after the previous one's wait."""
    query = "SELECT 1 FROM attempt WHERE parcel = ? AND ended = ''"
    if db.execute(query, (seq,)).fetchone():
        return
    query = "SELECT ended, wait FROM attempt WHERE parcel = ? ORDER BY id DESC LIMIT 1"
    last = db.execute(query, (seq,)).fetchone()
    started = at
    if last:
        after = moment_of(last[0]) + timedelta(seconds=last[1] or 0)
        started = min(started, rfc3339(after))
    begin_attempt(db, seq, step, number, started)
    db.execute("UPDATE parcel SET attempts = attempts + 1 WHERE seq = ?", (seq,))


def end_attempt(
    db: sqlite3.Connection, seq: int, outcome: str, at: str, **columns: float | str | None
) -> None:
    """Ends the parcel's open attempt, if there is one, with the values of these columns."""
    also = "".join(f", {name} = ?" for name in columns)
    db.execute(
        f"UPDATE attempt SET outcome = ?, ended = ?{also} WHERE parcel = ? AND ended = ''",
        (outcome, at, *columns.values(), seq),
    )
