"""Parallel work: the first alone, never too many, and no failure lost."""

from __future__ import annotations

import threading
from functools import partial

import pytest

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.transfer.http.request_pool import RequestPool


class Work:
    """Notes what begins; each piece ends when it is told to."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.over: list[int] = []
        self.ends = [threading.Event() for _ in range(10)]
        self.changed = threading.Condition()

    def __call__(self, number: int, error: Exception | None = None) -> None:
        with self.changed:
            self.begun.append(number)
            self.changed.notify_all()
        assert self.ends[number].wait(60)
        with self.changed:
            self.over.append(number)
        if error is not None:
            raise error

    def wait_for(self, count: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.begun) >= count, 10)


def in_background(target: threading.Thread) -> threading.Thread:
    target.start()
    return target


def test_the_first_goes_alone_and_then_as_many_as_there_are_lanes() -> None:
    work = Work()

    def feed() -> None:
        with RequestPool(2, CancelToken(), "lanes") as lanes:
            for number in range(5):
                lanes.run(partial(work, number))

    feeder = in_background(threading.Thread(target=feed))
    work.wait_for(1)
    feeder.join(0.3)
    assert work.begun == [0]
    work.ends[0].set()
    work.wait_for(3)
    feeder.join(0.3)
    assert sorted(work.begun) == [0, 1, 2]
    for end in work.ends:
        end.set()
    feeder.join(60)
    assert sorted(work.over) == [0, 1, 2, 3, 4]


def test_after_a_failure_nothing_begins_and_what_is_under_way_ends() -> None:
    work = Work()
    for number in (0, 1):
        work.ends[number].set()

    def feed() -> None:
        with RequestPool(2, CancelToken(), "lanes") as lanes:
            lanes.run(partial(work, 0))
            lanes.run(partial(work, 2))
            lanes.run(partial(work, 1, ValueError("the second lane's")))
            threading.Timer(0.2, work.ends[2].set).start()
            lanes.run(partial(work, 3))

    with pytest.raises(ValueError, match="the second lane's"):
        feed()
    assert sorted(work.over) == [0, 1, 2]
    assert 3 not in work.begun


def test_a_failure_of_the_last_one_is_raised_at_the_end() -> None:
    def fail() -> None:
        raise ValueError("too late for `run`")

    with (
        pytest.raises(ValueError, match="too late"),
        RequestPool(2, CancelToken(), "lanes") as lanes,
    ):
        lanes.run(fail)


def test_what_the_reader_raises_comes_first_when_all_has_ended() -> None:
    work = Work()

    def feed() -> None:
        with RequestPool(2, CancelToken(), "lanes") as lanes:
            lanes.run(partial(work, 0, ValueError("a lane's")))
            threading.Timer(0.2, work.ends[0].set).start()
            raise KeyError("the reader's")

    with pytest.raises(KeyError):
        feed()
    assert work.over == [0]


def test_waiting_for_a_lane_ends_when_cancelled() -> None:
    work, token = Work(), CancelToken()

    def feed() -> None:
        with RequestPool(2, token, "lanes") as lanes:
            lanes.run(partial(work, 0))
            threading.Timer(0.2, token.cancel).start()
            try:
                lanes.run(partial(work, 1))
            finally:
                work.ends[0].set()

    with pytest.raises(Cancelled):
        feed()
    assert work.begun == [0]
