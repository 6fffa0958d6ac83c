"""Gantry's own folders, and the owner of a spool: files in them may be deleted at any start.

A home is identified by the id in `home.id`. Archives are made in the home's `spool`; in a folder
that the user chose, in `gantry-spool-<id>` below it. So no two homes share a spool, whatever their
settings, and a spool is recognized by its place, whatever path leads there.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.files import extended, plain
from gantry.engine.own_names import HOME_FOLDERS, ID_FILE, SPOOL
from gantry.engine.transfer.folder_path import folder_of
from gantry.store.atomic import read_replaced, write_atomically
from gantry.store.home import Home
from gantry.store.settings import Settings

_ID = re.compile(r"[0-9a-f]{16}")
_PATIENCE = 5.0  # seconds


class OwnFolders:
    """The folders of one home, according to the settings.

    Attributes:
        identity: this home's id.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self.identity = home_id(home)
        # A link counts as a chosen folder: another home's may lead to the same place.
        real = Path(os.path.realpath(home.spool.parent)) / home.spool.name
        self._is_linked = Path(os.path.realpath(home.spool)) != real

    def spool(self, settings: Settings) -> Path:
        """Where archives are made."""
        chosen = Path(settings.spool_folder or self._home.spool)
        if chosen == self._home.spool and not self._is_linked:
            return chosen
        name = f"gantry-spool-{self.identity}"
        return chosen if chosen.name == name else chosen / name

    def shared(self, settings: Settings) -> tuple[Path, ...]:
        """Chosen folders in which an older version made archives, perhaps among other homes'."""
        chosen = (Path(settings.spool_folder),) if settings.spool_folder else ()
        return (*chosen, self._home.spool)

    def written(self, settings: Settings) -> tuple[Path, ...]:
        """Folders with nothing but Gantry's own files, which it deletes at some time."""
        return (self.spool(settings), *self._home.written)

    def check_destination(self, url: str, settings: Settings, use: str = "destination") -> None:
        """Refuses a destination that is a folder in which Gantry itself works.

        Raises:
            GantryError: FOLDER_TAKEN.
        """
        folder = folder_of(url)
        if folder is None:
            return
        keep_apart(folder, self.written(settings), use)
        chosen = settings.spool_folder
        if chosen and is_same_folder(folder, Path(chosen)):
            raise _taken(folder, Path(chosen), use)

    def check_settings(self, new: Settings, old: Settings) -> None:
        """Refuses settings in which a destination newly overlaps with the spool folder.

        An existing overlap is accepted, so that other settings can still be saved; a job refuses
        it.

        Raises:
            GantryError: FOLDER_TAKEN.
        """
        moved = new.spool_folder != old.spool_folder
        known = {d.url for d in old.destinations}
        for one in new.destinations:
            if moved or one.url not in known:
                self.check_destination(one.url, new, "spool" if moved else "destination")

    def is_ours(self, archive: Path) -> bool:
        """Whether an archive is where this home makes them; in a folder without owner, an older
        version may have made it."""
        return _owner(Path(os.path.realpath(archive.parent))) in ("", self.identity)


def home_id(home: Home) -> str:
    """The id of this home: created once, kept when the home moves, replaced in a copy of it."""
    folder = home.history_file.parent
    file = folder / ID_FILE
    here = os.path.realpath(folder)
    guess = sha256(here.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    if not folder.is_dir():
        return guess
    try:
        with FileLock(home.state / "home.lock", timeout=_PATIENCE):
            known, place = _read_own(file)
            if known and (place == here or not _lives(Path(place), known)):
                if place != here:
                    _write(file, known, here)
                return known
            made = secrets.token_hex(8)
            _write(file, made, here)
            return made
    except (OSError, Timeout):  # a home that can't be read or written keeps the id that it may have
        return guess


def keep_apart(folder: Path, own: Iterable[Path], use: str) -> None:
    """Refuses a folder that is, or is inside, one of Gantry's own, of this home or another.

    Folders are compared by the system's own identity, so links, case and spelling don't matter.

    Args:
        own: this home's folders.
        use: its intended use: "destination", "spool", "output" or "receiver".

    Raises:
        GantryError: FOLDER_TAKEN.
    """
    known: set[tuple[int, int] | str] = {found for one in own if (found := _identity(one))}
    known |= {_spelt(one) for one in own}  # a new home has none yet
    for part in _upwards(folder):
        is_own = (_identity(part) or "") in known or _spelt(part) in known
        if is_own or _owner(part) or _is_of_a_home(part):
            raise _taken(folder, part, use)


def is_same_folder(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same folder; False if that can't be known."""
    found = _identity(one)
    return found is not None and found == _identity(other)


def _taken(folder: Path, part: Path, use: str) -> GantryError:
    facts: dict[str, Fact] = {"reason": use, "folder": plain(folder), "own": plain(part)}
    return GantryError(ErrorCode.FOLDER_TAKEN, facts=facts)


def _upwards(folder: Path) -> Iterator[Path]:
    real = Path(os.path.realpath(folder))
    yield real
    yield from real.parents


def _spelt(folder: Path) -> str:
    return os.path.normcase(os.path.realpath(folder))


def _identity(folder: Path) -> tuple[int, int] | None:
    with suppress(OSError, ValueError):
        status = Path(extended(folder)).stat()
        if status.st_ino:  # some network file systems give none
            return status.st_dev, status.st_ino
    return None


def _owner(folder: Path) -> str:
    """The id of the home whose spool a folder is; "" if it is not marked as one."""
    if named := SPOOL.fullmatch(folder.name):
        return named[1].lower()
    return _read(folder.parent / ID_FILE)[0] if folder.name.casefold() == "spool" else ""


def _is_of_a_home(folder: Path) -> bool:
    return folder.name.casefold() in HOME_FOLDERS and bool(_read(folder.parent / ID_FILE)[0])


def _lives(folder: Path, identity: str) -> bool:
    return _read(folder / ID_FILE)[0] == identity


def _read(file: Path) -> tuple[str, str]:
    """The id in a file, and the home that it was made for; empty if there is none."""
    try:
        return _parsed(Path(extended(file)).read_bytes())
    except OSError:
        return "", ""


def _read_own(file: Path) -> tuple[str, str]:
    """The same of this home, whose id must not be replaced when its file is denied for now.

    Raises:
        OSError: there may be an id, but it can't be read.
    """
    try:
        return _parsed(read_replaced(Path(extended(file))))
    except FileNotFoundError:
        return "", ""


def _parsed(data: bytes) -> tuple[str, str]:
    try:
        raw = json.loads(data[:65536])
        found, place = str(raw["id"]), str(raw["home"])
    except (ValueError, KeyError, TypeError):
        return "", ""
    return (found, place) if _ID.fullmatch(found) else ("", "")


def _write(file: Path, identity: str, place: str) -> None:
    write_atomically(file, json.dumps({"id": identity, "home": place}).encode() + b"\n")
