"""A stage never works on more than its width, and a paused parcel lends its place."""

from __future__ import annotations

import threading
import time
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


def _lends(item: Item) -> bool:
    """Waits until a pause holds the item's thread."""
    until = time.monotonic() + 60
    while not item.token.is_held and time.monotonic() < until:
        time.sleep(0.005)
    return item.token.is_held


def _release(stage: Stage[Item], *items: Item) -> None:
    for item in items:
        item.leave.set()
        item.token.resume()
    stage.kick()
    stage.join()


def test_no_more_than_its_width_run_at_once() -> None:
    stage = Stage("test", 2, _work)
    items = [Item() for _ in range(5)]
    for item in items:
        stage.put(item)
    assert items[0].entered.wait(60)
    assert items[1].entered.wait(60)
    assert not items[2].entered.wait(0.1)
    items[0].leave.set()
    assert items[2].entered.wait(60)
    _release(stage, *items)
    assert all(i.ended.is_set() for i in items)


def test_a_resumed_parcel_gets_its_place_back_before_queued_ones() -> None:
    stage = Stage("test", 1, _work)
    first, second, third = Item(), Item(), Item()
    for item in (first, second, third):
        stage.put(item)
    assert first.entered.wait(60)
    first.token.pause()
    assert second.entered.wait(60)
    first.token.resume()
    first.leave.set()
    second.leave.set()
    assert first.ended.wait(60)
    assert third.entered.wait(60)
    _release(stage, third)


def test_after_pause_all_and_resume_all_the_begun_ones_continue_first() -> None:
    whole = CancelToken()
    stage = Stage("test", 2, _work)
    items = [Item(whole.child()) for _ in range(5)]
    for item in items:
        stage.put(item)
    begun, queued = items[:2], items[2:]
    assert all(item.entered.wait(60) for item in begun)
    whole.pause()
    assert all(_lends(item) for item in begun)
    whole.resume()
    stage.kick()  # before the threads of the two have had time to wake
    assert not any(item.entered.is_set() for item in queued)
    for item in begun:
        item.leave.set()
    assert all(item.ended.wait(60) for item in begun)
    _release(stage, *queued)


def test_of_several_resumed_parcels_the_one_that_waited_longest_is_first() -> None:
    stage = Stage("test", 1, _work)
    items = [Item() for _ in range(3)]
    one, other, last = items
    for item in items:
        stage.put(item)
    assert one.entered.wait(60)
    one.token.pause()
    assert other.entered.wait(60)
    other.token.pause()
    assert last.entered.wait(60)
    for item in (other, one):  # resumed in the other order: `other` has waited longer
        item.token.resume()
        stage.kick()
        item.leave.set()
    last.leave.set()
    assert other.ended.wait(60)
    assert one.ended.wait(60)
    stage.join()


def test_a_parcel_that_is_paused_again_before_its_turn_holds_nobody_up() -> None:
    stage = Stage("test", 1, _work)
    first, second, third = Item(), Item(), Item()
    for item in (first, second, third):
        stage.put(item)
    assert first.entered.wait(60)
    first.token.pause()
    assert second.entered.wait(60)
    first.token.resume()
    first.token.pause()
    stage.kick()
    second.leave.set()
    assert third.entered.wait(60)
    first.leave.set()
    assert not first.ended.wait(0.1), "it is paused still"
    third.leave.set()
    first.token.resume()
    stage.kick()
    assert first.ended.wait(60)
    stage.join()


def test_a_stalled_parcel_that_is_paused_as_well_lends_one_place() -> None:
    stage = Stage("test", 1, _work)
    first, second, third = Item(), Item(), Item()
    for item in (first, second, third):
        stage.put(item)
    assert first.entered.wait(60)
    with stage.lent(first.token, stalled=True):
        assert second.entered.wait(60)
        first.token.pause()
        assert _lends(first)
        assert not third.entered.wait(0.1), "it lent a second place"
        first.token.resume()
    second.leave.set()
    assert not third.entered.wait(0.1), "the first has its place back"
    first.leave.set()
    assert third.entered.wait(60)
    _release(stage, third)


def test_a_stalled_parcel_takes_its_place_back_without_waiting() -> None:
    stage = Stage("test", 1, _work)
    first, second, third = Item(), Item(), Item()
    for item in (first, second, third):
        stage.put(item)
    assert first.entered.wait(60)
    with stage.lent(first.token, stalled=True):
        assert second.entered.wait(60)
    first.leave.set()
    assert first.ended.wait(60)
    assert not third.entered.wait(0.1), "the only place is taken by the second"
    second.leave.set()
    assert third.entered.wait(60)
    _release(stage, third)


def test_work_under_a_child_of_the_token_lends_the_place_too() -> None:
    """A copy to a folder runs under a token of its own, which its parcel's token holds."""

    def work(item: Item) -> None:
        _work(Item(item.token.child(), item.entered, item.leave, item.ended))

    stage = Stage("test", 1, work)
    first, second = Item(), Item()
    stage.put(first)
    stage.put(second)
    assert first.entered.wait(60)
    first.token.pause()
    assert second.entered.wait(60)
    second.leave.set()
    _release(stage, first)


def test_a_paused_parcel_lends_its_place_and_takes_it_back() -> None:
    stage = Stage("test", 1, _work)
    first, second = Item(), Item()
    stage.put(first)
    stage.put(second)
    assert first.entered.wait(60)
    first.token.pause()
    assert second.entered.wait(60)
    first.token.resume()
    first.leave.set()
    assert not first.ended.wait(0.1), "the only place is taken by the second"
    second.leave.set()
    assert first.ended.wait(60)
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
    assert first.entered.wait(60)
    first.token.pause()
    assert second.entered.wait(60)
    assert not third.entered.wait(0.2), "four threads were held, and only one place was lent"
    second.leave.set()
    assert third.entered.wait(60)
    first.leave.set()
    first.token.resume()
    assert not first.ended.wait(0.1), "the only place is taken by the third"
    third.leave.set()
    assert first.ended.wait(60)
    stage.join()


def test_a_cancelled_parcel_ends_though_all_places_are_taken_and_the_gate_is_shut() -> None:
    stage = Stage("test", 1, _work, gate=lambda: False)
    item = Item()
    stage.put(item)
    assert not item.entered.wait(0.05)
    item.token.cancel()
    stage.kick()
    assert item.ended.wait(60)
    stage.join()


def test_work_held_back_by_the_gate_starts_when_it_opens() -> None:
    open_ = threading.Event()
    stage = Stage("test", 1, _work, gate=open_.is_set)
    item = Item()
    stage.put(item)
    assert not item.entered.wait(0.05)
    open_.set()
    stage.kick()
    assert item.entered.wait(60)
    _release(stage, item)
