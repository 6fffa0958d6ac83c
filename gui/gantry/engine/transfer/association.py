"""A DICOM association (PS3.8) that can be cancelled, never waits for ever, and logs nothing.

pynetdicom's logs hold whole data sets, patients' names included: they are switched off here, in
the only module that starts it.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import AE, _config, evt
from pynetdicom.presentation import PresentationContext

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.transfer.bandwidth import Bandwidth
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.diagnosis import diagnose
from gantry.engine.transfer.patience import TICK, run_patiently
from gantry.engine.transfer.wire import Exchange

_config.LOG_HANDLER_LEVEL = "none"
_config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False
_config.STORE_SEND_CHUNKED_DATASET = True  # files are streamed, not decoded
_silent = logging.getLogger("pynetdicom")
_silent.setLevel(logging.CRITICAL + 1)
_silent.propagate = False

_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux; holds until the next read
_QUEUED_PDUS = 64  # what may wait for the network; pynetdicom would queue a whole file
_REACTOR_SECONDS = 5.0
_PENDING = 0xFF00
_MOST_MATCHES = 1_000_000


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is called, and as whom."""

    host: str
    port: int
    called: str
    calling: str

    @property
    def name(self) -> str:
        return f"{self.called}@{self.host}:{self.port}"


class Association:
    """To be used as a context.

    Attributes:
        accepted: the (abstract syntax, transfer syntax) pairs that the server accepted.

    Raises on entering:
        GantryError: ASSOCIATION_REJECTED, or what keeps the connection from being made.
        Cancelled.
    """

    def __init__(
        self,
        peer: Peer,
        contexts: Iterable[PresentationContext],
        *,
        limits: Limits,
        token: CancelToken,
        bandwidth: Bandwidth | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.accepted: set[tuple[str, str]] = set()
        self._peer, self._limits, self._token = peer, limits, token
        self._bandwidth, self._progress = bandwidth, progress
        self._contexts = [c for c in contexts if c.abstract_syntax]
        self._assoc: Any = None
        self._moved = time.monotonic()
        self._over = threading.Event()
        self._storing = False
        self._gate = _Gate()

    def __enter__(self) -> Association:
        self._token.check()
        if not self._contexts:
            return self
        end = time.monotonic() + 3 * self._limits.connect
        self._assoc = run_patiently(
            self._associate,
            token=self._token,
            give_up=lambda: time.monotonic() > end,
            name="gantry-associate",
        )
        if self._assoc.is_established:
            self.accepted = {
                (str(c.abstract_syntax), str(c.transfer_syntax[0]))
                for c in self._assoc.accepted_contexts
            }
            self._assoc.dul.to_provider_queue = _Bounded(self._assoc.dul)
            self._assoc._reactor_checkpoint = self._gate
            self._gate.closed.wait(_REACTOR_SECONDS)
            # Command and data go out as separate writes: with Nagle's algorithm each instance
            # waits for the server's delayed acknowledgement, 40 ms or more.
            self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._watch, name="gantry-dimse", daemon=True).start()
        elif not self._assoc.rejected_contexts:
            raise self._refused()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        try:
            if self._assoc is None or not self._assoc.is_established:
                return
            if error is None:
                with contextlib.suppress(ConnectionError):  # it ended in between
                    self._assoc.release()
            else:
                self._cut()
        finally:
            self._gate.open()

    def store(self, path: Path) -> Dataset:
        """C-STORE of a DICOM file; returns the response's status elements.

        Raises:
            GantryError: the connection was lost, or no answer came.
            Cancelled.
        """
        self._token.check()
        self._moved = time.monotonic()
        self._storing = True
        try:
            status = self._assoc.send_c_store(path) if self._assoc.is_established else Dataset()
        except (RuntimeError, ConnectionError) as error:
            raise self._lost() from error
        finally:
            self._storing = False
        if "Status" not in status:
            raise self._lost()
        return status

    def find(self, query: Dataset, model: UID) -> list[Dataset] | None:
        """C-FIND; None when the server can't or won't answer: some abort when a stranger asks.

        Raises:
            Cancelled.
        """
        found: list[Dataset] = []
        self._moved = time.monotonic()
        try:
            for status, identifier in self._assoc.send_c_find(query, model):
                if "Status" not in status:
                    if self._token.cancelled:
                        raise Cancelled
                    return None
                if status.Status & 0xFFFE == _PENDING:
                    if identifier is not None and len(found) < _MOST_MATCHES:
                        found.append(identifier)
                elif status.Status:
                    return None
        except RuntimeError:
            return None
        return found

    def echo(self) -> int | None:
        """The status of a C-ECHO; None when no answer came."""
        status = self._assoc.send_c_echo()
        return int(status.Status) if "Status" in status else None

    def _associate(self) -> Any:
        entity = AE(ae_title=self._peer.calling)
        entity.requested_contexts = self._contexts
        entity.connection_timeout = self._limits.connect
        entity.acse_timeout = self._limits.connect
        entity.dimse_timeout = self._limits.answer
        entity.network_timeout = None  # `_watch` looks after that, while sending too
        return entity.associate(
            self._peer.host,
            self._peer.port,
            ae_title=self._peer.called,
            max_pdu=65536,
            evt_handlers=[(evt.EVT_DATA_SENT, self._sent), (evt.EVT_DATA_RECV, self._received)],
        )

    def _sent(self, event: Any) -> None:
        """On the thread that writes to the socket, after each write: a wait here slows it down."""
        size = len(event.data)
        self._moved = time.monotonic()
        if _QUICK_ACK is not None:
            # DCMTK and Orthanc answer in two writes and wait for the acknowledgement of the first.
            with contextlib.suppress(OSError, AttributeError):
                self._socket().setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        if self._storing and self._progress is not None:
            self._progress.sent += size
        if self._bandwidth is not None:
            left = self._bandwidth.take(size)
            while left > 0 and not self._over.is_set():
                self._over.wait(min(left, TICK))
                left -= TICK
                self._moved = time.monotonic()

    def _received(self, event: Any) -> None:
        self._moved = time.monotonic()

    def _watch(self) -> None:
        """Cuts the connection when the work is cancelled or nothing moves any more."""
        limit = max(self._limits.idle, self._limits.answer)
        while not self._over.wait(TICK):
            if self._token.cancelled or time.monotonic() - self._moved > limit:
                self._cut()
                return

    def _cut(self) -> None:
        """Closes the socket under pynetdicom: it ends by itself, and so does who waits for it."""
        with contextlib.suppress(OSError, AttributeError):
            self._socket().shutdown(socket.SHUT_RDWR)
        self._assoc.dimse.msg_queue.put((None, None))

    def _socket(self) -> socket.socket:
        raw: socket.socket = self._assoc.dul.socket.socket
        return raw

    def _lost(self) -> GantryError:
        if self._token.cancelled:
            raise Cancelled
        quiet = time.monotonic() - self._moved
        if quiet >= min(self._limits.answer, self._limits.idle):
            return GantryError(
                ErrorCode.TIMED_OUT,
                facts={"host": self._peer.name, "phase": "answer", "seconds": int(quiet)},
                transient=True,
            )
        return GantryError(
            ErrorCode.DISCONNECTED,
            facts={"host": self._peer.name, "phase": "send"},
            transient=True,
        )

    def _refused(self) -> GantryError:
        """Why there is no association."""
        name = self._peer.name
        answer = self._assoc.acceptor.primitive
        if self._assoc.is_rejected and answer is not None:
            # PS3.8 Table 9-21: the second kind of result says that it may work later
            return GantryError(
                ErrorCode.ASSOCIATION_REJECTED,
                facts={"host": name, "reason": answer.reason_str},
                detail=f"{answer.result_str}; {answer.source_str}; {answer.reason_str}",
                transient=answer.result == 0x02,
            )
        # pynetdicom keeps the reason to itself: one try of our own tells it
        exchange = Exchange(self._limits, self._token)
        url = f"dicom://{self._peer.host}:{self._peer.port}"
        try:
            where = (self._peer.host, self._peer.port)
            socket.create_connection(where, self._limits.connect).close()
        except OSError as error:
            return diagnose(error, url, exchange)
        return GantryError(
            ErrorCode.DISCONNECTED,
            facts={"host": name, "phase": "connect"},
            detail="the server takes the connection but answers no association request",
            transient=True,
        )


class _Gate(threading.Event):
    """Keeps pynetdicom's reactor thread from taking the answers that a request waits for.

    The reactor is meant to pause during a request, but pause and request race: now and then, on a
    busy machine, it takes the response away and the request waits until the server gives up. A
    user of services needs no reactor, so here it is held from the first request to the last.

    Attributes:
        closed: set once the reactor is held.
    """

    def __init__(self) -> None:
        super().__init__()
        self.closed = threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        self.closed.set()
        return super().wait(timeout)

    def set(self) -> None:
        """What pynetdicom calls after each request: not now."""

    def clear(self) -> None:
        """What it calls before one: it is clear already."""

    def open(self) -> None:
        super().set()


class _Bounded(queue.Queue[Any]):
    """Holds the reader of a file back to the network's speed."""

    def __init__(self, provider: threading.Thread) -> None:
        super().__init__(_QUEUED_PDUS)
        self._provider = provider

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        while self._provider.is_alive():
            try:
                return super().put(item, timeout=TICK)
            except queue.Full:
                continue
        raise ConnectionError("the association is over")
