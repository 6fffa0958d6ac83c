"""Gantry's window in its own process, with a hand that presses buttons as a user would.

    python -m support.window_hand send|resume [--home DIR] [PATH…]

`send` presses Send once the paths are read; `resume` presses the button of the offer to resume.
Events are printed on standard output, one word per line; it ends by SIGTERM, as at a log-off.
"""

from __future__ import annotations

import os
import sys
import threading

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

import gantry.ui.start.application
from gantry.app import main
from gantry.engine.events import Event
from gantry.ui.background.runner import Refusal
from gantry.ui.start.application import Application
from gantry.ui.start.single_instance import Handover

LOOKS_EVERY = 10  # milliseconds


def _say(word: str) -> None:
    os.write(1, f"{word}\n".encode())


def _watch_imports(event: str, arguments: tuple[object, ...]) -> None:
    """Reports another thread that imports Qt: PySide creates its classes on first use, and two
    threads that do so at once crash the process."""
    if event == "import" and threading.current_thread() is not threading.main_thread():
        name = str(arguments[0])
        if name.startswith(("PySide6", "shiboken6", "gantry.ui", "gantry.app")):
            _say(f"fault: {name} is imported beside the window's thread")


class _Hand(QObject):
    """Looks at the window a hundred times a second; presses one button, once."""

    def __init__(self, application: Application, wanted: str) -> None:
        super().__init__(application)
        self._window, self._wanted = application.window, wanted
        self._context = application.context
        self._pressed = False
        self._timer = QTimer(self, interval=LOOKS_EVERY)
        self._timer.timeout.connect(self._look)
        self._window.painted.connect(lambda: _say("painted"))
        self._context.ready.connect(self._on_ready)
        _say("started")

    def _on_ready(self) -> None:
        runner = self._context.runner
        runner.engine_event.connect(self._on_event)
        runner.refused.connect(self._on_refused)
        runner.busy_changed.connect(lambda busy: None if busy else _say("over"))
        _say("ready")
        self._timer.start()

    def _look(self) -> None:
        button = self._send() if self._wanted == "send" else self._continue()
        if button is not None and button.isEnabled() and button.isVisible():
            self._timer.stop()
            _say("pressed")
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

    def _send(self) -> QPushButton | None:
        catalog = self._window.intake.catalog
        if catalog is None or not catalog.isVisible():
            return None
        if not self._pressed:
            self._pressed = True
            _say("scanning")
        return catalog.bar.send if catalog.strip.done and not catalog.scanning.running else None

    def _continue(self) -> QPushButton | None:
        buttons = self._window.findChildren(QPushButton)
        return next((b for b in buttons if b.text() == "Continue sending"), None)

    def _on_event(self, event: Event) -> None:
        _say(type(event).__name__)

    def _on_refused(self, refusal: Refusal) -> None:
        _say(f"fault: refused, {refusal.error.code}")


class _Handled(Application):
    wanted = ""

    def __init__(self, handover: Handover, home: str) -> None:
        super().__init__(handover, home)
        self._hand = _Hand(self, self.wanted)


if __name__ == "__main__":
    sys.addaudithook(_watch_imports)
    _Handled.wanted = sys.argv[1]
    gantry.ui.start.application.Application = _Handled  # type: ignore[misc]
    sys.exit(main(sys.argv[2:]))
