"""The settings file: written atomically, versioned; a damaged one is set aside, not overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import replace_retry
from gantry.store.atomic import aside_name, read_replaced, write_atomically
from gantry.store.replace import replace
from gantry.store.settings import SETTINGS, VERSION, SavedDestination, Settings
from gantry.store.tolerant import Raw, not_understood, understood, written_back

_LONGEST = 4 << 20  # bytes; a larger file is not Gantry's

# From version n to n + 1, on the decoded JSON. A new version adds a function here.
UPGRADES: dict[int, Callable[[Raw], Raw]] = {}

_ACCEPTS = {setting.name: setting.accepts for setting in SETTINGS}


def load_settings(path: Path) -> tuple[Settings, GantryError | None]:
    """Reads the settings; also returns what was wrong with their file, if anything.

    A value that this version doesn't know affects only itself: its default is used, and saving
    writes it back unless another was chosen. A file that can't be parsed at all is renamed
    (`facts["kept"]` is its new name), and the last good copy or the defaults are used. A file that
    can't be read (rights, a disk error) stays in place.
    """
    try:
        data = read_replaced(path)
    except FileNotFoundError:
        if not (backup := _backup(path)).exists():
            return Settings(), None
        # A crash can't remove the file, so a user or the disk did.
        good = _last_good(backup)
        return good or Settings(), _problem("missing", "", used=good is not None)
    except OSError as error:
        good = _last_good(_backup(path))
        return good or Settings(), _problem("unreadable", "", str(error.errno), good is not None)
    try:
        settings = parse_settings(data)
    except GantryError as error:
        kept = aside_name(path)
        try:
            replace_retry(path, kept)
            name = kept.name
        except OSError:
            name = ""
        good = _last_good(_backup(path))
        return good or Settings(), _problem("damaged", name, error.detail, good is not None)
    return settings, _unknown_problem(settings)


def save_settings(path: Path, settings: Settings) -> None:
    """Writes the settings, then the copy that is used if the file is damaged later.

    Raises:
        GantryError: SETTINGS_INVALID; a value is out of bounds, or the file can't be written.
    """
    data = render_settings(settings)
    # A file that can't be read back must not replace one that can.
    if wrong := unknown_values(parse_settings(data)) - unknown_values(settings):
        raise GantryError(
            ErrorCode.SETTINGS_INVALID, facts={"reason": "value", "setting": min(wrong)}
        )
    try:
        write_atomically(path, data)
        write_atomically(_backup(path), data)
    except OSError as error:
        raise GantryError(
            ErrorCode.SETTINGS_INVALID,
            facts={"reason": "unwritable", "errno": error.errno or 0},
            private={"path": str(path)},
            detail=type(error).__name__,
        ) from error


def render_settings(settings: Settings) -> bytes:
    """The file's bytes: indented JSON, unknown keys and values among the known."""
    raw = written_back(settings)
    raw["destinations"] = [written_back(d) for d in settings.destinations]
    raw["destinations"] += settings.extra.get("destinations", [])
    return json.dumps(raw, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def parse_settings(data: bytes) -> Settings:
    """Parses settings from a file's bytes, and upgrades older ones.

    Unknown values are put in `extra`, as are destinations without name or address.

    Raises:
        GantryError: SETTINGS_INVALID with the reason in `detail`; not a settings file.
    """
    try:
        if len(data) > _LONGEST:
            raise ValueError("too long")
        raw = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
        if not isinstance(raw, dict):
            raise ValueError("not an object")
        raw = _upgraded(raw)
        found = raw.pop("destinations", [])
        if not isinstance(found, list):
            raise ValueError("destinations are no list")
        settings = understood(raw, Settings, _ACCEPTS)
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise GantryError(ErrorCode.SETTINGS_INVALID, detail=str(error)[:300]) from error
    destinations, others = _destinations(found)
    extra = {**settings.extra, **({"destinations": others} if others else {})}
    return replace(settings, destinations=destinations, extra=extra)


def unknown_values(settings: Settings) -> set[str]:
    """The names of settings with unknown values: `theme`, `destinations.auth` …"""
    found = not_understood(settings)
    for one in settings.destinations:
        found |= {f"destinations.{name}" for name in not_understood(one)}
    return found


def want_understood(saved: SavedDestination) -> None:
    """Refuses to use a destination with an unknown value: it might be the sign-in.

    Raises:
        GantryError: DESTINATION_INVALID.
    """
    if unknown := not_understood(saved):
        facts: dict[str, str | int | float] = {
            "reason": "unknown setting",
            "destination": saved.name,
            "setting": min(unknown),
        }
        raise GantryError(ErrorCode.DESTINATION_INVALID, facts=facts)


def _destinations(found: list[object]) -> tuple[tuple[SavedDestination, ...], list[object]]:
    """The destinations that can be shown, and the others; a duplicate name gets a number."""
    known: dict[str, SavedDestination] = {}
    others: list[object] = []
    for raw in found:
        try:
            one = understood(raw, SavedDestination)
        except ValueError:
            others.append(raw)
            continue
        name, number = one.name, 1
        while name in known:
            number += 1
            name = f"{one.name} ({number})"
        known[name] = replace(one, name=name)
    return tuple(known.values()), others


def _upgraded(raw: Raw) -> Raw:
    version = raw.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("version is not a number from 1")
    while version < VERSION:
        raw = UPGRADES[version](raw)
        version += 1
        raw["version"] = version
    # A newer file is read as far as possible, and keeps its version when saved.
    return raw


def _backup(path: Path) -> Path:
    return path.with_name(f"{path.stem}.last-good{path.suffix}")


def _last_good(path: Path) -> Settings | None:
    try:
        return parse_settings(read_replaced(path))
    except (OSError, GantryError):
        return None


def _problem(reason: str, kept: str, detail: str = "", used: bool = False) -> GantryError:
    facts: dict[str, str | int | float] = {
        "reason": reason,
        "kept": kept,
        "used": "last good" if used else "defaults",
    }
    return GantryError(ErrorCode.SETTINGS_INVALID, facts=facts, detail=detail)


def _unknown_problem(settings: Settings) -> GantryError | None:
    unknown = sorted(unknown_values(settings))
    if not unknown:
        return None
    facts: dict[str, str | int | float] = {"reason": "unknown", "setting": ", ".join(unknown)}
    return GantryError(ErrorCode.SETTINGS_INVALID, facts=facts)
