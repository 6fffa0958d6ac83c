"""A stage never works on more than its width, and a paused parcel lends its place."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.stage import Stage


@dataclass(eq=False)
class Item:
    token: CancelToken = field(default_factory=CancelToken)
    entered: threading.Event = field(default_factory=threading.Event)
    leave: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


def _work(item: Item) -> None:
    item.entered.set()
    try:
        while not item.leave.wait(0.01):
            item.token.check()
    except Cancelled:
        pass
    finally:
        item.ended.set()


def _release(stage: Stage[Item], *items: Item) -> None:
    for item in items:
        item.leave.set()
        item.token.resume()
    stage.kick()
    stage.join()


def test_no_more_than_its_width_are_in_work() -> None:
    stage = Stage("test", 2, _work)
    items = [Item() for _ in range(5)]
    for item in items:
        stage.put(item)
    assert items[0].entered.wait(5)
    assert items[1].entered.wait(5)
    assert not items[2].entered.wait(0.1)
    items[0].leave.set()
    assert items[2].entered.wait(5)
    _release(stage, *items)
    assert all(i.ended.is_set() for i in items)


def test_a_paused_parcel_lends_its_place_and_takes_it_back() -> None:
    stage = Stage("test", 1, _work)
    first, second = Item(), Item()
    stage.put(first)
    stage.put(second)
    assert first.entered.wait(5)
    first.token.pause()
    assert second.entered.wait(5)
    first.token.resume()
    first.leave.set()
    assert not first.ended.wait(0.1), "the only place is taken by the second"
    second.leave.set()
    assert first.ended.wait(5)
    stage.join()


def test_a_paused_parcel_with_several_threads_lends_one_place() -> None:
    def work(item: Item) -> None:
        threads = [threading.Thread(target=_work, args=(item,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    stage = Stage("test", 1, work)
    first, second, third = Item(), Item(), Item()
    for item in (first, second, third):
        stage.put(item)
    assert first.entered.wait(5)
    first.token.pause()
    assert second.entered.wait(5)
    assert not third.entered.wait(0.2), "four threads were held, and only one place was lent"
    second.leave.set()
    assert third.entered.wait(5)
    first.leave.set()
    first.token.resume()
    assert not first.ended.wait(0.1), "the only place is taken by the third"
    third.leave.set()
    assert first.ended.wait(5)
    stage.join()


def test_a_cancelled_parcel_ends_though_all_places_are_taken_and_the_gate_is_shut() -> None:
    stage = Stage("test", 1, _work, gate=lambda: False)
    item = Item()
    stage.put(item)
    assert not item.entered.wait(0.05)
    item.token.cancel()
    stage.kick()
    assert item.ended.wait(5)
    stage.join()


def test_work_held_back_by_the_gate_starts_when_it_opens() -> None:
    open_ = threading.Event()
    stage = Stage("test", 1, _work, gate=open_.is_set)
    item = Item()
    stage.put(item)
    assert not item.entered.wait(0.05)
    open_.set()
    stage.kick()
    assert item.entered.wait(5)
    _release(stage, item)
