"""The end of the window: nothing that hangs blocks the window's thread or the process."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gantry.ui.background.threads import Threads
from gantry.ui.start import application as module
from gantry.ui.start.application import Application
from gantry.ui.start.single_instance import Handover
from support.screen import wait_until


@pytest.fixture
def hang() -> threading.Event:
    """What a call to a dead share waits for."""
    return threading.Event()


@pytest.mark.parametrize("how", ["run", "run_in_order", "run_long"])
def test_threads_are_waited_for_only_so_long(
    qapp: QApplication, hang: threading.Event, how: str
) -> None:
    threads = Threads()
    begun = threading.Event()

    def work() -> None:
        begun.set()
        hang.wait(60)

    if how == "run":
        threads.run(work)
    elif how == "run_in_order":
        threads.run_in_order("lane", work)
    else:
        threads.run_long("long", work)
    assert begun.wait(60)
    threads.end()
    assert not threads.wait(0.1)
    hang.set()
    assert threads.wait(60)


def test_what_waits_in_a_lane_is_still_done_at_the_end_and_short_work_is_not(
    qapp: QApplication, hang: threading.Event
) -> None:
    threads = Threads()
    done: list[str] = []
    for _ in range(4):
        threads.run(lambda: hang.wait(60))
    threads.run(lambda: done.append("short"))
    threads.run_in_order("settings", lambda: hang.wait(60))
    threads.run_in_order("settings", lambda: done.append("saved"))
    threads.end()
    threads.run_in_order("settings", lambda: done.append("too late"))
    hang.set()
    assert threads.wait(60)
    assert done == ["saved"]


def test_a_lane_keeps_the_order(qapp: QApplication) -> None:
    threads = Threads()
    done: list[int] = []
    for n in range(200):
        threads.run_in_order("lane", lambda n=n: done.append(n))  # type: ignore[misc]
    threads.join()
    assert done == list(range(200))


def test_a_task_that_hangs_does_not_keep_the_process() -> None:
    script = (
        "import threading\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "from gantry.ui.background.threads import Threads\n"
        "app = QCoreApplication([])\n"
        "threads, begun = Threads(), threading.Event()\n"
        "threads.run(lambda: (begun.set(), threading.Event().wait()))\n"
        "begun.wait()\n"
        "threads.join(0.1)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], timeout=120, check=False)
    assert ended.returncode == 0


def test_the_windows_thread_lives_while_something_that_hangs_is_waited_for(
    qtbot: QtBot, tmp_path: Path, hang: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = sys.excepthook, threading.excepthook
    monkeypatch.setattr(module, "_THREADS", 1.0)
    application = Application(Handover(str(tmp_path)), str(tmp_path))
    ended: list[str] = []
    ticks: list[int] = []
    ticking = QTimer(interval=20)
    try:
        application.window.show()
        wait_until(lambda: application.context.is_ready)
        begun = threading.Event()

        def work() -> None:
            begun.set()
            hang.wait(60)

        application.context.runner.run(work)
        assert begun.wait(60)
        ticking.timeout.connect(lambda: ticks.append(len(ended)))
        monkeypatch.setattr(application, "_app", _App(ended))
        application.window.quit_now()
        application.window.quit_now()
        wait_until(lambda: application._is_closing)
        ticking.start()
        wait_until(lambda: ended)
        assert ticks.count(0) > 5, "the event loop ran meanwhile"
        assert ended == ["quit"]
    finally:
        ticking.stop()
        hang.set()
        sys.excepthook, threading.excepthook = hooks
        application.window.deleteLater()
        application.deleteLater()


class _App:
    """Stands in for QApplication, whose end would end the tests' own loop."""

    def __init__(self, ended: list[str]) -> None:
        self._ended = ended

    def quit(self) -> None:
        self._ended.append("quit")
