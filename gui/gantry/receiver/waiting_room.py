"""Holds connections until a request's whole head has arrived, without using a thread for each.

A client that sends nothing, or one letter a second, takes a place here and nothing else. When all
are taken, the connection that has waited longest is closed.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gantry.receiver.limits import ReceiverLimits

_MOST_HEAD = 1 << 16  # bytes; a longer head is refused by its reader
_OVER = b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass(slots=True)
class _Guest:
    address: Any
    since: float = field(default_factory=time.monotonic)
    head: bytearray = field(default_factory=bytearray)


class WaitingRoom:
    """Accepts connections of a listening socket, and passes on those whose head has arrived.

    Args:
        hand_on: receives the connection, its address and what was read; on the thread of `run`.
        may_hand_on: whether a thread is free for another one.
    """

    def __init__(
        self,
        listener: socket.socket,
        limits: ReceiverLimits,
        hand_on: Callable[[socket.socket, Any, bytes], None],
        may_hand_on: Callable[[], bool],
    ) -> None:
        self._listener, self._limits = listener, limits
        self._hand_on, self._may_hand_on = hand_on, may_hand_on
        self._guests: OrderedDict[socket.socket, _Guest] = OrderedDict()  # longest waiting first
        self._ready: OrderedDict[socket.socket, _Guest] = OrderedDict()
        self._listening = False
        self._stopping = False
        self._bell, self._button = socket.socketpair()
        self._selector = selectors.DefaultSelector()

    def ring(self) -> None:
        """Wakes `run`: a thread is free again, or it must stop. From any thread."""
        with contextlib.suppress(OSError):
            self._button.send(b"!")

    def stop(self) -> None:
        """Ends `run`, which closes all waiting connections. From any thread."""
        self._stopping = True
        self.ring()

    def close(self) -> None:
        """Closes its own sockets. `run` does so itself when it ends."""
        self._selector.close()
        self._bell.close()
        self._button.close()

    def run(self) -> None:
        """Works until `stop`."""
        self._listener.setblocking(False)
        self._bell.setblocking(False)
        self._button.setblocking(False)
        self._selector.register(self._bell, selectors.EVENT_READ)
        try:
            while not self._stopping:
                self._listen(self._make_room())
                # Once a second even if nothing rings: for connections that wait too long.
                for key, _ in self._selector.select(1.0 if self._guests else None):
                    if key.fileobj is self._bell:
                        with contextlib.suppress(OSError):
                            self._bell.recv(4096)
                    elif key.fileobj is self._listener:
                        self._accept()
                    elif isinstance(key.fileobj, socket.socket):
                        self._read(key.fileobj)
                self._hand_on_ready()
                self._send_away_late()
        finally:
            for one in (*self._guests, *self._ready):
                one.close()
            self.close()

    def _make_room(self) -> bool:
        """Whether another connection can be accepted, if necessary in place of the oldest."""
        if len(self._guests) + len(self._ready) < self._limits.waiting:
            return True
        return bool(self._guests) and self._waited() >= self._limits.polite

    def _waited(self) -> float:
        return time.monotonic() - next(iter(self._guests.values())).since

    def _listen(self, on: bool) -> None:
        if on and not self._listening:
            self._selector.register(self._listener, selectors.EVENT_READ)
        elif self._listening and not on:
            self._selector.unregister(self._listener)
        self._listening = on

    def _accept(self) -> None:
        try:
            connection, address = self._listener.accept()
        except OSError:  # it is closed again, or this process may open no more files
            return
        if len(self._guests) + len(self._ready) >= self._limits.waiting:
            self._send_away(next(iter(self._guests)))
        connection.setblocking(False)
        self._guests[connection] = _Guest(address)
        self._selector.register(connection, selectors.EVENT_READ)

    def _read(self, connection: socket.socket) -> None:
        guest = self._guests.get(connection)
        if guest is None:  # closed in this round
            return
        try:
            block = connection.recv(_MOST_HEAD)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            block = b""
        if not block:
            self._selector.unregister(connection)
            del self._guests[connection]
            connection.close()
            return
        guest.head += block
        if _is_whole(guest.head) or len(guest.head) >= _MOST_HEAD:
            self._selector.unregister(connection)
            self._ready[connection] = self._guests.pop(connection)

    def _hand_on_ready(self) -> None:
        while self._ready and self._may_hand_on():
            connection, guest = self._ready.popitem(last=False)
            connection.setblocking(True)
            self._hand_on(connection, guest.address, bytes(guest.head))

    def _send_away_late(self) -> None:
        while self._guests and self._waited() >= self._limits.head:
            self._send_away(next(iter(self._guests)))

    def _send_away(self, connection: socket.socket) -> None:
        self._selector.unregister(connection)
        del self._guests[connection]
        with contextlib.suppress(OSError):
            connection.send(_OVER)
        connection.close()


def _is_whole(head: bytearray) -> bool:
    """Whether the head is complete, or can't become a request (a TLS greeting), to be refused."""
    return not head[:1].isalpha() or b"\r\n\r\n" in head or b"\n\n" in head or b"\n\r\n" in head
