"""C-STORE servers that misbehave as a test wants them to: pynetdicom's, listening on loopback."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from pydicom.dataset import Dataset
from pydicom.uid import AllTransferSyntaxes
from pynetdicom import AE, AllStoragePresentationContexts, evt
from pynetdicom.sop_class import (  # type: ignore[attr-defined]
    StudyRootQueryRetrieveInformationModelFind,
)

ABORT = -1  # what a `store` returns to end the association in place of an answer

Store = Callable[["OddScp", str], int]
Find = Callable[["OddScp", Any], Iterator[tuple[int, Dataset | None]]]


def keeps_all(scp: OddScp, uid: str) -> int:
    """Keeps the first file under a UID, as many archives do, and says 0000 to every one."""
    scp.kept.setdefault(uid, scp.last)
    return 0


class OddScp:
    """`store` decides about an instance and returns the status; `find` answers C-FIND
    (None: not offered).

    Attributes:
        offered: SOP Instance UIDs in the order in which they came, repeats included.
        kept: what is held, by SOP Instance UID.
        places: (study, series) of each instance that was offered.
        finds: how many C-FIND requests came.
        turns_away: how many associations are rejected for now, as by a server with too many.
    """

    def __init__(self, store: Store = keeps_all, find: Find | None = None) -> None:
        self.offered: list[str] = []
        self.kept: dict[str, Dataset] = {}
        self.places: dict[str, tuple[str, str]] = {}
        self.finds = self.turns_away = 0
        self.last = Dataset()
        self.over = threading.Event()
        self._store, self._find = store, find
        self._server: Any = None
        self._sockets: list[socket.socket] = []

    @property
    def url(self) -> str:
        return f"dicom://ODD@127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def __enter__(self) -> OddScp:
        entity = AE(ae_title="ODD")
        for context in AllStoragePresentationContexts[:120]:
            assert context.abstract_syntax is not None
            entity.add_supported_context(context.abstract_syntax, AllTransferSyntaxes)
        if self._find is not None:
            entity.add_supported_context(StudyRootQueryRetrieveInformationModelFind)
        handlers: list[Any] = [
            (evt.EVT_CONN_OPEN, self._on_open),
            (evt.EVT_REQUESTED, self._on_request),
            (evt.EVT_C_STORE, self._on_store),
            (evt.EVT_C_FIND, self._on_find),
        ]
        self._server = entity.start_server(("127.0.0.1", 0), block=False, evt_handlers=handlers)
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        for made in self._sockets:  # pynetdicom leaves one that was cut to the garbage collector
            made.close()

    def _on_open(self, event: Any) -> None:
        self._sockets.append(event.assoc.dul.socket.socket)

    def _on_request(self, event: Any) -> None:
        if self.turns_away:
            self.turns_away -= 1
            event.assoc.acse.send_reject(0x02, 0x03, 0x02)
            event.assoc.kill()

    def _on_store(self, event: Any) -> int:
        uid = str(event.request.AffectedSOPInstanceUID)
        self.last = event.dataset
        self.offered.append(uid)
        self.places[uid] = (str(self.last.StudyInstanceUID), str(self.last.SeriesInstanceUID))
        status = self._store(self, uid)
        if status == ABORT:
            event.assoc.abort()
            return 0
        return status

    def _on_find(self, event: Any) -> Iterator[tuple[int, Dataset | None]]:
        self.finds += 1
        assert self._find is not None
        yield from self._find(self, event)


def _asked(event: Any) -> tuple[str, str, set[str]]:
    query = event.identifier
    wanted = query.get("SOPInstanceUID") or []
    uids = {str(wanted)} if isinstance(wanted, str) else {str(uid) for uid in wanted}
    return str(query.StudyInstanceUID), str(query.SeriesInstanceUID), uids


def _found(study: str, series: str, uid: str) -> Dataset:
    item = Dataset()
    item.QueryRetrieveLevel = "IMAGE"
    item.StudyInstanceUID, item.SeriesInstanceUID, item.SOPInstanceUID = study, series, uid
    return item


def lists(which: Callable[[OddScp], list[str]]) -> Find:
    """Answers C-FIND truthfully, as if these instances were held."""

    def find(scp: OddScp, event: Any) -> Iterator[tuple[int, Dataset | None]]:
        study, series, uids = _asked(event)
        for uid in which(scp):
            if scp.places[uid] == (study, series) and (not uids or uid in uids):
                yield 0xFF00, _found(study, series, uid)
        yield 0, None

    return find


honest = lists(lambda scp: list(scp.kept))
lies = lists(lambda scp: list(scp.offered))
empty = lists(lambda scp: [])


def fails(scp: OddScp, event: Any) -> Iterator[tuple[int, Dataset | None]]:
    yield 0xC001, None


def lists_others(scp: OddScp, event: Any) -> Iterator[tuple[int, Dataset | None]]:
    study, series, _ = _asked(event)
    for n in range(5):
        yield 0xFF00, _found(study, series, f"1.2.3.{n}")
    yield 0, None


def never_ends(scp: OddScp, event: Any) -> Iterator[tuple[int, Dataset | None]]:
    study, series, _ = _asked(event)
    n = 0
    while not scp.over.is_set() and not event.is_cancelled and event.assoc.is_established:
        yield 0xFF00, _found(study, series, f"1.2.9.{n}")
        n += 1
        time.sleep(0.001)  # two threads of one process share the test's core
    yield 0xFE00, None


def is_silent(scp: OddScp, event: Any) -> Iterator[tuple[int, Dataset | None]]:
    scp.over.wait(600)
    yield 0, None
