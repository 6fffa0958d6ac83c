"""The scanner in a process of its own.

Reading a hundred thousand headers is Python's work, and a window in the same interpreter waits for
its turn before every line it draws: up to 0.3 s, measured with 20,000 files. With a separate scan
process, the window's thread hardly ever waits, and the scan runs on another core.

This module is the window's side, `scan_server` is the process, `scan_messages` the pipe between.
Orders are numbered and kept until the process confirms them, so that a process that ends can be
replaced without losing one.
"""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any

from gantry.engine import tar_members, zip_locks
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import ScanCounts, ScanUpdate, Skipped, SkipReason
from gantry.engine.intake.scan_messages import MessageReader
from gantry.engine.intake.scan_server import serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess

_MOST_ENDS = 2  # of processes over the same orders


class ScanProcess:
    """Runs a `Scanner` in another process. One list of dropped paths.

    A process that ends by itself is replaced: the new one gets the last known list, and reads again
    what the other was reading. If that ends it, too, the files being read are given up and
    reported; the next drop gets a new process again.

    Args:
        on_update: called on the thread of `listen` for each `ScanUpdate`.
        on_removed: the catalog after `remove`.
        on_running: whether the scan runs; False comes after its last update.
        on_failed: GantryError SCAN_FAILED; what was found until then stays.
    """

    def __init__(
        self,
        on_update: Callable[[ScanUpdate], None],
        on_removed: Callable[[Catalog], None],
        on_running: Callable[[bool], None],
        on_failed: Callable[[GantryError], None] = lambda error: None,
    ) -> None:
        self._on_update, self._on_removed = on_update, on_removed
        self._on_running, self._on_failed = on_running, on_failed
        self._reader = MessageReader()
        self._update = ScanUpdate(Catalog(), (), ScanCounts())
        self._skipped: dict[str, Skipped] = {}  # by place; everything that was reported
        self._changed = threading.Condition()  # of all below
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._orders: dict[int, tuple[str, list[str]]] = {}  # that are not confirmed
        self._number = 0  # of the last order
        self._ends = 0  # of processes that ended by themselves over the same orders
        self._closed = self._told_running = False

    @property
    def pid(self) -> int | None:
        process = self._process
        return process.pid if process is not None else None

    def start(self) -> None:
        """Starts the process. Slow: not for the window's thread."""
        with self._changed:
            self._start()

    def listen(self) -> None:
        """Starts the process, and passes on its messages until `close`."""
        self.start()
        while (one := self._next_process()) is not None:
            self._listen_to(*one)
            self._replace()

    def add(self, paths: Iterable[str]) -> None:
        """Adds dropped paths, even while others are scanned."""
        self._order("add", list(paths))

    def again(self) -> None:
        """Reads again what could not be read, and looks for files that no longer exist."""
        self._order("again", [])

    def unlock(self, password: str) -> None:
        """Reads locked ZIPs again with one more password; this process remembers it, too."""
        zip_locks.remember(password)
        self._order("unlock", [password])

    def remove(self, keys: Iterable[str]) -> None:
        """Removes nodes; `on_removed` follows."""
        self._order("remove", list(keys))

    def cancel(self) -> None:
        """Ends the scan; what was found stays."""
        self._order("cancel", [])

    def close(self) -> None:
        """Ends the process, whatever it is doing."""
        with self._changed:
            self._closed = True
            process, connection = self._process, self._connection
            self._changed.notify_all()
        if process is not None:
            process.kill()
            process.join(5)
        if connection is not None:
            connection.close()

    def _next_process(self) -> tuple[Connection, BaseProcess] | None:
        """The running process, as soon as there is one; None after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._process is not None)
            if self._closed or self._connection is None or self._process is None:
                return None
            return self._connection, self._process

    def _listen_to(self, connection: Connection, process: BaseProcess) -> None:
        """Handles the process's messages until it ends."""
        with suppress(EOFError, OSError, ValueError):
            # On Windows, a process that ends before it took its end of the pipe leaves that open.
            while connection in wait([connection, process.sentinel]):
                self._take(*self._reader.read(connection.recv_bytes()))

    def _take(self, what: str, value: Any) -> None:
        """Handles one message."""
        match what:
            case "ahead":
                self._reader.note_series(value)
            case "update":
                self._reader.note_catalog(value.catalog)
                self._update = value
                for place in value.resolved:
                    self._skipped.pop(place, None)
                self._skipped.update((one.place, one) for one in value.skipped)
                self._on_update(value)
            case "removed":
                self._reader.note_catalog(value)
                self._update = replace(self._update, catalog=value)
                self._on_removed(value)
            case "done":
                with self._changed:
                    numbers = [number for number in self._orders if number <= value]
                    for number in numbers:
                        del self._orders[number]
                    self._ends = 0
            case "running":
                self._tell_running(value)
            case "failed":
                self._on_failed(GantryError(ErrorCode.SCAN_FAILED, facts={"type": value}))

    def _replace(self) -> None:
        """Starts another process after one ended by itself, if there is anything left to do."""
        with self._changed:
            if self._closed:
                return
            process, self._process, self._connection = self._process, None, None
            self._reader = MessageReader()
            waiting = bool(self._orders)
            self._ends += waiting
            if waiting and self._ends < _MOST_ENDS:
                self._start()
            lost = [p for what, paths in self._orders.values() if what == "add" for p in paths]
            given_up = self._process is None
            if given_up:
                self._orders.clear()
                self._ends = 0
        if process is not None:
            process.join(5)
        if not given_up:
            return
        if not waiting:
            if self._told_running:
                self._tell_running(False)
            return
        skipped = tuple(Skipped(path, "", SkipReason.STOPPED) for path in dict.fromkeys(lost))
        self._skipped.update((one.place, one) for one in skipped)
        counts = replace(self._update.counts, skipped=len(self._skipped), done=True, silent=())
        self._update = ScanUpdate(self._update.catalog, skipped, counts)
        self._on_update(self._update)
        self._on_failed(GantryError(ErrorCode.SCAN_FAILED, facts={"reason": "ended"}))
        self._tell_running(False)

    def _tell_running(self, running: bool) -> None:
        self._told_running = running
        self._on_running(running)

    def _start(self) -> None:
        """With `_changed` held: starts a process if none is running; sends it the orders."""
        if self._process is not None or self._closed:
            return
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(there,), name="gantry-scan", daemon=True)
        process.start()
        there.close()
        self._process, self._connection = process, here
        self._changed.notify_all()
        if self._update.catalog.patients or self._skipped:
            self._say(0, "restore", (self._update.catalog, list(self._skipped.values())))
        folder = tar_members.folder()
        self._say(0, "begin", (zip_locks.passwords(), str(folder) if folder else ""))
        for number, (what, value) in self._orders.items():
            self._say(number, what, value)

    def _order(self, what: str, value: list[str]) -> None:
        with self._changed:
            if self._closed:
                return
            self._number += 1
            before = self._process
            if what == "cancel":
                self._orders = {n: o for n, o in self._orders.items() if o[0] != "add"}
            self._orders[self._number] = what, value
            self._start()
            if before is not None:
                self._say(self._number, what, value)

    def _say(self, number: int, what: str, value: object) -> None:
        with suppress(OSError, ValueError):  # it has ended: `listen` starts another
            if self._connection is not None:
                self._connection.send((number, what, value))
