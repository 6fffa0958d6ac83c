"""Imports late what is big, in one thread at a time."""

from __future__ import annotations

import importlib
import threading

_LOCK = threading.RLock()
_loaded: set[str] = set()


def load(package: str) -> None:
    """Makes a package whole before anything is taken out of it.

    Two threads that begin with different modules of one package, whose modules import each other,
    would get half of them: then Python lets them pass instead of waiting for ever.
    """
    if package not in _loaded:
        with _LOCK:
            importlib.import_module(package)
            _loaded.add(package)
