"""`start`: from the process's start to the first paint, against an empty PySide6 window."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from harness import Row

from support.process import free_port

_EMPTY = """
import os, sys
from PySide6.QtWidgets import QApplication, QMainWindow
from PySide6.QtCore import QTimer

class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        QTimer.singleShot(0, painted)

def painted():
    os.write(1, b"painted")
    os._exit(0)

app = QApplication(sys.argv[:1])
window = Window()
window.resize(1200, 780)
window.show()
app.exec()
"""
# The program itself. Once it was painted, and not before, it imports the module that stands here
# for what it then does; so the watch stops at the same point as above.
_GANTRY = """
import os, sys, types
from gantry.app import main

class End(types.ModuleType):
    def __getattr__(self, name):
        assert sys.modules["gantry.ui.look.theme"].theme().painted
        os.write(1, b"painted")
        os._exit(0)

sys.modules["gantry.ui.background.threads"] = End("gantry.ui.background.threads")
sys.argv = ["gantry"]
main()
"""


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The row of the window's start."""
    home = scratch / "start"

    @cache
    def environment() -> dict[str, str]:
        """On its own virtual screen if there is one, as a user's window would be."""
        home.mkdir(exist_ok=True)
        platform = {"QT_QPA_PLATFORM": "offscreen"}
        if xvfb := shutil.which("Xvfb"):
            display = f":{free_port()}"
            _screens.append(
                subprocess.Popen(
                    [xvfb, display, "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            )
            atexit.register(_close)
            time.sleep(1)
            platform = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": display}
        return {**os.environ, **platform, "GANTRY_HOME": str(home)}

    def first_paint(program: str) -> None:
        ran = subprocess.run(
            [sys.executable, "-c", program], env=environment(), capture_output=True, timeout=60
        )
        assert ran.stdout.endswith(b"painted"), ran.stderr[-2000:]

    return [
        Row(
            "start", lambda: first_paint(_GANTRY), lambda: first_paint(_EMPTY), 1.6, within=True,
            rounds=15, before=environment, check=_close, peak=False,
        )
    ]  # fmt: skip


_screens: list[subprocess.Popen[bytes]] = []


def _close() -> tuple[bool, str]:
    where = "on Xvfb" if _screens else "offscreen"
    while _screens:
        _screens.pop().terminate()
    return True, where
