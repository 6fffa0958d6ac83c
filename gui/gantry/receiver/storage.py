"""Stores received parcels: one archive and one note per parcel; the disk is the only memory.

    <root>/<parcel>.tar.gz    the bytes as received
    <root>/<parcel>.json      parcel, sha256, size, location, received: as it arrived
    <root>/.incoming/         what is still being received; swept at start

The archive is synced and renamed first, the note after it, so a kill at any point leaves either
nothing or the whole parcel. Hash and size are read from the bytes each time: a disk or a person may
have altered them since they arrived.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from gantry.engine.files import (
    extended,
    open_shared,
    replace_retry,
    reserved,
    sync_folder,
    unlink_retry,
)
from gantry.engine.times import now

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,63}")
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class StoredParcel:
    """A parcel that was received completely and synced."""

    parcel: str
    sha256: str
    size: int
    location: str
    received: str


class Conflict(Exception):
    """Different content is stored under this parcel's name; it stays."""


def valid_id(text: str) -> bool:
    """Whether a client's name for a parcel is a valid file name on every system."""
    return bool(_ID.fullmatch(text)) and not reserved(text) and not text.endswith(".part")


class Incoming:
    """A file that is being received: hashed while it is written; deleted unless it is kept."""

    def __init__(self, folder: Path) -> None:
        descriptor, name = tempfile.mkstemp(dir=folder, suffix=".part")
        self.path = Path(name)
        self.size = 0
        self._hash = hashlib.sha256()
        self._file: BinaryIO = os.fdopen(descriptor, "wb")

    def write(self, data: bytes) -> None:
        self._file.write(data)
        self._hash.update(data)
        self.size += len(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
        with contextlib.suppress(OSError):
            unlink_retry(self.path)


class Storage:
    """The receiver's folder. Safe for many threads of one process."""

    def __init__(self, root: Path) -> None:
        self.root = Path(extended(root.resolve()))
        self._incoming = self.root / ".incoming"
        self._lock = threading.Lock()
        self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._incoming.glob("*.part"):
            with contextlib.suppress(OSError):
                left.unlink()

    def begin(self) -> Incoming:
        """Opens a new file for incoming bytes. Raises OSError."""
        return Incoming(self._incoming)

    def held(self, parcel: str) -> StoredParcel | None:
        """What is stored under this name now. Raises OSError; ValueError for an invalid name."""
        sha256, size = self._hashed(parcel)
        if not sha256:
            return None
        noted = self._noted(parcel)
        if noted is not None and (noted.sha256, noted.size) == (sha256, size):
            return noted
        received = noted.received if noted is not None else now()
        return StoredParcel(parcel, sha256, size, f"/parcels/{parcel}", received)

    def keep(self, incoming: Incoming, parcel: str) -> tuple[StoredParcel, bool]:
        """Stores the incoming file as the parcel unless it exists already; True: it is new.

        An archive that was altered here since it arrived is replaced by its original.

        Raises:
            Conflict: stored with other bytes.
            OSError: the disk is full, or worse.
        """
        incoming.sync()
        while True:
            before = self._stamp(parcel)
            sha256, _ = self._hashed(parcel)
            with self._lock:
                if self._stamp(parcel) != before:
                    continue  # another thread was faster: look again
                noted = self._noted(parcel)
                if sha256 == incoming.sha256:
                    if noted is None or noted.sha256 != sha256:
                        noted = self._note(parcel, sha256, incoming.size)
                    return noted, False
                if sha256 and (noted is None or noted.sha256 != incoming.sha256):
                    raise Conflict(parcel)
                replace_retry(incoming.path, self._archive(parcel))
                sync_folder(self.root)
                return self._note(parcel, incoming.sha256, incoming.size), True

    def _archive(self, parcel: str) -> Path:
        if not valid_id(parcel):
            raise ValueError("not a parcel's name")
        return self.root / f"{parcel}.tar.gz"

    def _stamp(self, parcel: str) -> tuple[int, ...]:
        """Changes when another archive takes the name."""
        try:
            about = self._archive(parcel).lstat()
        except FileNotFoundError:
            return ()
        return about.st_ino, about.st_size, about.st_mtime_ns

    def _hashed(self, parcel: str) -> tuple[str, int]:
        """SHA-256 and size of the stored bytes; "" and 0: there are none."""
        archive = self._archive(parcel)
        if archive.is_symlink() or not archive.is_file():
            return "", 0
        running, size = hashlib.sha256(), 0
        with contextlib.closing(open_shared(str(archive))) as raw:
            while block := raw.read(_BLOCK):
                running.update(block)
                size += len(block)
        return running.hexdigest(), size

    def _noted(self, parcel: str) -> StoredParcel | None:
        try:
            said = json.loads((self.root / f"{parcel}.json").read_text(encoding="utf-8"))
            noted = StoredParcel(**said)
        except (OSError, ValueError, TypeError):
            return None
        whole = all(isinstance(getattr(noted, name), str) for name in ("sha256", "received"))
        named = noted.parcel == parcel and noted.location == f"/parcels/{parcel}"
        return noted if whole and named else None

    def _note(self, parcel: str, sha256: str, size: int) -> StoredParcel:
        held = StoredParcel(parcel, sha256, size, f"/parcels/{parcel}", now())
        descriptor, name = tempfile.mkstemp(dir=self._incoming, suffix=".part")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(held), file)
            file.flush()
            os.fsync(file.fileno())
        replace_retry(name, self.root / f"{parcel}.json")
        sync_folder(self.root)
        return held
