"""Adds the rows of a new job: the job, its parcels, their words and files."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime

from gantry.engine import events
from gantry.engine.instance import Instance
from gantry.engine.parcel import Parcel
from gantry.engine.times import rfc3339
from gantry.store.history.codec import labels_in, name_in, seq_of, text, treatment_in
from gantry.store.history.words import words_of
from gantry.store.salt import salted


def add_job(db: sqlite3.Connection, salt: bytes, event: events.JobStarted) -> None:
    """Adds a started job with its parcels and their files; the caller commits."""
    moment = datetime.now(UTC)
    created = rfc3339(moment)
    job = _free(db, "job", seq_of(moment))
    db.execute(
        "INSERT INTO job (seq, id, destination, url, created, parcels, files, size, options)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            job, event.job, text(event.destination), text(event.url), created,
            len(event.parcels), sum(len(p.files) for p in event.parcels),
            sum(p.size for p in event.parcels), json.dumps(dict(event.options)),
        ),
    )  # fmt: skip
    first = _free(db, "parcel", seq_of(moment))
    # The list shows the newest first, so the job's first parcel gets the highest number.
    for n, parcel in enumerate(reversed(event.parcels)):
        _add(db, salt, first + n, job, created, text(event.destination), parcel)


def add_parts(db: sqlite3.Connection, salt: bytes, whole: int, parts: tuple[Parcel, ...]) -> None:
    """Adds the parcels that replace the one numbered `whole`; the caller commits.

    The files move to them: `whole` keeps its attempts, and loses its file list.
    """
    job, destination = db.execute(
        "SELECT job, destination FROM parcel WHERE seq = ?", (whole,)
    ).fetchone()
    moment = datetime.now(UTC)
    first = _free(db, "parcel", seq_of(moment))
    for n, parcel in enumerate(reversed(parts)):
        _add(db, salt, first + n, job, rfc3339(moment), destination, parcel)
    db.execute("DELETE FROM source WHERE parcel = ?", (whole,))
    db.execute("UPDATE parcel SET forgotten = 1 WHERE seq = ?", (whole,))
    db.execute("UPDATE job SET parcels = parcels + ? WHERE seq = ?", (len(parts) - 1, job))


def _free(db: sqlite3.Connection, table: str, seq: int) -> int:
    """The first number from `seq` on, after all that were used at about that time."""
    row = db.execute(
        f"SELECT max(seq) FROM {table} WHERE seq >= ? AND seq < ?", (seq, seq + (1 << 28))
    ).fetchone()
    return seq if row[0] is None else int(row[0]) + 1


def _add(
    db: sqlite3.Connection,
    salt: bytes,
    seq: int,
    job: int,
    created: str,
    destination: str,
    parcel: Parcel,
) -> None:
    series = dict.fromkeys(f.series_instance_uid for f in parcel.files)
    words = words_of(
        text(parcel.label),
        *(text(value) for _, value in parcel.labels),
        destination=destination,
        uids=(parcel.study_uid, *series),
    )
    patient_hash = salted(salt, parcel.patient_id) if parcel.patient_id else ""
    db.execute(
        "INSERT INTO parcel (seq, id, job, state, destination, created, changed, study_uid,"
        " label, patient_id, patient_name, patient_hash, words, files, size, unread, treatment,"
        " labels, modality)"
        " VALUES (?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            seq, parcel.id, job, destination, created, created, text(parcel.study_uid),
            text(parcel.label), text(parcel.patient_id), text(parcel.patient_name),
            patient_hash, words, len(parcel.files), parcel.size, parcel.unread,
            treatment_in(parcel.treatment), labels_in(parcel.labels), text(parcel.modality),
        ),
    )  # fmt: skip
    db.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (seq, words))
    db.executemany(
        "INSERT INTO source (parcel, n, path, member, path_hash, size, mtime_ns, ctime_ns,"
        " sop_instance_uid, sop_class_uid, series_instance_uid, study_instance_uid,"
        " transfer_syntax_uid, instance_number, rows, columns, burned_in, fault, who)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_source_row(salt, seq, n, f) for n, f in enumerate(parcel.files)),
    )


def _source_row(salt: bytes, seq: int, n: int, f: Instance) -> tuple[object, ...]:
    source = f.source
    return (
        seq, n, name_in(source.path), name_in(source.member), salted(salt, source.path),
        source.size, source.mtime_ns, source.ctime_ns, f.sop_instance_uid, f.sop_class_uid,
        f.series_instance_uid, f.study_instance_uid, f.transfer_syntax_uid, f.instance_number,
        f.rows, f.columns, f.burned_in, text(f.fault), f.who,
    )  # fmt: skip
