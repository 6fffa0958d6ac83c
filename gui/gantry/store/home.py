"""Where everything of Gantry lies: settings, history, logs, spool, practice."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_NAME = "Gantry"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one user. Nothing is made before `make` or the first file needs it.

    Attributes:
        state: lock files and other things that may vanish between two runs.
        practice: what the embedded receiver holds.
    """

    settings_file: Path
    history_file: Path
    logs: Path
    spool: Path
    practice: Path
    state: Path

    @property
    def outbox_file(self) -> Path:
        """The alerts that are still to be told."""
        return self.state / "alerts.sqlite"

    @classmethod
    def find(cls, override: str | None = None) -> Home:
        """All under `override` (or `GANTRY_HOME`) where given, else where the system wants it."""
        if chosen := override or os.environ.get("GANTRY_HOME"):
            root = Path(chosen).expanduser().absolute()
            return cls._under(settings=root, data=root, logs=root / "logs")
        # The spool holds what was not sent yet, so it is data, not a cache that may be emptied.
        return cls._under(
            settings=platformdirs.user_config_path(_NAME, appauthor=False),
            data=platformdirs.user_data_path(_NAME, appauthor=False),
            logs=platformdirs.user_log_path(_NAME, appauthor=False),
        )

    @classmethod
    def _under(cls, *, settings: Path, data: Path, logs: Path) -> Home:
        return cls(
            settings_file=settings / "settings.json",
            history_file=data / "history.sqlite",
            logs=logs,
            spool=data / "spool",
            practice=data / "practice",
            state=data / "state",
        )

    def make(self) -> None:
        """Makes the folders, for this user's eyes alone. Raises OSError."""
        for folder in (
            self.settings_file.parent, self.history_file.parent,
            self.logs, self.spool, self.practice, self.state,
        ):  # fmt: skip
            make_private(folder)


def make_private(folder: Path) -> None:
    """Makes a folder, and what is missing above it, for this user alone. Raises OSError.

    A folder that is there already keeps its rights: it may be one that the user chose. Windows:
    in the profile, its rights are inherited and are right; elsewhere Python makes it private
    from 3.11.10 on.
    """
    if folder.is_dir():
        return
    missing = [folder, *(p for p in folder.parents if not p.exists())]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
