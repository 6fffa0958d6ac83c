"""Connects to the history's file, creates its tables, and upgrades an older one."""

from __future__ import annotations

import secrets
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.store.history.migrations import MIGRATIONS
from gantry.store.history.schema import SCHEMA, statements

VERSION = max(MIGRATIONS) + 1
APPLICATION_ID = 0x476E7472  # "Gntr": by which `file` and Gantry recognize it
BUSY_SECONDS = 15.0


def connect(path: Path) -> sqlite3.Connection:
    """A connection for several threads under one lock, with explicit transactions."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("PRAGMA cache_size = -16384")  # KiB
    except BaseException:  # it is not a database
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Creates the tables, or upgrades an older file after copying it.

    Raises:
        GantryError: HISTORY_NEWER; the file is left unchanged.
        sqlite3.Error: it can't be read or written.
    """
    version = _known_version(connection, path)
    # Commits survive a power cut. WAL can't work on a share: SQLite then keeps its old mode.
    if not _is_share(path):
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA fullfsync = ON")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    if version == VERSION:
        return
    # Not EXCLUSIVE: without WAL, the copy could not be read then.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _known_version(connection, path)  # another process may have been faster
        if version == 0:
            _create(connection)
        elif version < VERSION:
            _back_up(path, path.with_name(f"{path.stem}.v{version}{path.suffix}"))
            for older in range(version, VERSION):
                MIGRATIONS[older](connection)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def salt_in(connection: sqlite3.Connection) -> bytes:
    """The salt of an open history. Raises sqlite3.Error."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'salt'").fetchone()
    return bytes.fromhex(row[0])


def salt_of(path: Path) -> bytes:
    """The salt of the history at a path, without creating one; empty: there is none."""
    with (
        suppress(sqlite3.Error, TypeError, ValueError),
        closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        ) as connection,
    ):
        return salt_in(connection)
    return b""


def version_of(connection: sqlite3.Connection) -> int:
    """The schema's version; 0: there is none yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _known_version(connection: sqlite3.Connection, path: Path) -> int:
    version = version_of(connection)
    if version > VERSION:
        facts: dict[str, Fact] = {"version": version, "known": VERSION, "file": path.name}
        raise GantryError(ErrorCode.HISTORY_NEWER, facts=facts)
    return version


def _create(connection: sqlite3.Connection) -> None:
    if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'meta'").fetchone():
        return
    for statement in statements(SCHEMA):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute("INSERT INTO meta VALUES ('salt', ?)", (secrets.token_hex(16),))


def _back_up(path: Path, target: Path) -> None:
    """Copies the last committed state of the file; nobody else can write it meanwhile."""
    target.unlink(missing_ok=True)
    target.touch(mode=0o600)  # private from the beginning: it contains patient names
    with closing(connect(path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)


def _is_share(path: Path) -> bool:
    return str(path.absolute()).startswith("\\\\") and not str(path).startswith("\\\\?\\")
