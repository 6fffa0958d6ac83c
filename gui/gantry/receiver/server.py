"""The embedded receiver: takes archives by form POST, on this computer unless told else.

What it answers to what is in `handler.py`, what it keeps on the disk in `storage.py`.
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

log = logging.getLogger(__name__)


class Receiver:
    """Listens on threads of its own between `start` and `stop`.

    Args:
        token: what clients must bring as `Authorization: Bearer`; None: anyone who can connect.
    """

    def __init__(
        self,
        root: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        token: str | None = None,
        limits: ReceiverLimits = ReceiverLimits(),  # noqa: B008  (frozen)
    ) -> None:
        self.storage = Storage(root)
        self._server = _Server((host, port), self.storage, token, limits)
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where to POST to."""
        host, port = self._server.server_address[:2]
        host = str(host)
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/parcels"

    def start(self) -> None:
        """Begins to answer; returns at once."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="gantry-receiver", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Ends all connections and the listening. What is half received is dropped."""
        self._server.stopping = True
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
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
    request_queue_size = 1024  # those above the limit wait here, at no cost
    allow_reuse_address = True

    def __init__(
        self,
        address: tuple[str, int],
        storage: Storage,
        token: str | None,
        limits: ReceiverLimits,
    ) -> None:
        self.storage, self.token, self.limits = storage, token, limits
        self.stopping = False
        self._places = threading.Semaphore(limits.connections)
        self._open: set[socket.socket] = set()
        self._open_lock = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Handler)

    def server_bind(self) -> None:
        """Without HTTPServer's look-up of this computer's name, which may take seconds."""
        if os.name != "nt":  # on Windows it would let another program listen there too
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        while not self._places.acquire(timeout=0.2):
            if self.stopping:
                self.shutdown_request(request)
                return
        with self._open_lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._open_lock:
                self._open.discard(request)
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = type(sys.exception()).__name__
        log.warning("a connection to the receiver ended badly: %s", error)

    def drop_connections(self) -> None:
        with self._open_lock:
            still_open = list(self._open)
        for connection in still_open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
