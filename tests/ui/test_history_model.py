"""The history's table: pages by key, bounded memory, the same rows as the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.modeltest import ModelTester

from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import ParcelState
from gantry.store.history import Cursor, History, ParcelFilter, ParcelRow, Sort
from gantry.ui.models import history_model
from gantry.ui.models.history_columns import position
from gantry.ui.models.history_model import ID_ROLE, HistoryModel
from support.history import make_parcels
from support.sent import started

Deliver = Callable[[Sequence[ParcelRow]], None]


class Later:
    """Asks a real history when told to: the answers come later, as in the window."""

    def __init__(self, history: History) -> None:
        self._history = history
        self.waiting: list[tuple[ParcelFilter, Cursor | None, int, Deliver]] = []

    def __call__(
        self, wanted: ParcelFilter, after: Cursor | None, limit: int, deliver: Deliver
    ) -> None:
        self.waiting.append((wanted, after, limit, deliver))

    def drain(self) -> None:
        while self.waiting:
            wanted, after, limit, deliver = self.waiting.pop(0)
            deliver(self._history.parcels(wanted, after=after, limit=limit))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History(tmp_path / "history.sqlite") as made:
        yield made


@pytest.fixture
def later(history: History) -> Later:
    return Later(history)


@pytest.fixture
def model(
    later: Later, qtmodeltester: ModelTester, monkeypatch: pytest.MonkeyPatch
) -> HistoryModel:
    monkeypatch.setattr(history_model, "PAGE", 10)
    monkeypatch.setattr(history_model, "KEPT_PAGES", 3)
    made = HistoryModel(later)
    qtmodeltester.check(made)  # stays connected: every later change is checked
    return made


def _fill(history: History, number: int, job: str = "J1", label: str = "MR Head") -> list[str]:
    parcels = make_parcels(number, label=label)
    history.record(started(job, list(parcels)))
    return [p.id for p in parcels]


def _scroll_to_the_end(model: HistoryModel, later: Later) -> None:
    later.drain()
    while model.canFetchMore():
        model.fetchMore()
        later.drain()


def _ids(model: HistoryModel, later: Later) -> list[str]:
    found = []
    for row in range(model.rowCount()):
        model.row(row)
        later.drain()
        found.append(str(model.index(row, 0).data(ID_ROLE)))
    return found


def test_scrolling_brings_every_row_once_in_the_database_s_order(
    history: History, model: HistoryModel, later: Later
) -> None:
    _fill(history, 47)
    model.set_filter(ParcelFilter())
    _scroll_to_the_end(model, later)
    assert model.rowCount() == 47
    assert model.is_complete
    assert _ids(model, later) == [r.id for r in history.all_parcels()]


def test_only_some_pages_are_held_and_others_come_back(
    history: History, model: HistoryModel, later: Later
) -> None:
    _fill(history, 95)
    model.set_filter(ParcelFilter())
    _scroll_to_the_end(model, later)
    assert len(model._rows) == 3
    assert model.index(25, position("study")).data() == "…"
    later.drain()
    assert model.index(25, position("study")).data() == "MR Head"
    assert len(model._rows) == 3


def test_sorting_by_size_and_by_name_follows_the_index(
    history: History, model: HistoryModel, later: Later
) -> None:
    for number, name in enumerate(("CT Thorax", "MR Head", "US Liver")):
        parcels = make_parcels(7, label=name, size=1000 * (3 - number))
        history.record(started(f"J{number}", list(parcels)))
    for sort in (Sort.LARGEST, Sort.LABEL, Sort.OLDEST):
        model.set_filter(ParcelFilter(sort=sort))
        _scroll_to_the_end(model, later)
        expected = [r.id for r in history.parcels(ParcelFilter(sort=sort), limit=1000)]
        assert _ids(model, later) == expected


def test_a_refresh_shows_new_jobs_and_changed_states(
    history: History, model: HistoryModel, later: Later
) -> None:
    ids = _fill(history, 3)
    model.set_filter(ParcelFilter())
    later.drain()
    history.record(events.ParcelFailed("J1", ids[0], GantryError(ErrorCode.HTTP_401)))
    model.refresh()
    later.drain()
    assert model.find(ids[0]).data() == "Failed"
    assert model.find(ids[1]).data() == "Waiting"
    _fill(history, 2, "J2")
    model.refresh()
    later.drain()
    assert model.rowCount() == 5


def test_a_refresh_looks_again_at_pages_below_the_first_when_they_are_seen(
    history: History, model: HistoryModel, later: Later
) -> None:
    _fill(history, 25)
    model.set_filter(ParcelFilter())
    _scroll_to_the_end(model, later)
    last = str(model.index(24, 0).data(ID_ROLE))
    history.record(events.ParcelFailed("J1", last, GantryError(ErrorCode.HTTP_401)))
    model.refresh()
    later.drain()
    assert model.index(24, 0).data() == "Waiting"
    later.drain()
    assert model.index(24, 0).data() == "Failed"


def test_an_answer_to_an_older_question_is_dropped(
    history: History, model: HistoryModel, later: Later
) -> None:
    _fill(history, 5)
    model.set_filter(ParcelFilter())
    model.set_filter(ParcelFilter(states=frozenset({ParcelState.FAILED})))
    later.drain()
    assert model.rowCount() == 0
    assert model.is_complete


def test_a_tooltip_is_never_markup(history: History, model: HistoryModel, later: Later) -> None:
    _fill(history, 1, label="<b>MR</b>")
    model.set_filter(ParcelFilter())
    later.drain()
    tooltip = model.index(0, position("study")).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tooltip
    assert "&lt;b&gt;MR" in tooltip
