"""The texts that the user has read and ticked: one file in Gantry's home, for all projects."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gantry.engine.deidentify.reviewed import Text, ticked_as, ticked_from
from gantry.engine.errors import ErrorCode, GantryError
from gantry.store.atomic import read_replaced, write_atomically
from gantry.store.home import Home, make_private

SCHEMA: Final = "gantry.texts/1"
_PATIENCE: Final = 30  # seconds


def texts_file(home: Home) -> Path:
    """Where the ticked texts are."""
    return home.history_file.parent / "texts.json"


def ticked_texts(home: Home) -> tuple[Text, ...]:
    """All ticked texts, sorted; none if there is no file.

    Raises:
        GantryError: EXPORT_FAILED, the file can't be read, or holds no texts.
    """
    file = texts_file(home)
    try:
        found = json.loads(read_replaced(file))
        if found.get("schema") != SCHEMA:
            raise ValueError("schema")
        return ticked_from(found["ticked"])
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _failed(file, error) from error


def save_ticked(home: Home, seen: Iterable[Text], ticked: Iterable[Text]) -> None:
    """Keeps what the user decided about the texts that they saw; others stay as they were.

    Raises:
        GantryError: EXPORT_FAILED, the file can't be read or written; it is left as it was.
    """
    file = texts_file(home)
    try:
        make_private(file.parent)
        with FileLock(file.with_suffix(".lock"), timeout=_PATIENCE):  # two at once lose nothing
            kept = ticked_as({*ticked_texts(home)} - {*seen} | {*ticked})
            write_atomically(file, json.dumps({"schema": SCHEMA, "ticked": kept}).encode())
    except (OSError, Timeout) as error:
        raise _failed(file, error) from error


def _failed(file: Path, error: Exception) -> GantryError:
    return GantryError(
        ErrorCode.EXPORT_FAILED, private={"path": str(file)}, detail=type(error).__name__
    )
