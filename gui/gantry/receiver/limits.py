"""What one stranger may take of this computer's time and space."""

from __future__ import annotations

import io
import socket
import time
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReceiverLimits:
    """Seconds and bytes.

    Attributes:
        head: for a request's whole head, and between two requests.
        idle: nothing comes for so long.
        slowest: bytes per second that a body must reach on average, after the first minute.
        reserve: what must stay free on the disk.
    """

    size: int = 64 * 1024**3
    connections: int = 64
    head: float = 15.0
    idle: float = 60.0
    slowest: int = 256
    reserve: int = 64 * 1024**2


class TimedReader(io.RawIOBase):
    """Reads a socket against a deadline for the whole, not only for each read."""

    def __init__(self, connection: socket.socket, limits: ReceiverLimits) -> None:
        super().__init__()
        self._connection, self._limits = connection, limits
        self._deadline: float | None = None
        self._since, self._bytes = 0.0, 0

    def expect_head(self) -> None:
        self._deadline = time.monotonic() + self._limits.head

    def expect_body(self) -> None:
        self._deadline, self._since, self._bytes = None, time.monotonic(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        now = time.monotonic()
        wait = self._limits.idle
        if self._deadline is not None:
            wait = min(wait, self._deadline - now)
        elif now - self._since > 60 and self._bytes < self._limits.slowest * (now - self._since):
            raise TimeoutError("too slow")
        if wait <= 0:
            raise TimeoutError("the head took too long")
        self._connection.settimeout(wait)
        count = self._connection.recv_into(buffer)
        self._bytes += count
        return count
