"""The support bundle: what helps to help, without patient data and secrets."""

from __future__ import annotations

import json
import os
import platform
import secrets
import sqlite3
import sys
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gantry import __version__
from gantry.engine.files import replace_retry, unlink_retry
from gantry.engine.parcel import ParcelState
from gantry.store.history import History, ParcelFilter
from gantry.store.home import Home
from gantry.store.logs import LogFile, LogLine
from gantry.store.logs.line import allowed, clean, destination_label
from gantry.store.settings import SavedDestination, Settings

_DISTRIBUTIONS = (
    "PySide6-Essentials", "pydicom", "pynetdicom", "requests", "urllib3", "truststore", "isal",
    "zlib-ng", "msgspec", "platformdirs", "keyring", "numpy",
)  # fmt: skip
_README = """\
A support bundle of Gantry. It holds no patient names, IDs, birth dates, accession numbers, source
paths or secrets. Look through it before you pass it on: everything in it is plain text.

versions.json   Gantry, Python, libraries, system
settings.json   settings without users, headers' values and secrets
history.json    how many parcels are in which state
doctor.json     what a test of the destinations found, if there was one
logs/           the log, each line checked once more
"""
_DOCTOR_TEXT = 300


def write_bundle(
    target: Path,
    home: Home,
    settings: Settings,
    history: History | None,
    *,
    doctor: Sequence[Mapping[str, object]] = (),
) -> list[str]:
    """Writes the ZIP at `target` in one go; returns the names in it.

    `doctor` is what `gantry-cli doctor --json` printed, one mapping a step. Raises OSError.
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
    """What runs here; no name of the machine or the user."""
    found: dict[str, str] = {}
    for name in _DISTRIBUTIONS:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # a frozen program may not carry it
    return {
        "gantry": __version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "sqlite": sqlite3.sqlite_version,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": os.cpu_count(),
        "libraries": found,
    }


def without_secrets(settings: Settings) -> dict[str, Any]:
    """The settings for others' eyes: no folder, no user, no unknown key, of URLs only the host."""
    raw: dict[str, Any] = msgspec.to_builtins(settings)
    raw.pop("extra")
    raw["spool_folder"] = "set" if settings.spool_folder else ""
    raw["last_destination"] = destination_label(settings.last_destination)
    raw["destinations"] = [_destination(d) for d in settings.destinations]
    return raw


def _destination(saved: SavedDestination) -> dict[str, Any]:
    return {
        "name": destination_label(saved.name),
        "kind": clean(urlsplit(saved.url).scheme if "://" in saved.url else "folder"),
        "url": destination_label(saved.url),
        "auth": saved.auth,
        "header": "set" if saved.header else "",
        "options": sorted(clean(k) for k in saved.options),
        "insecure_http": saved.insecure_http,
    }


def _summary(history: History | None) -> dict[str, Any]:
    if history is None:
        return {"open": False}
    states = {
        s.value: history.count(ParcelFilter(states=frozenset({s}))).number for s in ParcelState
    }
    found: dict[str, Any] = {"open": True, "parcels": states}
    if history.problem:
        found["problem"] = allowed(history.problem.facts)
    return found


def _step(step: Mapping[str, object]) -> dict[str, object]:
    """A step of `doctor`: names, codes and allowed facts; no free text but its name."""
    facts = step.get("facts")
    return {
        **allowed({k: v for k, v in step.items() if k != "destination"}),
        **{
            k: clean(str(v), _DOCTOR_TEXT)
            for k, v in step.items()
            if k in ("event", "step", "result", "code", "ok") and isinstance(v, str | bool)
        },
        **(allowed(facts) if isinstance(facts, Mapping) else {}),
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
    """Log lines once more through the allow-list: the file may hold what others wrote into it."""
    for line in lines:
        if line.event == "log.unreadable":
            yield b'{"event": "log.unreadable"}\n'
            continue
        kept = {"ts": line.ts, "level": line.level, "event": line.event, "msg": line.msg}
        yield json.dumps({**kept, **allowed(line.context)}).encode() + b"\n"


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=True) + "\n"
