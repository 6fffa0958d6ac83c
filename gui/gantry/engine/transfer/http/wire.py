"""Sockets for urllib3 that can be cancelled, never wait for ever, and notice an early answer.

A server may answer (413, 401) and close while the body is still being sent. A client that only
writes then meets a reset: on Windows, and over TLS everywhere, the answer is lost. So before every
block, the socket is checked for input (RFC 9112 §9.5); an answer ends the sending and is read.
Early input is kept and passed to the parser first, which also handles the session tickets of TLS
1.3 that make a socket look readable although no answer is waiting.
"""

from __future__ import annotations

import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from urllib3.util.wait import wait_for_read, wait_for_socket

from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.rate_limit import MAX_SLICE
from gantry.engine.transfer.run_with_timeout import TICK

BLOCK = 1 << 19  # read from disk at once

_WANTS = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d")


class NoProgress(TimeoutError):
    """No byte moved for `Limits.idle` seconds while the body was being sent."""


class NoAnswer(TimeoutError):
    """No complete answer within `Limits.answer` seconds after the request was sent."""


class Exchange:
    """A running request: who may stop it, how long it may take, how far it got.

    Attributes:
        body: whether the head was sent and the body is being sent.
        early: whether sending ended because the server answered.
        cut: why the connection broke while sending, if it did.
    """

    def __init__(
        self,
        limits: Limits,
        token: CancelToken | None,
        *,
        length: int = 0,
        sent: Callable[[int], None] | None = None,
    ) -> None:
        self.limits = limits
        self.token = token
        self.length = length
        self.body = False
        self.early = False
        self.cut: OSError | None = None
        self.sent = 0
        self.deadline: float | None = None
        self._count = sent

    def count(self, size: int) -> None:
        if self.body:
            self.sent += size
            if self._count:
                self._count(size)

    def check(self) -> None:
        if self.token is not None:
            self.token.check()

    def stop_if_cancelled(self) -> None:
        """Like `CancelToken.check`, but ignores a pause: the server has all bytes already."""
        if self.token is not None:
            self.token.raise_if_over()

    def hold(self, seconds: float) -> None:
        if self.token is not None:
            self.token.wait(seconds)
        else:
            time.sleep(seconds)


_exchange: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def under_way(exchange: Exchange) -> Iterator[None]:
    """Makes this exchange the one of all connections that this thread uses."""
    mark = _exchange.set(exchange)
    try:
        yield
    finally:
        _exchange.reset(mark)


def current() -> Exchange:
    """The exchange that this thread's request belongs to."""
    return _exchange.get()


def under_way_now() -> Exchange | None:
    """The same; None if there is none."""
    return _exchange.get(None)


class Wire:
    """Stands in for a connected socket; the real one never blocks."""

    def __init__(self, raw: socket.socket, exchange: Exchange) -> None:
        raw.settimeout(0)
        self._raw = raw
        # Large blocks, because each costs a check for input; smaller ones over TLS, where a block
        # that a slow line takes in pieces counts only once it was sent.
        self._slice = MAX_SLICE if isinstance(raw, ssl.SSLSocket) else BLOCK
        self.exchange = exchange
        self._early = bytearray()
        self._ended = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def settimeout(self, value: float | None) -> None:
        """Ignored: the exchange's limits apply, and the real socket stays non-blocking."""

    def sendall(self, data: bytes | bytearray | memoryview) -> None:
        """Sends all, or ends early with BrokenPipeError, after which an answer may be read.

        Raises:
            NoProgress, Cancelled.
        """
        exchange = self.exchange
        view = memoryview(data).cast("B")
        while view:
            moved = self._before_sending(time.monotonic())
            piece = view[: self._slice]
            while True:  # OpenSSL requires a refused write to be repeated with the same bytes
                try:
                    count = self._raw.send(piece)
                    break
                except _WANTS:
                    wait_for_socket(self._raw, read=True, write=True, timeout=TICK)
                except OSError as error:
                    # urllib3 then reads an answer after a broken pipe, and only then
                    exchange.cut = error
                    raise BrokenPipeError(str(error)) from error
                moved = self._before_sending(moved)
                if time.monotonic() - moved > exchange.limits.idle:
                    raise NoProgress(f"nothing moved for {exchange.limits.idle:g} s")
            exchange.count(count)
            view = view[count:]

    def _before_sending(self, moved: float) -> float:
        """Waits while paused, and checks for an answer; returns the time of the last progress."""
        exchange = self.exchange
        if exchange.token is not None and exchange.token.paused:
            exchange.check()
            moved = time.monotonic()
        exchange.check()
        if exchange.body and self._answer_waits():
            exchange.early = True
            raise BrokenPipeError("the server answered before it had everything")
        return moved

    def _answer_waits(self) -> bool:
        """Reads the input, and returns whether it is (the start of) a final answer."""
        if self._ended:
            return True
        try:
            block = self._raw.recv(16384)
        except _WANTS:
            return False
        except OSError as error:
            self.exchange.cut = error
            self._ended = True
            return True
        if not block:
            self._ended = True
            return True
        self._early += block
        # 1xx says that a final answer is still to come (RFC 9110 §15.2)
        while _INTERIM.match(self._early) and b"\r\n\r\n" in self._early:
            del self._early[: self._early.index(b"\r\n\r\n") + 4]
        return len(self._early) >= 12 and not _INTERIM.match(self._early)

    def recv_into(self, buffer: memoryview) -> int:
        """Reads available input, waiting until the exchange's deadline.

        Raises:
            NoAnswer, Cancelled, OSError.
        """
        if self._early:
            size = min(len(self._early), len(buffer))
            buffer[:size] = self._early[:size]
            del self._early[:size]
            return size
        if self._ended:
            return 0
        exchange = self.exchange
        while True:
            try:
                return self._raw.recv_into(buffer)
            except _WANTS:
                pass
            exchange.stop_if_cancelled()
            if exchange.deadline is not None and time.monotonic() > exchange.deadline:
                raise NoAnswer(f"no whole answer within {exchange.limits.answer:g} s")
            if isinstance(self._raw, ssl.SSLSocket) and self._raw.pending():
                continue
            wait_for_read(self._raw, timeout=TICK)

    def makefile(self, mode: str = "rb", *args: object, **kwargs: object) -> io.BufferedReader:
        """The file from which http.client parses the answer."""
        return io.BufferedReader(_Incoming(self))

    def close(self) -> None:
        self._raw.close()


class _Incoming(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        super().__init__()
        self._wire = wire
        # Keeps the socket open after `close()` until the answer is read, as makefile() does.
        self._hold = wire._raw.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._wire.recv_into(memoryview(buffer).cast("B"))

    def close(self) -> None:
        if not self.closed:
            self._hold.close()
        super().close()
