"""Sockets under urllib3 that can be cancelled, never wait for ever, and hear an early answer.

A server may answer (413, 401) and close while the body is still going out. Whoever only writes
then meets a reset: on Windows, and over TLS everywhere, the answer is lost. So every block sent is
preceded by a look at what has come in (RFC 9112 §9.5); an answer ends the sending and is read.
What was read early is kept and handed to the parser first, which also digests the session tickets
of TLS 1.3 that make a socket look readable although no answer waits.
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

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.transfer.bandwidth import MAX_SLICE, Bandwidth
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.patience import TICK

BLOCK = 1 << 19  # what is read from disk at once

_WANTS = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
_INTERIM = re.compile(rb"HTTP/1\.[01] 1\d\d")


class NoProgress(TimeoutError):
    """Nothing moved for `Limits.idle` seconds while the body was going out."""


class NoAnswer(TimeoutError):
    """The whole answer was not there `Limits.answer` seconds after the request had gone out."""


class Exchange:
    """One request under way: who may stop it, how long it may take, how far it got.

    Attributes:
        body: whether the head is out and the body is going.
        early: whether sending ended because the server had something to say.
        cut: why the connection broke while sending, if it did.
    """

    def __init__(
        self,
        limits: Limits,
        token: CancelToken | None,
        *,
        length: int = 0,
        sent: Callable[[int], None] | None = None,
        bandwidth: Bandwidth | None = None,
    ) -> None:
        self.limits = limits
        self.token = token
        self.length = length
        self.bandwidth = bandwidth
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
        """For the time when the server holds all the bytes: a pause has nothing left to hold."""
        if self.token is not None and self.token.cancelled:
            raise Cancelled

    def hold(self, seconds: float) -> None:
        if self.token is not None:
            self.token.wait(seconds)
        else:
            time.sleep(seconds)


_exchange: ContextVar[Exchange] = ContextVar("exchange")


@contextmanager
def under_way(exchange: Exchange) -> Iterator[None]:
    """Tells the connections that this thread's requests use whose they are."""
    mark = _exchange.set(exchange)
    try:
        yield
    finally:
        _exchange.reset(mark)


def current() -> Exchange:
    """The exchange that this thread's request belongs to."""
    return _exchange.get()


class Wire:
    """Stands in for a connected socket; the real one never blocks."""

    def __init__(self, raw: socket.socket, exchange: Exchange) -> None:
        raw.settimeout(0)
        self._raw = raw
        # Whole blocks, for each costs a look at what came in; over TLS less, for there a block
        # that a slow line takes in pieces counts only once it is gone.
        self._slice = MAX_SLICE if isinstance(raw, ssl.SSLSocket) else BLOCK
        self.exchange = exchange
        self._early = bytearray()
        self._ended = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._raw, name)

    def settimeout(self, value: float | None) -> None:
        """Ignored: the exchange's limits hold, and the real socket stays non-blocking."""

    def sendall(self, data: bytes | bytearray | memoryview) -> None:
        """Sends all, or ends early with BrokenPipeError, after which an answer may be read.

        Raises:
            NoProgress, Cancelled.
        """
        exchange = self.exchange
        view = memoryview(data).cast("B")
        moved = time.monotonic()
        while view:
            moved = self._before_sending(moved)
            size = self._slice
            if exchange.bandwidth and exchange.bandwidth.rate > 0:
                size = exchange.bandwidth.slice
            piece = view[:size]
            if exchange.bandwidth and exchange.body and (wait := exchange.bandwidth.take(size)):
                exchange.hold(wait)
            moved = time.monotonic()
            while True:  # OpenSSL wants a refused write repeated with the same bytes
                try:
                    count = self._raw.send(piece)
                    break
                except _WANTS:
                    wait_for_socket(self._raw, read=True, write=True, timeout=TICK)
                except OSError as error:
                    # urllib3 goes on to read an answer after a broken pipe, and only then
                    exchange.cut = error
                    raise BrokenPipeError(str(error)) from error
                moved = self._before_sending(moved)
                if time.monotonic() - moved > exchange.limits.idle:
                    raise NoProgress(f"nothing moved for {exchange.limits.idle:g} s")
            exchange.count(count)
            view = view[count:]

    def _before_sending(self, moved: float) -> float:
        """Holds while paused, looks for an answer; returns since when nothing has moved."""
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
        """Takes in what has come, and says whether it is (the start of) a final answer."""
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
        """Reads what is there, waiting until the exchange's deadline.

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
        """What http.client parses the answer from."""
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
