"""Remembers, for a while, the largest archive that each server accepts."""

from __future__ import annotations

import json
import time
from pathlib import Path

from gantry.store.atomic import read_replaced, write_atomically

_KEPT = 30 * 86400.0  # seconds: an administrator may have raised it since


def learned_limit(path: Path, url: str) -> int:
    """Bytes that the destination at `url` is known to accept; 0: unknown."""
    limit, when = _read(path).get(url, (0, 0.0))
    return limit if 0 <= time.time() - when < _KEPT else 0


def learn_limit(path: Path, url: str, limit: int) -> None:
    """Stores what a server accepts. Raises OSError."""
    known = {**_read(path), url: (limit, time.time())}
    write_atomically(path, json.dumps(known).encode())


def forget_limit(path: Path, url: str) -> None:
    """Forgets the limit, because the server accepts more now. Raises OSError."""
    known = _read(path)
    if known.pop(url, None) is not None:
        write_atomically(path, json.dumps(known).encode())


def _read(path: Path) -> dict[str, tuple[int, float]]:
    """An unreadable file counts as empty: limits are learned again."""
    try:
        raw = json.loads(read_replaced(path))
        return {str(url): (int(limit), float(when)) for url, (limit, when) in raw.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
