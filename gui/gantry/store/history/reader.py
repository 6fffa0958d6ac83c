"""Answers queries with frozen values, on its own connection."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from gantry.engine.content import Treatment
from gantry.engine.parcel import Archive, ParcelState
from gantry.store.history import query
from gantry.store.history.as_sent import OPEN, archive_of, parcel_of, unfinished_job
from gantry.store.history.codec import name_out, treatment_out
from gantry.store.history.drivers import wanted
from gantry.store.history.failure import history_failed
from gantry.store.history.field_maps import ATTEMPT_ROW, JOB_ROW, PARCEL_ROW, RECEIPT, SOURCE_ROW
from gantry.store.history.rows import (
    Count,
    Cursor,
    JobRow,
    Left,
    ParcelDetail,
    ParcelFilter,
    ParcelRow,
    SendAgain,
    SentBefore,
    SourceRow,
)
from gantry.store.salt import salted

if TYPE_CHECKING:
    from gantry.engine.job import Job

_PARCEL = (
    f"SELECT {PARCEL_ROW.columns}"
    " FROM parcel AS p JOIN job AS j ON j.seq = p.job LEFT JOIN receipt AS r ON r.id ="
    " (SELECT max(id) FROM receipt INDEXED BY receipt_parcel WHERE parcel = p.seq)"
    " WHERE p.seq = ?"
)
_JOB = f"SELECT {JOB_ROW.columns} FROM job WHERE "
_SOURCES = f"SELECT {SOURCE_ROW.columns} FROM source WHERE parcel = ? AND n >= ? ORDER BY n LIMIT ?"
_ATTEMPTS = f"SELECT {ATTEMPT_ROW.columns} FROM attempt WHERE parcel = ? ORDER BY id"
_SENT = (
    "SELECT p.destination, j.url, p.treatment FROM"
    " (SELECT seq FROM parcel INDEXED BY parcel_{index}"
    " WHERE {column} = ? AND {column} <> '' ORDER BY seq DESC LIMIT 500) AS found"
    " CROSS JOIN parcel AS p ON p.seq = found.seq JOIN job AS j ON j.seq = p.job"
    " WHERE p.state IN ('delivered', 'accepted', 'incomplete', 'unclear')"
)
_SENT_OF_PATIENT = _SENT.format(index="patient", column="patient_hash")
_SENT_OF_STUDY = _SENT.format(index="study", column="study_uid")
_RECEIPTS = f"SELECT {RECEIPT.columns} FROM receipt WHERE parcel = ? ORDER BY id"


class Reader:
    """Answers queries from any thread, one at a time; writing doesn't block it."""

    def __init__(
        self, connection: sqlite3.Connection, salt: bytes, is_running: Callable[[str], bool]
    ) -> None:
        connection.execute("PRAGMA query_only = ON")
        self._db = connection
        self._salt = salt
        self._lock = threading.Lock()
        self._is_running = is_running
        self._running: dict[str, bool] = {}  # what one query has learned about jobs

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def parcels(self, filter_: ParcelFilter, after: Cursor | None, limit: int) -> list[ParcelRow]:
        with self._reading():
            want = wanted(filter_, self._salt)
            found = query.page(self._db, want, filter_.sort, after, limit)
            return [self._row(seq) for seq in found]

    def count(self, filter_: ParcelFilter) -> Count:
        with self._reading():
            return query.count(self._db, wanted(filter_, self._salt))

    def parcel(self, parcel_id: str) -> ParcelDetail | None:
        with self._reading():
            row = self._db.execute(
                "SELECT p.seq, j.url, p.archive_path, p.archive_sha256, p.position, p.report <> '',"
                " p.treatment"
                " FROM parcel AS p JOIN job AS j ON j.seq = p.job WHERE p.id = ?",
                (parcel_id,),
            ).fetchone()
            if row is None:
                return None
            seq, url, path, sha256, position, reported, treatment = row
            shown = self._row(seq)
            attempts = tuple(map(ATTEMPT_ROW.of, self._db.execute(_ATTEMPTS, (seq,))))
            if shown.state is ParcelState.INTERRUPTED:
                attempts = tuple(
                    a if a.outcome else replace(a, outcome="interrupted") for a in attempts
                )
            return ParcelDetail(
                row=shown,
                url=url,
                archive_path=name_out(path),
                archive_sha256=sha256,
                position=position,
                attempts=attempts,
                receipts=tuple(map(RECEIPT.of, self._db.execute(_RECEIPTS, (seq,)))),
                has_report=bool(reported),
                treatment=treatment_out(treatment),
            )

    def archive(self, parcel_id: str) -> Archive | None:
        with self._reading():
            seq = self._seq(parcel_id)
            return None if seq < 0 else archive_of(self._db, seq)

    def treatment(self, parcel_id: str) -> Treatment | None:
        with self._reading():
            row = self._db.execute(
                "SELECT treatment FROM parcel WHERE id = ?", (parcel_id,)
            ).fetchone()
            return None if row is None else treatment_out(row[0])

    def reports(self, job: str) -> list[str]:
        with self._reading():
            rows = self._db.execute(
                "SELECT report FROM parcel INDEXED BY parcel_job WHERE report <> ''"
                " AND job = (SELECT seq FROM job WHERE id = ?) ORDER BY seq DESC",
                (job,),
            )
            return [report for (report,) in rows]

    def sources(self, parcel_id: str, start: int, limit: int) -> list[SourceRow]:
        with self._reading():
            seq = self._seq(parcel_id)
            return list(map(SOURCE_ROW.of, self._db.execute(_SOURCES, (seq, start, limit))))

    def jobs(self, after: int | None, limit: int) -> list[JobRow]:
        with self._reading():
            where = "seq < ? ORDER BY seq DESC LIMIT ?"
            rows = self._db.execute(_JOB + where, (after or 1 << 62, limit)).fetchall()
            return [self._job(r) for r in rows]

    def job(self, job_id: str) -> JobRow | None:
        with self._reading():
            row = self._db.execute(_JOB + "id = ?", (job_id,)).fetchone()
            return None if row is None else self._job(row)

    def destinations(self) -> list[str]:
        with self._reading():
            # Skips from one name to the next: the table has several rows for each.
            found: list[str] = []
            name = self._db.execute("SELECT min(destination) FROM total").fetchone()[0]
            while name is not None:
                found.append(name)
                behind = "SELECT min(destination) FROM total WHERE destination > ?"
                name = self._db.execute(behind, (name,)).fetchone()[0]
            return found

    def resolve_path(self, path_hash: str) -> str | None:
        with self._reading():
            row = self._db.execute(
                "SELECT path FROM source WHERE path_hash = ? LIMIT 1", (path_hash,)
            ).fetchone()
            return None if row is None else name_out(row[0])

    def left(self) -> list[Left]:
        with self._reading():
            rows = self._db.execute(
                "SELECT j.id, p.id, p.state FROM parcel AS p INDEXED BY parcel_state"
                f" JOIN job AS j ON j.seq = p.job WHERE p.state IN {OPEN}"
            )
            return [Left(job, parcel, ParcelState(state)) for job, parcel, state in rows]

    def unfinished(self, job: str) -> list[Job]:
        with self._reading():
            jobs = self._db.execute(
                "SELECT seq, id, destination, url FROM job WHERE seq IN (SELECT job FROM parcel"
                f" INDEXED BY parcel_state WHERE state IN {OPEN}) AND ? IN ('', id) ORDER BY seq",
                (job,),
            ).fetchall()
            return [unfinished_job(self._db, *row) for row in jobs]

    def options_of(self, job: str) -> dict[str, str]:
        with self._reading():
            row = self._db.execute("SELECT options FROM job WHERE id = ?", (job,)).fetchone()
        return {} if row is None else {str(k): str(v) for k, v in json.loads(row[0]).items()}

    def send_again(self, parcel_ids: Iterable[str]) -> SendAgain:
        with self._reading():
            parcels, forgotten = [], []
            for parcel_id in parcel_ids:
                parcel = parcel_of(self._db, self._seq(parcel_id))
                if parcel is not None and parcel.files:
                    parcels.append(parcel)
                else:
                    forgotten.append(parcel_id)
            return SendAgain(tuple(parcels), tuple(forgotten))

    def sent_before(self, patient_id: str, study_uid: str) -> list[SentBefore]:
        patient = salted(self._salt, patient_id) if patient_id else ""
        with self._reading():
            rows = [
                *self._db.execute(_SENT_OF_PATIENT, (patient,)),
                *self._db.execute(_SENT_OF_STUDY, (study_uid,)),
            ]
        return [SentBefore(name, url, treatment_out(how)) for name, url, how in rows]

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                # One snapshot for everything that one query needs.
                self._db.execute("BEGIN")
                self._running.clear()
                try:
                    yield
                finally:
                    self._db.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise history_failed(error, "read") from error

    def _seq(self, parcel_id: str) -> int:
        row = self._db.execute("SELECT seq FROM parcel WHERE id = ?", (parcel_id,)).fetchone()
        return -1 if row is None else int(row[0])

    def _row(self, seq: int) -> ParcelRow:
        row = PARCEL_ROW.of(self._db.execute(_PARCEL, (seq,)).fetchone())
        state = self._now(row.job, row.state)
        return row if state is row.state else replace(row, state=state)

    def _now(self, job: str, state: ParcelState) -> ParcelState:
        """The stored state; `interrupted` for an unfinished parcel that nobody is working on."""
        if state.is_final:
            return state
        if job not in self._running:
            self._running[job] = self._is_running(job)
        return state if self._running[job] else ParcelState.INTERRUPTED

    def _job(self, row: tuple[Any, ...]) -> JobRow:
        job = JOB_ROW.of(row)
        states: Counter[ParcelState] = Counter()
        for kept, number in self._db.execute(
            "SELECT state, number FROM tally WHERE job = ? AND number > 0", (job.seq,)
        ).fetchall():
            states[self._now(job.id, ParcelState(kept))] += number
        return replace(job, states=dict(states))
