"""A bandwidth limit by the clock, together with a fixed one."""

from __future__ import annotations

import pytest

from gantry.engine.transfer.timetable import TimedBandwidth, parse_timetable


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
    bandwidth = TimedBandwidth()
    assert bandwidth.take(1 << 20) == 0
    bandwidth.timetable = parse_timetable("4K")
    bandwidth.take(8192)
    assert bandwidth.take(8192) > 1
