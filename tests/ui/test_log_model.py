"""The log's table: any length, filtered and followed off the window's thread, rotated below it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pytestqt.modeltest import ModelTester

from gantry.store.logs import FILE_NAME, LogFile, LogFilter
from gantry.ui.models.log_columns import position
from gantry.ui.models.log_model import LogModel


class Lane:
    """Does what is asked when told to, in order: the answers come later, as in the window."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[], Any], Callable[[Any], None]]] = []

    def __call__(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self.waiting.append((work, done))

    def drain(self) -> None:
        while self.waiting:
            work, done = self.waiting.pop(0)
            done(work())


def _write(path: Path, start: int, count: int, job: str = "J1") -> None:
    with path.open("a", encoding="utf-8") as file:
        for n in range(start, start + count):
            level = "error" if n % 10 == 0 else "info"
            file.write(
                json.dumps(
                    {
                        "ts": "2026-01-02T03:04:05.678Z",
                        "level": level,
                        "event": "archive.verified" if n % 2 else "transfer.started",
                        "msg": f"Line {n}.",
                        "job": job,
                    }
                )
                + "\n"
            )


@pytest.fixture
def lane() -> Lane:
    return Lane()


@pytest.fixture
def model(tmp_path: Path, lane: Lane, qtmodeltester: ModelTester) -> LogModel:
    _write(tmp_path / FILE_NAME, 0, 300)
    made = LogModel(LogFile(tmp_path), lane)
    qtmodeltester.check(made)  # stays connected: every later change is checked
    made.refresh()
    lane.drain()
    return made


def _message(model: LogModel, lane: Lane, row: int) -> str:
    model.index(row, position("message")).data()
    lane.drain()
    return str(model.index(row, position("message")).data())


def test_lines_are_read_when_they_are_looked_at(model: LogModel, lane: Lane) -> None:
    assert model.rowCount() == 300
    model.set_filter(LogFilter(text="line"))
    lane.drain()
    model.set_filter(LogFilter())
    assert model.index(200, position("message")).data() == "…"
    assert _message(model, lane, 200) == "Line 200."


def test_only_some_blocks_are_held(lane: Lane, tmp_path: Path) -> None:
    _write(tmp_path / FILE_NAME, 0, 20_000)
    model = LogModel(LogFile(tmp_path), lane)
    model.refresh()
    lane.drain()
    for row in range(0, model.rowCount(), 100):
        _message(model, lane, row)
    assert len(model._blocks) <= 64
    assert _message(model, lane, 0) == "Line 0."


def test_a_filter_finds_levels_events_jobs_and_text(model: LogModel, lane: Lane) -> None:
    for wanted, rows, first in (
        (LogFilter(level="error"), 30, "Line 0."),
        (LogFilter(event="archive"), 150, "Line 1."),
        (LogFilter(job="J1"), 300, "Line 0."),
        (LogFilter(job="J2"), 0, ""),
        (LogFilter(text="line 7"), 11, "Line 7."),
        (LogFilter(level="error", event="transfer", text="Line 29"), 1, "Line 290."),
    ):
        model.set_filter(wanted)
        lane.drain()
        assert model.rowCount() == rows
        if rows:
            assert _message(model, lane, 0) == first
    model.set_filter(LogFilter())
    lane.drain()
    assert model.rowCount() == 300


def test_new_lines_appear_and_pass_the_filter_first(
    model: LogModel, lane: Lane, tmp_path: Path
) -> None:
    model.set_filter(LogFilter(level="error"))
    lane.drain()
    _write(tmp_path / FILE_NAME, 300, 100)
    model.refresh()
    lane.drain()
    assert model.rowCount() == 40
    assert _message(model, lane, 39) == "Line 390."


def test_a_new_line_in_a_block_that_was_read_is_shown(
    model: LogModel, lane: Lane, tmp_path: Path
) -> None:
    assert _message(model, lane, 299) == "Line 299."
    _write(tmp_path / FILE_NAME, 300, 1)
    model.refresh()
    lane.drain()
    assert _message(model, lane, 300) == "Line 300."


def test_lines_of_a_dropped_file_go_from_the_front(
    model: LogModel, lane: Lane, tmp_path: Path
) -> None:
    (tmp_path / FILE_NAME).rename(tmp_path / f"{FILE_NAME}.1")
    _write(tmp_path / FILE_NAME, 300, 50)
    model.refresh()
    lane.drain()
    assert model.rowCount() == 350
    model.set_filter(LogFilter(level="error"))
    lane.drain()
    (tmp_path / f"{FILE_NAME}.1").unlink()
    model.refresh()
    lane.drain()
    assert model.rowCount() == 5
    assert _message(model, lane, 0) == "Line 300."


def test_an_answer_to_an_older_filter_is_dropped(model: LogModel, lane: Lane) -> None:
    model.set_filter(LogFilter(level="error"))
    model.set_filter(LogFilter(text="line 7"))
    lane.drain()
    assert model.rowCount() == 11
    assert not model.is_searching
    assert model.is_idle


def test_a_rotation_during_a_search_loses_no_line(
    model: LogModel, lane: Lane, tmp_path: Path
) -> None:
    (tmp_path / FILE_NAME).rename(tmp_path / f"{FILE_NAME}.1")
    _write(tmp_path / FILE_NAME, 300, 300)
    model.refresh()
    lane.drain()
    model.set_filter(LogFilter(level="error"))
    model.refresh()
    (tmp_path / f"{FILE_NAME}.1").unlink()
    lane.drain()
    model.refresh()
    lane.drain()
    assert model.rowCount() == 30
    assert _message(model, lane, 0) == "Line 300."
