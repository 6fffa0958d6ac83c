"""Pace, timetable and splitting: the arithmetic of a polite client."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.dicom.ranges import parse_ranges, ranges
from gantry.engine.transfer.pacer import Pacer, Waits
from gantry.engine.transfer.rate_timetable import parse_timetable
from gantry.engine.transfer.size_limit import split
from support.fake_clock import FakeClock
from support.sent import make_parcel


def busy(seconds: float | None = None) -> GantryError:
    return GantryError(ErrorCode.HTTP_429, transient=True, retry_after=seconds)


def test_a_busy_answer_halves_the_places_and_holds_everyone() -> None:
    clock = FakeClock()
    pace, token = Pacer(8, clock=clock), CancelToken(clock=clock)
    with pytest.raises(GantryError), pace.place(token):
        raise busy(30)
    assert pace.allowed == 4
    assert 29 < pace.held_for <= 30
    clock.during_wait = token.cancel
    with pytest.raises(Cancelled), pace.place(token):
        pytest.fail("nothing may be sent while the server asks for patience")


def test_a_shorter_hold_does_not_end_a_longer_one() -> None:
    pace = Pacer(8, clock=FakeClock())
    for seconds in (300, 1):
        pace.busy(seconds)
    assert pace.held_for == 300
    pace.after(1, busy(1), Waits())
    assert pace.held_for == 300


def test_a_hold_ends_by_the_clock() -> None:
    clock = FakeClock()
    pace, token = Pacer(8, clock=clock), CancelToken(clock=clock)
    with pytest.raises(GantryError), pace.place(token):
        raise busy(300)
    with pace.place(token):
        assert clock.waited == 300


def test_busy_spells_in_a_row_hold_for_twice_as_long_each_time() -> None:
    clock = FakeClock()
    pace, token = Pacer(8, clock=clock), CancelToken(clock=clock)
    for seconds in (1, 2, 4, 8):
        with pytest.raises(GantryError), pace.place(token):
            raise busy()
        assert pace.held_for == pytest.approx(seconds)
    with pace.place(token):
        pass
    pace.busy(None)
    assert pace.held_for == pytest.approx(1), "the server was well in between"


def test_a_parcel_that_met_a_busy_server_holds_the_others_but_a_failed_one_does_not() -> None:
    pace = Pacer(8, clock=FakeClock())
    pace.after(1, GantryError(ErrorCode.HTTP_500, transient=True), Waits())
    assert pace.held_for == 0
    assert pace.after(1, busy(30), Waits()) == pytest.approx(pace.held_for)


@pytest.mark.parametrize(("busy_times", "passes"), [(5, True), (6, False)])
def test_a_busy_server_is_asked_six_times(busy_times: int, passes: bool) -> None:
    asked: list[int] = []

    def send() -> str:
        asked.append(1)
        if len(asked) <= busy_times:
            raise busy()
        return "stored"

    with contextlib.nullcontext() if passes else pytest.raises(GantryError):
        assert Pacer().while_busy(send) == "stored"
    assert len(asked) == 6


def test_requests_that_met_the_same_busy_spell_count_once() -> None:
    pace = Pacer(8)
    for _ in range(5):
        pace.busy(20)
    assert pace.allowed == 4


def test_a_retry_after_of_a_year_is_cut() -> None:
    pace = Pacer(2, Waits(longest_retry_after=600))
    pace.busy(1e9)
    assert round(pace.held_for, 3) <= 600  # a clock of large numbers rounds


def test_rising_latency_takes_places_away_and_calm_gives_them_back() -> None:
    pace = Pacer(8)
    for _ in range(20):
        pace.answered(0.2)
    assert pace.allowed == 8
    for _ in range(12):
        pace.answered(5.0)
    slowed = pace.allowed
    assert slowed < 8
    for _ in range(200):
        pace.answered(0.2)
    assert pace.allowed == 8


def test_a_server_that_always_was_slow_keeps_its_places() -> None:
    pace = Pacer(4)
    for _ in range(50):
        pace.answered(5.0)
    assert pace.allowed == 4


def test_a_quick_server_that_takes_a_little_longer_keeps_its_places() -> None:
    pace = Pacer(4)
    for seconds in (0.01, 0.1):
        for _ in range(50):
            pace.answered(seconds)
            assert pace.allowed == 4


def test_no_more_than_the_allowed_are_inside() -> None:
    pace, token, inside, most = Pacer(3), CancelToken(), [0], [0]
    lock = threading.Lock()

    def work() -> None:
        with pace.place(token):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            token.wait(0.02)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 3


def test_what_is_paused_takes_no_place() -> None:
    pace, paused, other = Pacer(1), CancelToken(), CancelToken()
    with pace.place(paused):
        paused.pause()
        with pace.place(other):
            pass
        paused.resume()


MONDAY = datetime(2026, 1, 5)


@pytest.mark.parametrize(
    ("text", "hour", "rate"),
    [
        ("", 12, 0),
        ("512K", 3, 512 << 10),
        ("off", 3, 0),
        ("08:00,512K 19:00,10M 23:00,off", 12, 512 << 10),
        ("08:00,512K 19:00,10M 23:00,off", 20, 10 << 20),
        ("08:00,512K 19:00,10M 23:00,off", 2, 0),
        ("08:00,1.5M", 2, 1536 << 10),
        ("08:00,1M Mon-08:00,2MiB/s", 9, 2 << 20),
        ("08:00,1M Tue-08:00,2M", 9, 1 << 20),
        ("Sun-22:00,4M", 1, 4 << 20),
    ],
)
def test_a_timetable_tells_the_rate(text: str, hour: int, rate: int) -> None:
    assert parse_timetable(text).rate(MONDAY.replace(hour=hour)) == rate


@pytest.mark.parametrize("text", ["25:00,1M", "08:00", "8,1M", "Xyz-08:00,1M", "08:00,fast", "5"])
def test_a_timetable_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(GantryError) as caught:
        parse_timetable(text)
    assert caught.value.code is ErrorCode.SETTINGS_INVALID


def test_a_parcel_is_cut_between_series_first() -> None:
    first, second = make_parcel(1, files=4), make_parcel(2, files=4)
    parcel = dataclasses.replace(first, files=first.files + second.files)
    parts = split(parcel, 15_000)
    assert [{f.series_instance_uid for f in p.files} for p in parts] == [
        {first.files[0].series_instance_uid},
        {second.files[0].series_instance_uid},
    ]
    assert len({parcel.id, *(p.id for p in parts)}) == 3
    assert parts[0].label.endswith("(1/2)")


def test_what_cannot_be_smaller_comes_back_as_it_is() -> None:
    parcel = make_parcel(1, files=1, size=100_000)
    assert split(parcel, 10_000) == (parcel,)
    assert split(make_parcel(2), 1 << 30) == (make_parcel(2),)


@given(
    files=st.integers(1, 60),
    size=st.integers(1, 50_000),
    limit=st.integers(1_000, 400_000),
    ratio=st.floats(0.2, 1.2),
)
def test_parts_hold_every_file_once_and_fit(
    files: int, size: int, limit: int, ratio: float
) -> None:
    parcel = make_parcel(1, files=files, size=size)
    parts = split(parcel, limit, ratio=ratio)
    assert [f for p in parts for f in p.files] == list(parcel.files)
    assert all(len(p.files) == 1 or p.size * ratio <= limit for p in parts)


@given(st.sets(st.integers(0, 500)))
def test_ranges_read_back_as_they_were_written(numbers: set[int]) -> None:
    assert set(parse_ranges(ranges(numbers), 501)) == numbers


@pytest.mark.parametrize("text", ["1-", "a", "1--2", "-", "1,,x"])
def test_broken_ranges_are_no_ranges(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert set(parse_ranges(text, 10)) <= set(range(10))
