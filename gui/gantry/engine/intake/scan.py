"""Scans what was dropped and tells as it goes: files to headers to catalog, on worker threads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.skipped import Skipped, SkipReason

__all__ = ["ScanCounts", "ScanUpdate", "Scanner", "SkipReason", "Skipped"]


@dataclass(frozen=True, slots=True)
class ScanCounts:
    """How far the scan is.

    Attributes:
        files: looked at so far, members of ZIPs included.
        dicom: in the catalog.
        skipped: listed as skipped (folders and links included).
        bytes: of the DICOM files.
        seconds: since the scan began.
        done: this update is the last one.
    """

    files: int = 0
    dicom: int = 0
    skipped: int = 0
    bytes: int = 0
    seconds: float = 0.0
    done: bool = False

    @property
    def files_per_second(self) -> float:
        return self.files / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True, slots=True)
class ScanUpdate:
    """The catalog so far; `skipped` holds only what is new since the last update."""

    catalog: Catalog
    skipped: tuple[Skipped, ...]
    counts: ScanCounts


ScanSink = Callable[[ScanUpdate], None]


class Scanner:
    """One list of dropped paths and what they hold.

    Args:
        sink: called on the thread of `run`, at most ten times a second and once at the end.
        token: pauses and cancels.
        workers: threads that read headers; never more than there are cores.
    """

    def __init__(self, sink: ScanSink, token: CancelToken, workers: int | None = None) -> None:
        raise NotImplementedError

    def add(self, paths: Iterable[str]) -> bool:
        """Adds dropped paths; from any thread, also while `run` runs.

        Returns whether a running `run` takes them; if not, call `run` (again).
        """
        raise NotImplementedError

    def remove(self, keys: Iterable[str]) -> Catalog:
        """Takes nodes out of the catalog, from any thread; dropped again they come back."""
        raise NotImplementedError

    def run(self) -> Catalog:
        """Blocks until everything added is scanned; may be called again after more was added.

        Raises:
            Cancelled: after a last update with what was found until then.
        """
        raise NotImplementedError
