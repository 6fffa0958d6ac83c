"""The preview's process on a computer that is slow to start programs."""

from __future__ import annotations

import time
from multiprocessing.connection import Connection
from pathlib import Path

from gantry.engine.preview.worker import serve


def serve_late(connection: Connection, folder: Path | None = None) -> None:
    """Starts as slowly as under a virus scanner."""
    time.sleep(12)
    serve(connection, folder)
