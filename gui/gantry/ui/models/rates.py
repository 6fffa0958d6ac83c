"""The speed of past jobs by destination, to estimate how long one will take."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.engine.times import moment_of
from gantry.ui.background.context import Context

if TYPE_CHECKING:
    from gantry.store.history.rows import JobRow

_JOBS = 200  # of the history: the newest reflect the network as it is
_LEAST_SECONDS = 1.0  # a shorter job measures only overhead


class Rates(QObject):
    """Bytes per second by URL, from completely delivered jobs.

    Signals:
        changed: the speeds have changed.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._rates: dict[str, float] = {}
        context.runner.job_over.connect(lambda _: self._read())
        self._read()

    def seconds(self, url: str, size: int) -> float | None:
        """How long this many bytes may take to this destination; None: unknown yet."""
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
    """The median speed of completely delivered jobs, by URL."""
    found: dict[str, list[float]] = {}
    for job in jobs:
        whole = sum(n for state, n in job.states.items() if state.has_arrived) == job.parcels
        if not (whole and job.finished and job.size):
            continue
        took = moment_of(job.finished) - moment_of(job.created)
        seconds = max(took.total_seconds(), _LEAST_SECONDS)
        found.setdefault(job.url, []).append(job.size / seconds)
    return {url: median(rates[:9]) for url, rates in found.items()}
