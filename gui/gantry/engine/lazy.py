"""Imports large packages late, in one thread at a time."""

from __future__ import annotations

import importlib
import threading

_LOCK = threading.RLock()
_loaded: set[str] = set()


def load(package: str) -> None:
    """Imports a package completely before anything is taken out of it.

    Two threads that start with different modules of a package whose modules import each other would
    get half-initialized ones: Python lets them through instead of deadlocking.
    """
    if package not in _loaded:
        with _LOCK:
            importlib.import_module(package)
            _loaded.add(package)
