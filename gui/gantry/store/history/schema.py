"""The history's tables, and how an older file becomes a newer one."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.history.words import place_word

VERSION = 2
APPLICATION_ID = 0x476E7472  # "Gntr": so that `file` and Gantry know it
BUSY_SECONDS = 15.0

# seq is Unix milliseconds << 16, counted up where that is taken: one number is the order in time,
# the filter by date, and the row id that the text index and every other index carry anyway.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE job (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  destination TEXT NOT NULL,
  url TEXT NOT NULL,
  created TEXT NOT NULL,
  resumed INTEGER NOT NULL DEFAULT 0,
  finished TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0,
  parcels INTEGER NOT NULL,
  files INTEGER NOT NULL,
  size INTEGER NOT NULL
);
CREATE TABLE parcel (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  job INTEGER NOT NULL REFERENCES job (seq),
  state TEXT NOT NULL,
  destination TEXT NOT NULL,
  created TEXT NOT NULL,
  changed TEXT NOT NULL,
  study_uid TEXT NOT NULL,
  label TEXT NOT NULL,
  patient_id TEXT NOT NULL,
  patient_name TEXT NOT NULL,
  patient_hash TEXT NOT NULL,
  words TEXT NOT NULL,
  files INTEGER NOT NULL,
  size INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  retried INTEGER NOT NULL DEFAULT 0, -- the last attempt.id before Retry: older ones don't count
  position TEXT NOT NULL DEFAULT '',
  archive_path TEXT NOT NULL DEFAULT '',
  archive_size INTEGER NOT NULL DEFAULT 0,
  archive_sha256 TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  forgotten INTEGER NOT NULL DEFAULT 0 -- its source rows were pruned
);
CREATE INDEX parcel_state ON parcel (state);
CREATE INDEX parcel_destination ON parcel (destination, state);
CREATE INDEX parcel_patient ON parcel (patient_hash) WHERE patient_hash <> '';
CREATE INDEX parcel_study ON parcel (study_uid) WHERE study_uid <> '';
CREATE INDEX parcel_kept ON parcel (seq) WHERE forgotten = 0 AND state = 'delivered';
CREATE TABLE attempt (
  id INTEGER PRIMARY KEY,
  parcel INTEGER NOT NULL REFERENCES parcel (seq),
  number INTEGER NOT NULL,
  step TEXT NOT NULL,
  started TEXT NOT NULL,
  ended TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT '',
  failed_step TEXT NOT NULL DEFAULT '',
  error TEXT NOT NULL DEFAULT '',
  wait REAL,
  bytes INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0,
  verify_seconds REAL NOT NULL DEFAULT 0
);
CREATE INDEX attempt_parcel ON attempt (parcel);
CREATE INDEX attempt_open ON attempt (parcel) WHERE ended = '';
CREATE TABLE receipt (
  id INTEGER PRIMARY KEY,
  parcel INTEGER NOT NULL REFERENCES parcel (seq),
  destination TEXT NOT NULL,
  time TEXT NOT NULL,
  status INTEGER,
  sha256 TEXT NOT NULL,
  size INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  location TEXT NOT NULL,
  body TEXT NOT NULL,
  proof TEXT NOT NULL,
  instances TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX receipt_parcel ON receipt (parcel);
CREATE TABLE source (
  parcel INTEGER NOT NULL REFERENCES parcel (seq),
  n INTEGER NOT NULL,
  path NOT NULL, -- TEXT, or BLOB where the system's name is not valid Unicode
  member NOT NULL,
  path_hash TEXT NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  sop_instance_uid TEXT NOT NULL,
  sop_class_uid TEXT NOT NULL,
  series_instance_uid TEXT NOT NULL,
  study_instance_uid TEXT NOT NULL,
  transfer_syntax_uid TEXT NOT NULL,
  instance_number INTEGER,
  rows INTEGER NOT NULL,
  columns INTEGER NOT NULL,
  burned_in INTEGER NOT NULL,
  fault TEXT NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  sha256 TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (parcel, n)
) WITHOUT ROWID;
CREATE INDEX source_path ON source (path_hash);
CREATE INDEX source_uid ON source (sop_instance_uid) WHERE sop_instance_uid <> '';
CREATE TABLE tally (
  job INTEGER NOT NULL,
  state TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (job, state)
) WITHOUT ROWID;
CREATE TABLE total (
  destination TEXT NOT NULL,
  state TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (destination, state)
) WITHOUT ROWID;
CREATE TRIGGER parcel_made AFTER INSERT ON parcel BEGIN
  INSERT INTO tally VALUES (new.job, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
  INSERT INTO total VALUES (new.destination, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;
CREATE TRIGGER parcel_moved AFTER UPDATE OF state ON parcel WHEN old.state <> new.state BEGIN
  UPDATE tally SET number = number - 1 WHERE job = old.job AND state = old.state;
  INSERT INTO tally VALUES (new.job, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
  UPDATE total SET number = number - 1
    WHERE destination = old.destination AND state = old.state;
  INSERT INTO total VALUES (new.destination, new.state, 1)
    ON CONFLICT DO UPDATE SET number = number + 1;
END;
CREATE VIRTUAL TABLE search USING fts5 (
  words, content = '', detail = none, columnsize = 0,
  tokenize = "ascii tokenchars '.'", prefix = '1 2 3 4 5 6'
);
"""

# What version 2 added.
_LISTS = """
CREATE INDEX parcel_job ON parcel (job, state);
CREATE INDEX parcel_state_size ON parcel (state, size);
CREATE INDEX parcel_state_label ON parcel (state, label);
CREATE INDEX parcel_destination_size ON parcel (destination, state, size);
CREATE INDEX parcel_destination_label ON parcel (destination, state, label);
-- The words of failed and cancelled parcels alone.
CREATE VIRTUAL TABLE trouble USING fts5 (
  words, content = '', detail = none, columnsize = 0,
  tokenize = "ascii tokenchars '.'", prefix = '1 2 3 4 5 6'
);
CREATE TRIGGER trouble_begun AFTER UPDATE OF state ON parcel
  WHEN new.state IN ('failed', 'cancelled') AND old.state NOT IN ('failed', 'cancelled') BEGIN
  INSERT INTO trouble (rowid, words) VALUES (new.seq, new.words);
END;
CREATE TRIGGER trouble_over AFTER UPDATE OF state ON parcel
  WHEN old.state IN ('failed', 'cancelled') AND new.state NOT IN ('failed', 'cancelled') BEGIN
  INSERT INTO trouble (trouble, rowid, words) VALUES ('delete', old.seq, old.words);
END;
"""
SCHEMA = _TABLES + _LISTS


def _to_2(db: sqlite3.Connection) -> None:
    """Lists by size and label of one state or destination, searches in one destination."""
    for name in ("parcel_job", "parcel_size", "parcel_label"):
        db.execute(f"DROP INDEX {name}")
    for (destination,) in db.execute("SELECT DISTINCT destination FROM total").fetchall():
        db.execute(
            "UPDATE parcel SET words = ? || words WHERE destination = ?",
            (f" {place_word(destination)}", destination),
        )
    db.execute("INSERT INTO search (search) VALUES ('delete-all')")
    for statement in _statements(_LISTS):
        db.execute(statement)
    index_words(db)


def index_words(db: sqlite3.Connection) -> None:
    """Fills the empty text indexes from the parcels."""
    db.execute("INSERT INTO search (rowid, words) SELECT seq, words FROM parcel")
    db.execute(
        "INSERT INTO trouble (rowid, words) SELECT seq, words FROM parcel INDEXED BY parcel_state"
        " WHERE state IN ('failed', 'cancelled')"
    )


# From version n to n + 1, inside the transaction that also sets the version.
MIGRATIONS: dict[int, Callable[[sqlite3.Connection], None]] = {1: _to_2}


def connect(path: Path) -> sqlite3.Connection:
    """A connection for use by several threads under one lock, with transactions by hand."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA cache_size = -16384")  # KiB
    except BaseException:  # it is no database
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables, or brings an older file up to date after copying it.

    Raises:
        GantryError: HISTORY_NEWER; the file is left as it is.
        sqlite3.Error: it can't be read or written.
    """
    version = version_of(connection)
    if version > VERSION:
        raise GantryError(
            ErrorCode.HISTORY_NEWER, facts={"version": version, "known": VERSION, "file": path.name}
        )
    # Commits last through a power cut. On a share WAL can't work: SQLite then keeps its old mode.
    if not _is_share(path):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    if version == VERSION:
        return
    if version:
        _back_up(connection, path.with_name(f"{path.stem}.v{version}{path.suffix}"))
    connection.execute("BEGIN EXCLUSIVE")
    try:
        version = version_of(connection)  # another process may have been quicker
        if version == 0:
            _create(connection)
        else:
            while version < VERSION:
                MIGRATIONS[version](connection)
                version += 1
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version; 0: there is none yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _create(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone():
        return
    for statement in _statements(SCHEMA):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("INSERT INTO meta VALUES ('salt', ?)", (secrets.token_hex(16),))


def _statements(script: str) -> list[str]:
    """The script's statements; `executescript` would commit between them."""
    found, begun = [], ""
    for line in script.splitlines():
        begun += line + "\n"
        if sqlite3.complete_statement(begun):
            found.append(begun)
            begun = ""
    return found


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(target)) as copy:
        connection.backup(copy)
    target.chmod(0o600)


def _is_share(path: Path) -> bool:
    return str(path.absolute()).startswith("\\\\") and not str(path).startswith("\\\\?\\")
