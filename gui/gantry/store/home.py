"""The places of Gantry's files: settings, history, logs, spool, practice."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

_NAME = "Gantry"


@dataclass(frozen=True, slots=True)
class Home:
    """The folders of one user. Nothing is created before `make` or the first file needs it.

    Attributes:
        state: lock files and other files that may vanish between two runs.
        practice: the files of the embedded receiver.
    """

    settings_file: Path
    history_file: Path
    logs: Path
    spool: Path
    practice: Path
    state: Path

    @property
    def outbox_file(self) -> Path:
        """The alerts that are still to be sent."""
        return self.state / "alerts.sqlite"

    @property
    def presets(self) -> Path:
        """The installed presets."""
        return self.settings_file.parent / "presets"

    @property
    def relink_file(self) -> Path:
        """What leads from new identifiers back to the original ones, in a folder of its own."""
        return self.history_file.parent / "relink" / "relink.sqlite"

    @property
    def numbers_file(self) -> Path:
        """The running numbers of pseudonyms."""
        return self.relink_file.with_name("numbers.sqlite")

    @property
    def profiles(self) -> Path:
        """Profile files that Gantry wrote: those of presets, and copies of built-in ones."""
        return self.history_file.parent / "profiles"

    @property
    def written(self) -> tuple[Path, ...]:
        """Folders with nothing but Gantry's own files, which it deletes at some time."""
        return self.spool, self.logs, self.practice, self.state

    @classmethod
    def find(cls, override: str | None = None) -> Home:
        """All under `override` (or `GANTRY_HOME`) if given, otherwise in the system's places."""
        if chosen := override or os.environ.get("GANTRY_HOME"):
            root = Path(chosen).expanduser().absolute()
            return cls._under(settings=root, data=root, logs=root / "logs")
        # The spool contains unsent archives, so it is data, not a cache that may be emptied.
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
        """Creates the folders, for this user only. Raises OSError."""
        for folder in (
            self.settings_file.parent, self.history_file.parent,
            self.logs, self.spool, self.practice, self.state,
        ):  # fmt: skip
            make_private(folder)


def make_private(folder: Path) -> None:
    """Creates a folder and its missing parents, for this user only. Raises OSError.

    An existing folder keeps its rights: the user may have chosen it. Windows: in the profile, its
    rights are inherited and correct; elsewhere Python makes it private from 3.11.10 on.
    """
    if folder.is_dir():
        return
    missing = [folder, *(p for p in folder.parents if not p.exists())]
    for part in reversed(missing):
        part.mkdir(mode=0o700, exist_ok=True)
