"""The scan of what was dropped; what it finds reaches the window in few pieces."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.engine.errors import GantryError
from gantry.engine.intake.apart import ScannerApart
from gantry.engine.intake.scan import ScanUpdate, Skipped

if TYPE_CHECKING:
    from gantry.ui.threads import Threads


class Scanning(QObject):
    """One list of dropped paths, until `close`.

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
        self.running = False
        self._stopped = False
        self._lock = threading.Lock()
        self._newest: ScanUpdate | None = None
        self._skipped: list[Skipped] = []
        self._scanner = ScannerApart(
            self._on_update,
            lambda catalog: self._call(lambda: self.removed.emit(catalog)),
            lambda running: self._call(lambda: self._set_running(running)),
        )
        threads.run_long("scan", self._scanner.listen, None, self._on_failed, self)

    def add(self, paths: Sequence[str]) -> None:
        """Takes dropped paths, also while others are scanned."""
        paths = list(paths)
        self._set_running(True)
        self._threads.run_in_order("scan", lambda: self._scanner.add(paths))

    def remove(self, keys: Sequence[str]) -> None:
        """Takes nodes out of the list."""
        keys = list(keys)
        self._threads.run_in_order("scan", lambda: self._scanner.remove(keys))

    def cancel(self) -> None:
        """Ends the scan; what was found stays."""
        self._threads.run_in_order("scan", self._scanner.cancel)

    def close(self) -> None:
        """Ends the scan and its process."""
        self._stopped = True
        self._scanner.close()

    def _on_update(self, update: ScanUpdate) -> None:
        """On the listening thread."""
        with self._lock:
            idle = self._newest is None
            self._newest = update
            self._skipped += update.skipped
        if idle:
            self._call(self._deliver)

    def _call(self, function: Callable[[], None]) -> None:
        if not self._stopped:
            self._threads.call(function)

    def _deliver(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
            skipped, self._skipped = tuple(self._skipped), []
        if newest is not None and not self._stopped:
            self.updated.emit(ScanUpdate(newest.catalog, skipped, newest.counts))

    def _set_running(self, running: bool) -> None:
        if running is not self.running and not self._stopped:
            self.running = running
            self.running_changed.emit(running)

    def _on_failed(self, error: GantryError) -> None:
        self._set_running(False)
        self.failed.emit(error)
