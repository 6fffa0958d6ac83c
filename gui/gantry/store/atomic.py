"""Writes small files so that a crash leaves the old or the new one, never a mixture."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

from gantry.engine.files import replace_retry, retry_held, sync_folder, unlink_retry
from gantry.store.home import make_private

# While one Gantry replaces a file, Windows denies it to another for an instant. A file that is
# denied for good costs as much.
_REPLACED_WITHIN = 0.3  # seconds


def write_atomically(path: Path, data: bytes) -> None:
    """Replaces `path` with a file for this user only; it is on disk on return. Raises OSError."""
    make_private(path.parent)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(part, flags, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        replace_retry(part, path)
    except BaseException:
        unlink_retry(part)
        raise
    sync_folder(path.parent)


def read_replaced(path: Path) -> bytes:
    """A small file that another Gantry may be replacing: the old one or the new. Raises OSError."""
    return retry_held(path.read_bytes, seconds=_REPLACED_WITHIN, denied_too=True)


def aside_name(path: Path) -> Path:
    """A free name under which to keep a damaged file: `x.damaged-20260131T120000Z.json`."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = path.with_name(f"{path.stem}.damaged-{stamp}{path.suffix}")
    n = 1
    while name.exists():
        n += 1
        name = path.with_name(f"{path.stem}.damaged-{stamp}-{n}{path.suffix}")
    return name
