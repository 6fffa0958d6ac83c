"""A forward proxy that requires a password, as in many hospitals; maps invented names to loopback.

It carries plain requests (absolute-form, RFC 9112 §3.2.2) and tunnels (CONNECT).
"""

from __future__ import annotations

import base64
import contextlib
import select
import socket
import threading
from urllib.parse import urlsplit

USER, PASSWORD = "hospital\\me", "proxy:geheim"


class ForwardProxy:
    """Attributes:
    hosts: the port on loopback behind each name.
    asked: what was carried, "METHOD host".
    refused: how many requests came without the right password.
    """

    def __init__(self, hosts: dict[str, int], password: bytes = PASSWORD.encode()) -> None:
        self.hosts = hosts
        self._wanted = base64.b64encode(USER.encode() + b":" + password).decode()
        self.asked: list[str] = []
        self.refused = 0
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._socket.getsockname()[1])

    def url(self, user: str = "hospital%5Cme", password: str = "proxy%3Ageheim") -> str:
        return f"http://{user}:{password}@127.0.0.1:{self.port}"

    def __enter__(self) -> ForwardProxy:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            data = b""
            while b"\r\n\r\n" not in data:
                block = client.recv(65536)
                if not block:
                    return
                data += block
            head, _, rest = data.partition(b"\r\n\r\n")
            line, *fields = head.decode("latin-1").split("\r\n")
            method, target, version = line.split(" ")
            if f"proxy-authorization: basic {self._wanted}".lower() not in [
                f.lower() for f in fields
            ]:
                self.refused += 1
                client.sendall(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n"
                    b'Proxy-Authenticate: Basic realm="proxy"\r\nConnection: close\r\n\r\n'
                )
                return
            parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
            host = parts.hostname or ""
            self.asked.append(f"{method} {host}")
            with socket.create_connection(("127.0.0.1", self.hosts[host])) as server:
                if method == "CONNECT":
                    client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                else:
                    path = parts.path + (f"?{parts.query}" if parts.query else "")
                    kept = [
                        f for f in fields if not f.lower().startswith(("proxy-", "connection:"))
                    ]
                    lines = [f"{method} {path} {version}", *kept, "Connection: close", "", ""]
                    server.sendall("\r\n".join(lines).encode("latin-1"))
                server.sendall(rest)
                relay(client, server)


def relay(one: socket.socket, other: socket.socket) -> None:
    while True:
        ready, _, _ = select.select([one, other], [], [], 30)
        if not ready:
            return
        for source in ready:
            block = source.recv(65536)
            if not block:
                return
            (other if source is one else one).sendall(block)
