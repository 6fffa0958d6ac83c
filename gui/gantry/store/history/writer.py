"""Events to rows, one transaction each; a parcel's state only moves forward."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from gantry.engine import events
from gantry.engine.errors import GantryError
from gantry.engine.parcel import Archive, ParcelState, Receipt
from gantry.engine.transfer.instances import NotAllStored
from gantry.store.history.codec import error_in, name_in, seq_of, stamp, text
from gantry.store.history.failure import history_failed
from gantry.store.history.starting import add_job, add_parts

_CACHE = 2048  # KiB
_FINAL = "('delivered', 'failed', 'cancelled', 'split')"


class Writer:
    """The one connection of a process that writes. Safe to call from any thread."""

    def __init__(self, connection: sqlite3.Connection, salt: bytes) -> None:
        self._db = connection
        self._salt = salt
        self._lock = threading.Lock()
        # A job's many new rows go out to the WAL instead of filling memory.
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def record(self, event: events.Event) -> None:
        """Commits what an event says; it is on the disk on return.

        Raises:
            GantryError: HISTORY_FAILED; nothing of the event was kept.
        """
        with self._transaction("record"):
            match event:
                case events.JobStarted():
                    add_job(self._db, self._salt, event)
                case events.JobResumed():
                    self._job_resumed(event)
                case events.ParcelPacking():
                    self._begun(event.parcel, ParcelState.PACKING, "pack", event.attempt)
                case events.ParcelVerified():
                    self._verified(event)
                case events.ParcelSending():
                    self._begun(event.parcel, ParcelState.SENDING, "send", event.attempt)
                case events.SendPosition():
                    self._db.execute(
                        f"UPDATE parcel SET position = ? WHERE id = ? AND state NOT IN {_FINAL}",
                        (event.state, event.parcel),
                    )
                case events.AttemptFailed():
                    self._attempt_failed(event)
                case events.ParcelDelivered():
                    self._delivered(event)
                case events.ParcelFailed():
                    self._ended(event.parcel, ParcelState.FAILED, event.error)
                case events.ParcelCancelled():
                    self._ended(event.parcel, ParcelState.CANCELLED, None)
                case events.ParcelSplit():
                    whole = self._ended(event.parcel, ParcelState.SPLIT, event.error)
                    if whole is not None:
                        add_parts(self._db, self._salt, whole, event.parts)
                case events.ParcelRetried():
                    self._retry(event.parcel)
                case events.JobDone():
                    self._db.execute(
                        "UPDATE job SET finished = ?, seconds = seconds + ? WHERE id = ?",
                        (_now(), event.seconds, event.job),
                    )

    def retry(self, parcel_ids: Iterable[str]) -> None:
        """Puts failed and cancelled parcels back to waiting; others stay as they are."""
        with self._transaction("retry"):
            for parcel_id in parcel_ids:
                self._retry(parcel_id)

    def prune(self, delivered_before: datetime, at_once: int) -> int:
        """Forgets the file lists of parcels delivered so long ago; returns how many it forgot.

        Receipts, attempts and the parcels themselves stay. Takes `at_once` parcels at most, so
        that nobody waits long for the database; call it until it returns 0.
        """
        with self._transaction("prune"):
            # By the time of Send: an index has it, and delivery can only be later.
            found = self._db.execute(
                "SELECT seq FROM parcel INDEXED BY parcel_kept WHERE forgotten = 0"
                " AND state = 'delivered' AND seq < ? AND changed < ? ORDER BY seq LIMIT ?",
                (seq_of(delivered_before), stamp(delivered_before), at_once),
            ).fetchall()
            self._db.executemany("DELETE FROM source WHERE parcel = ?", found)
            self._db.executemany("UPDATE parcel SET forgotten = 1 WHERE seq = ?", found)
        return len(found)

    @contextmanager
    def _transaction(self, action: str) -> Iterator[None]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise history_failed(error, action) from error

    def _job_resumed(self, event: events.JobResumed) -> None:
        self._db.execute(
            "UPDATE job SET resumed = resumed + 1, finished = '' WHERE id = ?", (event.job,)
        )
        self._db.execute(
            "UPDATE attempt SET outcome = 'interrupted', ended = ? WHERE ended = '' AND parcel IN"
            " (SELECT seq FROM parcel WHERE job = (SELECT seq FROM job WHERE id = ?))",
            (_now(), event.job),
        )

    def _begun(self, parcel_id: str, state: ParcelState, step: str, number: int) -> None:
        seq = self._forward(parcel_id, state, "attempts = attempts + 1")
        if seq is not None:
            now = _now()
            self._close_attempts(seq, "interrupted", now)
            self._db.execute(
                "INSERT INTO attempt (parcel, number, step, started) VALUES (?, ?, ?, ?)",
                (seq, number, step, now),
            )

    def _verified(self, event: events.ParcelVerified) -> None:
        archive = event.archive
        seq = self._forward(
            event.parcel,
            ParcelState.VERIFIED,
            "archive_path = ?, archive_size = ?, archive_sha256 = ?, position = ''",
            (name_in(str(archive.path)), archive.size, archive.sha256),
        )
        if seq is None:
            return
        self._db.execute(
            "UPDATE attempt SET outcome = 'done', ended = ?, bytes = ?, seconds = ?,"
            " verify_seconds = ? WHERE parcel = ? AND ended = ''",
            (_now(), archive.content, event.pack_seconds, event.verify_seconds, seq),
        )
        self._name_members(seq, archive)

    def _name_members(self, seq: int, archive: Archive) -> None:
        """Writes beside each source what it is called in the archive, and its hash.

        The archive keeps the order of the sources. Where one UID comes twice with equal bytes,
        only the first is packed.
        """
        waiting: dict[tuple[str, int], list[int]] = defaultdict(list)
        for n, uid, size in self._db.execute(
            "SELECT n, sop_instance_uid, size FROM source WHERE parcel = ? ORDER BY n DESC", (seq,)
        ):
            waiting[uid, size].append(n)
        self._db.executemany(
            "UPDATE source SET name = ?, sha256 = ? WHERE parcel = ? AND n = ?",
            [
                (f.name, f.sha256, seq, waiting[f.sop_instance_uid, f.size].pop())
                for f in archive.files
                if waiting[f.sop_instance_uid, f.size]
            ],
        )

    def _attempt_failed(self, event: events.AttemptFailed) -> None:
        seq = self._seq(event.parcel)
        if seq is None:
            return
        error, now = error_in(event.error), _now()
        step = "send" if event.step == "send" else "pack"
        self._open_attempt(seq, step, event.attempt, now)
        self._db.execute(
            "UPDATE attempt SET outcome = 'failed', ended = ?, failed_step = ?, error = ?,"
            " wait = ? WHERE parcel = ? AND ended = ''",
            (now, event.step, error, event.wait, seq),
        )
        self._db.execute(
            f"UPDATE parcel SET error = ?, changed = ? WHERE seq = ? AND state NOT IN {_FINAL}",
            (error, now, seq),
        )
        if isinstance(event.error, NotAllStored):
            self._add_receipt(seq, event.error.receipt)  # what became of each instance

    def _open_attempt(self, seq: int, step: str, number: int, now: str) -> None:
        """Adds the row of an attempt that began by itself after the wait of the one before."""
        query = "SELECT 1 FROM attempt WHERE parcel = ? AND ended = ''"
        if self._db.execute(query, (seq,)).fetchone():
            return
        last = self._db.execute(
            "SELECT ended, wait FROM attempt WHERE parcel = ? ORDER BY id DESC LIMIT 1", (seq,)
        ).fetchone()
        started = now
        if last:
            after = datetime.fromisoformat(last[0]) + timedelta(seconds=last[1] or 0)
            started = min(started, stamp(after))
        self._db.execute(
            "INSERT INTO attempt (parcel, number, step, started) VALUES (?, ?, ?, ?)",
            (seq, number, step, started),
        )
        self._db.execute("UPDATE parcel SET attempts = attempts + 1 WHERE seq = ?", (seq,))

    def _delivered(self, event: events.ParcelDelivered) -> None:
        # A receipt in hand beats anything said before: the parcel did arrive.
        now = _now()
        seq = self._seq(event.parcel)
        if seq is None:
            return
        self._open_attempt(seq, "send", event.attempt, now)
        self._db.execute(
            "UPDATE attempt SET outcome = 'done', ended = ?, bytes = ?, seconds = ?"
            " WHERE parcel = ? AND ended = ''",
            (now, event.receipt.size, event.seconds, seq),
        )
        self._db.execute(
            "UPDATE parcel SET state = 'delivered', changed = ?, position = '', error = ''"
            " WHERE seq = ?",
            (now, seq),
        )
        self._add_receipt(seq, event.receipt)

    def _add_receipt(self, seq: int, receipt: Receipt) -> None:
        instances = [
            [i.sop_instance_uid, i.outcome.value, text(i.reason)] for i in receipt.instances
        ]
        self._db.execute(
            "INSERT INTO receipt (parcel, destination, time, status, sha256, size, outcome,"
            " location, body, proof, instances) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                seq, text(receipt.destination), receipt.time, receipt.status, receipt.sha256,
                receipt.size, receipt.outcome.value, text(receipt.location),
                text(receipt.body[:4096]), text(receipt.proof), json.dumps(instances),
            ),
        )  # fmt: skip

    def _ended(self, parcel_id: str, state: ParcelState, error: GantryError | None) -> int | None:
        kept = error_in(error) if error else ""
        seq = self._forward(parcel_id, state, "error = ?", (kept,))
        if seq is not None:
            self._close_attempts(seq, state.value, _now(), kept)
        return seq

    def _retry(self, parcel_id: str) -> None:
        self._db.execute(
            "UPDATE job SET finished = '' WHERE seq = (SELECT job FROM parcel WHERE id = ?"
            " AND state IN ('failed', 'cancelled'))",
            (parcel_id,),
        )
        self._db.execute(
            "UPDATE parcel SET state = 'waiting', changed = ?, error = '', position = '',"
            " archive_path = '', archive_size = 0, archive_sha256 = '', retried = coalesce("
            " (SELECT max(id) FROM attempt WHERE attempt.parcel = parcel.seq), 0)"
            " WHERE id = ? AND state IN ('failed', 'cancelled')",
            (_now(), parcel_id),
        )

    def _forward(
        self, parcel_id: str, state: ParcelState, also: str, values: tuple[object, ...] = ()
    ) -> int | None:
        """Moves a parcel that is not over; None where it is, or nobody knows it."""
        row = self._db.execute(
            f"UPDATE parcel SET state = ?, changed = ?, {also} WHERE id = ?"
            f" AND state NOT IN {_FINAL} RETURNING seq",
            (state.value, _now(), *values, parcel_id),
        ).fetchone()
        return None if row is None else int(row[0])

    def _close_attempts(self, seq: int, outcome: str, now: str, error: str = "") -> None:
        self._db.execute(
            "UPDATE attempt SET outcome = ?, ended = ?, error = ? WHERE parcel = ? AND ended = ''",
            (outcome, now, error, seq),
        )

    def _seq(self, parcel_id: str) -> int | None:
        row = self._db.execute("SELECT seq FROM parcel WHERE id = ?", (parcel_id,)).fetchone()
        return None if row is None else int(row[0])


def _now() -> str:
    return stamp(datetime.now(UTC))
