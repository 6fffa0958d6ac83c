"""One window per user and home: a second start passes its paths to the first.

The lock decides which is first; the local server (a named pipe on Windows, open to this user only)
receives requests of later starts. They are treated as input: bounded, and read as strings.
"""

from __future__ import annotations

import json
import logging
import os
import time
import zlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal
from shiboken6 import isValid

from gantry.ui.start.peer import is_ours, private_folder

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger(__name__)

MOST_BYTES = 1 << 20
MOST_PATHS = 10_000
_CONNECT_SECONDS = 5.0  # the first window may still be starting
_ANSWER_SECONDS = 120.0  # a person may have to answer a question first
_READ_SECONDS = 5.0


class Handover:
    """Finds out, before any window is created, whether this start is the first."""

    def __init__(self, home: str) -> None:
        user = str(os.getuid()) if hasattr(os, "getuid") else os.environ.get("USERNAME", "")
        which = zlib.crc32(home.encode(errors="surrogateescape"))
        name = os.path.join(private_folder(), f"gantry-{user}-{which:08x}")  # noqa: PTH118
        # Windows: a pipe's name is no path, so the process that made it is asked for.
        self.name = name if os.name != "nt" else os.path.basename(name)  # noqa: PTH119
        self._lock = QLockFile(f"{name}.lock")
        # No lock is stale by age, because a window may be open for weeks; a dead process's lock is.
        self._lock.setStaleLockTime(0)

    def first(self) -> bool:
        """Whether no other window of this user and home is open; if so, takes the lock."""
        return self._lock.tryLock(0)

    def release(self) -> None:
        """Releases the lock, so that the next start is the first."""
        self._lock.unlock()

    def ask(self, request: dict[str, object]) -> dict[str, object] | None:
        """Sends a request to the open window; None if it doesn't answer."""
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - 6 ms, after the first paint

        socket = QLocalSocket()
        until = time.monotonic() + _CONNECT_SECONDS
        while True:
            socket.connectToServer(self.name)
            if socket.waitForConnected(500):
                break
            if time.monotonic() > until:
                return None
            time.sleep(0.1)
        if not is_ours(socket):
            log.error("the window's socket belongs to somebody else")
            return None
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
        paths_came(list[str]): a second start passed these; empty: only show the window.
        quit_came(Callable[[bool], None]): `gantry --quit`; call it with whether the window closes.
    """

    paths_came = Signal(object)
    quit_came = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        from PySide6.QtNetwork import QLocalServer  # noqa: PLC0415 - 6 ms, after the first paint

        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.setMaxPendingConnections(8)
        self._server.newConnection.connect(self._on_connection)
        # This process holds the lock, so a socket of this name belongs to a dead one.
        QLocalServer.removeServer(name)
        self.listening = self._server.listen(name)
        if not self.listening:
            log.warning("later starts can't reach this window")

    def close(self) -> None:
        """Accepts no more requests."""
        self._server.close()

    def _on_connection(self) -> None:
        while socket := self._server.nextPendingConnection():
            if os.name != "nt" and not is_ours(socket):
                socket.abort()
                continue
            socket.setReadBufferSize(MOST_BYTES + 1)
            socket.readyRead.connect(lambda socket=socket: self._on_bytes(socket))
            socket.disconnected.connect(socket.deleteLater)
            hasty = _Hasty(socket)
            QTimer.singleShot(int(_READ_SECONDS * 1000), hasty, hasty.check)
            if socket.bytesAvailable():
                self._on_bytes(socket)

    def _on_bytes(self, socket: object) -> None:
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - 6 ms, after the first paint

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
    """Disconnects clients that send nothing. Lives as long as the socket, because Qt's timer
    keeps no reference to a method's object, and a question to the user may outlast it."""

    def __init__(self, socket: QObject) -> None:
        super().__init__(socket)
        self._socket = socket

    def check(self) -> None:
        from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - 6 ms, after the first paint

        if isinstance(self._socket, QLocalSocket) and not self._socket.property("asked"):
            self._socket.abort()


def _answer_to(socket: QObject) -> Callable[[bool], None]:
    from PySide6.QtNetwork import QLocalSocket  # noqa: PLC0415 - 6 ms, after the first paint

    def answer(done: bool) -> None:
        if isValid(socket) and isinstance(socket, QLocalSocket):
            socket.write(json.dumps({"done": done}).encode() + b"\n")
            socket.flush()
            socket.disconnectFromServer()

    return answer


def parse(line: bytes) -> dict[str, object] | None:
    """Parses a request or an answer: one JSON object in a bounded line; None for anything else."""
    if len(line) > MOST_BYTES:
        return None
    try:
        found = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
