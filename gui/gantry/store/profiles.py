"""Profile files that Gantry writes: copies of built-in profiles, and further rules in any file."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import reserved
from gantry.store.atomic import read_replaced, write_atomically
from gantry.store.home import Home, make_private

_PATIENCE: Final = 30  # seconds
_OF_PRESET: Final = re.compile(r".*-[0-9a-f]{16}", re.IGNORECASE | re.DOTALL)
_NAME: Final = re.compile(r"\w(?:[\w .-]{0,62}\w)?")


def is_of_preset(home: Home, path: str) -> bool:
    """Whether a profile's file came with a preset, which names it by its content."""
    file = Path(path)
    folder = os.path.realpath(file.parent)
    return folder == os.path.realpath(home.profiles) and bool(_OF_PRESET.fullmatch(file.stem))


def is_name(name: str) -> bool:
    """Whether a copy may be called so: a file name on every system, and not a preset's."""
    return bool(_NAME.fullmatch(name)) and not (_OF_PRESET.fullmatch(name) or reserved(name))


def copies(home: Home) -> dict[str, Path]:
    """The profiles in Gantry's own folder by their names, without those of presets."""
    try:
        found = sorted(home.profiles.glob("*.json"))
    except OSError:
        return {}
    return {file.stem: file for file in found if not is_of_preset(home, str(file))}


def is_writable(path: str) -> bool:
    """Whether the user may change a file."""
    return os.access(path, os.W_OK)


def change_profile(home: Home, path: Path, change: Callable[[bytes | None], bytes | None]) -> None:
    """Replaces a profile's file at once, with the same rights; others never see half of it.

    Args:
        change: makes the new file of the one that there is (None: there is none), or None if it
            can stay. It is called again if another program has changed the file in between.

    Raises:
        GantryError: EXPORT_FAILED, the file can't be read or written; it is left as it was. Or
            what `change` raises.
    """
    try:
        make_private(home.state)
        with FileLock(home.state / "profiles.lock", timeout=_PATIENCE):  # of two Gantrys
            real = Path(os.path.realpath(path))  # a link stays a link
            before = _content(real)
            while (made := change(before)) is not None and (now := _content(real)) != before:
                before = now
            if made is None:
                return
            rights = stat.S_IMODE(real.stat().st_mode) if before is not None else None
            write_atomically(real, made)
            if rights is not None:
                os.chmod(real, rights)  # noqa: PTH101 - a path as `stat` had it
    except (OSError, Timeout) as error:
        raise GantryError(
            ErrorCode.EXPORT_FAILED, private={"path": str(path)}, detail=type(error).__name__
        ) from error


def _content(file: Path) -> bytes | None:
    try:
        return read_replaced(file)
    except FileNotFoundError:
        return None
