"""Writes events as rows, one transaction each; a parcel's state only moves forward."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import assert_never

from gantry.engine import events
from gantry.engine.content import Treatment
from gantry.engine.errors import GantryError
from gantry.engine.parcel import ParcelState, Receipt
from gantry.engine.times import now, rfc3339
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.store.history.attempts import begin_attempt, continue_attempts, end_attempt
from gantry.store.history.codec import error_in, name_in, seq_of, text, treatment_in
from gantry.store.history.failure import history_failed
from gantry.store.history.members import index_as_sent, name_members
from gantry.store.history.starting import add_job, add_parts

_CACHE = 2048  # KiB
_FINAL = (
    "('delivered', 'accepted', 'incomplete', 'unclear', 'held', 'failed', 'cancelled', 'split')"
)
_AGAIN = "'failed', 'cancelled', 'held'"


class Writer:
    """The only writing connection of a process. Safe to call from any thread."""

    def __init__(self, connection: sqlite3.Connection, salt: bytes) -> None:
        self._db = connection
        self._salt = salt
        self._lock = threading.Lock()
        # A job's many new rows are written to the WAL instead of filling memory.
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def record(self, event: events.Event) -> None:
        """Commits an event; it is on disk on return.

        Raises:
            GantryError: HISTORY_FAILED; nothing of the event was stored.
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
                case events.BodyHandedOver():
                    self._db.execute(
                        "UPDATE parcel SET handed_over = ? WHERE id = ?",
                        (event.whole, event.parcel),
                    )
                case events.AttemptFailed():
                    self._attempt_failed(event)
                case events.ParcelArrived():
                    self._arrived(event)
                case events.ParcelUnclear():
                    self._ended(event.parcel, ParcelState.UNCLEAR, event.error)
                case events.ParcelHeld():
                    self._ended(event.parcel, ParcelState.HELD, event.error)
                case events.ParcelFailed():
                    self._ended(event.parcel, ParcelState.FAILED, event.error)
                case events.ParcelCancelled():
                    self._ended(event.parcel, ParcelState.CANCELLED, None)
                case events.ParcelSplit():
                    whole = self._ended(event.parcel, ParcelState.SPLIT, event.error)
                    if whole is not None:
                        add_parts(self._db, self._salt, whole, event.parts)
                case events.ParcelRetried():
                    self._retry(event.parcel, event.another_copy, event.treatment)
                case events.JobDone():
                    self._db.execute(
                        "UPDATE job SET finished = ?, seconds = seconds + ? WHERE id = ?",
                        (now(), event.seconds, event.job),
                    )
                case _:
                    assert_never(event)

    def retry(
        self, parcel_ids: Iterable[str], another_copy: bool, treatment: Treatment | None
    ) -> None:
        """Puts failed, cancelled and held parcels back to waiting; others stay unchanged.

        With `another_copy`, unclear ones, too: the user wants them sent although they may have
        arrived.
        """
        with self._transaction("retry"):
            for parcel_id in parcel_ids:
                self._retry(parcel_id, another_copy, treatment)

    def give_up(self, parcel_ids: Iterable[str]) -> list[str]:
        """Cancels held parcels; returns their ids. Others stay unchanged: they may be running."""
        given_up = []
        with self._transaction("cancel"):
            for parcel_id in parcel_ids:
                row = self._db.execute(
                    "UPDATE parcel SET state = 'cancelled', changed = ?, error = ''"
                    " WHERE id = ? AND state = 'held' RETURNING seq",
                    (now(), parcel_id),
                ).fetchone()
                if row is not None:
                    given_up.append(parcel_id)
        return given_up

    def prune(self, delivered_before: datetime, at_once: int) -> int:
        """Deletes the file lists of parcels that arrived this long ago; returns how many.

        Receipts, attempts and the parcels themselves stay. Handles at most `at_once` parcels, so
        that nobody waits long for the database; call it until it returns 0.
        """
        with self._transaction("prune"):
            # By the time of Send, which is indexed: delivery can only be later.
            found = self._db.execute(
                "SELECT seq FROM parcel INDEXED BY parcel_kept WHERE forgotten = 0"
                " AND state IN ('delivered', 'accepted', 'incomplete')"
                " AND seq < ? AND changed < ? ORDER BY seq LIMIT ?",
                (seq_of(delivered_before), rfc3339(delivered_before), at_once),
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
            (now(), event.job),
        )

    def _begun(self, parcel_id: str, state: ParcelState, step: str, number: int) -> None:
        seq = self._forward(parcel_id, state, "attempts = attempts + 1")
        if seq is not None:
            at = now()
            end_attempt(self._db, seq, "interrupted", at)
            begin_attempt(self._db, seq, step, number, at)

    def _verified(self, event: events.ParcelVerified) -> None:
        archive = event.archive
        seq = self._forward(
            event.parcel,
            ParcelState.VERIFIED,
            "archive_path = ?, archive_size = ?, archive_sha256 = ?, position = '',"
            " sent_study_uid = nullif(?, study_uid), report = ?",
            (
                name_in(str(archive.path)), archive.size, archive.sha256, archive.study_uid,
                text(archive.summary.report) if archive.summary else "",
            ),
        )  # fmt: skip
        if seq is None:
            return
        took = {"seconds": event.pack_seconds, "verify_seconds": event.verify_seconds}
        end_attempt(self._db, seq, "done", now(), bytes=archive.content, **took)
        name_members(self._db, seq, archive)
        index_as_sent(self._db, seq, archive)

    def _attempt_failed(self, event: events.AttemptFailed) -> None:
        seq = self._seq(event.parcel)
        if seq is None:
            return
        error, at = error_in(event.error), now()
        step = "send" if event.step == "send" else "pack"
        continue_attempts(self._db, seq, step, event.attempt, at)
        said = {"failed_step": event.step, "error": error, "wait": event.wait}
        end_attempt(self._db, seq, "failed", at, **said)
        self._db.execute(
            f"UPDATE parcel SET error = ?, changed = ? WHERE seq = ? AND state NOT IN {_FINAL}",
            (error, at, seq),
        )
        if isinstance(event.error, NotAllStored):
            self._add_receipt(seq, event.error.receipt)  # the outcome of each instance

    def _arrived(self, event: events.ParcelArrived) -> None:
        # A receipt outweighs anything reported before: the parcel did arrive.
        at = now()
        seq = self._seq(event.parcel)
        if seq is None:
            return
        continue_attempts(self._db, seq, "send", event.attempt, at)
        size = event.receipt.size
        end_attempt(self._db, seq, "done", at, bytes=size, seconds=event.seconds)
        self._db.execute(
            # The position stays: with it, some destinations can be asked again much later.
            "UPDATE parcel SET state = CASE state WHEN 'delivered' THEN state ELSE ? END,"
            " changed = ?, error = '', handed_over = 0 WHERE seq = ?",
            (event.state.value, at, seq),
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
            end_attempt(self._db, seq, state.value, now(), error=kept)
        return seq

    def _retry(self, parcel_id: str, another_copy: bool, treatment: Treatment | None) -> None:
        states = f"({_AGAIN}, 'unclear')" if another_copy else f"({_AGAIN})"
        self._db.execute(
            "UPDATE job SET finished = '' WHERE seq = (SELECT job FROM parcel WHERE id = ?"
            f" AND state IN {states})",
            (parcel_id,),
        )
        self._db.execute(
            "UPDATE parcel SET state = 'waiting', changed = ?, error = '', position = '',"
            " archive_path = '', archive_size = 0, archive_sha256 = '', retried = coalesce("
            " (SELECT max(id) FROM attempt WHERE attempt.parcel = parcel.seq), 0),"
            " handed_over = handed_over AND NOT ?, treatment = coalesce(?, treatment)"
            f" WHERE id = ? AND state IN {states}",
            (now(), another_copy, treatment and treatment_in(treatment), parcel_id),
        )

    def _forward(
        self, parcel_id: str, state: ParcelState, also: str, values: tuple[object, ...] = ()
    ) -> int | None:
        """Moves an unfinished parcel; None if it is finished or unknown."""
        row = self._db.execute(
            f"UPDATE parcel SET state = ?, changed = ?, {also} WHERE id = ?"
            f" AND state NOT IN {_FINAL} RETURNING seq",
            (state.value, now(), *values, parcel_id),
        ).fetchone()
        return None if row is None else int(row[0])

    def _seq(self, parcel_id: str) -> int | None:
        row = self._db.execute("SELECT seq FROM parcel WHERE id = ?", (parcel_id,)).fetchone()
        return None if row is None else int(row[0])
