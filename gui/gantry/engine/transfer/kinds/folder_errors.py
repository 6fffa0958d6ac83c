"""What goes wrong at a folder or network share, as errors for the user."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import plain
from gantry.engine.os_errors import is_denied, is_full, is_held, windows_number


def facts_of(folder: Path) -> dict[str, Fact]:
    """The facts that every error at a folder has."""
    return {"folder": plain(folder)}


def gone(folder: Path, detail: str = "ENOENT: no such folder") -> GantryError:
    """The error for a missing folder, which may be a share that is not connected."""
    return GantryError(ErrorCode.SHARE_GONE, facts=facts_of(folder), detail=detail, transient=True)


def full(folder: Path, needed: int, free: int, detail: str) -> GantryError:
    """The error for a folder without room for `needed` bytes."""
    facts: dict[str, Fact] = {**facts_of(folder), "needed": needed, "free": free}
    return GantryError(ErrorCode.SHARE_FULL, facts=facts, detail=detail)


@contextmanager
def share_errors(folder: Path, left: Callable[[], int]) -> Iterator[None]:
    """Turns the system's errors into GantryError: SHARE_FULL, SHARE_DENIED, SHARE_GONE.

    Args:
        left: how many bytes were still to be written.
    """
    try:
        yield
    except OSError as error:
        windows = windows_number(error)
        detail = f"{type(error).__name__} {windows or error.errno}: {error.strerror}"
        if is_full(error):
            free = 0
            with contextlib.suppress(OSError):
                free = shutil.disk_usage(folder).free
            raise full(folder, left(), free, detail) from error
        if is_denied(error) or is_held(error):
            raise GantryError(
                ErrorCode.SHARE_DENIED,
                facts=facts_of(folder),
                detail=detail,
                transient=is_held(error),
            ) from error
        raise gone(folder, detail) from error
