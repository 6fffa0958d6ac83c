"""Limits on the time and space that a client may use."""

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
        connections: requests that are answered at the same time, each by a thread.
        waiting: connections whose request has not arrived yet (Windows can watch 512).
        polite: how long one of these may wait before it makes room for a new one.
        head: for a request's whole head, and between two requests.
        idle: how long nothing may arrive.
        slowest: bytes per second that a body must reach on average, after the first minute.
        reserve: what must stay free on the disk; None: depends on its size.
    """

    size: int = 64 * 1024**3
    connections: int = 64
    waiting: int = 480
    polite: float = 2.0
    head: float = 15.0
    idle: float = 60.0
    slowest: int = 256
    reserve: int | None = None

    def reserve_of(self, free: int) -> int:
        """What must stay free now: 64 MiB, or a twentieth of what is free if that is less."""
        return min(64 * 1024**2, free // 20) if self.reserve is None else self.reserve


class TimedReader(io.RawIOBase):
    """Reads a socket against a deadline for the whole, not only for each read."""

    def __init__(self, connection: socket.socket, limits: ReceiverLimits, read: bytes) -> None:
        super().__init__()
        self._connection, self._limits = connection, limits
        self._read = memoryview(read)  # what has arrived already
        self._deadline: float | None = None
        self._since, self._bytes = 0.0, 0

    def expect_head(self) -> None:
        self._deadline = time.monotonic() + self._limits.head

    def expect_body(self) -> None:
        self._deadline, self._since, self._bytes = None, time.monotonic(), 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._read:
            count = min(len(buffer), len(self._read))
            buffer[:count], self._read = self._read[:count], self._read[count:]
            self._bytes += count
            return count
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
