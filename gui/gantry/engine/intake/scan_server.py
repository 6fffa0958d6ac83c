"""The scan process: runs a `Scanner`, and reports to `scan_process` over a pipe."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from gantry.engine import faults, tar_members, zip_locks
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import Scanner, ScanUpdate
from gantry.engine.intake.scan_messages import MessageWriter

if TYPE_CHECKING:
    from multiprocessing.connection import Connection


def step_back() -> None:
    """Lowers this process's priority below the window's."""
    with suppress(OSError, AttributeError):
        if sys.platform == "win32":
            below_normal = 0x4000
            kernel = ctypes.windll.kernel32
            kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
        else:
            os.nice(5)


def serve(connection: Connection) -> None:
    """Runs in the process: scans what it is told until the other side closes the pipe."""
    step_back()
    faults.keep_texts_out()
    try:
        ScanServer(connection).serve()
    except (EOFError, OSError, KeyboardInterrupt):
        pass
    except Exception as error:  # noqa: BLE001 - multiprocessing would print what it says
        faults.tell(type(error), error.__traceback__)
    os._exit(0)  # a thread that hangs in the system must not keep the process alive


class ScanServer:
    """Takes orders in sequence, and answers with updates.

    One lock orders everything that is sent: a snapshot never overtakes a newer one.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection, self._writer = connection, MessageWriter(connection)
        self._lock = threading.Lock()  # of the connection, and of what was sent
        self._newest = Catalog()
        self._token = CancelToken()
        self._scanner = Scanner(lambda update: self._send("update", update), self._token)
        self._state = threading.Lock()  # of all below; held while the change is reported
        self._running = self._again = False
        self._number = 0  # of the last order that was taken in

    def serve(self) -> None:
        while True:
            number, what, value = self._connection.recv()
            if what == "add":
                self._add(value, number)
            elif what in ("again", "unlock"):
                for password in value:
                    zip_locks.remember(password)
                self._begin(self._scanner.again, number)
            elif what == "remove":
                self._send("removed", self._scanner.remove(value))
            elif what == "begin":
                self._prepare(*value)
            elif what == "restore":
                self._scanner.restore(*value)
            elif what == "cancel":
                self._cancel()
            with self._state:
                self._number = max(self._number, number)
                if not self._running:
                    self._send("done", self._number)
                    if what == "cancel":  # of a scan that ended with another process
                        self._send("running", False)

    def _prepare(self, passwords: tuple[str, ...], folder: str) -> None:
        for password in passwords:
            zip_locks.remember(password)
        if folder:
            tar_members.use(lambda: Path(folder))

    def _add(self, paths: list[str], number: int = 0) -> None:
        self._begin(lambda: self._scanner.add(paths), number)

    def _begin(self, order: Callable[[], bool], number: int) -> None:
        with self._state:
            self._number = max(self._number, number)
            if order():
                return
            if self._running:
                self._again = True  # the run is just ending: another follows
                return
            self._running = True
            self._send("running", True)
        threading.Thread(target=self._run, daemon=True, name="scan run").start()

    def _cancel(self) -> None:
        with self._state:
            self._again = False
            self._token.cancel()
            self._scanner.give_up()
            running = self._running
        if not running:
            self._scanner.tell()

    def _run(self) -> None:
        while True:
            with self._state:
                token = self._token = CancelToken()
            try:
                self._scanner.run(token)
            except Cancelled:
                pass
            except Exception as error:  # noqa: BLE001 (a fault must not leave the window waiting)
                self._send("failed", type(error).__name__)
                with suppress(Exception):
                    self._scanner.tell()
            with self._state:
                if not self._again:
                    self._running = False
                    self._send("done", self._number)
                    self._send("running", False)
                    return
                self._again = False

    def _send(self, what: str, value: object) -> None:
        """Sends a message. Of two snapshots the later one stays the last, whichever thread sends
        first.
        """
        with self._lock:
            if not isinstance(value, (ScanUpdate, Catalog)):
                self._writer.send(what, value)
                return
            catalog = value.catalog if isinstance(value, ScanUpdate) else value
            if catalog.serial < self._newest.serial:
                catalog = self._newest
                value = (
                    replace(value, catalog=catalog) if isinstance(value, ScanUpdate) else catalog
                )
            self._newest = catalog
            self._writer.send_catalog(what, value, catalog)
