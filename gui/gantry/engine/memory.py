"""Keeps the C library from holding memory for threads that have ended."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # malloc.h


def share_memory() -> None:
    """Limits glibc to one malloc arena for threads started later; does nothing elsewhere.

    glibc gives each new thread an arena of its own, up to eight per core, and never returns one: a
    job's threads come and go, and kept 18 MB that way. Threads here usually wait for Python's lock
    anyway when they allocate. musl, Windows and macOS have no such arenas or empty them.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
