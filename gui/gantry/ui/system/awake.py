"""Keeps the computer awake while something is sent; the screen may turn off."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger(__name__)


@contextmanager
def kept_awake() -> Iterator[bool]:
    """A context that keeps the computer awake; yields whether the system agreed. Never an error:
    the job continues, and is resumed after a sleep that could not be prevented."""
    try:
        from wakepy import keep  # noqa: PLC0415 - may be missing
    except ImportError:  # Qt was installed without the extra `gui`
        log.info("the system may fall asleep while this job runs: wakepy is not installed")
        yield False
        return
    with keep.running(on_fail="pass") as mode:
        if not mode.active:
            log.info("the system may fall asleep while this job runs")
        yield bool(mode.active)
