"""A folder or a network share as destination: each copy on a thread that may hang alone."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import extended, plain
from gantry.engine.parcel import Receipt
from gantry.engine.transfer.bandwidth import Bandwidth
from gantry.engine.transfer.copying import Copy, gone
from gantry.engine.transfer.destination import Limits, Shipment
from gantry.engine.transfer.patience import run_patiently
from gantry.engine.transfer.registry import file_path

Result = TypeVar("Result")

_LOOK = 5.0  # seconds


def want_folder(url: str) -> None:
    """Looks once whether the folder is there, before a job begins that could only wait for it.

    A share that does not answer in time is left to the job.

    Raises:
        GantryError: SHARE_GONE, DESTINATION_INVALID.
    """
    destination = FolderDestination(url, Limits(idle=_LOOK))
    with contextlib.suppress(TimeoutError):
        destination.want()


class FolderDestination:
    """A folder that exists: one that is missing may be a share that isn't mounted.

    Raises:
        GantryError: DESTINATION_INVALID, for a Windows path on another system.
    """

    def __init__(
        self,
        url: str,
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        bandwidth: Bandwidth | None = None,
    ) -> None:
        self._url, self._bandwidth = url, bandwidth
        path = file_path(url)
        if os.name != "nt" and "\\" in path[:3]:
            raise GantryError(
                ErrorCode.DESTINATION_INVALID, facts={"url": path, "reason": "windows path"}
            )
        self._folder = Path(extended(path))
        self._limits = limits
        self._hung: dict[str, threading.Event] = {}
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        return self._url

    def want(self) -> None:
        """Raises SHARE_GONE where there is no such folder, TimeoutError where nothing answers."""
        end = time.monotonic() + self._limits.idle
        there = run_patiently(
            self._folder.is_dir, token=None, give_up=lambda: time.monotonic() > end
        )
        if not there:
            raise gone(self._folder)

    def send(self, shipment: Shipment) -> Receipt:
        """Copies and proves. Raises GantryError (SHARE_…, ARCHIVE_…, NO_PROGRESS), Cancelled."""
        return self._patiently(shipment, Copy.run)

    def ask(self, shipment: Shipment) -> Receipt | None:
        """Reads what is there under the parcel's name, and compares."""
        return self._patiently(shipment, Copy.look)

    def close(self) -> None:
        pass

    def _patiently(self, shipment: Shipment, work: Callable[[Copy], Result]) -> Result:
        """Works on a thread that a dead share may keep, while this one stays free."""
        parcel = shipment.archive.parcel
        copy = Copy(self._url, self._folder, shipment, self._bandwidth)
        with self._lock:
            before = self._hung.pop(parcel, None)
            if before is not None and not before.is_set():
                self._hung[parcel] = before
                raise self._hangs()  # two copies of one parcel would write into each other

        def give_up() -> bool:
            if shipment.token.paused:
                copy.moved = time.monotonic()
            return time.monotonic() - copy.moved > self._limits.idle

        def run() -> Result:
            try:
                return work(copy)
            finally:
                copy.over.set()

        try:
            return run_patiently(run, token=shipment.token, give_up=give_up, name="gantry-copy")
        except TimeoutError:
            raise self._hangs() from None
        finally:
            copy.stop.cancel()
            if not copy.over.wait(1.0):
                with self._lock:
                    self._hung[parcel] = copy.over

    def _hangs(self) -> GantryError:
        return GantryError(
            ErrorCode.NO_PROGRESS,
            facts={"host": plain(self._folder), "phase": "copy", "seconds": self._limits.idle},
            transient=True,
        )
