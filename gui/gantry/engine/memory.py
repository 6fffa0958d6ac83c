"""Keeps the C library from holding memory for threads that have ended."""

from __future__ import annotations

import sys
from contextlib import suppress

_M_ARENA_MAX = -8  # malloc.h


def share_memory() -> None:
    """Has all threads that come after use the same pool of memory, where that is to be said.

    glibc gives each new thread one of its own, up to eight a core, and none is ever given back:
    a job's threads come and go, and kept 18 MB that way. What allocates here mostly waits for
    Python's lock anyway. musl, Windows and macOS do without such pools or empty them.
    """
    if sys.platform == "linux":
        import ctypes  # takes 5 ms

        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
