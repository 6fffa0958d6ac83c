"""Exports files completely or not at all; for worker threads."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import replace_retry
from gantry.services.named_destinations import Place
from gantry.store.bundle import write_bundle

if TYPE_CHECKING:
    from gantry.services.services import Services
    from gantry.store.history import History, ParcelFilter


def export_csv(history: History, wanted: ParcelFilter, path: str) -> int:
    """Writes the table to a temporary file, then renames it; returns how many rows.

    Raises:
        GantryError: the history can't be read, or the file can't be written.
    """
    part = Path(f"{path}.part")
    try:
        with open(part, "w", encoding="utf-8", newline="") as file:
            number = history.export_csv(file, wanted)
            file.flush()
            os.fsync(file.fileno())
        replace_retry(part, Path(path))
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise GantryError(
            ErrorCode.EXPORT_FAILED, private={"path": path}, detail=type(error).__name__
        ) from error
    return number


def save_bundle(services: Services, path: str) -> None:
    """Tests the destination that was used last, and writes the support bundle.

    Raises:
        GantryError: the history can't be read, or the file can't be written.
    """
    try:
        write_bundle(
            Path(path),
            services.home,
            services.preferences.settings,
            services.history,
            doctor=_examined(services),
        )
    except OSError as error:
        raise GantryError(
            ErrorCode.EXPORT_FAILED, private={"path": path}, detail=type(error).__name__
        ) from error


def _examined(services: Services) -> list[dict[str, object]]:
    saved = services.preferences.settings.destination(
        services.preferences.settings.last_destination
    )
    if saved is None:
        return []
    found: list[dict[str, object]] = []
    try:
        for step in services.destinations.examine(Place(saved.name, saved.url), CancelToken()):
            line: dict[str, object] = {"step": step.name, "result": step.status.value}
            if step.error is not None:
                line |= {"code": step.error.code.value, "facts": step.error.facts}
            found.append(line)
    except GantryError as error:
        found.append({"result": "failed", "code": error.code.value, "facts": error.facts})
    return found
