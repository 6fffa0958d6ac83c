"""Opens the history whatever the state of its file: a damaged one is set aside and rebuilt."""

from __future__ import annotations

import contextlib
import sqlite3
from contextlib import closing
from pathlib import Path

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import replace_retry, unlink_retry
from gantry.store.atomic import aside_name, write_atomically
from gantry.store.history.database import connect, prepare
from gantry.store.history.failure import history_failed
from gantry.store.history.salvage import salvage
from gantry.store.home import make_private

_MAGIC = b"SQLite format 3\0"
_CHECKED = 32 << 20  # bytes; below this, a full check takes less than a tenth of a second
_SIDES = ("-wal", "-shm", "-journal")


def open_history(path: Path) -> tuple[sqlite3.Connection, GantryError | None]:
    """Returns the writing connection, and what was wrong with the file if it was set aside.

    Raises:
        GantryError: HISTORY_NEWER, or HISTORY_FAILED.
    """
    problem = None
    try:
        make_private(path.parent)
        if reason := _damage(path):
            problem = _rebuild(path, reason)
        try:
            connection = _opened(path)
        except sqlite3.DatabaseError as error:
            failed = history_failed(error, "open")
            if problem or failed.facts["reason"] != "damaged":
                raise failed from error
            problem = _rebuild(path, "damaged")
            connection = _opened(path)
        _mark(path)
    except sqlite3.Error as error:
        raise history_failed(error, "open") from error
    except OSError as error:
        raise GantryError(
            ErrorCode.HISTORY_FAILED,
            facts={"reason": "can't be opened", "action": "open", "errno": error.errno or 0},
            private={"path": str(path)},
            detail=type(error).__name__,
        ) from error
    return connection, problem


def flag_damage(path: Path) -> None:
    """Makes the next start check the whole file, because a damaged page was found."""
    with contextlib.suppress(OSError):
        write_atomically(_flag(path), b"")


def _opened(path: Path) -> sqlite3.Connection:
    if not path.exists():
        path.touch(mode=0o600)  # the -wal and -shm get the same rights
    connection = connect(path)
    try:
        prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _damage(path: Path) -> str:
    """Why the file can't be used; SQLite would take an empty one for new, and open a cut one."""
    known = _marker(path).exists()
    if _beside(path, "rebuilt").exists():
        return "damaged"  # it existed, and a kill came between two steps of the rescue
    try:
        with path.open("rb") as file:
            header = file.read(100)
        size = path.stat().st_size
    except FileNotFoundError:
        return "missing" if known else ""
    if size == 0:
        return "empty" if known else ""
    if not header.startswith(_MAGIC):
        return "damaged"
    if _is_cut(header, size) and not _has_content(_side(path, "-wal")):
        return "cut"
    if size > _CHECKED and not _flag(path).exists():
        return ""
    try:
        with closing(connect(path)) as connection:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()
            return "" if found == ("ok",) else "damaged"
    except sqlite3.DatabaseError as error:
        if history_failed(error, "open").facts["reason"] == "damaged":
            return "damaged"
        raise


def _is_cut(header: bytes, size: int) -> bool:
    """Whether the file is shorter than its header says (SQLite file format §1.3)."""
    page = int.from_bytes(header[16:18])
    pages = int.from_bytes(header[28:32])
    return header[24:28] == header[92:96] and size < (65536 if page == 1 else page) * pages


def _rebuild(path: Path, reason: str) -> GantryError:
    """Makes a new file from what can be read, then swaps it in; safe against a kill at any step."""
    rebuilt, unfinished = _beside(path, "rebuilt"), _beside(path, "rebuilding")
    if not rebuilt.exists() and path.exists():
        for side in ("", *_SIDES):
            unlink_retry(_side(unfinished, side))
        salvage(path, unfinished)
        replace_retry(unfinished, rebuilt)
    kept = aside_name(path)
    for side in ("", *_SIDES):
        # All of them: an old -wal beside a new file would be applied to it.
        if _side(path, side).exists():
            replace_retry(_side(path, side), _side(kept, side))
    if rebuilt.exists():
        replace_retry(rebuilt, path)
    unlink_retry(_flag(path))
    facts: dict[str, Fact] = {
        "reason": reason,
        "action": "open",
        "kept": kept.name if kept.exists() else "",
        "recovered": _parcels(path),
    }
    return GantryError(ErrorCode.HISTORY_FAILED, facts=facts)


def _parcels(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM parcel").fetchone()[0])


def _mark(path: Path) -> None:
    """Notes that there is a history, so that an empty file is never taken for a first start."""
    marker = _marker(path)
    if not marker.exists():
        note = "Gantry keeps a history beside this file. It tells a lost one from a first start.\n"
        write_atomically(marker, note.encode())


def _beside(path: Path, name: str) -> Path:
    return path.with_name(f"{path.stem}.{name}{path.suffix}")


def _side(path: Path, side: str) -> Path:
    return path.with_name(path.name + side)


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.stem}.exists")


def _flag(path: Path) -> Path:
    return path.with_name(f"{path.stem}.check")


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return False
