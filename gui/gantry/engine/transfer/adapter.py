"""urllib3's connections over watched sockets, and the adapter that gives them to requests."""

from __future__ import annotations

import socket
import ssl
import time
from typing import TYPE_CHECKING, Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from gantry.engine.transfer.patience import run_patiently
from gantry.engine.transfer.wire import BLOCK, Wire, current

if TYPE_CHECKING:
    from urllib3.response import HTTPResponse


class _Watched:
    """Mixed into urllib3's connections: connects with patience, wraps the socket."""

    sock: Any
    timeout: Any

    def connect(self) -> None:
        exchange = current()
        end = time.monotonic() + 3 * exchange.limits.connect  # look-up, connect and TLS together
        run_patiently(
            super().connect,  # type: ignore[misc]
            token=exchange.token,
            give_up=lambda: time.monotonic() > end,
            name="gantry-connect",
        )
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


class WatchedAdapter(HTTPAdapter):
    """requests' adapter over one watched connection with one TLS context."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=1, pool_maxsize=1)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, blocksize=BLOCK, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(
            proxy, ssl_context=self._context, blocksize=BLOCK, **kwargs
        )
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leaves trust to the context: requests would add its own bundle to the system's."""
