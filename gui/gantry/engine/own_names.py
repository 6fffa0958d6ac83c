"""The names of Gantry's own folders and files, which it creates, keeps and deletes by itself."""

from __future__ import annotations

import re
from typing import Final

# In the folder of a home, beside the folders below.
ID_FILE: Final = "home.id"
HOME_FOLDERS: Final = frozenset({"spool", "logs", "practice", "state", "relink", "keys"})
# A home's spool in a folder that the user chose; the number is the home's.
SPOOL: Final = re.compile(r"gantry-spool-([0-9a-f]{16})", re.IGNORECASE)
# The history and SQLite's files beside it, which nobody else can read on Windows while it is open.
_HISTORY: Final = re.compile(r"history\.sqlite(-wal|-shm|-journal)?", re.IGNORECASE)


def is_history(file: str, siblings: frozenset[str]) -> bool:
    """Whether a file of this name, beside these, is a home's open history."""
    return ID_FILE in siblings and _HISTORY.fullmatch(file) is not None


def is_own(folder: str, siblings: frozenset[str]) -> bool:
    """Whether a folder of this name, beside these files and folders, is one of Gantry's own."""
    if SPOOL.fullmatch(folder):
        return True
    return ID_FILE in siblings and folder.casefold() in HOME_FOLDERS
