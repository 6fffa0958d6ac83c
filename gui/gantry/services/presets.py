"""Presets: reads and signs them, and says what they would change."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import retry_held
from gantry.store.atomic import write_atomically
from gantry.store.home import Home
from gantry.store.presets.entry import read_entries
from gantry.store.presets.parse import LONGEST, preset_of
from gantry.store.presets.preset import SCHEMA, SUFFIX, Preset
from gantry.store.presets.signature import NoSigningKey, signed_value
from gantry.store.presets.wrong import Wrong, WrongPreset
from gantry.store.settings import SavedDestination, Settings

PASSPHRASE: Final = "GANTRY_SECRET_PRESET_KEY"  # the environment variable, for one call
_LONGEST_KEY: Final = 1 << 16  # bytes
_REPLACED_WITHIN: Final = 0.3  # seconds


class Effect(StrEnum):
    """What an entry of a preset would do to the settings."""

    NEW = "new"
    SAME = "same"
    OTHER = "other"  # there is another value, or another destination of that name


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a preset, and what it would do.

    Attributes:
        part: "destination" or "setting".
        value: the address and what is special there, or the setting's value.
        before: what there is now; "" if nothing.
    """

    part: str
    name: str
    value: str
    before: str
    effect: Effect


def read_preset(path: Path) -> Preset:
    """A preset from its file; a signature in it fits.

    Raises:
        GantryError: PRESET_INVALID, with the line and the entry that is wrong.
    """
    try:
        return preset_of(preset_bytes(path))
    except WrongPreset as error:
        raise error.error(path.name) from error


def preset_bytes(path: Path) -> bytes:
    """What a preset's file holds; one that is too large is cut. Raises WrongPreset."""
    try:  # while another Gantry replaces it, Windows denies it for an instant
        return retry_held(lambda: _head(path), seconds=_REPLACED_WITHIN, denied_too=True)
    except (OSError, ValueError) as error:  # a name with a zero in it is none
        raise WrongPreset(Wrong.UNREADABLE) from error


def changes(preset: Preset, settings: Settings) -> list[Change]:
    """What a preset would change in these settings."""
    found = []
    for one in preset.destinations:
        old = next((d for d in settings.destinations if _is_called(d.name, one.name)), None)
        text, before = _described(one), _described(old) if old is not None else ""
        found.append(Change("destination", one.name, text, before, _effect(before, text)))
    for name, value in preset.settings.items():
        text, before = _text(value), _text(getattr(settings, name))
        found.append(Change("setting", name, text, before, _effect(before, text)))
    return found


def kept_profile(home: Home, preset: Preset) -> str:
    """The name of a preset's profile, or the path of its file: jobs read it again when resumed.

    Raises:
        GantryError: EXPORT_FAILED: the file can't be written.
    """
    text = preset.profile.encode()
    if not text.startswith(b"{"):
        return preset.profile
    name = f"{preset.name}-{hashlib.sha256(text).hexdigest()[:16]}.json"
    path = home.profiles / name
    try:
        if not path.exists() or path.read_bytes() != text:
            write_atomically(path, text)
    except OSError as error:
        raise _unwritable(path, error) from error
    return str(path)


def sign_preset(path: Path, key_file: Path) -> Preset:
    """Signs a preset in its place; another signature in it is replaced.

    Raises:
        GantryError: PRESET_INVALID; CALL_INVALID: the key can't be used; EXPORT_FAILED.
    """
    try:
        data = _unsigned(preset_bytes(path))
        preset_of(data)  # nothing that is wrong is ever signed
        value = read_entries(data, SCHEMA, LONGEST).value
        assert isinstance(value, dict)
        with open(key_file, "rb") as file:
            key = file.read(_LONGEST_KEY)
        made = signed_value(value, key, os.environ.get(PASSPHRASE, ""))
        text = _rendered(made)
        preset = preset_of(text)
    except WrongPreset as error:
        raise error.error(path.name) from error
    except (OSError, NoSigningKey) as error:
        raise _no_key() from error
    _write(path, text)
    return preset


def new_preset(path: Path) -> Preset:
    """Writes a preset to fill in, whose name is that of the file.

    Raises:
        GantryError: CALL_INVALID: the file exists, or its name is none for a preset;
            EXPORT_FAILED.
    """
    text = _rendered(_example(path.name.removesuffix(SUFFIX)))
    try:
        made = preset_of(text)
    except WrongPreset as error:
        raise _wants("--new", f"a name like stroke-trial{SUFFIX}") from error
    if path.suffix != SUFFIX:
        raise _wants("--new", f"a name like stroke-trial{SUFFIX}")
    try:
        with path.open("xb") as file:
            file.write(text)
    except FileExistsError as error:
        raise _wants("--new", "a file that does not exist") from error
    except OSError as error:
        raise _unwritable(path, error) from error
    return made


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST + 1)


def _unsigned(data: bytes) -> bytes:
    """A preset without its signature, which may not fit any more."""
    whole = read_entries(data, SCHEMA, LONGEST)
    if "signature" not in whole.entries():
        return data
    assert isinstance(whole.value, dict)
    return _rendered({name: one for name, one in whole.value.items() if name != "signature"})


def _rendered(value: dict[str, Any]) -> bytes:
    return json.dumps(value, indent=2, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _write(path: Path, data: bytes) -> None:
    """Replaces a file, which keeps its rights: presets are handed out."""
    try:
        rights = stat.S_IMODE(path.stat().st_mode)
        write_atomically(path, data)
        path.chmod(rights)
    except OSError as error:
        raise _unwritable(path, error) from error


def _described(one: SavedDestination) -> str:
    """All that a preset can say of a destination."""
    more = [f"{name}={text}" for name, text in sorted(one.options.items())]
    more += [f"auth={one.auth}"] if one.auth != "none" else []
    more += [f"header={one.header}"] if one.header else []
    more += ["de-identified"] if one.deidentify else []
    more += [f"study={one.study}"] if one.study else []
    more += ["a new key each time"] if one.new_key_each_time else []
    return ", ".join((one.url, *more))


def _is_called(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _effect(before: str, after: str) -> Effect:
    return Effect.NEW if not before else Effect.SAME if before == after else Effect.OTHER


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else str(value)


def _no_key() -> GantryError:
    return _wants(
        "--sign",
        "an Ed25519 private key in PEM (openssl genpkey -algorithm ed25519 -out KEY.pem); the "
        f"passphrase, if it has one, in {PASSPHRASE}",
    )


def _wants(option: str, wanted: str) -> GantryError:
    return GantryError(ErrorCode.CALL_INVALID, facts={"option": option, "wanted": wanted})


def _unwritable(path: Path, error: OSError) -> GantryError:
    return GantryError(
        ErrorCode.EXPORT_FAILED, private={"path": str(path)}, detail=type(error).__name__
    )


def _example(name: str) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "name": name,
        "serial": 1,
        "title": {"en": name},
        "destinations": [
            {
                "name": name,
                "url": "https://upload.example.org/in",
                "auth": "token",
                "deidentify": True,
                "study": name,
            }
        ],
        "profile": "research",
        "labels": [
            {"name": "project", "per": "job", "value": name},
            {
                "name": "subject",
                "per": "patient",
                "required": True,
                "pattern": "S[0-9]{3}",
                "text": {"en": "Subject"},
                "help": {"en": "S and three digits"},
            },
            {"name": "visit", "choices": ["baseline", "month 6", "month 12"]},
        ],
        "series": [{"modality": "MR", "text": {"en": "Any MR series"}, "most": 100}],
        "settings": {"parcel_rule": "study"},
    }
