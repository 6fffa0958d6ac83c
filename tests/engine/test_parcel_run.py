"""The table of a parcel's states: every one is reached, and a final one can only be retried."""

from __future__ import annotations

from gantry.engine.parcel import NEXT, ParcelState


def test_every_state_but_the_shown_one_is_reached_from_waiting() -> None:
    reached, waiting = {ParcelState.WAITING}, [ParcelState.WAITING]
    while waiting:
        new = NEXT.get(waiting.pop(), set()) - reached
        reached |= new
        waiting += new
    assert set(ParcelState) - reached == {ParcelState.INTERRUPTED}, "that one is never kept"


def test_every_open_state_can_fail_and_be_cancelled() -> None:
    for state in ParcelState:
        if not state.is_final and state is not ParcelState.INTERRUPTED:
            assert {ParcelState.FAILED, ParcelState.CANCELLED} <= NEXT[state], state


def test_what_has_ended_can_only_be_put_back_to_waiting() -> None:
    for state, following in NEXT.items():
        if state.is_final:
            given_up = {ParcelState.CANCELLED} if state is ParcelState.HELD else set()
            assert following == {ParcelState.WAITING} | given_up, state
    assert not any(state.has_arrived for state in NEXT)
