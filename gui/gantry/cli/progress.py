"""Shows progress on standard error if it is a terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from gantry.messages import data_text


class _Amount(ProgressColumn):
    """`12.3 MB of 77.6 MB`, as in the window."""

    def render(self, task: Task) -> Text:
        done, total = data_text(int(task.completed)), data_text(int(task.total or 0))
        return Text(f"{done} of {total}", style="progress.download")


class _Speed(ProgressColumn):
    """`12.3 MB/s`, once known."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{data_text(int(speed))}/s" if speed else "", style="progress.data.speed")


@contextmanager
def counting() -> Iterator[Progress]:
    """For a scan: how many files so far, without a known end."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),  # results go where the caller sent them
        disable=not sys.stderr.isatty(),
    ) as progress:
        yield progress


@contextmanager
def transferring() -> Iterator[Progress]:
    """For bytes: bar, amount, speed, time left."""
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        _Amount(),
        _Speed(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        redirect_stdout=sys.stdout.isatty(),
        disable=not sys.stderr.isatty(),
    ) as progress:
        yield progress


@contextmanager
def sampled(bars: Progress, bar: TaskID, done: Callable[[], int]) -> Iterator[None]:
    """Moves a bar to what is `done`, ten times a second."""
    over = threading.Event()

    def sample() -> None:
        while not over.wait(0.1):
            bars.update(bar, completed=done())

    thread = threading.Thread(target=sample, daemon=True)
    if not bars.disable:
        thread.start()
    try:
        yield
    finally:
        over.set()
        if not bars.disable:
            thread.join()
