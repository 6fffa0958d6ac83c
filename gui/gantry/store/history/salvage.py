"""Copies what can still be read of a damaged history into a new one."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.history.codec import error_in
from gantry.store.history.database import connect, prepare
from gantry.store.history.migrations import index_words

_PAGE = 4096  # SQLite's default since 3.12, and ours
_DEPTH = 14  # halvings of a gap in which further readable pages are looked for
_LAST = 1 << 62
# The state that a receipt gives its parcel.
_ARRIVED = """
CASE WHEN unread THEN 'incomplete'
WHEN EXISTS (SELECT 1 FROM receipt WHERE receipt.parcel = parcel.seq
  AND outcome IN ('stored', 'already there')) THEN 'delivered'
ELSE 'accepted' END
"""
# Each with its key, by which it is read from both ends.
_TABLES = {"job": "seq", "parcel": "seq", "attempt": "id", "receipt": "id", "source": "parcel"}


def salvage(damaged: Path, target: Path) -> None:
    """Makes a new history from what can be read.

    Works on a copy: `damaged` isn't touched. Raises OSError or sqlite3.Error if the new file can't
    be written.
    """
    with (
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".salvage-") as folder,
        closing(connect(target)) as new,
    ):
        target.chmod(0o600)
        prepare(new, target)
        copy = Path(folder) / "copy.sqlite"
        shutil.copyfile(damaged, copy)
        wal = damaged.with_name(damaged.name + "-wal")
        if wal.exists():
            shutil.copyfile(wal, copy.with_name(copy.name + "-wal"))
        if not _has_schema(copy):
            _graft_first_pages(copy, Path(folder) / "template.sqlite")
        with contextlib.suppress(sqlite3.Error), closing(connect(copy)) as old:
            old.text_factory = _lenient
            old.execute("PRAGMA query_only = ON")
            _carry_over(old, new)
        new.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _has_schema(path: Path) -> bool:
    try:
        with closing(connect(path)) as db:
            return bool(db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'parcel'").fetchone())
    except sqlite3.Error:
        return False


def _graft_first_pages(copy: Path, template: Path) -> None:
    """Replaces destroyed first pages, which name the tables, with those of a fresh file.

    A fresh file, made by the same statements, has its tables' first pages at the same places.
    """
    with closing(connect(template)) as fresh:
        prepare(fresh, template)
        fresh.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        last = fresh.execute("SELECT max(rootpage) FROM sqlite_schema").fetchone()[0]
        roots = {r for (r,) in fresh.execute("SELECT rootpage FROM sqlite_schema")}
    pages = template.read_bytes()
    size = copy.stat().st_size
    with copy.open("r+b") as file:
        for number in range(1, last + 1):
            # Pages that contain the schema, but no table's first page.
            if number == 1 or number not in roots:
                file.seek((number - 1) * _PAGE)
                file.write(pages[(number - 1) * _PAGE : number * _PAGE])
        file.seek(28)
        file.write((size // _PAGE).to_bytes(4))
        file.seek(32)
        file.write(bytes(8))  # no list of free pages


def _carry_over(old: sqlite3.Connection, new: sqlite3.Connection) -> None:
    new.execute("BEGIN")
    for table, key in _TABLES.items():
        with contextlib.suppress(sqlite3.Error):
            _carry_table(old, new, table, key)
    with contextlib.suppress(sqlite3.Error, ValueError, TypeError):
        (salt,) = old.execute("SELECT value FROM meta WHERE key = 'salt'").fetchone()
        bytes.fromhex(salt)
        new.execute("UPDATE meta SET value = ? WHERE key = 'salt'", (salt,))
    _mend(new)
    new.execute("COMMIT")


def _carry_table(old: sqlite3.Connection, new: sqlite3.Connection, table: str, key: str) -> None:
    known = {r[1] for r in new.execute(f"PRAGMA table_info({table})")}
    columns = [r[1] for r in old.execute(f"PRAGMA table_info({table})") if r[1] in known]
    names = ", ".join(columns)
    insert = f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({', '.join('?' * len(columns))})"
    at = columns.index(key)
    for row in _readable(old, f"SELECT {names} FROM {table} NOT INDEXED", key, at, 0, _LAST, 0):
        # A row that violates the table's constraints came from a damaged page.
        with contextlib.suppress(sqlite3.Error):
            new.execute(insert, row)


def _readable(
    db: sqlite3.Connection, select: str, key: str, at: int, low: int, high: int, depth: int
) -> Iterator[tuple[object, ...]]:
    """Rows with keys in [low, high): from both ends up to damaged pages, then between these."""
    ends = [low, high]
    for direction, order in enumerate(("ASC", "DESC")):
        sql = f"{select} WHERE {key} >= ? AND {key} < ? ORDER BY {key} {order}"
        try:
            for row in db.execute(sql, (low, high)):
                if isinstance(row[at], int):
                    ends[direction] = row[at]
                    yield row
            if direction == 0:
                return  # read to the end: nothing damaged here
        except (sqlite3.DatabaseError, OverflowError):
            continue
    low, high = ends[0] + 1, ends[1]
    middle = (low + high) // 2
    if depth < _DEPTH and low < middle < high:
        yield from _readable(db, select, key, at, low, middle, depth + 1)
        yield from _readable(db, select, key, at, middle, high, depth + 1)


def _mend(new: sqlite3.Connection) -> None:
    """Restores consistency: parcels without their job, the text index, unknown states."""
    new.execute(
        "INSERT INTO job (seq, id, destination, url, created, parcels, files, size)"
        " SELECT job, 'lost-' || job, min(destination), '', min(created), count(*), sum(files),"
        " sum(size) FROM parcel WHERE job NOT IN (SELECT seq FROM job) GROUP BY job"
    )
    for table in ("attempt", "receipt", "source"):
        new.execute(f"DELETE FROM {table} WHERE parcel NOT IN (SELECT seq FROM parcel)")
    # A receipt of delivery proves it, whatever state an older page holds.
    new.execute(
        f"UPDATE parcel SET state = {_ARRIVED} WHERE seq IN (SELECT parcel FROM receipt"
        " WHERE outcome IN ('stored', 'already there', 'accepted',"
        " 'already there, content not compared'))"
        " AND state NOT IN ('delivered', 'accepted', 'incomplete')"
    )
    lost: dict[str, str | int | float] = {"reason": "lost in a damaged file", "action": "resume"}
    # Parcels without files or without an address can't be resumed.
    new.execute(
        "UPDATE parcel SET state = 'failed', error = ? WHERE state NOT IN"
        " ('delivered', 'accepted', 'incomplete', 'unclear', 'held', 'failed', 'cancelled',"
        " 'split')"
        " AND (files <> (SELECT count(*) FROM source WHERE parcel = parcel.seq)"
        " OR job IN (SELECT seq FROM job WHERE url = ''))",
        (error_in(GantryError(ErrorCode.HISTORY_FAILED, facts=lost)),),
    )
    _rebuild_index(new)


def _rebuild_index(new: sqlite3.Connection) -> None:
    """Rebuilds the text indexes: triggers have added only the mended rows."""
    for table in ("search", "trouble"):
        new.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    index_words(new)


def _lenient(data: bytes) -> str:
    return data.decode("utf-8", "replace")
