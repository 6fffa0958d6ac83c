"""Installs presets, so that `send` knows them by name; lists and removes them.

What installs must not make anything looser without a word: an older version and another signer
never replace what is installed, and only a trusted key replaces the profile.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from gantry.engine.errors import ErrorCode, GantryError
from gantry.services.preset_keys import keys_of
from gantry.services.presets import preset_bytes, read_preset
from gantry.store.home import Home
from gantry.store.presets.installed import (
    changing,
    delete_installed,
    installed_file,
    installed_names,
    write_installed,
)
from gantry.store.presets.parse import preset_of
from gantry.store.presets.preset import SUFFIX, Preset
from gantry.store.presets.wrong import WrongPreset

_LIKE_A_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class Step(StrEnum):
    """What installing did."""

    NEW = "new"
    UPDATED = "updated"
    SAME = "same"  # it was installed already; nothing was written


class Refusal(StrEnum):
    """Why a preset is not installed. Stable: the sentences for errors refer to these names."""

    DAMAGED = "damaged"  # the installed one can't be read
    OLDER = "older"
    SAME_SERIAL = "same serial"  # but other content
    UNSIGNED = "unsigned"  # the installed one is signed
    SIGNER = "signer"  # both are signed, by two keys
    NOW_SIGNED = "now signed"  # the installed one is not
    PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class Installing:
    """What was installed, and instead of what.

    Attributes:
        before: the version that was installed before; None: there was none.
    """

    preset: Preset
    path: Path
    step: Step
    before: Preset | None = None


@dataclass(frozen=True, slots=True)
class InstalledPreset:
    """An installed preset, or what is wrong with its file."""

    name: str
    path: Path
    preset: Preset | None = None
    error: GantryError | None = None


def install_preset(home: Home, path: Path) -> Installing:
    """Installs a preset, or a newer version of it.

    Raises:
        GantryError: PRESET_INVALID; PRESET_REFUSED: it may not replace what is installed;
            EXPORT_FAILED. Then nothing was changed.
    """
    try:
        data = preset_bytes(path)
        new = preset_of(data)
    except WrongPreset as error:
        raise error.error(path.name) from error
    with changing(home):
        file = installed_file(home, new.name)
        if file is None:
            return Installing(new, write_installed(home, new.name, data), Step.NEW)
        try:
            old = _read(file)
        except GantryError as error:
            raise _refused(Refusal.DAMAGED, new.name) from error
        if refusal := _refusal(old, new, is_trusted=is_trusted(home, new)):
            raise _refused(refusal, new.name, version=new.serial, known=old.serial)
        if old == new:
            return Installing(new, file, Step.SAME, old)
        return Installing(new, write_installed(home, new.name, data), Step.UPDATED, old)


def is_trusted(home: Home, preset: Preset) -> bool:
    """Whether a preset is signed by a key that is trusted. Raises GantryError: EXPORT_FAILED."""
    return preset.signed is not None and preset.signed.key in keys_of(home)


def installed_presets(home: Home) -> list[InstalledPreset]:
    """All installed presets by name; one that can't be read hides no other.

    Raises:
        GantryError: EXPORT_FAILED: the folder can't be read.
    """
    found = []
    for name in installed_names(home):
        path = home.presets / (name + SUFFIX)
        try:
            found.append(InstalledPreset(name, path, _read(path)))
        except GantryError as error:
            found.append(InstalledPreset(name, path, error=error))
    return found


def remove_preset(home: Home, name: str) -> Path:
    """Removes an installed preset, even one that can't be read; returns where it was.

    Uploads that began with it continue as they began.

    Raises:
        GantryError: PRESET_UNKNOWN; EXPORT_FAILED.
    """
    if installed_file(home, name) is None:  # before a folder is made for nothing
        raise _unknown(name)
    with changing(home):
        if (path := installed_file(home, name)) is None:
            raise _unknown(name)
        delete_installed(path)
    return path


def preset_called(home: Home, text: str) -> tuple[Path, Preset]:
    """The preset that a call names, an installed one by its name or a file; and its path.

    Raises:
        GantryError: PRESET_UNKNOWN, PRESET_INVALID.
    """
    path = Path(text)
    if _LIKE_A_NAME.fullmatch(text):
        if (installed := installed_file(home, text)) is not None:
            return installed, _read(installed)
        if not path.exists():
            raise _unknown(text)
    return path, read_preset(path)


def _read(path: Path) -> Preset:
    """An installed preset, whose name is that of its file."""
    found = read_preset(path)
    if found.name + SUFFIX != path.name:
        raise GantryError(
            ErrorCode.PRESET_INVALID,
            facts={"reason": "other name"},
            private={"path": path.name, "wanted": found.name},
        )
    return found


def _refusal(old: Preset, new: Preset, *, is_trusted: bool) -> Refusal | None:
    """Why a version may not replace the installed one."""
    if old.signed != new.signed:
        if new.signed is None:
            return Refusal.UNSIGNED
        if old.signed is not None:
            return Refusal.SIGNER
        if not is_trusted:
            return Refusal.NOW_SIGNED
    if new.serial < old.serial:
        return Refusal.OLDER
    if new.serial == old.serial and new != replace(old, signed=new.signed):
        return Refusal.SAME_SERIAL
    # Which of two profiles is the looser one can't be known; any is tighter than none.
    if old.profile in ("", new.profile) or is_trusted:
        return None
    return Refusal.PROFILE


def _refused(reason: Refusal, name: str, **facts: int) -> GantryError:
    return GantryError(
        ErrorCode.PRESET_REFUSED, facts={"reason": reason.value, "preset": name, **facts}
    )


def _unknown(name: str) -> GantryError:
    return GantryError(ErrorCode.PRESET_UNKNOWN, facts={"preset": name})
