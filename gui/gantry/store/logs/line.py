"""The allow-list for log lines: texts of other libraries never pass, nor what they quote."""

from __future__ import annotations

import json
import logging
import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from gantry.engine.errors import GantryError
from gantry.engine.faults import frames_of
from gantry.engine.times import rfc3339
from gantry.engine.transfer.folder_path import is_folder_url
from gantry.engine.uids import UID

_TEXT = 200  # characters of a value
_LINE = 8000
_FRAMES = 16  # as many as faults.py gives
_ID = re.compile(r"[0-9A-Za-z-]{1,40}")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,100}")
_PLAIN = re.compile(r"[A-Za-z0-9 ,.:;'()_+-]{1,120}")  # no separators, so that no path passes
_HASH = re.compile(r"[0-9a-f]{16}|none")
_HOST = re.compile(r"[A-Za-z0-9_.:\[\]-]{1,255}")
_PRODUCT = re.compile(r"[A-Za-z0-9 ,.:;()_+/-]{1,80}")
_MEMBER = re.compile(r"[0-9.a-f]{1,64}(/[0-9.a-f~]{1,80}\.dcm)?|(manifest|deidentification)\.json")

_NUMBERS = frozenset({
    "attempt", "bytes", "seconds", "wait", "parcels", "files", "delivered", "failed", "cancelled",
    "count", "line", "pack_seconds", "verify_seconds", "status", "limit", "at", "needed", "free",
    "errno", "size", "offset", "version", "known", "port", "recovered", "skipped", "accepted",
    "incomplete", "unclear", "whole",
})  # fmt: skip
_PATTERNS: dict[str, re.Pattern[str]] = {
    "job": _ID,
    "parcel": _ID,
    "error": _NAME,
    "cause": _NAME,
    "step": _NAME,
    "logger": _NAME,
    "function": _NAME,
    "category": _NAME,
    "study": UID,
    "path": _HASH,
    "host": _HOST,
    "server": _PRODUCT,
    "front_end": _PLAIN,
    "issuer": _PLAIN,
    "reason": _PLAIN,
    "action": _PLAIN,
    "phase": _PLAIN,
    "outcome": _PLAIN,
    "proof": _PLAIN,
    "kept": _NAME,
    "setting": _NAME,
    "type": _PRODUCT,
    "member": _MEMBER,
    "state": _NAME,
}


def line_of(record: logging.LogRecord) -> str:
    """The JSON line (without its end) that may be stored for a record."""
    own = record.name == "gantry" or record.name.startswith("gantry.")
    found: dict[str, object] = {
        "ts": _time(record.created),
        "level": record.levelname.lower(),
    }
    if own:
        found["event"] = _event(record)
        found["msg"] = escaped(_message(record), 1000)
        found |= allowed(record.__dict__)
    else:
        # The text may quote a tag's value, a path or an answer: only logger and place are kept.
        found["event"] = "library.message"
        found["msg"] = "A library said something; its words are not kept."
        found |= allowed(
            {"logger": record.name, "function": record.funcName, "line": record.lineno}
        )
    if record.exc_info and record.exc_info[1] is not None:
        found |= _failure(record.exc_info[1])
    text = json.dumps(found, ensure_ascii=True)
    if len(text) > _LINE:
        found.pop("trace", None)
        found["msg"] = str(found["msg"])[:200]
        text = json.dumps(found, ensure_ascii=True)
    return text


def allowed(values: Mapping[str, object]) -> dict[str, object]:
    """The values whose name and form are on the list; others are omitted."""
    found: dict[str, object] = {}
    for name, value in values.items():
        if name in _NUMBERS:
            if isinstance(value, int | float) and math.isfinite(value):
                found[name] = round(value, 3) if isinstance(value, float) else value
        elif name == "destination" and isinstance(value, str):
            found[name] = destination_label(value)
        elif (pattern := _PATTERNS.get(name)) and isinstance(value, str):
            # Complete, or not at all: a shortened or patched value could mislead.
            if pattern.fullmatch(value):
                found[name] = str(value)
        elif name == "trace" and isinstance(value, list):
            kept = [v for v in value[:_FRAMES] if isinstance(v, str) and _FRAME.fullmatch(v)]
            found[name] = kept
    return found


_FRAME = re.compile(r"[A-Za-z0-9_.<>]{1,120}:[A-Za-z0-9_<>]{1,80}:\d+")


def destination_label(text: str) -> str:
    """A destination's label in logs: its name; for a URL scheme and host, for a folder no path."""
    is_path = text.startswith(("\\\\", "/")) or re.match(r"[A-Za-z]:[\\/]", text)
    if is_path or is_folder_url(text):
        return "folder"
    if "://" in text:
        try:
            parts = urlsplit(text)
            port = f":{parts.port}" if parts.port else ""
            host = parts.hostname or ""
        except ValueError:
            return "url"
        return escaped(f"{parts.scheme}://{host}{port}")
    return escaped(text)


def escaped(text: str, longest: int = _TEXT) -> str:
    """One line of visible text: control, bidi and other invisible characters are escaped.

    Spaces stay. Longer text is cut.
    """
    cut = text[:longest]
    return "".join(c if _is_visible(c) else _escape(c) for c in cut)


def _failure(error: BaseException) -> dict[str, object]:
    # Never its text: an OSError's contains a path, others' the offending value.
    name = error.code.value if isinstance(error, GantryError) else type(error).__name__
    return allowed({"error": name, "trace": frames_of(error.__traceback__)})


def _event(record: logging.LogRecord) -> str:
    event = getattr(record, "event", "")
    if isinstance(event, str) and _NAME.fullmatch(event):
        return event
    return record.name.removeprefix("gantry.")


def _message(record: logging.LogRecord) -> str:
    """The literal of a message, with its numbers; text that was to be filled in is omitted."""
    if not isinstance(record.msg, str):
        return type(record.msg).__name__  # an exception, say: its text may contain a path
    template = record.msg
    args = record.args
    if not args:
        return template
    try:
        if isinstance(args, Mapping):
            return template % {k: _argument(v) for k, v in args.items()}
        return template % tuple(_argument(a) for a in args)
    except (TypeError, ValueError, KeyError):
        return template


def _argument(value: object) -> object:
    return value if type(value) in (int, float, bool) else "…"


def _time(seconds: float) -> str:
    return rfc3339(datetime.fromtimestamp(seconds, UTC))


def _is_visible(character: str) -> bool:
    return character == " " or unicodedata.category(character)[0] not in "CZ"


def _escape(character: str) -> str:
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
