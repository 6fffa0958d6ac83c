"""The receiver behind "Practice (this computer)": started when something is first sent there."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from gantry.engine.credentials import Credentials

if TYPE_CHECKING:
    from gantry.receiver.server import Receiver


class Practice:
    """One receiver per process, with its own token; may be used from several threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._token = secrets.token_urlsafe(32)
        self._receiver: Receiver | None = None
        self._lock = threading.Lock()

    def start(self) -> tuple[str, Credentials]:
        """Starts it; returns its address and credentials."""
        with self._lock:
            if self._receiver is None:
                from gantry.receiver.server import Receiver  # noqa: PLC0415 - 30 ms, for practice only

                receiver = Receiver(self._root, token=self._token)
                receiver.start()
                self._receiver = receiver
            return self._receiver.url, Credentials(token=self._token)

    def close(self) -> None:
        """Ends it, if it runs."""
        with self._lock:
            if self._receiver is not None:
                self._receiver.stop()
                self._receiver = None
