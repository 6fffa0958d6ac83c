"""Negotiates an association (PS3.8): with a time limit, cancellable, and explains a failure.

pynetdicom's logs contain whole data sets, with patients' names: they are switched off here, in the
only module that starts it.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from pydicom.uid import UID
from pynetdicom import _config, build_role, evt
from pynetdicom.presentation import PresentationContext

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.dicom.association_parts import Entity
from gantry.engine.transfer.http.diagnosis import diagnose
from gantry.engine.transfer.http.tls_probe import speaks_tls
from gantry.engine.transfer.http.wire import Exchange
from gantry.engine.transfer.run_with_timeout import run_patiently

_config.LOG_HANDLER_LEVEL = "none"
_config.LOG_REQUEST_IDENTIFIERS = _config.LOG_RESPONSE_IDENTIFIERS = False
_config.STORE_SEND_CHUNKED_DATASET = True  # files are streamed, not decoded
_silent = logging.getLogger("pynetdicom")
_silent.setLevel(logging.CRITICAL + 1)
_silent.propagate = False

_DROP_SECONDS = 1.0
_PROBE_SECONDS = 5.0

Handlers = Sequence[tuple[evt.EventType, Callable[[Any], object]]]


@dataclass(frozen=True, slots=True)
class Peer:
    """The address and AE titles of a peer."""

    host: str
    port: int
    called: str
    calling: str

    @property
    def name(self) -> str:
        return f"{self.called}@{self.host}:{self.port}"


@dataclass
class Negotiation:
    """One request for an association.

    Attributes:
        handlers: called by pynetdicom for its events.
        gets: SOP classes whose instances a C-GET may return.
    """

    peer: Peer
    contexts: Sequence[PresentationContext]
    handlers: Handlers
    limits: Limits
    token: CancelToken
    gets: Collection[str] = ()
    _begun: Any = None  # the association before the negotiation has ended

    def run(self) -> Any:
        """Returns pynetdicom's association: established, or without any accepted context.

        Raises:
            GantryError: ASSOCIATION_REJECTED, or why the connection failed.
            Cancelled.
        """
        end = time.monotonic() + 3 * self.limits.connect
        try:
            association = run_patiently(
                self._associate,
                token=self.token,
                give_up=lambda: time.monotonic() > end,
                name="gantry-associate",
            )
        except Cancelled:
            self._drop()
            raise
        except TimeoutError as error:
            self._drop()
            raise self._unanswered() from error
        if not association.is_established and not association.rejected_contexts:
            raise self._refused(association)
        return association

    def _associate(self) -> Any:
        entity = Entity(self.peer.calling, self._begin)
        entity.requested_contexts = list(self.contexts)
        entity.connection_timeout = self.limits.connect
        entity.acse_timeout = self.limits.connect
        entity.dimse_timeout = self.limits.answer
        entity.network_timeout = None  # `Traffic` looks after that, while sending too
        return entity.associate(
            self.peer.host,
            self.peer.port,
            ae_title=self.peer.called,
            max_pdu=65536,
            evt_handlers=list(self.handlers),
            ext_neg=[build_role(UID(kind), scp_role=True) for kind in self.gets],
        )

    def _begin(self, association: Any) -> None:
        self._begun = association

    def _drop(self) -> None:
        """Ends a negotiation that nobody waits for any more."""
        if self._begun is None:
            return
        dul = self._begun.dul
        dul.kill_dul()
        raw: socket.socket | None = dul.socket.socket if dul.socket is not None else None
        if raw is not None:
            with contextlib.suppress(OSError):
                raw.shutdown(socket.SHUT_RDWR)
            dul.join(_DROP_SECONDS)  # that thread ends without closing it
            raw.close()

    def _refused(self, association: Any) -> GantryError:
        """Why there is no association."""
        name = self.peer.name
        answer = association.acceptor.primitive
        if association.is_rejected and answer is not None:
            # PS3.8 Table 9-21: the second kind of result says that it may succeed later
            return GantryError(
                ErrorCode.ASSOCIATION_REJECTED,
                facts={"host": name, "reason": answer.reason_str},
                detail=f"{answer.result_str}; {answer.source_str}; {answer.reason_str}",
                transient=answer.result == 0x02,
            )
        # pynetdicom hides the reason: connecting directly reveals it
        exchange = Exchange(self.limits, self.token)
        url = f"//{self.peer.host}:{self.peer.port}"
        where = (self.peer.host, self.peer.port)
        end = time.monotonic() + self.limits.connect + _PROBE_SECONDS
        try:
            tls = run_patiently(
                lambda: speaks_tls(*where, connect=self.limits.connect, answer=_PROBE_SECONDS),
                token=self.token,
                give_up=lambda: time.monotonic() > end,
                name="gantry-probe",
            )
        except OSError as error:
            return diagnose(error, url, exchange)
        if tls:
            facts: dict[str, str | int | float] = {"host": name, "reason": "DICOM TLS"}
            return GantryError(ErrorCode.TLS_FAILED, facts=facts)
        return self._unanswered()

    def _unanswered(self) -> GantryError:
        return GantryError(
            ErrorCode.DISCONNECTED,
            facts={"host": self.peer.name, "phase": "connect"},
            detail="the server takes the connection but answers no association request",
            transient=True,
        )
