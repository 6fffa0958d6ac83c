"""Limits the time of calls in the connection test that may hang in the system."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from gantry.engine.cancel import CancelToken
from gantry.engine.transfer.destination import Limits
from gantry.engine.transfer.run_with_timeout import run_patiently

Result = TypeVar("Result")


def patiently(work: Callable[[], Result], limits: Limits, token: CancelToken) -> Result:
    """Returns a call's result. Raises Cancelled, or TimeoutError after twice `Limits.connect`."""
    end = time.monotonic() + 2 * limits.connect
    return run_patiently(
        work, token=token, give_up=lambda: time.monotonic() > end, name="gantry-doctor"
    )
