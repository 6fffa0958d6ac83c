"""A DICOM association (PS3.8) and its requests; can be cancelled, and never waits for ever."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from pydicom.dataset import Dataset
from pydicom.uid import UID
from pynetdicom import evt
from pynetdicom.presentation import PresentationContext

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.dicom.association_parts import Bounded, Gate
from gantry.engine.transfer.dicom.negotiation import Negotiation, Peer
from gantry.engine.transfer.dicom.traffic import Traffic
from gantry.engine.transfer.rate_limit import Bandwidth
from gantry.engine.transfer.run_with_timeout import run_patiently

_QUICK_ACK: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux; holds until the next read
_REACTOR_SECONDS = 5.0
_RELEASE_SECONDS = 5.0
_PENDING = 0xFF00
_MOST_MATCHES = 1_000_000


class Association:
    """An association with a peer; use it as a context manager.

    Args:
        gets: SOP classes whose instances a C-GET may return.

    Attributes:
        accepted: the (abstract syntax, transfer syntax) pairs that the server accepted.

    Raises on entering:
        GantryError: ASSOCIATION_REJECTED, or why the connection failed.
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
        gets: Collection[str] = (),
    ) -> None:
        self.accepted: set[tuple[str, str]] = set()
        self._peer, self._limits, self._token = peer, limits, token
        self._traffic = Traffic(limits, token, bandwidth)
        self._progress = progress
        self._contexts = [c for c in contexts if c.abstract_syntax]
        self._gets = gets
        self._into: IO[bytes] | None = None
        self._assoc: Any = None
        self._was_cut = False
        self._gate = Gate()

    def __enter__(self) -> Association:
        self._token.check()
        if self._contexts:
            handlers = (
                (evt.EVT_DATA_SENT, self._sent),
                (evt.EVT_DATA_RECV, self._received),
                (evt.EVT_C_STORE, self._brought),
            )
            self._assoc = Negotiation(
                self._peer, self._contexts, handlers, self._limits, self._token, self._gets
            ).run()
            if self._assoc.is_established:
                self._take_over()
        return self

    def _take_over(self) -> None:
        """Stops pynetdicom's reactor, which would take answers away."""
        self.accepted = {
            (str(c.abstract_syntax), str(c.transfer_syntax[0]))
            for c in self._assoc.accepted_contexts
        }
        self._assoc.dul.to_provider_queue = Bounded(self._assoc.dul)
        self._assoc._reactor_checkpoint = self._gate
        self._gate.closed.wait(_REACTOR_SECONDS)
        # Command and data are separate writes: with Nagle's algorithm each instance
        # waits for the server's delayed acknowledgement, 40 ms or more.
        self._socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._traffic.watch(self._cut)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._traffic.end()
        try:
            if self._assoc is None or self.is_over:
                return
            if error is None:
                self._release()
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
        self._traffic.moved()
        self._traffic.progress = self._progress
        try:
            status = self._assoc.send_c_store(path) if self._assoc.is_established else Dataset()
        except (RuntimeError, ConnectionError) as error:
            raise self._lost() from error
        finally:
            self._traffic.progress = None
        if "Status" not in status:
            raise self._lost()
        return status

    @property
    def is_over(self) -> bool:
        """Whether the server, the network, or a limit ended it."""
        return self._was_cut or self._assoc is None or not self._assoc.is_established

    def find(self, query: Dataset, model: UID, until: float) -> list[Dataset] | None:
        """C-FIND; None if the server can't answer: some abort for unknown callers, some never end.

        Args:
            until: when to give up, on the clock of `time.monotonic`.

        Raises:
            Cancelled.
        """
        found: list[Dataset] = []
        self._traffic.moved()
        self._traffic.until = until
        try:
            for status, identifier in self._assoc.send_c_find(query, model):
                self._token.raise_if_over()
                if time.monotonic() > until:
                    self._cut()
                    return None
                if "Status" not in status:
                    return None
                if status.Status & 0xFFFE == _PENDING:
                    if identifier is not None and len(found) < _MOST_MATCHES:
                        found.append(identifier)
                elif status.Status:
                    return None
        except (RuntimeError, ConnectionError):
            self._token.raise_if_over()
            return None
        finally:
            self._traffic.until = float("inf")
        return found

    def get(self, query: Dataset, model: UID, into: IO[bytes]) -> bool:
        """C-GET of one instance into a file; False if the server does not return it.

        Raises:
            Cancelled.
        """
        self._traffic.moved()
        self._into = into
        try:
            for status, _ in self._assoc.send_c_get(query, model):
                self._token.raise_if_over()
                if "Status" not in status:
                    break
        except (RuntimeError, ConnectionError):
            self._token.raise_if_over()
        finally:
            self._into = None
        return into.tell() > 0

    def echo(self) -> int | None:
        """The status of a C-ECHO; None without an answer."""
        status = self._assoc.send_c_echo()
        return int(status.Status) if "Status" in status else None

    def _sent(self, event: Any) -> None:
        if _QUICK_ACK is not None:
            # DCMTK and Orthanc answer in two writes, and wait for the acknowledgement of the first.
            with contextlib.suppress(OSError, AttributeError):
                self._socket().setsockopt(socket.IPPROTO_TCP, _QUICK_ACK, 1)
        self._traffic.sent(len(event.data))

    def _received(self, event: Any) -> None:
        self._traffic.moved()

    def _brought(self, event: Any) -> int:
        """Handles an instance that a C-GET returns."""
        if self._into is None:
            return 0xA700
        self._into.write(event.encoded_dataset())
        return 0

    def _release(self) -> None:
        """Releases in good order, unless the peer is silent or the work is cancelled meanwhile."""
        end = time.monotonic() + _RELEASE_SECONDS
        try:
            run_patiently(
                self._assoc.release,
                token=self._token,
                give_up=lambda: time.monotonic() > end,
                name="gantry-release",
            )
        except ConnectionError:
            pass  # it has ended meanwhile
        except (Cancelled, TimeoutError):
            self._cut()  # nothing is left to send

    def _cut(self) -> None:
        """Closes the socket under pynetdicom, which then ends by itself."""
        self._was_cut = True
        with contextlib.suppress(OSError, AttributeError):
            self._socket().shutdown(socket.SHUT_RDWR)
        self._assoc.dimse.msg_queue.put((None, None))

    def _socket(self) -> socket.socket:
        raw: socket.socket = self._assoc.dul.socket.socket
        return raw

    def _lost(self) -> GantryError:
        self._token.raise_if_over()
        quiet = self._traffic.quiet
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
