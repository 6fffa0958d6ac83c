"""How fast jobs were, by destination: for saying beforehand how long one may take."""

from __future__ import annotations

from datetime import datetime
from statistics import median
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.engine.parcel import ParcelState
from gantry.ui.context import Context

if TYPE_CHECKING:
    from gantry.store.history.rows import JobRow

_JOBS = 200  # of the history: the newest tell of the network as it is
_LEAST_SECONDS = 1.0  # a shorter job tells of its overheads


class Rates(QObject):
    """Bytes a second by URL, from jobs that were delivered whole.

    Signals:
        changed: other speeds are known.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._rates: dict[str, float] = {}
        context.runner.job_over.connect(lambda _: self._read())
        self._read()

    def seconds(self, url: str, size: int) -> float | None:
        """How long so many bytes may take to this destination; None: nobody knows yet."""
        rate = self._rates.get(url)
        return size / rate if rate else None

    def _read(self) -> None:
        history = self._context.history
        self._context.runner.run(
            lambda: rates_of(history.jobs(limit=_JOBS)), self._on_read, None, self
        )

    def _on_read(self, rates: dict[str, float]) -> None:
        if rates != self._rates:
            self._rates = rates
            self.changed.emit()


def rates_of(jobs: list[JobRow]) -> dict[str, float]:
    """The median speed of whole, finished jobs, by URL."""
    found: dict[str, list[float]] = {}
    for job in jobs:
        whole = job.states.get(ParcelState.DELIVERED, 0) == job.parcels
        if not (whole and job.finished and job.size):
            continue
        took = datetime.fromisoformat(job.finished) - datetime.fromisoformat(job.created)
        seconds = max(took.total_seconds(), _LEAST_SECONDS)
        found.setdefault(job.url, []).append(job.size / seconds)
    return {url: median(rates[:9]) for url, rates in found.items()}
