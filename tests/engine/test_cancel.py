"""Tokens: what waits wakes, what is paused holds, children follow their parents."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gantry.engine.cancel import Cancelled, CancelToken


def test_check_passes_until_cancelled() -> None:
    token = CancelToken()
    token.check()
    token.cancel()
    with pytest.raises(Cancelled):
        token.check()


def test_child_is_cancelled_with_its_parent_but_not_the_other_way() -> None:
    parent = CancelToken()
    one, other = parent.child(), parent.child()
    one.cancel()
    assert one.cancelled
    assert not other.cancelled
    assert not parent.cancelled
    parent.cancel()
    assert other.cancelled


def test_a_wait_ends_at_once_when_cancelled() -> None:
    token = CancelToken()
    threading.Timer(0.05, token.cancel).start()
    with pytest.raises(Cancelled):
        token.child().wait(3600)


def test_a_pause_holds_the_check_and_surrounds_it_with_the_hook() -> None:
    token = CancelToken()
    child = token.child()
    seen: list[str] = []

    @contextmanager
    def held() -> Iterator[None]:
        seen.append("lent")
        token.resume()
        yield
        seen.append("back")

    child.while_held(held)
    token.pause()
    child.check()
    assert seen == ["lent", "back"]
    assert child.pauses == 1


def test_cancel_ends_a_pause() -> None:
    token = CancelToken()
    token.pause()
    threading.Timer(0.05, token.cancel).start()
    with pytest.raises(Cancelled):
        token.check()
