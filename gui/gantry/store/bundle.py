"""Writes the support bundle: the facts that support needs, without patient data or secrets."""

from __future__ import annotations

import hmac
import json
import os
import platform
import re
import secrets
import sqlite3
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import msgspec

from gantry import __version__
from gantry.engine.errors import GantryError
from gantry.engine.files import replace_retry, unlink_retry
from gantry.engine.parcel import ParcelState
from gantry.engine.times import now
from gantry.engine.transfer.registry import kind_of
from gantry.store.history import History, ParcelFilter
from gantry.store.home import Home
from gantry.store.logs import LogFile, LogLine
from gantry.store.logs.line import allowed, destination_label, escaped
from gantry.store.setting import Choice
from gantry.store.settings import SETTINGS, SavedDestination, Settings
from gantry.store.settings_file import unknown_values

_DISTRIBUTIONS = (
    "PySide6-Essentials", "pydicom", "pynetdicom", "requests", "urllib3", "truststore", "isal",
    "zlib-ng", "msgspec", "platformdirs", "keyring", "numpy",
)  # fmt: skip
_README = """\
A support bundle of Gantry. It holds no patient names, IDs, birth dates, accession numbers, source
paths or secrets. Look through it before you pass it on: everything in it is plain text.

versions.json   Gantry, Python, libraries, system
settings.json   settings without secrets, folders, users, addresses and words of your own;
                destinations have codes, the same ones in the log below
history.json    how many parcels are in which state
doctor.json     what a test of the destinations found, if there was one
logs/           the log, each line checked once more
"""
_DOCTOR_TEXT = 300
_KEY = secrets.token_bytes(16)
_PRACTICE = frozenset({"practice", "practice:", "practice (this computer)"})
_LANGUAGE = re.compile(r"([a-z]{2,3}(_[A-Z]{2})?)?")
_OPTIONS = frozenset(
    {"issuer", "client_id", "scope", "proxy", "ca_file", "client_certificate", "client_key"}
    | {"field", "unit", "archive", "success", "redirect"}
)


def write_bundle(
    target: Path,
    home: Home,
    settings: Settings,
    history: History | None,
    *,
    doctor: Sequence[Mapping[str, object]] = (),
) -> list[str]:
    """Writes the ZIP at `target` atomically; returns the names in it.

    `doctor` is what `gantry-cli doctor --json` printed, one mapping per step. Raises OSError.
    """
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with (
            os.fdopen(os.open(part, flags, 0o600), "w+b") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle,
        ):
            bundle.writestr("README.txt", _README)
            bundle.writestr("versions.json", _json(versions()))
            bundle.writestr("settings.json", _json(without_secrets(settings)))
            bundle.writestr("history.json", _json(_summary(history)))
            if doctor:
                bundle.writestr("doctor.json", _json([_step(s) for s in doctor]))
            _add_logs(bundle, home.logs)
            names = bundle.namelist()
        replace_retry(part, target)
    except BaseException:
        unlink_retry(part)
        raise
    return names


def versions() -> dict[str, Any]:
    """The versions in use; no name of the machine or the user."""
    found: dict[str, str] = {}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # a frozen program may lack it
    return {
        "gantry": __version__,
        "made": now("seconds"),
        "python": platform.python_version(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "libraries": found,
    }


def without_secrets(settings: Settings) -> dict[str, Any]:
    """The settings without private values: no folder, user or unknown key; only hosts of URLs."""
    raw: dict[str, Any] = msgspec.to_builtins(settings)
    raw.pop("extra")
    choices = {s.name for s in SETTINGS if isinstance(s, Choice)}
    for name, value in raw.items():
        # Anything but a number or a choice from a list is the user's own text, or an address.
        if isinstance(value, str) and name not in choices:
            raw[name] = "set" if value else ""
    raw["language"] = settings.language if _LANGUAGE.fullmatch(settings.language) else "other"
    raw["last_destination"] = code_of(settings.last_destination)
    raw["destinations"] = [_destination(d) for d in settings.destinations]
    raw["not_understood"] = sorted(unknown_values(settings))
    return raw


def code_of(destination: str) -> str:
    """A code for a destination in all bundles of this process: its name may say too much."""
    if not destination:
        return ""
    if destination.casefold() in _PRACTICE:
        return "practice"
    label = destination_label(destination).encode("utf-8", "surrogatepass")
    return f"destination-{hmac.new(_KEY, label, 'sha256').hexdigest()[:6]}"


def _destination(saved: SavedDestination) -> dict[str, Any]:
    return {
        "name": code_of(saved.name),
        "kind": _kind(saved.url),
        "url": "" if _kind(saved.url) == "unknown" else destination_label(saved.url),
        "auth": saved.auth,
        "header": "set" if saved.header else "",
        "options": sorted(k if k in _OPTIONS else "other" for k in saved.options),
        "insecure_http": saved.insecure_http,
    }


def _kind(url: str) -> str:
    try:
        return kind_of(url).name
    except GantryError:
        return "unknown"


def _summary(history: History | None) -> dict[str, Any]:
    if history is None:
        return {"open": False}
    states = {
        s.value: history.count(ParcelFilter(states=frozenset({s}))).number
        for s in ParcelState
        if s is not ParcelState.INTERRUPTED  # which is derived from the others
    }
    found: dict[str, Any] = {"open": True, "parcels": states}
    if history.problem:
        found["problem"] = _facts(history.problem.facts)
    return found


def _facts(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts that a log may contain, with the destination's code instead of its name."""
    found = allowed(facts)
    if "destination" in found:
        found["destination"] = code_of(str(facts["destination"]))
    return found


def _step(step: Mapping[str, object]) -> dict[str, object]:
    """A step of `doctor`: names, codes and allowed facts; no free text except its name."""
    facts = step.get("facts")
    return {
        **_facts(step),
        **{
            k: escaped(str(v), _DOCTOR_TEXT)
            for k, v in step.items()
            if k in ("event", "step", "result", "code", "ok") and isinstance(v, str | bool)
        },
        **(_facts(facts) if isinstance(facts, Mapping) else {}),
    }


def _add_logs(bundle: zipfile.ZipFile, folder: Path) -> None:
    log = LogFile(folder)
    log.refresh()
    if not len(log):
        return
    with bundle.open("logs/gantry.jsonl", "w", force_zip64=True) as file:
        for start in range(0, len(log), 10_000):
            for line in checked(log.lines(start, start + 10_000)):
                file.write(line)


def checked(lines: Iterable[LogLine]) -> Iterable[bytes]:
    """Filters log lines through the allow-list again: others may have written into the file."""
    for line in lines:
        if line.event == "log.unreadable":
            yield b'{"event": "log.unreadable"}\n'
            continue
        kept = {"ts": line.ts, "level": line.level, "event": line.event, "msg": line.msg}
        yield json.dumps({**kept, **_facts(line.context)}).encode() + b"\n"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"
