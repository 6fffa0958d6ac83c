"""Progress on the taskbar: real COM calls for a real window."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

import pytest

from gantry.ui.system.taskbar import State, Taskbar, _taskbar_list


@pytest.fixture
def window() -> Iterator[int]:
    """A plain window of this process, with COM as Qt begins it."""
    user = ctypes.WinDLL("user32")  # type: ignore[attr-defined]
    ole = ctypes.WinDLL("ole32")  # type: ignore[attr-defined]
    user.CreateWindowExW.restype = ctypes.c_void_p
    ole.CoInitialize(None)
    made = user.CreateWindowExW(0, "STATIC", "Gantry", 0, 0, 0, 100, 100, None, None, None, None)
    assert made
    yield made
    user.DestroyWindow(ctypes.c_void_p(made))
    ole.CoUninitialize()


def test_the_interface_is_there(window: int) -> None:
    assert _taskbar_list().value


def test_every_state_is_shown_or_left_without_an_error(window: int) -> None:
    taskbar = Taskbar(lambda: window)
    for state in State:
        taskbar.show(state, 0.5)
        assert taskbar._broken or taskbar._shown == (state, 500) or state is State.NONE
    taskbar.show(State.NONE)
    assert taskbar._broken or taskbar._shown == (State.NONE, 0)


def test_without_com_it_gives_up_at_once() -> None:
    asked: list[int] = []
    taskbar = Taskbar(lambda: asked.append(1) or 0)  # type: ignore[func-returns-value]
    taskbar.show(State.GOING, 0.5)
    taskbar.show(State.PAUSED, 0.5)
    assert len(asked) <= 1
