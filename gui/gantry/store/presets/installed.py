"""The installed presets of a home: a folder with one file each, which its name and `.gantry` name.

A file holds the bytes that were installed, so its signature still fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import unlink_retry
from gantry.store.atomic import write_atomically
from gantry.store.home import Home, make_private
from gantry.store.presets.preset import SUFFIX

_PATIENCE: Final = 30  # seconds


def installed_names(home: Home) -> list[str]:
    """The names of the installed presets, sorted; creates nothing.

    Raises:
        GantryError: EXPORT_FAILED: the folder can't be read.
    """
    try:
        files = [one.name for one in home.presets.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _failed(home.presets, error) from error
    return sorted(
        one.removesuffix(SUFFIX)
        for one in files
        if one.endswith(SUFFIX) and not one.startswith(".")
    )


def installed_file(home: Home, name: str) -> Path | None:
    """The file of an installed preset, in small or capital letters; None: there is none."""
    for one in installed_names(home):  # never a path made from what somebody typed
        if one.casefold() == name.casefold():
            return home.presets / (one + SUFFIX)
    return None


@contextmanager
def changing(home: Home) -> Iterator[None]:
    """Keeps other processes from installing and removing.

    Raises:
        GantryError: EXPORT_FAILED.
    """
    lock = FileLock(home.presets / ".lock", timeout=_PATIENCE)
    try:
        make_private(home.presets)
        lock.acquire()
    except (OSError, Timeout) as error:
        raise _failed(home.presets, error) from error
    try:
        yield
    finally:
        lock.release()


def write_installed(home: Home, name: str, data: bytes) -> Path:
    """Writes the file of a preset, while `changing`.

    Args:
        name: a valid preset's, so one for a file, too.

    Raises:
        GantryError: EXPORT_FAILED.
    """
    path = home.presets / (name + SUFFIX)
    try:
        write_atomically(path, data)
    except OSError as error:
        raise _failed(path, error) from error
    return path


def delete_installed(path: Path) -> None:
    """Deletes the file of a preset, while `changing`. Raises GantryError: EXPORT_FAILED."""
    try:
        unlink_retry(path)
    except OSError as error:
        raise _failed(path, error) from error


def _failed(path: Path, error: Exception) -> GantryError:
    return GantryError(
        ErrorCode.EXPORT_FAILED, private={"path": str(path)}, detail=type(error).__name__
    )
