"""A bandwidth limit by the clock, together with a fixed one."""

from __future__ import annotations

import itertools
from datetime import datetime

import pytest

from gantry.engine.transfer.rate_timetable import TimedBandwidth, parse_timetable
from support.fake_clock import FakeClock


@pytest.mark.parametrize(
    ("fixed", "text", "rate"),
    [
        (0, "", 0),
        (5000, "", 5000),
        (0, "00:00,2K", 2048),
        (1000, "00:00,2K", 1000),
        (9000, "00:00,2K", 2048),
        (9000, "off", 9000),
    ],
)
def test_the_lower_limit_holds(fixed: int, text: str, rate: int) -> None:
    assert TimedBandwidth(fixed, parse_timetable(text)).rate == rate


def test_a_new_timetable_holds_at_once() -> None:
    bandwidth = TimedBandwidth(clock=FakeClock())
    assert bandwidth.take(1 << 20) == 0
    bandwidth.timetable = parse_timetable("4K")
    bandwidth.take(8192)
    assert bandwidth.take(8192) == 2.0, "as long as those before take"


@pytest.mark.parametrize("first", [0, 1])
def test_a_limit_that_ends_between_two_looks_at_the_clock_does_no_harm(first: int) -> None:
    """The clock is the test's own: it strikes eleven at every second look."""
    times = itertools.cycle([datetime(2026, 1, 5, 22, 59), datetime(2026, 1, 5, 23, 0)])
    for _ in range(first):
        next(times)
    timetable = parse_timetable("08:00,512K 23:00,off")
    bandwidth = TimedBandwidth(0, timetable, local_time=lambda: next(times))
    for _ in range(4):
        bandwidth.take(65536)
        assert bandwidth.slice > 0
