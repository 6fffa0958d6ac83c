"""Rows of the database as the history's frozen rows, on a connection of its own."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import (
    Archive,
    InstanceOutcome,
    Outcome,
    PackedFile,
    Parcel,
    ParcelState,
    Receipt,
)
from gantry.store.history import query
from gantry.store.history.codec import error_out, name_out
from gantry.store.history.drivers import wanted
from gantry.store.history.failure import history_failed
from gantry.store.history.rows import (
    AttemptRow,
    Count,
    Cursor,
    JobRow,
    Left,
    ParcelDetail,
    ParcelFilter,
    ParcelRow,
    SendAgain,
    SourceRow,
)

if TYPE_CHECKING:
    from gantry.engine.job import Job, Resumed

_PARCEL = (
    "SELECT p.seq, p.id, j.id, p.state, p.destination, p.created, p.changed, p.study_uid, p.label,"
    " p.patient_id, p.patient_name, p.files, p.size, p.archive_size, p.attempts, p.error"
    " FROM parcel AS p JOIN job AS j ON j.seq = p.job WHERE p.seq = ?"
)
_JOB = "SELECT seq, id, destination, url, created, finished, parcels, files, size FROM job WHERE "
_SOURCE = (
    "SELECT path, member, path_hash, size, sop_instance_uid, series_instance_uid, name, sha256"
    " FROM source WHERE parcel = ? AND n >= ? ORDER BY n LIMIT ?"
)
_INSTANCE = (
    "SELECT path, size, mtime_ns, ctime_ns, member, sop_instance_uid, sop_class_uid,"
    " series_instance_uid, study_instance_uid, transfer_syntax_uid, instance_number, rows,"
    " columns, burned_in, fault FROM source WHERE parcel = ? ORDER BY n"
)
_OPEN = "('waiting', 'packing', 'verified', 'sending')"


class Reader:
    """Answers questions from any thread, one at a time; writing doesn't hold it up."""

    def __init__(self, connection: sqlite3.Connection, salt: bytes) -> None:
        connection.execute("PRAGMA query_only = ON")
        self._db = connection
        self._salt = salt
        self._lock = threading.Lock()

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
                "SELECT p.seq, j.url, p.archive_path, p.archive_sha256, p.position"
                " FROM parcel AS p JOIN job AS j ON j.seq = p.job WHERE p.id = ?",
                (parcel_id,),
            ).fetchone()
            if row is None:
                return None
            seq, url, path, sha256, position = row
            return ParcelDetail(
                row=self._row(seq),
                url=url,
                archive_path=name_out(path),
                archive_sha256=sha256,
                position=position,
                attempts=self._attempts(seq),
                receipts=self._receipts(seq),
            )

    def sources(self, parcel_id: str, start: int, limit: int) -> list[SourceRow]:
        with self._reading():
            seq = self._seq(parcel_id)
            rows = self._db.execute(_SOURCE, (seq, start, limit))
            return [SourceRow(name_out(r[0]), name_out(r[1]), *r[2:]) for r in rows]

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
            # Skips from one name to the next: the table has some rows for each.
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
                f" JOIN job AS j ON j.seq = p.job WHERE p.state IN {_OPEN}"
            )
            return [Left(job, parcel, ParcelState(state)) for job, parcel, state in rows]

    def unfinished(self) -> list[Job]:
        with self._reading():
            jobs = self._db.execute(
                "SELECT seq, id, destination, url FROM job WHERE seq IN (SELECT job FROM parcel"
                f" INDEXED BY parcel_state WHERE state IN {_OPEN}) ORDER BY seq"
            ).fetchall()
            return [self._unfinished_job(*row) for row in jobs]

    def send_again(self, parcel_ids: Iterable[str]) -> SendAgain:
        with self._reading():
            parcels, forgotten = [], []
            for parcel_id in parcel_ids:
                parcel = self._parcel(self._seq(parcel_id))
                if parcel is not None and parcel.files:
                    parcels.append(parcel)
                else:
                    forgotten.append(parcel_id)
            return SendAgain(tuple(parcels), tuple(forgotten))

    def meta(self, key: str) -> str:
        with self._reading():
            row = self._db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
            return "" if row is None else str(row[0])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with self._lock:
            try:
                # One snapshot for all that one question needs.
                self._db.execute("BEGIN")
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
        r = self._db.execute(_PARCEL, (seq,)).fetchone()
        values = [*r[:3], ParcelState(r[3]), *r[4:15], error_out(r[15])]
        return ParcelRow(*values)

    def _job(self, row: tuple[Any, ...]) -> JobRow:
        tally = self._db.execute(
            "SELECT state, number FROM tally WHERE job = ? AND number > 0", (row[0],)
        )
        values: list[Any] = [*row, {ParcelState(s): n for s, n in tally}]
        return JobRow(*values)

    def _attempts(self, seq: int) -> tuple[AttemptRow, ...]:
        rows = self._db.execute(
            "SELECT number, step, started, ended, outcome, failed_step, error, wait, bytes,"
            " seconds, verify_seconds FROM attempt WHERE parcel = ? ORDER BY id",
            (seq,),
        )
        values = [[*r[:6], error_out(r[6]), *r[7:]] for r in rows]
        return tuple(AttemptRow(*v) for v in values)

    def _receipts(self, seq: int) -> tuple[Receipt, ...]:
        rows = self._db.execute(
            "SELECT destination, time, status, sha256, size, outcome, location, body, proof,"
            " instances FROM receipt WHERE parcel = ? ORDER BY id",
            (seq,),
        )
        values = [[*r[:5], Outcome(r[5]), *r[6:9], _outcomes(r[9])] for r in rows]
        return tuple(Receipt(*v) for v in values)

    def _parcel(self, seq: int) -> Parcel | None:
        row = self._db.execute(
            "SELECT id, study_uid, label, patient_id, patient_name FROM parcel WHERE seq = ?",
            (seq,),
        ).fetchone()
        if row is None:
            return None
        files = tuple(_instance(r) for r in self._db.execute(_INSTANCE, (seq,)))
        return Parcel(row[0], row[1], files, *row[2:])

    def _unfinished_job(self, job: int, job_id: str, destination: str, url: str) -> Job:
        from gantry.engine.job import Job  # here, for it brings the whole engine along

        parcels, resumed = [], {}
        # Back to the order in which the job was made.
        for (seq,) in self._db.execute(
            "SELECT seq FROM parcel WHERE job = ? ORDER BY seq DESC", (job,)
        ).fetchall():
            parcel = self._parcel(seq)
            assert parcel is not None
            parcels.append(parcel)
            resumed[parcel.id] = self._resumed(seq, parcel)
        return Job(job_id, destination, url, tuple(parcels), resumed)

    def _resumed(self, seq: int, parcel: Parcel) -> Resumed:
        from gantry.engine.job import Resumed

        state, retried, position, path, size, sha256 = self._db.execute(
            "SELECT state, retried, position, archive_path, archive_size, archive_sha256"
            " FROM parcel WHERE seq = ?",
            (seq,),
        ).fetchone()
        archive = None
        if path and state in (ParcelState.VERIFIED, ParcelState.SENDING):
            files = self._db.execute(
                "SELECT name, size, sha256, sop_instance_uid, series_instance_uid, sop_class_uid,"
                " transfer_syntax_uid FROM source WHERE parcel = ? AND name <> '' ORDER BY n",
                (seq,),
            )
            packed = tuple(PackedFile(*f) for f in files)
            archive = Archive(
                parcel.id, Path(name_out(path)), size, sha256, parcel.study_uid, packed
            )
        return Resumed(
            ParcelState(state),
            attempt=self._last(seq, retried, "step = 'pack'"),
            send_attempt=self._last(seq, retried, "step = 'send' AND outcome = 'failed'"),
            position=position,
            archive=archive,
        )

    def _last(self, seq: int, retried: int, which: str) -> int:
        row = self._db.execute(
            f"SELECT coalesce(max(number), 0) FROM attempt WHERE parcel = ? AND id > ? AND {which}",
            (seq, retried),
        ).fetchone()
        return int(row[0])


def _instance(row: tuple[Any, ...]) -> Instance:
    source = Source(name_out(row[0]), row[1], row[2], row[3], name_out(row[4]))
    sop, kind, series, study, syntax, number, rows, columns, burned_in, fault = row[5:]
    return Instance(
        source=source,
        sop_instance_uid=sop,
        sop_class_uid=kind,
        series_instance_uid=series,
        study_instance_uid=study,
        transfer_syntax_uid=syntax,
        instance_number=number,
        rows=rows,
        columns=columns,
        burned_in=bool(burned_in),
        fault=fault,
    )


def _outcomes(value: str) -> tuple[InstanceOutcome, ...]:
    return tuple(InstanceOutcome(u, Outcome(o), why) for u, o, why in json.loads(value))
