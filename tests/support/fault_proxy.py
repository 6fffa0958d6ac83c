"""A TCP proxy that corrupts its traffic: one fault per connection, counted when it occurs.

with FaultProxy(port, Fault(drop_answer=True), Fault()) as proxy:   # then sound for ever
    ... proxy.port ... proxy.fired ... proxy.sent_up
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """What happens to one connection; the default is nothing.

    Attributes:
        refuse: closed with RST as soon as it is made.
        reset_up: RST to both sides after this many bytes of the request.
        close_up: FIN to both sides after this many bytes of the request.
        stall_up: nothing more is read from the client after this many bytes.
        half_close_up: the server gets a FIN after this many bytes; the answer still arrives.
        trickle_up: bytes of the request per second.
        drop_answer: the server's answer is awaited, thrown away, and the connection cut.
        cut_answer: RST after this many bytes of the answer.
        trickle_answer: bytes of the answer per second.
        flip: the byte of the request at this place is changed.
        repeat: the whole request is sent to the server a second time, on a connection of its own.
        latency: seconds that every block waits.
    """

    refuse: bool = False
    reset_up: int | None = None
    close_up: int | None = None
    stall_up: int | None = None
    half_close_up: int | None = None
    trickle_up: int | None = None
    drop_answer: bool = False
    cut_answer: int | None = None
    trickle_answer: int | None = None
    flip: int | None = None
    repeat: bool = False
    latency: float = 0.0


class FaultProxy:
    """Listens on loopback while used as a context."""

    def __init__(self, target: int, *faults: Fault) -> None:
        self.target, self.faults = target, faults
        self.hits = 0
        self.fired = 0
        self.sent_up: list[int] = []  # bytes of each connection's request
        self.heard: list[bytearray] = []  # the requests, if nothing is done to them
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._stopped = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> FaultProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stopped.is_set():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                fault = self.faults[self.hits] if self.hits < len(self.faults) else Fault()
                self.hits += 1
                self.sent_up.append(0)
                self.heard.append(bytearray())
                number = len(self.sent_up) - 1
            if fault.refuse:
                self._fire()
                _reset(client)
                continue
            threading.Thread(target=self._serve, args=(client, fault, number), daemon=True).start()

    def _serve(self, client: socket.socket, fault: Fault, number: int) -> None:
        try:
            server = socket.create_connection(("127.0.0.1", self.target), 10)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)
        kept = bytearray()
        down = threading.Thread(target=self._down, args=(client, server, fault, kept), daemon=True)
        down.start()
        with contextlib.suppress(OSError):
            self._up(client, server, fault, number, kept)
        down.join(60)
        for side in (client, server):
            with contextlib.suppress(OSError):
                side.close()

    def _up(
        self,
        client: socket.socket,
        server: socket.socket,
        fault: Fault,
        number: int,
        kept: bytearray,
    ) -> None:
        done = 0
        limits = (fault.reset_up, fault.close_up, fault.stall_up, fault.half_close_up)
        limit = next((n for n in limits if n is not None), None)
        while True:
            if limit is not None and done >= limit:
                self._fire()
                if fault.reset_up is not None:
                    _reset(client)
                    _reset(server)
                elif fault.close_up is not None:
                    client.shutdown(socket.SHUT_RDWR)
                    server.shutdown(socket.SHUT_RDWR)
                elif fault.half_close_up is not None:
                    server.shutdown(socket.SHUT_WR)
                else:
                    self._stopped.wait(60)
                return
            size = 65536 if fault.trickle_up is None else max(1, fault.trickle_up // 20)
            block = client.recv(size if limit is None else min(size, limit - done))
            if not block:
                server.shutdown(socket.SHUT_WR)
                return
            if fault.trickle_up is not None:
                self._fire(once=done == 0)
                time.sleep(len(block) / fault.trickle_up)
            if fault.latency:
                self._fire(once=done == 0)
                time.sleep(fault.latency)
            if fault.flip is not None and done <= fault.flip < done + len(block):
                self._fire()
                spoilt = bytearray(block)
                spoilt[fault.flip - done] ^= 0x01
                block = bytes(spoilt)
            if fault.repeat:
                kept += block
            if fault == Fault():
                self.heard[number] += block
            done += len(block)
            self.sent_up[number] = done
            server.sendall(block)

    def _down(
        self, client: socket.socket, server: socket.socket, fault: Fault, kept: bytearray
    ) -> None:
        done = 0
        with contextlib.suppress(OSError):
            while block := server.recv(65536):
                if fault.drop_answer:
                    self._fire()
                    _reset(client)
                    return
                if fault.repeat and not done:
                    self._send_again(bytes(kept))
                if fault.cut_answer is not None and done + len(block) >= fault.cut_answer:
                    client.sendall(block[: fault.cut_answer - done])
                    time.sleep(0.1)  # an RST right after them would discard the bytes
                    self._fire()
                    _reset(client)
                    return
                if fault.trickle_answer is not None:
                    self._fire(once=done == 0)
                    for byte in block:
                        client.sendall(bytes([byte]))
                        time.sleep(1 / fault.trickle_answer)
                else:
                    client.sendall(block)
                done += len(block)
        with contextlib.suppress(OSError):
            client.shutdown(socket.SHUT_WR)

    def _send_again(self, request: bytes) -> None:
        self._fire()
        with socket.create_connection(("127.0.0.1", self.target), 10) as second:
            second.sendall(request)
            second.recv(65536)

    def _fire(self, once: bool = True) -> None:
        if once:
            with self._lock:
                self.fired += 1


def _reset(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        side.shutdown(socket.SHUT_RD)
    with contextlib.suppress(OSError):
        side.close()
