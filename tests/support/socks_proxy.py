"""A SOCKS5 proxy (RFC 1928, RFC 1929); maps invented names to loopback."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from urllib.parse import quote

from support.forward_proxy import relay

IPV4, NAME = 1, 3


class SocksProxy:
    """Attributes:
    hosts: the port on loopback behind each name; a name that is not among them can't be reached.
    password: what it wants, with `user`; "" lets everybody in.
    asked: what it was asked to connect to, names as names.
    """

    def __init__(self, hosts: dict[str, int], user: str = "", password: str = "") -> None:
        self.hosts, self.user, self.password = hosts, user, password
        self.asked: list[str] = []
        self.silent = False
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self._socket.getsockname()[1])

    def url(self, scheme: str = "socks5h", password: str | None = None) -> str:
        given = self.password if password is None else password
        sign_in = f"{quote(self.user)}:{quote(given)}@" if self.user else ""
        return f"{scheme}://{sign_in}127.0.0.1:{self.port}"

    def __enter__(self) -> SocksProxy:
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
        with client, contextlib.suppress(OSError, EOFError):
            if self.silent:
                client.recv(1 << 16)
                threading.Event().wait(60)
            if not self._let_in(client):
                return
            _, _, _, kind = _read(client, 4)
            if kind == NAME:
                host = _read(client, _read(client, 1)[0]).decode()
            else:
                host = socket.inet_ntoa(_read(client, 4))
            (port,) = struct.unpack(">H", _read(client, 2))
            self.asked.append(f"{host}:{port}")
            if host not in self.hosts:
                client.sendall(b"\x05\x04\x00\x01" + bytes(6))  # host unreachable
                return
            with socket.create_connection(("127.0.0.1", self.hosts[host])) as server:
                client.sendall(b"\x05\x00\x00\x01" + bytes(6))
                relay(client, server)

    def _let_in(self, client: socket.socket) -> bool:
        _, count = _read(client, 2)
        offered = _read(client, count)
        if not self.user:
            client.sendall(b"\x05\x00")
            return True
        if 2 not in offered:
            client.sendall(b"\x05\xff")
            return False
        client.sendall(b"\x05\x02")
        _read(client, 1)
        user = _read(client, _read(client, 1)[0])
        password = _read(client, _read(client, 1)[0])
        good = (user, password) == (self.user.encode(), self.password.encode())
        client.sendall(b"\x01\x00" if good else b"\x01\x01")
        return good


def _read(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        block = client.recv(size - len(data))
        if not block:
            raise EOFError
        data += block
    return data
