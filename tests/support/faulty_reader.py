"""The preview's process with a fault that quotes the file it reads."""

from __future__ import annotations

from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from gantry.engine.preview import leaving, worker
from gantry.engine.preview.contents import Want


def serve_faulty(connection: Connection, folder: Path | None = None) -> None:
    """Fails where a file is compared, which is foreseen."""

    def compared(data: bytes, *_: object) -> NoReturn:
        raise ValueError(data.decode("latin-1"))

    leaving.compared = compared  # type: ignore[assignment]
    worker.serve(connection, folder)


def serve_dying(connection: Connection, folder: Path | None = None) -> None:
    """Fails where nothing is foreseen: the process ends."""

    def read(want: Want) -> NoReturn:
        raise ValueError(Path(want.path.decode()).read_bytes().decode("latin-1"))

    worker.read = read
    worker.serve(connection, folder)
