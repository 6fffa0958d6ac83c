"""Replacements for parts of pynetdicom that must end early, hold still, or be bounded."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Any

from pynetdicom import AE
from pynetdicom.transport import AssociationSocket

from gantry.engine.transfer.run_with_timeout import TICK

QUEUED_PDUS = 64  # how much may wait for the network; pynetdicom would queue a whole file


class Entity(AE):
    """Exposes an association before it is negotiated, so that it can be cancelled then, too."""

    def __init__(self, calling: str, begun: Callable[[Any], None]) -> None:
        super().__init__(ae_title=calling)
        self._begun = begun

    def _create_socket(self, assoc: Any, address: Any, tls_args: Any) -> Any:
        assoc.dul.daemon = True  # a process that must end does not wait for a silent peer
        self._begun(assoc)
        made = ClosingSocket(assoc, address=address)
        made.tls_args = tls_args
        return made


class ClosingSocket(AssociationSocket):
    """Always closes its socket; pynetdicom leaves one that can't be shut down (refused, or
    already cut) to the garbage collector."""

    def _shutdown_socket(self) -> None:
        raw = self.socket
        super()._shutdown_socket()
        if raw is not None:
            raw.close()


class Gate(threading.Event):
    """Keeps pynetdicom's reactor thread from taking the answers that a request waits for.

    The reactor is meant to pause during a request, but pause and request race: sometimes, on a busy
    machine, it takes the response, and the request waits until the server gives up. A service user
    needs no reactor, so it is held here from the first request to the last.

    Attributes:
        closed: set once the reactor is held.
    """

    def __init__(self) -> None:
        super().__init__()
        self.closed = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.closed.set()
        return super().wait(timeout)

    def set(self) -> None:
        """Does nothing; pynetdicom calls it after each request."""

    def clear(self) -> None:
        """Does nothing; pynetdicom calls it before each request."""

    def open(self) -> None:
        super().set()


class Bounded(queue.Queue[Any]):
    """Slows the reader of a file down to the speed of the network."""

    def __init__(self, provider: threading.Thread) -> None:
        super().__init__(QUEUED_PDUS)
        self._provider = provider

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        while self._provider.is_alive():
            try:
                return super().put(item, timeout=TICK)
            except queue.Full:
                continue
        raise ConnectionError("the association is over")
