"""A history, and jobs to put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gantry.engine import events
from gantry.engine.parcel import Parcel
from gantry.store.history import History
from support.history import make_parcels


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.sqlite") as opened:
        yield opened


@pytest.fixture
def started(history: History) -> Callable[..., tuple[Parcel, ...]]:
    """Records a started job and returns its parcels."""

    def start(
        number: int = 1, *, job: str = "JOB-1", destination: str = "Klinik", **what: object
    ) -> tuple[Parcel, ...]:
        parcels = make_parcels(number, **what)  # type: ignore[arg-type]
        history.record(events.JobStarted(job, destination, "https://example.org/in", parcels))
        return parcels

    return start
