"""Keeps the computer from falling asleep while something is sent; the screen may go dark."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def kept_awake() -> Iterator[bool]:
    """For as long as it is entered; yields whether the system agreed. Never an error: the job
    goes on, and is resumed after a sleep that could not be prevented."""
    from wakepy import keep

    with keep.running(on_fail="pass") as mode:
        if not mode.active:
            log.info("the system may fall asleep while this job runs")
        yield bool(mode.active)
