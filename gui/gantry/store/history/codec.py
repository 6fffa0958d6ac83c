"""Converts values between Python and the database: times, paths, errors, hashes."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from datetime import datetime

from gantry.engine.content import VERBATIM, Profile, Treatment
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Labels

# How Python represents names that are not Unicode: POSIX bytes, or lone UTF-16 halves on Windows.
_NAME_ERRORS = "surrogatepass" if os.name == "nt" else "surrogateescape"


def seq_of(moment: datetime) -> int:
    """The first sequence number of that millisecond, within SQLite's integers."""
    return max(0, min(int(moment.timestamp() * 1000), 1 << 46)) << 16


def text(value: str) -> str:
    """Text that SQLite accepts and every tool shows completely: no lone surrogates, no NUL."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def name_in(value: str) -> str | bytes:
    """A file name as TEXT, or as BLOB if it is not valid Unicode."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", _NAME_ERRORS)
    return value.encode() if "\0" in value else value


def name_out(value: str | bytes) -> str:
    """The opposite of `name_in`."""
    return value.decode("utf-8", _NAME_ERRORS) if isinstance(value, bytes) else value


def treatment_in(treatment: Treatment) -> str:
    """A treatment as text."""
    if treatment == VERBATIM:
        return VERBATIM.rewriter
    return json.dumps(asdict(treatment))


def treatment_out(value: str) -> Treatment:
    """The opposite of `treatment_in`. A text that can't be read completely becomes an unknown
    treatment, which must never be taken for sending files unchanged."""
    if value == VERBATIM.rewriter:
        return VERBATIM
    try:
        raw = json.loads(value)
        deidentified = raw.pop("deidentified")
        return Treatment(**raw, deidentified=deidentified and Profile(**deidentified))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Treatment("")


def labels_in(labels: Labels) -> str:
    """Labels as text."""
    return text(json.dumps(labels, ensure_ascii=False))


def labels_out(value: str) -> Labels:
    """The opposite of `labels_in`; none if it can't be read."""
    try:
        return tuple((str(name), str(label)) for name, label in json.loads(value))
    except (ValueError, TypeError):
        return ()


def error_in(error: GantryError) -> str:
    """An error as JSON, including its private facts: the history may store them, logs may not."""
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
    """The opposite of `error_in`; another version's code becomes INTERNAL, with its name."""
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
