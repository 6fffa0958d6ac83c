"""`gantry`: builds services, runner and window; the only place that wires them.

Nothing heavy is imported before the window's first paint: no pydicom, numpy, requests, keyring,
SQLite or settings. The window is empty then, and whole a moment later. Nor is garbage looked for:
hardly any of what is made until then is.
"""

from __future__ import annotations

import gc
import os
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gantry.ui.single_instance import Handover


def main(arguments: list[str] | None = None) -> int:
    """Opens the window, or hands over to the one that is open; returns the exit code.

    Codes: 0 done; 1 the open window refused (`--quit`) or does not answer; 2 wrong call.
    """
    gc.disable()
    if getattr(sys, "frozen", False) and len(sys.argv) > 1 and sys.argv[1].startswith("-"):
        from multiprocessing import freeze_support  # the processes of scan and preview

        freeze_support()
    if sys.stderr is None:  # a windowed program on Windows has none, and argparse writes to it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        sys.stdout = sys.stdout or sys.stderr
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    home = options.home or os.environ.get("GANTRY_HOME", "")
    home = os.path.abspath(home) if home else ""  # noqa: PTH100
    paths = [os.path.abspath(path) for path in options.paths]  # noqa: PTH100

    from gantry.ui.single_instance import Handover

    handover = Handover(home)
    if options.quit:
        return _quit_other(handover)
    if not handover.first():
        return _hand_over(handover, paths)
    from gantry.ui.application import Application

    try:
        return Application(handover, home).run(paths)
    finally:
        handover.release()


def _parse(arguments: list[str]) -> SimpleNamespace:
    options = SimpleNamespace(paths=[], home=None, quit=False)
    if not arguments:
        return options
    import argparse

    parser = argparse.ArgumentParser(
        prog="gantry", description="Opens Gantry's window. `gantry-cli` works in a terminal."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="opens with these dropped")
    parser.add_argument(
        "--home", metavar="DIR", help="settings, history, logs and spool under DIR (or GANTRY_HOME)"
    )
    parser.add_argument("--quit", action="store_true", help="asks the window that is open to close")
    return parser.parse_args(arguments, options)


def _hand_over(handover: Handover, paths: list[str]) -> int:
    from PySide6.QtCore import QCoreApplication

    application = QCoreApplication(sys.argv[:1])
    if sys.platform == "win32":
        import ctypes

        # This process was started by the user, so it may come to the front: it passes that on.
        ctypes.windll.user32.AllowSetForegroundWindow(-1)
    answer = handover.ask({"ask": "open", "paths": paths})
    del application
    if answer is None:
        print("gantry: the window that is open does not answer", file=sys.stderr)  # noqa: T201
    return 0 if answer and answer.get("done") else 1


def _quit_other(handover: Handover) -> int:
    import time

    from PySide6.QtCore import QCoreApplication

    from gantry.ui.single_instance import Handover

    assert isinstance(handover, Handover)
    if handover.first():
        handover.release()
        return 0
    application = QCoreApplication(sys.argv[:1])
    answer = handover.ask({"ask": "quit"})
    del application
    if answer is not None and not answer.get("done"):
        return 1
    # A window that ends as soon as it has answered can take the answer along: its lock tells.
    until = time.monotonic() + (60 if answer else 10)
    while time.monotonic() < until:
        if handover.first():
            handover.release()
            return 0
        time.sleep(0.1)
    return 1


if __name__ == "__main__":
    sys.exit(main())
