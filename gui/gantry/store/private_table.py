"""SQLite files for this user only, opened for each call: none is held open in between."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from gantry.engine.files import sync_folder
from gantry.store.home import make_private

_BUSY: Final = 15.0  # seconds
_PRIVATE: Final = 0o600


def make_file(path: Path) -> None:
    """Creates the empty file, for this user only; takes rights of others from an older one.

    Raises:
        OSError.
    """
    make_private(path.parent)
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, _PRIVATE)
    try:
        if os.name != "nt" and os.fstat(descriptor).st_mode & 0o777 != _PRIVATE:
            path.chmod(_PRIVATE)
    finally:
        os.close(descriptor)
    sync_folder(path.parent)


def connect(path: Path) -> sqlite3.Connection:
    """Opens an existing file. Raises sqlite3.Error."""
    uri = f"{path.absolute().as_uri()}?mode=rw"  # never makes one: it would be readable
    db = sqlite3.connect(uri, uri=True, timeout=_BUSY, isolation_level=None)
    try:
        # No WAL: it can't work on a share, and one commit for each parcel needs no speed.
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA fullfsync = ON")
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA temp_store = MEMORY")  # nothing of it anywhere else
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One change, all or nothing; others wait until it is made."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # a full disk has ended it already
            db.execute("ROLLBACK")
        raise


def version(db: sqlite3.Connection) -> int:
    """The version of its tables; 0: there are none yet."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def prepare(db: sqlite3.Connection, schema: tuple[str, ...], current: int) -> None:
    """Creates the tables in a new file. Raises sqlite3.DatabaseError: a newer version made it."""
    found = version(db)
    if found > current:
        raise sqlite3.DatabaseError("made by a newer version")
    if not found:
        for statement in schema:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {current}")
