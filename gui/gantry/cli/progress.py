"""Progress on a terminal's standard error; nothing where it is no terminal."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


@contextmanager
def counting() -> Iterator[Progress]:
    """For a scan: how many files so far; the end is not known."""
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
        DownloadColumn(binary_units=True),
        TransferSpeedColumn(),
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
