"""One window a user and home: a second start hands its paths to the first.

The lock decides who is first; the local server (a named pipe on Windows, open to this user only)
carries what later starts ask. What arrives is treated as input: bounded, and read as strings.
"""

from __future__ import annotations

import logging
import os
import tempfile
import zlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 20
MOST_PATHS = 10_000
_CONNECT_SECONDS = 5.0  # the first window may be starting still
_ANSWER_SECONDS = 120.0  # a person may have to answer a question first
_READ_SECONDS = 5.0


class Handover:
    """Finds out, before any window is made, whether this start is the first."""

    def __init__(self, home: str) -> None:
        user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
        which = zlib.crc32(home.encode(errors="surrogateescape"))
        self.name = f"gantry-{user}-{which:08x}"
        folder = os.environ.get("XDG_RUNTIME_DIR", "")
        if not os.path.isdir(folder):  # noqa: PTH112
            folder = tempfile.gettempdir()
        self._lock = QLockFile(os.path.join(folder, f"{self.name}.lock"))  # noqa: PTH118
        # By age no lock is stale: a window may be open for weeks. A dead process' lock is.
        self._lock.setStaleLockTime(0)

    def first(self) -> bool:
        """Whether no other window of this user and home is open; if so, none is until `release`."""
        return self._lock.tryLock(0)

    def release(self) -> None:
        """Lets the next start be the first."""
        self._lock.unlock()

    def ask(self, request: dict[str, object]) -> dict[str, object] | None:
        """Asks the window that is open; None when it doesn't answer."""
        import json
        import time

        from PySide6.QtNetwork import QLocalSocket

        socket = QLocalSocket()
        until = time.monotonic() + _CONNECT_SECONDS
        while True:
            socket.connectToServer(self.name)
            if socket.waitForConnected(500):
                break
            if time.monotonic() > until:
                return None
            time.sleep(0.1)
        socket.write(json.dumps(request).encode() + b"\n")
        if not socket.waitForBytesWritten(5000):
            return None
        until = time.monotonic() + _ANSWER_SECONDS
        while not socket.canReadLine() and time.monotonic() < until:
            if not socket.waitForReadyRead(1000) and socket.state() is not (
                QLocalSocket.LocalSocketState.ConnectedState
            ):
                break
        return parse(bytes(socket.readLine().data())) if socket.canReadLine() else None


class Doorkeeper(QObject):
    """Listens for later starts.

    Signals:
        paths_came(list[str]): a second start was given these; empty: it only wants the window.
        quit_came(Callable[[bool], None]): `gantry --quit`; call with whether the window closes.
    """

    paths_came = Signal(object)
    quit_came = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer

        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(8)
        self._server.newConnection.connect(self._on_connection)
        # We hold the lock, so a socket of this name is a dead process' one.
        QLocalServer.removeServer(name)
        self.listening = self._server.listen(name)
        if not self.listening:
            log.warning("later starts can't reach this window")

    def close(self) -> None:
        """Takes no more requests."""
        self._server.close()

    def _on_connection(self) -> None:
        from PySide6.QtCore import QTimer

        while socket := self._server.nextPendingConnection():
            socket.setReadBufferSize(MOST_BYTES + 1)
            socket.readyRead.connect(lambda socket=socket: self._on_bytes(socket))
            socket.disconnected.connect(socket.deleteLater)
            hasty = _Hasty(socket)
            QTimer.singleShot(int(_READ_SECONDS * 1000), hasty, hasty.check)
            if socket.bytesAvailable():
                self._on_bytes(socket)

    def _on_bytes(self, socket: object) -> None:
        from PySide6.QtNetwork import QLocalSocket

        assert isinstance(socket, QLocalSocket)
        if not socket.canReadLine():
            if socket.bytesAvailable() > MOST_BYTES:
                socket.abort()
            return
        socket.setProperty("asked", True)
        request = parse(bytes(socket.readLine(MOST_BYTES).data()))
        if request is None:
            socket.abort()
        elif request.get("ask") == "quit":
            self.quit_came.emit(_answer_to(socket))
        else:
            paths = request.get("paths")
            paths = paths if isinstance(paths, list) else []
            self.paths_came.emit([p for p in paths[:MOST_PATHS] if isinstance(p, str) and p])
            _answer_to(socket)(True)


class _Hasty(QObject):
    """Hangs up on those who connect and say nothing. Lives as long as the socket: Qt's timer
    holds no method's object, and a question to the user may outlast it."""

    def __init__(self, socket: QObject) -> None:
        super().__init__(socket)
        self._socket = socket

    def check(self) -> None:
        from PySide6.QtNetwork import QLocalSocket

        if isinstance(self._socket, QLocalSocket) and not self._socket.property("asked"):
            self._socket.abort()


def _answer_to(socket: QObject) -> Callable[[bool], None]:
    from PySide6.QtNetwork import QLocalSocket
    from shiboken6 import isValid

    def answer(done: bool) -> None:
        import json

        if isValid(socket) and isinstance(socket, QLocalSocket):
            socket.write(json.dumps({"done": done}).encode() + b"\n")
            socket.flush()
            socket.disconnectFromServer()

    return answer


def parse(line: bytes) -> dict[str, object] | None:
    """A request or an answer: one JSON object in a bounded line; None for anything else."""
    import json

    if len(line) > MOST_BYTES:
        return None
    try:
        found = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
