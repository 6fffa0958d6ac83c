"""Values between Python and the database: times, paths, errors, hashes."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

from gantry.engine.errors import ErrorCode, GantryError

# How Python keeps names that are not Unicode: POSIX bytes, or lone UTF-16 halves on Windows.
_NAME_ERRORS = "surrogatepass" if os.name == "nt" else "surrogateescape"


def stamp(moment: datetime) -> str:
    """RFC 3339 UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (
        f"{moment.microsecond // 1000:03d}Z"
    )


def seq_of(moment: datetime) -> int:
    """The first sequence number of that millisecond; never outside SQLite's integers."""
    return max(0, min(int(moment.timestamp() * 1000), 1 << 46)) << 16


def text(value: str) -> str:
    """Text that SQLite takes and every tool shows whole: no lone surrogates, no NUL."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def name_in(value: str) -> str | bytes:
    """A file name as TEXT, or as BLOB where it is not valid Unicode."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", _NAME_ERRORS)
    return value.encode() if "\0" in value else value


def name_out(value: str | bytes) -> str:
    """The opposite of `name_in`."""
    return value.decode("utf-8", _NAME_ERRORS) if isinstance(value, bytes) else value


def error_in(error: GantryError) -> str:
    """An error as JSON. Its private facts are in it: the history may keep them, logs may not."""
    value = {
        "code": error.code.value,
        "facts": error.facts,
        "private": error.private,
        "detail": error.detail[:4096],
        "transient": error.transient,
        "retry_after": error.retry_after,
    }
    return text(json.dumps(value, default=str))


def error_out(value: str) -> GantryError | None:
    """The opposite of `error_in`; a code of another Gantry's becomes INTERNAL, with its name."""
    if not value:
        return None
    try:
        raw = json.loads(value)
        code, facts = str(raw["code"]), dict(raw["facts"])
        private, detail = dict(raw["private"]), str(raw["detail"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return GantryError(ErrorCode.INTERNAL, detail=value[:200])
    try:
        known = ErrorCode(code)
    except ValueError:
        known, detail = ErrorCode.INTERNAL, f"{code} {detail}"
    return GantryError(
        known,
        facts=facts,
        private=private,
        detail=detail,
        transient=bool(raw.get("transient")),
        retry_after=raw.get("retry_after"),
    )
