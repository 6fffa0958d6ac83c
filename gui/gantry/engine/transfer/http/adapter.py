"""urllib3 connections over watched sockets, and the adapter that passes them to requests."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from requests.auth import _basic_auth_str
from requests.utils import get_auth_from_url
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.contrib.socks import SOCKSConnection, SOCKSHTTPSConnection

from gantry.engine.transfer.http.wire import BLOCK, Wire, current
from gantry.engine.transfer.run_with_timeout import run_patiently

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse


class _Watched:
    """A mix-in for urllib3's connections: connects with a time limit, and wraps the socket."""

    sock: Any
    timeout: Any
    close: Callable[[], None]

    def connect(self) -> None:
        exchange = current()
        end = time.monotonic() + 3 * exchange.limits.connect  # look-up, connect and TLS together
        connect = super().connect  # type: ignore[misc]
        is_given_up = threading.Event()

        def work() -> None:
            connect()
            if is_given_up.is_set():  # nobody else knows of the socket any more
                self.close()

        try:
            run_patiently(
                work,
                token=exchange.token,
                give_up=lambda: time.monotonic() > end,
                name="gantry-connect",
            )
        except BaseException:
            is_given_up.set()
            raise
        if isinstance(self.sock, socket.socket):
            self.sock = Wire(self.sock, exchange)

    def request(self, *args: Any, **kwargs: Any) -> None:
        if isinstance(self.sock, Wire):
            self.sock.exchange = current()
        super().request(*args, **kwargs)  # type: ignore[misc]

    def getresponse(self) -> HTTPResponse:
        exchange = current()
        exchange.deadline = time.monotonic() + exchange.limits.answer
        return super().getresponse()  # type: ignore[misc, no-any-return]


class _PlainConnection(_Watched, HTTPConnection):  # type: ignore[misc]
    pass


class _TLSConnection(_Watched, HTTPSConnection):  # type: ignore[misc]
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


class _SocksConnection(_Watched, SOCKSConnection):  # type: ignore[misc]
    pass


class _SocksTLSConnection(_Watched, SOCKSHTTPSConnection):  # type: ignore[misc]
    pass


class _SocksPool(HTTPConnectionPool):
    ConnectionCls = _SocksConnection


class _SocksTLSPool(HTTPSConnectionPool):
    ConnectionCls = _SocksTLSConnection


_POOLS = {"http": _PlainPool, "https": _TLSPool}
_SOCKS_POOLS = {"http": _SocksPool, "https": _SocksTLSPool}


class WatchedAdapter(HTTPAdapter):
    """requests' adapter over one watched connection with one TLS context."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, blocksize=BLOCK, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(
            proxy, ssl_context=self._context, blocksize=BLOCK, **kwargs
        )
        is_socks = proxy.lower().startswith("socks")
        manager.pool_classes_by_scheme = _SOCKS_POOLS if is_socks else _POOLS
        return manager

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        """Like those of requests, but in UTF-8 (RFC 7617) if Latin-1 lacks a letter."""
        try:
            return super().proxy_headers(proxy)
        except UnicodeEncodeError:
            user, password = (part.encode() for part in get_auth_from_url(proxy))
            return {"Proxy-Authorization": _basic_auth_str(user, password)}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leaves trust to the context: requests would add its own certificates to the system's."""
