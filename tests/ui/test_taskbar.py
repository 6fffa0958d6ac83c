"""The taskbar's progress is Windows' alone."""

from __future__ import annotations

import sys

import pytest

from gantry.ui.system.taskbar import State, Taskbar


@pytest.mark.skipif(sys.platform == "win32", reason="there it is asked for")
def test_elsewhere_no_window_is_asked_for() -> None:
    asked: list[bool] = []
    taskbar = Taskbar(lambda: asked.append(True) or 1)  # type: ignore[func-returns-value]
    for state in State:
        taskbar.show(state, 0.5)
    assert not asked
