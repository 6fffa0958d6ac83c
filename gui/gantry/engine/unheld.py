"""Packing that the system may never answer: a share that hangs holds neither others nor Cancel."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack

from gantry.engine.cancel import Cancelled
from gantry.engine.packing import Proved
from gantry.engine.stage import Stage
from gantry.engine.transfer.patience import run_patiently
from gantry.engine.work import Work

STALLED = 10.0  # seconds without a byte after which a parcel's place is given to another
GRACE = 1.0  # seconds in which a cancelled step ends by itself, or is left behind


def unheld(work: Work, stage: Stage[Work], packing: Callable[[], Proved]) -> Proved:
    """Packs on a thread of its own; lends the parcel's place in `stage` while no byte moves.

    The call that the system never answers keeps its thread until it does, and then meets the
    cancelled token.

    Raises:
        GantryError: what packing raised.
        Cancelled.
    """
    counters, token = work.progress, work.token
    seen, since = (0, 0), time.monotonic()
    cancelled: float | None = None
    lent = False

    def given_up() -> bool:
        nonlocal seen, since, cancelled, lent
        now = time.monotonic()
        # A paused parcel moves no bytes either; it has lent its place already.
        if (counters.packed, counters.verified) != seen or token.paused:
            seen, since = (counters.packed, counters.verified), now
        elif now - since > STALLED and not lent:
            lent = True
            place.enter_context(stage.lent(token))
        if token.cancelled:
            cancelled = cancelled or now
            return now - cancelled > GRACE
        return False

    with ExitStack() as place:
        try:
            return run_patiently(packing, token=None, give_up=given_up, name="gantry-packing")
        except TimeoutError:
            raise Cancelled from None
