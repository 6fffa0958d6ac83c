"""The embedded receiver: accepts archives by form POST, from this computer only by default.

`waiting_room.py` accepts connections, `handler.py` answers requests, `storage.py` keeps archives.
"""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from gantry.receiver.handler import Handler
from gantry.receiver.limits import ReceiverLimits
from gantry.receiver.storage import Storage
from gantry.receiver.waiting_room import WaitingRoom

log = logging.getLogger(__name__)


class Receiver:
    """Listens on threads of its own between `start` and `stop`.

    Args:
        token: required from clients as `Authorization: Bearer`; None: anyone who can connect.
    """

    def __init__(
        self,
        root: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        limits: ReceiverLimits = ReceiverLimits(),
    ) -> None:
        self.storage = Storage(root)
        self._server = _Server((host, port), self.storage, token, limits)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """The URL to POST to."""
        host, port = self._server.server_address[:2]
        host = str(host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/parcels"

    def start(self) -> None:
        """Starts to answer; returns at once."""
        self._thread = threading.Thread(
            target=self._server.room.run, name="gantry-receiver", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stops listening and ends all connections. Partly received archives are dropped."""
        self._server.room.stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._server.room.close()
        self._server.server_close()
        self._server.drop_connections()

    def __enter__(self) -> Receiver:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024  # those for which there is no room yet
    allow_reuse_address = True

    def __init__(
        self,
        address: tuple[str, int],
        storage: Storage,
        token: str | None,
        limits: ReceiverLimits,
    ) -> None:
        self.storage, self.token, self.limits = storage, token, limits
        self._open: dict[socket.socket, bytes] = {}  # with what was read from each before
        self._open_lock = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Handler)
        self.room = WaitingRoom(self.socket, limits, self._begin, self._has_place)

    def read_already(self, connection: socket.socket) -> bytes:
        """The first bytes of a connection, read while it waited."""
        return self._open.get(connection, b"")

    def server_bind(self) -> None:
        """Binds without HTTPServer's look-up of this computer's name, which may take seconds."""
        if os.name != "nt":  # on Windows it would let another program listen there too
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def _has_place(self) -> bool:
        return len(self._open) < self.limits.connections

    def _begin(self, connection: socket.socket, address: Any, read: bytes) -> None:
        with self._open_lock:
            self._open[connection] = read
        self.process_request(connection, address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._open_lock:
                self._open.pop(request, None)
            self.room.ring()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = type(sys.exception()).__name__
        log.warning("a connection to the receiver ended badly: %s", error)

    def drop_connections(self) -> None:
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
