"""What the receiver holds: one file a parcel and a note beside it; the disk is the only memory.

    <root>/<parcel>.tar.gz    the bytes as they came
    <root>/<parcel>.json      parcel, sha256, size, location, received
    <root>/.incoming/         what is still coming in; swept at start

The archive is synced and renamed first, the note after it: an archive without a note is hashed
again, so a kill at any point leaves either nothing or the whole parcel.
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
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from gantry.engine.files import extended, replace_retry, reserved, sync_folder, unlink_retry

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,63}")
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Held:
    """A parcel that is here, whole and synced."""

    parcel: str
    sha256: str
    size: int
    location: str
    received: str


class Conflict(Exception):
    """Another content is held under this parcel's name; it stays."""


def valid_id(text: str) -> bool:
    """Whether a stranger's name for a parcel may become a file's name on any system."""
    return bool(_ID.fullmatch(text)) and not reserved(text) and not text.endswith(".part")


class Incoming:
    """A file that is being received: hashed while it is written. Gone again unless it is kept."""

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
        """A new place for bytes to come. Raises OSError."""
        return Incoming(self._incoming)

    def held(self, parcel: str) -> Held | None:
        """What is held under this name. Raises OSError; ValueError for an invalid name."""
        with self._lock:
            return self._held(parcel)

    def keep(self, incoming: Incoming, parcel: str) -> tuple[Held, bool]:
        """Makes what came in the parcel, unless it is held already; True: it is new.

        Raises:
            Conflict: held with other bytes.
            OSError: the disk is full, or worse.
        """
        incoming.sync()
        with self._lock:
            known = self._held(parcel)
            if known is not None:
                if (known.parcel, known.sha256) != (parcel, incoming.sha256):
                    raise Conflict(parcel)
                return known, False
            replace_retry(incoming.path, self._archive(parcel))
            sync_folder(self.root)
            return self._note(parcel, incoming.sha256, incoming.size), True

    def _archive(self, parcel: str) -> Path:
        if not valid_id(parcel):
            raise ValueError("not a parcel's name")
        return self.root / f"{parcel}.tar.gz"

    def _held(self, parcel: str) -> Held | None:
        archive = self._archive(parcel)
        if archive.is_symlink() or not archive.is_file():
            return None
        size = archive.stat().st_size
        try:
            known = Held(**json.loads((self.root / f"{parcel}.json").read_text(encoding="utf-8")))
            if known.size == size:
                return known
        except (OSError, ValueError, TypeError):
            pass
        running = hashlib.sha256()
        with archive.open("rb") as file:
            while block := file.read(_BLOCK):
                running.update(block)
        return self._note(parcel, running.hexdigest(), size)

    def _note(self, parcel: str, sha256: str, size: int) -> Held:
        received = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        held = Held(parcel, sha256, size, f"/parcels/{parcel}", received)
        descriptor, name = tempfile.mkstemp(dir=self._incoming, suffix=".part")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(held), file)
            file.flush()
            os.fsync(file.fileno())
        replace_retry(name, self.root / f"{parcel}.json")
        sync_folder(self.root)
        return held
