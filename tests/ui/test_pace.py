"""Speed and time left stay plausible: early, steady, stalled, restarted."""

from __future__ import annotations

from gantry.ui.models.pace import STALL, Pace

MB = 1024 * 1024


def _run(pace: Pace, start: float, seconds: float, rate: int, total: int = 0) -> tuple[float, int]:
    steps = int(seconds * 10)
    for step in range(steps + 1):
        pace.add(start + step / 10, total + rate * step // 10)
    return start + steps / 10, total + rate * steps // 10


def test_too_early_to_say_says_nothing() -> None:
    pace = Pace()
    pace.add(0.0, 0)
    pace.add(0.1, 50 * MB)
    assert pace.rate(0.1) is None
    assert pace.seconds_left(MB, 0.1) is None


def test_a_steady_speed_is_measured_and_gives_the_time_left() -> None:
    pace = Pace()
    now, _ = _run(pace, 100.0, 10, 5 * MB)
    rate = pace.rate(now)
    assert rate is not None
    assert abs(rate - 5 * MB) < 0.02 * MB
    left = pace.seconds_left(50 * MB, now)
    assert left is not None
    assert abs(left - 10) < 0.1


def test_a_stall_is_reported_and_gives_no_time_left() -> None:
    pace = Pace()
    now, total = _run(pace, 0.0, 10, MB)
    assert not pace.stalled(now)
    for tenth in range(int(STALL * 10) + 1):
        pace.add(now + tenth / 10, total)
    later = now + STALL
    assert pace.stalled(later)
    assert pace.seconds_left(10 * MB, later) is None


def test_after_a_long_stall_the_old_speed_is_forgotten() -> None:
    pace = Pace()
    now, total = _run(pace, 0.0, 10, 100 * MB)
    now, total = _run(pace, now, 60, 0, total)
    now, total = _run(pace, now, 15, MB, total)
    rate = pace.rate(now)
    assert rate is not None
    assert rate < 1.2 * MB


def test_a_total_that_falls_restarts_the_measurement() -> None:
    pace = Pace()
    now, _ = _run(pace, 0.0, 10, 100 * MB)
    pace.add(now + 0.1, 0)
    assert pace.rate(now + 0.1) is None


def test_many_samples_take_little_room() -> None:
    pace = Pace()
    for step in range(100_000):
        pace.add(step / 1000, step)
    assert len(pace._samples) < 80
