"""What the user chose: kept atomically, versioned; a damaged file is set aside, not overwritten."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import msgspec

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import replace_retry
from gantry.engine.parcel import ParcelRule
from gantry.store.atomic import aside_name, write_atomically

VERSION = 1
_LONGEST = 4 << 20  # bytes; a settings file beyond is none of ours

Raw = dict[str, Any]
# From version n to n + 1, on the decoded JSON. A new version adds a function here.
UPGRADES: dict[int, Callable[[Raw], Raw]] = {}


class SavedDestination(msgspec.Struct, frozen=True, kw_only=True):
    """A destination as the user named it. Secrets are in the credential store, never here.

    Attributes:
        url: without user and password.
        auth: "none", "basic" (user and password), "token" (Bearer) or "oauth" (device flow).
        user: shown in the dialog; the password lies with the system.
        header: name of a header that carries the token instead of `Authorization`, or "".
        options: what a kind of destination needs beyond (project, calling AE title …).
        insecure_http: the user agreed to send secrets over http.
    """

    name: str
    url: str
    auth: Literal["none", "basic", "token", "oauth"] = "none"
    user: str = ""
    header: str = ""
    options: dict[str, str] = {}
    insecure_http: bool = False
    extra: Raw = {}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that can be chosen. Zero workers: as many as cores; zero bandwidth: no limit.

    Attributes:
        bandwidth: bytes a second for all sends together.
        bandwidth_timetable: limits by the clock, `08:00,512K 19:00,10M 23:00,off`; "": none.
        split_automatically: cut a parcel that the destination finds too big into smaller ones.
        keep_file_lists: days for which the history keeps the file list of a delivered parcel
            (its receipt is kept for good); 0: for good.
        alert_url: a webhook that is told how jobs ended; "": none. Its secret lies with the
            system. `alert_on` says of which jobs; `alert_intranet`, that it is in the own network;
            `alert_loopback_http`, that plain http to this computer is meant.
        extra: keys of another Gantry's file; kept and written back.
    """

    version: int = VERSION
    destinations: tuple[SavedDestination, ...] = ()
    last_destination: str = ""
    parcel_rule: ParcelRule = ParcelRule.STUDY
    compression_level: int = msgspec.field(default=1)
    pack_workers: int = 0
    parallel_sends: int = 2
    attempts: int = 3
    send_attempts: int = 8
    bandwidth: int = 0
    bandwidth_timetable: str = ""
    spool_folder: str = ""
    keep_delivered: bool = False
    split_automatically: bool = False
    keep_file_lists: int = 730
    language: str = ""
    theme: Literal["system", "light", "dark"] = "system"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    alert_url: str = ""
    alert_on: Literal["failed", "always"] = "failed"
    alert_intranet: bool = False
    alert_loopback_http: bool = False
    extra: Raw = {}

    def destination(self, name: str) -> SavedDestination | None:
        """The saved destination of that name."""
        return next((d for d in self.destinations if d.name == name), None)


_BOUNDS = {
    "compression_level": (0, 3),  # ISA-L's levels
    "pack_workers": (0, 256),
    "parallel_sends": (1, 16),
    "attempts": (1, 100),
    "send_attempts": (1, 1000),
    "bandwidth": (0, 1 << 40),
    "keep_file_lists": (0, 100_000),
}


def load_settings(path: Path) -> tuple[Settings, GantryError | None]:
    """The settings, and what was wrong with their file, if anything was.

    A file that can't be understood is renamed (`facts["kept"]` is its new name) and the last good
    copy is used, or the defaults. A file that can't be read (rights, a disk error) stays in place.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        if not (backup := _backup(path)).exists():
            return Settings(), None
        # A crash can't take the file away, so someone did, or the disk.
        good = _last_good(backup)
        return good or Settings(), _problem("missing", "", used=good is not None)
    except OSError as error:
        good = _last_good(_backup(path))
        return good or Settings(), _problem("unreadable", "", str(error.errno), good is not None)
    try:
        return parse_settings(data), None
    except GantryError as error:
        kept = aside_name(path)
        try:
            replace_retry(path, kept)
            name = kept.name
        except OSError:
            name = ""
        good = _last_good(_backup(path))
        return good or Settings(), _problem("damaged", name, error.detail, good is not None)


def save_settings(path: Path, settings: Settings) -> None:
    """Writes the settings, then the copy that helps when the file is damaged later.

    Raises:
        GantryError: SETTINGS_INVALID; a value is out of bounds, or the file can't be written.
    """
    data = render_settings(settings)
    parse_settings(data)  # what could not be read again must not replace what can
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
    """The file's bytes: JSON for people, unknown keys among the known."""
    raw = _with_extra(msgspec.to_builtins(settings))
    raw["destinations"] = [_with_extra(d) for d in raw["destinations"]]
    return json.dumps(raw, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def parse_settings(data: bytes) -> Settings:
    """Settings from a file's bytes, upgraded where they are older.

    Raises:
        GantryError: SETTINGS_INVALID with the reason in `detail`.
    """
    try:
        if len(data) > _LONGEST:
            raise ValueError("too long")
        raw = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
        if not isinstance(raw, dict):
            raise ValueError("not an object")
        raw = _upgraded(raw)
        found = raw.get("destinations", ())
        if isinstance(found, list):
            raw["destinations"] = [_sorted_out(d, SavedDestination) for d in found]
        settings = msgspec.convert(_sorted_out(raw, Settings), Settings)
        for name, (low, high) in _BOUNDS.items():
            if not low <= getattr(settings, name) <= high:
                raise ValueError(f"{name} is not within {low} and {high}")
        names = [d.name for d in settings.destinations]
        if len(names) != len(set(names)):
            raise ValueError("two destinations of one name")
    except (ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise GantryError(ErrorCode.SETTINGS_INVALID, detail=str(error)[:300]) from error
    return settings


def _upgraded(raw: Raw) -> Raw:
    version = raw.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("version is not a number from 1")
    while version < VERSION:
        raw = UPGRADES[version](raw)
        version += 1
        raw["version"] = version
    # A newer file is read as far as it is understood, and keeps its version when saved.
    return raw


def _sorted_out(raw: object, kind: type[msgspec.Struct]) -> object:
    """Moves the keys that `kind` doesn't know into `extra`."""
    if not isinstance(raw, dict):
        return raw
    known = set(kind.__struct_fields__) - {"extra"}
    result = {k: v for k, v in raw.items() if k in known}
    result["extra"] = {k: v for k, v in raw.items() if k not in known}
    return result


def _with_extra(raw: Raw) -> Raw:
    extra = raw.pop("extra", {})
    return {**raw, **{k: v for k, v in extra.items() if k not in raw}}


def _backup(path: Path) -> Path:
    return path.with_name(f"{path.stem}.last-good{path.suffix}")


def _last_good(path: Path) -> Settings | None:
    try:
        return parse_settings(path.read_bytes())
    except (OSError, GantryError):
        return None


def _problem(reason: str, kept: str, detail: str = "", used: bool = False) -> GantryError:
    facts: dict[str, str | int | float] = {
        "reason": reason,
        "kept": kept,
        "used": "last good" if used else "defaults",
    }
    return GantryError(ErrorCode.SETTINGS_INVALID, facts=facts, detail=detail)
