"""The scanner in a process of its own.

Reading a hundred thousand headers is Python's work, and a window that shares an interpreter with
it waits for its turn before every line it draws: measured with 20,000 files, up to 0.3 s; with
the scanner apart, the window's thread is hardly ever asked to wait. It also scans on another core.

The two sides talk in pickles over a pipe that nobody else can open. Of each snapshot only the
nodes that are new are sent; the rest are named by key, and stay the same objects on this side.
"""

from __future__ import annotations

import io
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.engine.intake.scan import Scanner, ScanUpdate

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

AHEAD = 400  # instances in one message

Node = Patient | Study | Series
_NODES = (Patient, Study, Series)


class ScannerApart:
    """A `Scanner`'s other end. One list of dropped paths.

    Args:
        on_update: called on the thread of `listen` for each `ScanUpdate`.
        on_removed: the catalog after `remove`.
        on_running: whether the scan runs; False comes after its last update.
    """

    def __init__(
        self,
        on_update: Callable[[ScanUpdate], None],
        on_removed: Callable[[Catalog], None],
        on_running: Callable[[bool], None],
    ) -> None:
        self._on: dict[str, Callable[[Any], None]] = {
            "update": on_update,
            "removed": on_removed,
            "running": on_running,
        }
        self._known: dict[str, Node] = {}
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Starts the process. It takes a moment: not for the window's thread."""
        import multiprocessing

        with self._lock:
            if self._process is not None or self._closed:
                return
            context = multiprocessing.get_context("spawn")
            here, there = context.Pipe()
            self._process = context.Process(
                target=serve, args=(there,), name="gantry-scan", daemon=True
            )
            self._process.start()
            there.close()
            self._connection = here

    def listen(self) -> None:
        """Starts the process, and passes on what it says until `close`.

        Raises:
            GantryError: INTERNAL; the process ended by itself.
        """
        from multiprocessing.connection import wait

        self.start()
        connection, process = self._connection, self._process
        if connection is None or process is None:
            return
        with suppress(EOFError, OSError, ValueError):
            # On Windows a process that ends before it took its end of the pipe leaves that open.
            while connection in wait([connection, process.sentinel]):
                what, value = _Loader(connection.recv_bytes(), self._known).load()
                if what == "ahead":
                    self._known.update((series.key, series) for series in value)
                    continue
                if isinstance(value, (ScanUpdate, Catalog)):
                    catalog = value.catalog if isinstance(value, ScanUpdate) else value
                    self._known = nodes_of(catalog)
                self._on[what](value)
        if not self._closed:
            raise GantryError(ErrorCode.INTERNAL, facts={"type": "ScanEnded"})

    def add(self, paths: Iterable[str]) -> None:
        """Adds dropped paths, also while others are scanned."""
        self._say("add", list(paths))

    def remove(self, keys: Iterable[str]) -> None:
        """Takes nodes out; `on_removed` follows."""
        self._say("remove", list(keys))

    def cancel(self) -> None:
        """Ends the scan; what was found stays."""
        self._say("cancel", None)

    def close(self) -> None:
        """Ends the process, whatever it does."""
        self._closed = True
        with self._lock:
            process, connection = self._process, self._connection
        if process is not None:
            process.kill()
            process.join(5)
        if connection is not None:
            connection.close()

    def _say(self, what: str, value: object) -> None:
        self.start()
        with self._lock, suppress(OSError, ValueError):
            if self._connection is not None:
                self._connection.send((what, value))


def nodes_of(catalog: Catalog) -> dict[str, Node]:
    """Every patient, study and series by its key."""
    found: dict[str, Node] = {}
    for patient in catalog.patients:
        found[patient.key] = patient
        for study in patient.studies:
            found[study.key] = study
            found.update((series.key, series) for series in study.series)
    return found


def step_back() -> None:
    """Leaves this process the time that the window's doesn't want."""
    with suppress(OSError, AttributeError):
        if sys.platform == "win32":
            import ctypes

            below_normal = 0x4000
            kernel = ctypes.windll.kernel32
            kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
        else:
            os.nice(5)


def serve(connection: Connection) -> None:
    """The process: scans what it is told until the other side hangs up."""
    step_back()
    with suppress(EOFError, OSError, KeyboardInterrupt):
        _Server(connection).serve()
    os._exit(0)  # a thread that hangs in the system must not keep the process


class _Server:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lock = threading.Lock()  # of the connection, and of what was sent
        self._sent: dict[str, Node] = {}
        self._token = CancelToken()
        self._scanner = Scanner(lambda update: self._send("update", update), self._token)
        self._state = threading.Lock()
        self._running = self._again = False

    def serve(self) -> None:
        while True:
            what, value = self._connection.recv()
            if what == "add":
                self._add(value)
            elif what == "remove":
                self._send("removed", self._scanner.remove(value))
            elif what == "cancel":
                self._again = False
                self._token.cancel()

    def _add(self, paths: list[str]) -> None:
        with self._state:
            if self._scanner.add(paths):
                return
            if self._running:
                self._again = True  # the run is just ending: another follows
                return
            self._running = True
        threading.Thread(target=self._run, daemon=True, name="scan run").start()

    def _run(self) -> None:
        self._send("running", True)
        while True:
            if self._token.cancelled:
                self._token = CancelToken()
            with suppress(Cancelled):
                self._scanner.run(self._token)
            with self._state:
                if not self._again:
                    self._running = False
                    break
                self._again = False
        self._send("running", False)

    def _send(self, what: str, value: object) -> None:
        with self._lock:
            if not isinstance(value, (ScanUpdate, Catalog)):
                self._dump(what, value)
                return
            catalog = value.catalog if isinstance(value, ScanUpdate) else value
            for some in self._new_series(catalog):
                self._dump("ahead", some)
                self._sent.update((series.key, series) for series in some)
            self._dump(what, value)
            self._sent = nodes_of(catalog)

    def _new_series(self, catalog: Catalog) -> Iterator[list[Series]]:
        """In pieces: taking in a long message keeps everything else over there from running."""
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


class _Dumper(pickle.Pickler):
    """Names what the other side has, instead of sending it."""

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
