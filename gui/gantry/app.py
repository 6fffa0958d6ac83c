"""`gantry`: builds services, runner and window; the only place that wires them.

Nothing heavy is imported before the window's first paint: no pydicom, numpy, requests, keyring,
SQLite or settings. The window is empty then, and complete a moment later. Garbage collection is off
until then, because hardly anything becomes garbage.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import sys
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING

from gantry import __version__
from gantry.ui.start import obstacles

if TYPE_CHECKING:
    from typing import TextIO

    from gantry.ui.start.single_instance import Handover


def main(arguments: list[str] | None = None) -> int:
    """Opens the window, or passes paths to the one that is open; returns the exit code.

    Codes: 0 success; 1 the open window refused (`--quit`) or does not respond; 2 invalid option; 3
    no window can open here (`gantry.ui.start.obstacles`).
    """
    gc.disable()
    if getattr(sys, "frozen", False) and len(sys.argv) > 1 and sys.argv[1].startswith("-"):
        from multiprocessing import freeze_support  # noqa: PLC0415 - frozen programs only

        freeze_support()
    if sys.stderr is None:  # a windowed program on Windows has none, but argparse writes to it
        sys.stderr = _terminal() or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        sys.stdout = sys.stdout or sys.stderr
    options = _parse(sys.argv[1:] if arguments is None else arguments)
    try:
        return _open(options)
    except ImportError as error:
        if (sentence := obstacles.cant_import(error)) is None:
            raise
        obstacles.tell(sentence)
        return obstacles.CANT_OPEN


def _open(options: SimpleNamespace) -> int:
    home = options.home or os.environ.get("GANTRY_HOME", "")
    home = os.path.abspath(home) if home else ""  # noqa: PTH100
    paths = [os.path.abspath(path) for path in options.paths]  # noqa: PTH100

    from gantry.ui.start.single_instance import Handover  # noqa: PLC0415 - Qt may be missing

    handover = Handover(home)
    if options.quit:
        return _quit_other(handover)
    if not handover.first():
        return _hand_over(handover, paths)
    try:
        if sys.platform not in ("win32", "darwin"):
            if (sentence := obstacles.cant_show()) is not None:
                obstacles.tell(sentence)
                return obstacles.CANT_OPEN
        from gantry.ui.start.application import Application  # noqa: PLC0415 - Qt may be missing

        code = Application(handover, home).run(paths)
    finally:
        handover.release()
    _leave_stuck_helpers(code)
    return code


def _leave_stuck_helpers(code: int) -> None:
    """Exits at once if a helper process does not end although it was killed: a hung share holds
    it, and Python would wait for it."""
    processes = sys.modules.get("multiprocessing")
    if processes is not None and processes.active_children():
        os._exit(code)


def _terminal() -> TextIO | None:
    """The terminal from which a windowed program was started, for `--help`; None without one."""
    if sys.platform == "win32" and len(sys.argv) > 1 and sys.argv[1].startswith("-"):
        if ctypes.windll.kernel32.AttachConsole(-1):  # -1: that of the parent process
            try:
                return open("CONOUT$", "w", encoding="utf-8", errors="replace")
            except OSError:
                pass
    return None


def _parse(arguments: list[str]) -> SimpleNamespace:
    options = SimpleNamespace(paths=[], home=None, quit=False)
    return parser().parse_args(arguments, options) if arguments else options


def parser() -> argparse.ArgumentParser:
    """The command line of `gantry`."""
    parser = argparse.ArgumentParser(
        prog="gantry", description="Opens Gantry's window. `gantry-cli` works in a terminal."
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="opens with these dropped")
    parser.add_argument(
        "--home", metavar="DIR", help="settings, history, logs and spool under DIR (or GANTRY_HOME)"
    )
    parser.add_argument("--quit", action="store_true", help="asks the window that is open to close")
    parser.add_argument("--version", action="version", version=f"gantry {__version__}")
    return parser


def _hand_over(handover: Handover, paths: list[str]) -> int:
    from PySide6.QtCore import QCoreApplication  # noqa: PLC0415 - Qt may be missing

    application = QCoreApplication(sys.argv[:1])
    if sys.platform == "win32":
        # The user started this process, so it may come to the front: it passes that right on.
        ctypes.windll.user32.AllowSetForegroundWindow(-1)
    answer = handover.ask({"ask": "open", "paths": paths})
    del application
    if answer is None:
        obstacles.tell(
            "a window is open already but does not answer, so it was given nothing: look whether "
            "it is waiting for you; if none is open, sign out and in again."
        )
    return 0 if answer and answer.get("done") else 1


def _quit_other(handover: Handover) -> int:
    from PySide6.QtCore import QCoreApplication  # noqa: PLC0415 - Qt may be missing

    from gantry.ui.start.single_instance import Handover  # noqa: PLC0415 - Qt may be missing

    assert isinstance(handover, Handover)
    if handover.first():
        handover.release()
        return 0
    application = QCoreApplication(sys.argv[:1])
    answer = handover.ask({"ask": "quit"})
    del application
    if answer is not None and not answer.get("done"):
        return 1
    # A window that ends right after answering may lose the answer: its lock tells.
    until = time.monotonic() + (60 if answer else 10)
    while time.monotonic() < until:
        if handover.first():
            handover.release()
            return 0
        time.sleep(0.1)
    return 1


if __name__ == "__main__":
    sys.exit(main())
