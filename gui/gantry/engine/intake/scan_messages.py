"""The messages between the scan process and the window's process.

Messages are pickles, over a pipe that nobody else can open. Only the new nodes of each snapshot are
sent; the rest are named by key, and stay the same objects on the receiving side.
"""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from gantry.engine.intake.catalog import Catalog, Patient, Series, Study

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

AHEAD = 400  # instances in one message

Node = Patient | Study | Series
_NODES = (Patient, Study, Series)


def nodes_of(catalog: Catalog) -> dict[str, Node]:
    """Every patient, study and series by its key."""
    found: dict[str, Node] = {}
    for patient in catalog.patients:
        found[patient.key] = patient
        for study in patient.studies:
            found[study.key] = study
            found.update((series.key, series) for series in study.series)
    return found


class MessageWriter:
    """Sends messages, and remembers which nodes the other side has; one thread at a time."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._sent: dict[str, Node] = {}

    def send(self, what: str, value: object) -> None:
        """Sends one message as it is."""
        data = io.BytesIO()
        _Dumper(data, self._sent).dump((what, value))
        self._connection.send_bytes(data.getbuffer())

    def send_catalog(self, what: str, value: object, catalog: Catalog) -> None:
        """Sends `value`, which holds this catalog: first its new series, in pieces."""
        for some in self._new_series(catalog):
            self.send("ahead", some)
            self._sent.update((series.key, series) for series in some)
        self.send(what, value)
        self._sent = nodes_of(catalog)

    def _new_series(self, catalog: Catalog) -> Iterator[list[Series]]:
        """The new series, in pieces: a long message blocks everything else on the other side."""
        some: list[Series] = []
        count = 0
        for series in catalog.series:
            if self._sent.get(series.key) is series:
                continue
            some.append(series)
            count += series.instance_count
            if count >= AHEAD:
                yield some
                some, count = [], 0
        if some:
            yield some

    def _dump(self, what: str, value: object) -> None:
        data = io.BytesIO()
        _Dumper(data, self._sent).dump((what, value))
        self._connection.send_bytes(data.getbuffer())


class MessageReader:
    """Reads messages, and keeps the nodes that came with them."""

    def __init__(self) -> None:
        self._known: dict[str, Node] = {}

    def read(self, data: bytes) -> tuple[str, Any]:
        """One message: what it is about, and its value."""
        what, value = _Loader(data, self._known).load()
        return what, value

    def note_series(self, series: list[Series]) -> None:
        """Keeps series that arrived ahead of their catalog."""
        self._known.update((one.key, one) for one in series)

    def note_catalog(self, catalog: Catalog) -> None:
        """Keeps this catalog's nodes, and no others."""
        self._known = nodes_of(catalog)


class _Dumper(pickle.Pickler):
    """Names the nodes that the other side has, instead of sending them."""

    def __init__(self, file: io.BytesIO, sent: dict[str, Node]) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self._sent = sent

    def persistent_id(self, obj: Any) -> str | None:
        if isinstance(obj, _NODES) and self._sent.get(obj.key) is obj:
            return obj.key
        return None


class _Loader(pickle.Unpickler):
    def __init__(self, data: bytes, known: dict[str, Node]) -> None:
        super().__init__(io.BytesIO(data))
        self._known = known

    def persistent_load(self, pid: Any) -> Any:
        return self._known[pid]
