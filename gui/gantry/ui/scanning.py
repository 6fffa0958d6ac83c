"""The scan of what was dropped, on threads; what it finds reaches the window in few pieces."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import Scanner, ScanUpdate, Skipped

if TYPE_CHECKING:
    from gantry.ui.threads import Threads


class Scanning(QObject):
    """One list of dropped paths, until `clear`.

    Signals:
        updated(ScanUpdate): the newest state; updates that the window had no time for are left
            out, but none of their skipped files.
        removed(Catalog): what is left after `remove`.
        running_changed(bool): the scan begins, or has ended.
        failed(GantryError): it ended by a fault.
    """

    updated = Signal(object)
    removed = Signal(object)
    running_changed = Signal(bool)
    failed = Signal(object)

    def __init__(self, threads: Threads, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = threads
        self._list = _List(self)
        self.running = False
        self._again = False

    def add(self, paths: Sequence[str]) -> None:
        """Takes dropped paths, also while others are scanned."""
        if self._list.scanner.add(paths):
            return
        if self.running:
            self._again = True  # the run is just ending: another follows
        else:
            self._run()

    def remove(self, keys: Sequence[str]) -> None:
        """Takes nodes out of the list."""
        of = self._list

        def done(catalog: Catalog) -> None:
            if of is self._list:
                self.removed.emit(catalog)

        self._threads.run_in_order("scan list", lambda: of.scanner.remove(keys), done, None, self)

    def cancel(self) -> None:
        """Ends the scan; what was found stays."""
        self._again = False
        self._list.token.cancel()

    def clear(self) -> None:
        """Forgets everything."""
        self.cancel()
        self._list = _List(self)
        self._set_running(False)

    def deliver(self, of: _List) -> None:
        """Passes on the newest state of a list, unless it was cleared since."""
        update = of.take()
        if of is self._list and update is not None:
            self.updated.emit(update)

    def call(self, of: _List) -> None:
        """Has `deliver` called on the window's thread; from any thread."""
        self._threads.call(lambda: self.deliver(of))

    def _run(self) -> None:
        of = self._list
        if of.token.cancelled:
            of.token = CancelToken()
        token = of.token

        def work() -> None:
            try:
                of.scanner.run(token)
            finally:
                self._threads.call(lambda: self._on_over(of))

        def failed(error: GantryError) -> None:
            if of is self._list:
                self.failed.emit(error)

        self._threads.run_long("scan", work, None, failed, self)
        self._set_running(True)

    def _on_over(self, of: _List) -> None:
        if of is not self._list:
            return
        if self._again:
            self._again = False
            self._run()
        else:
            self._set_running(False)

    def _set_running(self, running: bool) -> None:
        if running is not self.running:
            self.running = running
            self.running_changed.emit(running)


class _List:
    """A scanner, and its updates that the window has not seen yet."""

    def __init__(self, scanning: Scanning) -> None:
        self._scanning = scanning
        self._lock = threading.Lock()
        self._newest: ScanUpdate | None = None
        self._skipped: list[Skipped] = []
        self.token = CancelToken()
        self.scanner = Scanner(self._on_update, self.token)

    def take(self) -> ScanUpdate | None:
        """The newest state with everything skipped since the last `take`."""
        with self._lock:
            newest, self._newest = self._newest, None
            skipped, self._skipped = tuple(self._skipped), []
        if newest is None:
            return None
        return ScanUpdate(newest.catalog, skipped, newest.counts)

    def _on_update(self, update: ScanUpdate) -> None:
        with self._lock:
            idle = self._newest is None
            self._newest = update
            self._skipped += update.skipped
        if idle:
            self._scanning.call(self)
