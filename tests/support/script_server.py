"""A raw-socket server whose every connection plays a script, so that it can misbehave in any way.

server = ScriptServer(answer(503), answer(201, b"{}"))   # the last script plays for ever
with server: ... server.url ... server.hits ... server.heads ... server.bodies
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable

Script = Callable[["Talk"], None]


class Talk:
    """One connection, from the server's side."""

    def __init__(self, connection: socket.socket, server: ScriptServer) -> None:
        self.socket, self.server = connection, server
        self._buffer = b""

    def read_head(self) -> bytes:
        while b"\r\n\r\n" not in self._buffer:
            block = self.socket.recv(65536)
            if not block:
                raise ConnectionError("closed in the head")
            self._buffer += block
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        self.server.heads.append(head.decode("latin-1"))
        return head

    def read_body(self, head: bytes) -> bytes:
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return self.read(length)

    def read(self, length: int) -> bytes:
        parts, have = [self._buffer[:length]], min(len(self._buffer), length)
        self._buffer = self._buffer[length:]
        while have < length:
            block = self.socket.recv(min(1 << 20, length - have))
            if not block:
                raise ConnectionError("closed in the body")
            parts.append(block)
            have += len(block)
        return b"".join(parts)

    def read_request(self) -> bytes:
        body = self.read_body(self.read_head())
        self.server.bodies.append(body)
        return body

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reset(self) -> None:
        """Closes with RST rather than FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def wait(self) -> None:
        """Does nothing until the test ends."""
        self.server.stopped.wait(60)


RECEIVE_BUFFER = 256 << 10  # bytes


class ScriptServer:
    """Listens on loopback while used as a context; counts what happened."""

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self.scripts, self.tls = scripts, tls
        self.hits = 0
        self.heads: list[str] = []
        self.bodies: list[bytes] = []
        self.stopped = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        # Fixed: left to the system, it grows to 32 MB on some machines, and takes bodies whole that
        # the script never reads. What is accepted inherits it.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self.port: int = self._socket.getsockname()[1]
        self.host = "localhost" if tls else "127.0.0.1"
        self.url = f"http{'s' if tls else ''}://{self.host}:{self.port}/upload"
        self._lock = threading.Lock()

    def __enter__(self) -> ScriptServer:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _play(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.tls:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with self._lock:
                script = self.scripts[min(self.hits, len(self.scripts) - 1)]
                self.hits += 1
            script(Talk(connection, self))
        with contextlib.suppress(OSError):
            connection.close()


def response(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """The bytes of an answer; `length` lies about the body's if it is given."""
    lines = [
        f"HTTP/1.1 {status} Scripted",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def answer(status: int, body: bytes = b"", *headers: str, length: int | None = None) -> Script:
    """Reads the whole request, then answers."""

    def script(talk: Talk) -> None:
        talk.read_request()
        talk.send(response(status, body, *headers, length=length))

    return script


def answer_early(status: int, body: bytes = b"", *headers: str, linger: float = 2.0) -> Script:
    """Answers as soon as the head is there, and never reads the body.

    `linger` is how long the connection stays open, as nginx's `lingering_time`; 0: closed at once.
    """

    def script(talk: Talk) -> None:
        talk.read_head()
        talk.send(response(status, body, *headers))
        if linger:
            with contextlib.suppress(OSError):
                talk.socket.settimeout(linger)
                time.sleep(linger / 10)

    return script


def reset_after(count: int) -> Script:
    """Resets the connection after this many bytes of the body."""

    def script(talk: Talk) -> None:
        talk.read_head()
        talk.read(count)
        talk.reset()

    return script


def never_read(talk: Talk) -> None:
    """Accepts the connection but reads no byte."""
    talk.wait()


def never_answer(talk: Talk) -> None:
    """Reads everything and answers nothing."""
    talk.read_request()
    talk.wait()
