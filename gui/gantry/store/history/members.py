"""Adds the rows of a packed parcel: its members with their sources, its words as sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from gantry.engine.parcel import Archive, PackedFile

_MOST_UIDS = 400  # of a parcel that are indexed as words


def name_members(db: sqlite3.Connection, seq: int, archive: Archive) -> None:
    """Stores with each source what was read (the file may have changed since the scan), and
    which member of the archive it became.

    If a UID occurs twice with equal bytes, only the first is packed. The result of an earlier
    packing is deleted: files that changed since may no longer be members.
    """
    db.execute(
        "UPDATE source SET name = '', sha256 = '', source_sha256 = NULL, sent_size = NULL,"
        " sent_sop_instance_uid = NULL, sent_series_instance_uid = NULL,"
        " sent_sop_class_uid = NULL, sent_transfer_syntax_uid = NULL"
        " WHERE parcel = ? AND name <> ''",
        (seq,),
    )
    db.executemany(
        "UPDATE source SET name = ?, sha256 = ?, size = ?,"
        " sop_instance_uid = coalesce(nullif(?, ''), sop_instance_uid),"
        " series_instance_uid = coalesce(nullif(?, ''), series_instance_uid),"
        " sop_class_uid = coalesce(nullif(?, ''), sop_class_uid),"
        " transfer_syntax_uid = coalesce(nullif(?, ''), transfer_syntax_uid)"
        " WHERE parcel = ? AND n = ?",
        ((f.name, f.sha256, *_read(f), seq, n) for n, f in _numbered(archive)),
    )
    db.executemany(
        "UPDATE source SET source_sha256 = ?, sent_size = ?, sent_sop_instance_uid = ?,"
        " sent_series_instance_uid = ?, sent_sop_class_uid = ?, sent_transfer_syntax_uid = ?"
        " WHERE parcel = ? AND n = ?",
        ((f.read.sha256, *_sent(f), seq, n) for n, f in _numbered(archive) if f.read),
    )


def index_as_sent(db: sqlite3.Connection, seq: int, archive: Archive) -> None:
    """Makes a rewritten parcel searchable by the sent UIDs as well."""
    sent = dict.fromkeys(f.series_instance_uid for f in archive.files if f.read)
    if not sent:
        return
    words = str(db.execute("SELECT words FROM parcel WHERE seq = ?", (seq,)).fetchone()[0])
    fresh = [uid for uid in (archive.study_uid, *sent) if uid and f" {uid} " not in words]
    more = f"{words}{' '.join(fresh[:_MOST_UIDS])} " if fresh else words
    db.execute("INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)", (seq, words))
    db.execute("INSERT INTO search (rowid, words) VALUES (?, ?)", (seq, more))
    db.execute("UPDATE parcel SET words = ? WHERE seq = ?", (more, seq))


def _numbered(archive: Archive) -> Iterator[tuple[int, PackedFile]]:
    """The members with the numbers of their sources."""
    return ((f.source if f.source >= 0 else n, f) for n, f in enumerate(archive.files))


def _read(f: PackedFile) -> tuple[object, ...]:
    if f.read is None:
        return _sent(f)
    of = f.read.identity
    return (
        f.read.size, of.sop_instance_uid, of.series_instance_uid, of.sop_class_uid,
        of.transfer_syntax_uid,
    )  # fmt: skip


def _sent(f: PackedFile) -> tuple[object, ...]:
    return (
        f.size, f.sop_instance_uid, f.series_instance_uid, f.sop_class_uid, f.transfer_syntax_uid,
    )  # fmt: skip
