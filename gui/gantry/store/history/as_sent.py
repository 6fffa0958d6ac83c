"""Restores parcels as they were given to a job, to resume it or to send them again."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from gantry.engine.parcel import Archive, Parcel, ParcelState
from gantry.store.history.codec import labels_out, name_out, treatment_out
from gantry.store.history.field_maps import INSTANCE, PACKED_FILE, PARCEL

if TYPE_CHECKING:
    from gantry.engine.job import Job, Resumed

OPEN = "('waiting', 'packing', 'verified', 'sending')"

_PARCEL = f"SELECT {PARCEL.columns} FROM parcel WHERE seq = ?"
_FILES = f"SELECT {INSTANCE.columns} FROM source WHERE parcel = ? ORDER BY n"
_MEMBERS = f"SELECT {PACKED_FILE.columns} FROM source WHERE parcel = ? AND name <> '' ORDER BY n"


def parcel_of(db: sqlite3.Connection, seq: int) -> Parcel | None:
    """The parcel with that number, without files if its list was pruned."""
    row = db.execute(_PARCEL, (seq,)).fetchone()
    if row is None:
        return None
    return PARCEL.of(row, files=tuple(map(INSTANCE.of, db.execute(_FILES, (seq,)))))


def archive_of(db: sqlite3.Connection, seq: int) -> Archive:
    """The archive of a parcel as it was packed last."""
    parcel, path, size, sha256, study, treatment, labels, modality = db.execute(
        "SELECT id, archive_path, archive_size, archive_sha256,"
        " coalesce(sent_study_uid, study_uid), treatment, labels, modality"
        " FROM parcel WHERE seq = ?",
        (seq,),
    ).fetchone()
    return Archive(
        parcel,
        Path(name_out(path)),
        size,
        sha256,
        study,
        tuple(map(PACKED_FILE.of, db.execute(_MEMBERS, (seq,)))),
        treatment_out(treatment).deidentified,
        labels=labels_out(labels),
        modality=modality,
    )


def unfinished_job(
    db: sqlite3.Connection, seq: int, job_id: str, destination: str, url: str
) -> Job:
    """A job with everything needed to resume it."""
    from gantry.engine.job import Job  # noqa: PLC0415 - 100 ms: the whole engine

    parcels, resumed = [], {}
    # Back to the order in which the job was made.
    for (number,) in db.execute(
        "SELECT seq FROM parcel WHERE job = ? ORDER BY seq DESC", (seq,)
    ).fetchall():
        parcel = parcel_of(db, number)
        assert parcel is not None
        parcels.append(parcel)
        resumed[parcel.id] = _resumed(db, number)
    return Job(job_id, destination, url, tuple(parcels), resumed)


def _resumed(db: sqlite3.Connection, seq: int) -> Resumed:
    from gantry.engine.job import Resumed  # noqa: PLC0415 - 100 ms: the whole engine

    state, retried, position, path, handed_over, was_sent = db.execute(
        "SELECT state, retried, position, archive_path,"
        " handed_over, EXISTS (SELECT 1 FROM attempt WHERE attempt.parcel = parcel.seq"
        " AND step = 'send') FROM parcel WHERE seq = ?",
        (seq,),
    ).fetchone()
    archive = None
    if path and not ParcelState(state).is_final:
        archive = archive_of(db, seq)
    return Resumed(
        ParcelState(state),
        attempt=_last(db, seq, retried, "step = 'pack'"),
        send_attempt=_last(db, seq, retried, "step = 'send' AND outcome = 'failed'"),
        position=position,
        archive=archive,
        was_sent=bool(was_sent),
        handed_over=bool(handed_over),
    )


def _last(db: sqlite3.Connection, seq: int, retried: int, which: str) -> int:
    row = db.execute(
        f"SELECT coalesce(max(number), 0) FROM attempt WHERE parcel = ? AND id > ? AND {which}",
        (seq, retried),
    ).fetchone()
    return int(row[0])
