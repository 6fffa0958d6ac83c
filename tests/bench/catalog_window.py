"""The real window takes a folder of very many instances; run by `bench_catalog` in a process.

Prints JSON: the longest time in ms between two turns of the GUI thread while they streamed in,
and how much of such a time the thread itself was at work (the rest it waited for its turn); the
slowest filter by text in ms; the peak memory of the window and of its scan in MB.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from harness import peak_megabytes
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from gantry.services.services import Services
from gantry.store.home import Home
from gantry.ui.background.context import Context
from gantry.ui.background.runner import Runner
from gantry.ui.start.application import spare_the_window
from gantry.ui.start.main_window import MainWindow
from support.screen import Screen, wait_until

BEAT = 2  # ms
WORDS = ("axial", "head axial", "t", "nothing has this", "mr 1.2.826", "")


class Heart:
    """A timer on the GUI thread, and the longest time between two of its beats."""

    def __init__(self) -> None:
        self._timer = QTimer(interval=BEAT, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)
        self.gaps: list[float] = []
        self.busy = 0.0  # the most of a gap for which the thread itself was at work, ms
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        self.gaps.append((now - self._last) * 1000)
        self.busy = max(self.busy, (worked - self._worked) * 1000)
        self._last, self._worked = now, worked


def main(folder: str, home: str) -> None:
    app = QApplication([])
    services = Services(Home.find(home))
    runner = Runner(services)
    context = Context()
    window = MainWindow(context)
    painted: list[bool] = []
    window.painted.connect(lambda: painted.append(True))
    window.show()
    wait_until(lambda: painted)
    context.open(services, runner)
    spare_the_window()  # as the program does
    screen = Screen(window, context)
    wait_until(lambda: window.intake.catalog is not None)
    heart = Heart()
    begun = time.perf_counter()
    screen.drop(folder)
    wait_until(lambda: screen.catalog.strip.done and not screen.catalog.scanning.running, 600_000)
    seconds = time.perf_counter() - begun
    gaps = sorted(heart.gaps)
    pid = screen.catalog.scanning._scanner.pid
    found = {
        "instances": screen.catalog.model.catalog.instance_count,
        "seconds": round(seconds, 1),
        "longest_ms": round(gaps[-1], 1),
        "p999_ms": round(gaps[int(len(gaps) * 0.999)], 1),
        "busy_ms": round(heart.busy, 1),
        "over_30": sum(gap > 30 for gap in gaps),
        "filter_ms": round(max(filtered(screen, words) for words in WORDS), 1),
        "scan_mb": peak_of(pid),
        "window_mb": round(peak_megabytes()),
    }
    print(json.dumps(found), flush=True)
    window.intake.close_down()
    window.hide()
    runner.stop()
    runner.join()
    services.close()
    app.quit()


def filtered(screen: Screen, words: str) -> float:
    """Milliseconds from the words to the tree as it is then seen."""
    begun = time.perf_counter()
    screen.catalog.tree.set_filter(words)
    QCoreApplication.sendPostedEvents()
    screen.catalog.tree.viewport().repaint()
    return (time.perf_counter() - begun) * 1000


def peak_of(pid: int | None) -> int:
    """A process's peak memory in MB, where the system tells it."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return 0
    lines = status.read_text("utf-8").splitlines()
    return round(next(int(x.split()[1]) for x in lines if x.startswith("VmHWM")) * 1024 / 1e6)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
