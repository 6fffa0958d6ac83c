"""Walks dropped paths: folders and files, never through a link, each file once."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.skipped import (
    Skipped,
    SkipReason,
    detail_of,
    may_be_gone,
    reason_of,
)
from gantry.engine.own_names import is_history, is_own

DEEPEST: Final = 200  # folders below a root

_JUNK_FILES: Final = frozenset(
    (".ds_store", "thumbs.db", "ehthumbs.db", "desktop.ini", ".directory", ".localized", "icon\r")
)
_JUNK_FOLDERS: Final = frozenset(
    ("__macosx", ".trashes", ".spotlight-v100", ".fseventsd", ".temporaryitems", "$recycle.bin",
     "system volume information", ".appledouble", "@eadir", "lost+found")
)  # fmt: skip

Skip = Callable[[Skipped], None]


class Root:
    """A dropped path.

    Creating one does not touch the file system: a share that hangs holds up only `resolve`.

    Args:
        path: as dropped.
        generation: drops and removals are numbered together; files read for a drop that is older
            than a removal do not come back.
        since: the number of the last removal before this drop; what was walked before that is
            walked again.

    Attributes:
        path: absolute, as dropped.
        real: the same place without links, to recognize a path that was dropped twice.
        gone: found to have vanished; its files that were still to be read are passed over.
    """

    def __init__(self, path: str, generation: int = 0, since: int = 0) -> None:
        self.path = path
        self.real = path
        self.generation, self.since = generation, since
        self.gone = False
        self._lock = threading.Lock()
        self._identity: tuple[int, int] | None = None

    def resolve(self) -> None:
        """Finds out where it is. Raises OSError or ValueError for an invalid path."""
        self.path = str(Path(self.path).absolute())
        try:
            self.real = files.plain(os.path.realpath(files.extended(self.path)))
        except OSError:  # a failing stick, an odd driver: it may be readable anyway
            self.real = self.path
        self._identity = self._look()

    def _look(self) -> tuple[int, int] | None:
        try:
            status = Path(files.extended(self.path)).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def real_path(self, path: str) -> str:
        """The real path, without links, of a path below this root."""
        return path if self.real == self.path else self.real + path[len(self.path) :]

    def lost(self, error: OSError) -> Skipped | None:
        """One entry for the whole root if the error means that it has vanished; otherwise None.

        A stick that was unmounted leaves its empty folder: another device under the same name.
        """
        if not may_be_gone(error) or self._look() == self._identity:
            return None
        with self._lock:
            if not self.gone:
                self.gone = True
                return Skipped(self.path, "", SkipReason.ROOT_GONE, detail_of(error))
        return None


@dataclass(slots=True)
class FoundFile:
    """A regular file to inspect; `real` is its path without links.

    `again`: its folder was walked before, so it was most likely found there and counted.
    """

    path: str
    real: str
    root: Root
    again: bool = False


def junk(name: str, *, folder: bool = False) -> bool:
    """Whether a name is that of a file that operating systems create."""
    plain = name.casefold()
    if folder:
        return plain in _JUNK_FOLDERS
    return plain in _JUNK_FILES or plain.startswith("._")


def walk(root: Root, seen: dict[str, int], skip: Skip, token: CancelToken) -> Iterator[FoundFile]:
    """Every regular file of a dropped path; folders that were walked before are passed over.

    Args:
        seen: the real paths of folders that were walked, each with its root's generation.

    Raises:
        Cancelled: by the token.
        OSError, ValueError: as `Root.resolve`.
    """
    root.resolve()
    try:
        status = Path(files.extended(root.path)).stat()
    except OSError as error:
        skip(Skipped(root.path, "", reason_of(error), detail_of(error)))
        return
    if stat.S_ISDIR(status.st_mode):
        yield from _walk_folder(root, seen, skip, token)
    elif not stat.S_ISREG(status.st_mode):
        skip(Skipped(root.path, "", SkipReason.SPECIAL))
    elif junk(Path(root.path).name):
        skip(Skipped(root.path, "", SkipReason.JUNK))
    elif files.needs_download(status):
        skip(Skipped(root.path, "", SkipReason.CLOUD))
    else:
        yield FoundFile(root.path, root.real, root)


def _walk_folder(
    root: Root, seen: dict[str, int], skip: Skip, token: CancelToken
) -> Iterator[FoundFile]:
    todo = [(root.path, 0)]
    while todo:
        token.check()
        folder, depth = todo.pop()
        real = root.real_path(folder)
        before = seen.get(real)
        if before is not None and before >= root.since:
            continue
        seen[real] = root.generation
        try:
            with os.scandir(files.extended(folder)) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            lost = root.lost(error)
            if root.gone:
                if lost:
                    skip(lost)
                return
            reason, detail = reason_of(error), detail_of(error)
            skip(Skipped(folder, "", reason, detail, is_folder=True))
            continue
        names = frozenset(entry.name for entry in entries)
        below: list[tuple[str, int]] = []
        inside = folder if folder.endswith(os.sep) else folder + os.sep
        for entry in entries:
            path = inside + entry.name
            try:
                kind = _kind(entry)
            except OSError as error:
                skip(Skipped(path, "", reason_of(error), detail_of(error)))
                continue
            if kind == "folder" and is_own(entry.name, names):
                continue  # archives that are being sent aren't sources
            if kind is None and is_history(entry.name, names):
                continue  # not an image that could not be read
            if kind is None:
                yield FoundFile(path, root.real_path(path), root, again=before is not None)
            elif isinstance(kind, SkipReason):
                skip(Skipped(path, "", kind))
            elif depth >= DEEPEST:
                skip(Skipped(path, "", SkipReason.TOO_DEEP))
            else:
                below.append((path, depth + 1))
        todo += reversed(below)


def _kind(entry: os.DirEntry[str]) -> Literal["folder"] | SkipReason | None:
    """None for a file to read, "folder", or why it is passed over; known from the listing."""
    if os.name == "nt":
        status = entry.stat(follow_symlinks=False)
        if files.is_link(status):
            return SkipReason.LINK
    elif entry.is_symlink():
        return SkipReason.LINK
    if entry.is_dir(follow_symlinks=False):
        return SkipReason.JUNK if junk(entry.name, folder=True) else "folder"
    if junk(entry.name):
        return SkipReason.JUNK
    if not entry.is_file(follow_symlinks=False):
        return SkipReason.SPECIAL
    if os.name == "nt" and files.needs_download(status):
        return SkipReason.CLOUD
    return None
