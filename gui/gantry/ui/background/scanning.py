"""Scans dropped paths; results reach the window in few pieces."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.engine.errors import GantryError
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.scan import ScanUpdate, Skipped
from gantry.engine.intake.scan_process import ScanProcess

if TYPE_CHECKING:
    from gantry.ui.background.threads import Threads


class Scanning(QObject):
    """One list of dropped paths, until `close`.

    Signals:
        updated(ScanUpdate): the newest state; updates that the window had no time for are dropped,
        but none of their skipped files. removed(Catalog): what is left after `remove`.
        running_changed(bool): the scan has started or ended.
        failed(GantryError): the scan failed.
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
        self._catalog = Catalog()  # the last one that was reported, by an update or after a removal
        self._skipped: list[Skipped] = []
        self._resolved: set[str] = set()
        self._scanner = ScanProcess(
            self._on_update,
            self._on_removed,
            lambda running: self._call(lambda: self._set_running(running)),
            lambda error: self._call(lambda: self.failed.emit(error)),
        )
        threads.run_long("scan", self._scanner.listen, None, self._on_failed, self)

    def add(self, paths: Sequence[str]) -> None:
        """Adds dropped paths, even while others are scanned."""
        paths = list(paths)
        self._set_running(True)
        self._threads.run_in_order("scan", lambda: self._scanner.add(paths))

    @property
    def catalog(self) -> Catalog:
        """The last list that was reported."""
        with self._lock:
            return self._catalog

    def again(self) -> None:
        """Reads again what could not be read; `running_changed` signals the end."""
        self._set_running(True)
        self._threads.run_in_order("scan", self._scanner.again)

    def unlock(self, password: str) -> None:
        """Reads locked ZIPs again with this password."""
        self._set_running(True)
        self._threads.run_in_order("scan", lambda: self._scanner.unlock(password))

    def remove(self, keys: Sequence[str]) -> None:
        """Removes nodes from the list."""
        keys = list(keys)
        self._threads.run_in_order("scan", lambda: self._scanner.remove(keys))

    def cancel(self) -> None:
        """Ends the scan; what was found stays."""
        self._threads.run_in_order("scan", self._scanner.cancel)

    def close(self) -> None:
        """Ends the scan and its process, which a hung share may hold for a while."""
        self._stopped = True
        self._threads.run_long("scan-end", self._scanner.close)

    def _on_update(self, update: ScanUpdate) -> None:
        """On the listening thread."""
        with self._lock:
            idle = self._newest is None
            self._newest = update
            self._catalog = update.catalog
            if update.resolved:
                resolved = set(update.resolved)
                self._resolved |= resolved
                self._skipped = [one for one in self._skipped if one.place not in resolved]
            self._skipped += update.skipped
        if idle:
            self._call(self._deliver)

    def _on_removed(self, catalog: Catalog) -> None:
        """On the listening thread."""
        with self._lock:
            self._catalog = catalog
        self._call(self._deliver_removed)

    def _call(self, function: Callable[[], None]) -> None:
        if not self._stopped:
            self._threads.call(function)

    def _deliver(self) -> None:
        with self._lock:
            newest, self._newest = self._newest, None
            skipped, self._skipped = tuple(self._skipped), []
            resolved, self._resolved = tuple(self._resolved), set()
            catalog = self._catalog
        if newest is not None and not self._stopped:
            self.updated.emit(ScanUpdate(catalog, skipped, newest.counts, resolved))

    def _deliver_removed(self) -> None:
        """Shows the last received list, which may be newer than the one after the removal."""
        with self._lock:
            catalog = self._catalog
        if not self._stopped:
            self.removed.emit(catalog)

    def _set_running(self, running: bool) -> None:
        if running is not self.running and not self._stopped:
            self.running = running
            self.running_changed.emit(running)

    def _on_failed(self, error: GantryError) -> None:
        self._set_running(False)
        self.failed.emit(error)
