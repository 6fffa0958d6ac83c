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

    Attributes:
        path: absolute, as dropped.
        real: the same place without links, so that it can be told when it was dropped twice.
        gone: found to have vanished; the files of it that were still to be read are passed over.
    """

    def __init__(self, path: str) -> None:
        self.path = str(Path(path).absolute())
        self.real = files.plain(os.path.realpath(files.extended(self.path)))
        self.gone = False
        self._lock = threading.Lock()
        self._identity = self._look()

    def _look(self) -> tuple[int, int] | None:
        try:
            status = Path(files.extended(self.path)).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    def real_path(self, path: str) -> str:
        """What a path below this root is without links."""
        return path if self.real == self.path else self.real + path[len(self.path) :]

    def lost(self, error: OSError) -> Skipped | None:
        """One entry for the whole root if the error means that it has vanished; else None.

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
class Found:
    """A regular file to look into; `real` is its path without links.

    `again`: its folder was walked before, so it was most likely found there and counted.
    """

    path: str
    real: str
    root: Root
    again: bool = False


def junk(name: str, *, folder: bool = False) -> bool:
    """Whether a name is one of those that systems leave behind."""
    plain = name.casefold()
    if folder:
        return plain in _JUNK_FOLDERS
    return plain in _JUNK_FILES or plain.startswith("._")


def walk(root: Root, seen: set[str], skip: Skip, token: CancelToken) -> Iterator[Found]:
    """Every regular file of a dropped path; folders whose real path is in `seen` are passed over.

    Raises:
        Cancelled: by the token.
    """
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
        yield Found(root.path, root.real, root)


def _walk_folder(root: Root, seen: set[str], skip: Skip, token: CancelToken) -> Iterator[Found]:
    todo = [(root.path, 0)]
    while todo:
        token.check()
        folder, depth = todo.pop()
        real = root.real_path(folder)
        if real in seen:
            continue
        seen.add(real)
        try:
            with os.scandir(files.extended(folder)) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            lost = root.lost(error)
            if root.gone:
                if lost:
                    skip(lost)
                return
            skip(Skipped(folder, "", reason_of(error), detail_of(error)))
            continue
        below: list[tuple[str, int]] = []
        inside = folder if folder.endswith(os.sep) else folder + os.sep
        for entry in entries:
            path = inside + entry.name
            try:
                kind = _kind(entry)
            except OSError as error:
                skip(Skipped(path, "", reason_of(error), detail_of(error)))
                continue
            if kind is None:
                yield Found(path, root.real_path(path), root)
            elif isinstance(kind, SkipReason):
                skip(Skipped(path, "", kind))
            elif depth >= DEEPEST:
                skip(Skipped(path, "", SkipReason.TOO_DEEP))
            else:
                below.append((path, depth + 1))
        todo += reversed(below)


def _kind(entry: os.DirEntry[str]) -> Literal["folder"] | SkipReason | None:
    """None for a file to read, "folder", or why it is passed over; answered by the listing."""
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
