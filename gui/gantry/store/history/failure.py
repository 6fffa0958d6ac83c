"""Translates SQLite errors for the user."""

from __future__ import annotations

import sqlite3

from gantry.engine.errors import ErrorCode, GantryError

_REASONS = {
    "SQLITE_BUSY": "locked",
    "SQLITE_LOCKED": "locked",
    "SQLITE_READONLY": "read-only",
    "SQLITE_FULL": "full",
    "SQLITE_CORRUPT": "damaged",
    "SQLITE_NOTADB": "damaged",
    "SQLITE_IOERR": "disk error",
    "SQLITE_CANTOPEN": "can't be opened",
    "SQLITE_PERM": "denied",
}


def history_failed(error: sqlite3.Error, action: str) -> GantryError:
    """HISTORY_FAILED with the reason: locked, full, read-only, damaged …"""
    name, reason = _name(error), reason_of(error)
    return GantryError(
        ErrorCode.HISTORY_FAILED,
        facts={"reason": reason, "action": action},
        detail=name,
        transient=reason == "locked",
    )


def reason_of(error: sqlite3.Error) -> str:
    """Why a database failed, in a word or two."""
    return next((r for n, r in _REASONS.items() if _name(error).startswith(n)), "error")


def _name(error: sqlite3.Error) -> str:
    return getattr(error, "sqlite_errorname", "") or type(error).__name__
