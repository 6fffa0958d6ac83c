"""Starts the window (first paint, then services, then unfinished jobs) and ends it."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, QSocketNotifier, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from gantry.engine import faults
from gantry.engine.errors import ErrorCode, GantryError
from gantry.ui.background.context import Context
from gantry.ui.look.resources import resource
from gantry.ui.look.theme import theme
from gantry.ui.start.main_window import MainWindow
from gantry.ui.start.single_instance import Doorkeeper
from gantry.ui.text.i18n import language

if TYPE_CHECKING:
    from types import TracebackType

    from gantry.services.services import Services
    from gantry.store.settings import Settings
    from gantry.ui.background.runner import Runner
    from gantry.ui.background.threads import Threads
    from gantry.ui.start.single_instance import Handover

log = logging.getLogger(__name__)
_THREADS = 8.0  # seconds for threads to end when the program does
_LAST = 15.0  # seconds after which it ends in any case


def spare_the_window() -> None:
    """Keeps garbage collection short: whichever thread runs it, the window waits for it.

    Existing objects stay until the end, so they are excluded. The rest is checked in steps of
    20,000 objects, and completely only after two million more: with a catalog of 100,000 instances
    a full collection takes 0.1 s, and Python's own thresholds trigger it several times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 100)


class Application(QObject):
    """Wires the parts. `home` is the given folder, or "" for the system's own places."""

    def __init__(self, handover: Handover, home: str) -> None:
        app = QApplication.instance()
        if app is None:
            app = QApplication([*sys.argv[:1], "-style", "Fusion"])
            app.setProperty("is_fusion", True)
        assert isinstance(app, QApplication)
        super().__init__(app)
        self._app = app
        self._handover = handover
        self._home = home
        self._services: Services | None = None
        self._runner: Runner | None = None
        self._starter: Threads | None = None
        self._faults: set[str] = set()
        self._doorkeeper: Doorkeeper | None = None
        self._is_closing = False
        app.setApplicationName("Gantry")
        app.setApplicationDisplayName("Gantry")
        app.setDesktopFileName("gantry")
        app.setQuitOnLastWindowClosed(False)
        # The last language, theme and position of the window: disposable, but available before
        # the settings are read.
        self._seen = (
            QSettings(os.path.join(home, "state", "window.ini"), QSettings.Format.IniFormat)  # noqa: PTH118
            if home
            else QSettings(
                QSettings.Format.IniFormat, QSettings.Scope.UserScope, "Gantry", "window"
            )
        )
        language().choose(str(self._seen.value("language", "")))
        if (tone := str(self._seen.value("theme", "system"))) != "system":
            theme().choose(tone)
        else:
            theme()
        self.context = Context(self)
        self.window = MainWindow(self.context)
        self.window.restore(self._seen)
        self.window.painted.connect(self._on_painted)
        self.window.closing.connect(self._on_closing)

    def run(self, paths: list[str]) -> int:
        """Runs until the window is closed."""
        if paths:
            self.window.open_paths(paths)
        self.window.show()
        return self._app.exec()

    def _on_painted(self) -> None:
        gc.freeze()
        gc.enable()  # see `gantry.app`
        from gantry.ui.background.threads import Threads  # noqa: PLC0415 - after the first paint

        self._starter = Threads(self)
        self._catch_faults()
        self._app.setWindowIcon(QIcon(resource("icons", "gantry.svg")))
        self._starter.run(self._open_services, self._on_services, self._on_no_services, self)
        self._listen_for_signals()  # first: who finds the door open may send one
        self._open_door()
        self._app.commitDataRequest.connect(lambda _: self._stop_jobs())

    def _open_services(self) -> Services:
        from gantry.services.services import Services  # noqa: PLC0415 - after the first paint
        from gantry.store.home import Home  # noqa: PLC0415 - after the first paint

        home = Home.find(self._home or None)
        try:
            return Services(home)
        except OSError as error:
            raise GantryError(
                ErrorCode.SPOOL_UNWRITABLE,
                facts={"errno": error.errno or 0},
                private={"path": str(home.state.parent)},
            ) from error

    def _on_services(self, services: Services) -> None:
        from gantry.ui.background.runner import Runner  # noqa: PLC0415 - after the first paint

        if self._is_closing:
            return
        self._services = services
        self._runner = Runner(services, self)
        self.context.settings_changed.connect(self._on_settings)
        self.context.open(services, self._runner)
        for problem in services.problems:
            self.context.report(problem)
        self._runner.run(services.jobs.unfinished, self.window.offer_unfinished, None, self.window)
        spare_the_window()

    def _on_no_services(self, error: GantryError) -> None:
        self.context.report(error)

    def _on_settings(self, settings: Settings) -> None:
        language().choose(settings.language)
        theme().choose(settings.theme)
        self._seen.setValue("language", settings.language)
        self._seen.setValue("theme", settings.theme)

    def _open_door(self) -> None:
        self._doorkeeper = Doorkeeper(self._handover.name, self)
        self._doorkeeper.paths_came.connect(self.window.open_paths)
        self._doorkeeper.quit_came.connect(self.window.ask_to_quit)

    def _listen_for_signals(self) -> None:
        """Makes SIGTERM and SIGINT close the window as the user would."""
        if sys.platform == "win32":
            return
        here, there = socket.socketpair()
        for end in (here, there):
            end.setblocking(False)
        signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        notifier = QSocketNotifier(here.fileno(), QSocketNotifier.Type.Read, self)

        def quit_by_signal() -> None:
            here.recv(64)
            self.window.quit_now()

        notifier.activated.connect(quit_by_signal)
        self.destroyed.connect(partial(_end_wakeup, here, there))

    def _catch_faults(self) -> None:
        """Logs and reports unexpected exceptions; the window continues to run."""

        def hook(
            kind: type[BaseException], error: BaseException, trace: TracebackType | None
        ) -> None:
            if issubclass(kind, KeyboardInterrupt):
                self.window.quit_now()
                return
            self._tell_fault(kind, trace)

        faults.keep_texts_out()
        sys.excepthook = hook
        threading.excepthook = lambda a: hook(
            a.exc_type, a.exc_value or a.exc_type(), a.exc_traceback
        )

    def _tell_fault(self, kind: type[BaseException], trace: TracebackType | None) -> None:

        # Frames only: an exception's text may contain a name or a path.
        frames = traceback.extract_tb(trace)[-8:]
        where = "\n".join(f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in frames)  # noqa: PTH119
        if where in self._faults:
            return  # already reported; and the report may be at fault
        self._faults.add(where)
        log.critical("a fault of the program", extra={"error": kind.__name__, "where": where})
        error = GantryError(
            ErrorCode.INTERNAL, facts={"type": kind.__name__}, detail=f"{kind.__name__}\n{where}"
        )
        # May be called from any thread.
        if self._starter is not None:
            self._starter.call(lambda: self.context.report(error))

    def _stop_jobs(self) -> None:
        if self._runner is not None:
            self._runner.stop()

    def _on_closing(self) -> None:
        """Stops running jobs resumably; the window is hidden."""
        if self._is_closing:
            return
        self._is_closing = True
        self.window.remember(self._seen)
        self._seen.sync()
        if self._doorkeeper is not None:
            self._doorkeeper.close()
        self._stop_jobs()
        self.window.intake.close_down()
        owners = [threads for threads in (self._runner, self._starter) if threads is not None]
        for threads in owners:
            threads.end()
        if self._starter is None:  # closed before it was painted: nothing is running yet
            self._app.quit()
            return
        # A dead share or a locked history may block a thread for ever, but not this one, and not
        # for long. Interrupted work is recovered as after a kill.
        QTimer.singleShot(int(_LAST * 1000), self._app.quit)
        threading.Thread(target=self._end, args=(owners,), name="gantry-end", daemon=True).start()

    def _end(self, owners: list[Threads]) -> None:
        """Waits, off the window's thread, until everything has ended."""
        end = time.monotonic() + _THREADS
        for threads in owners:
            threads.wait(max(0.0, end - time.monotonic()))
        if self._services is not None:
            self._services.close()
        if self._starter is not None and isValid(self._starter):
            self._starter.call(self._app.quit)


def _end_wakeup(here: socket.socket, there: socket.socket, *_: object) -> None:
    with suppress(ValueError):  # another thread than the main one may end the process
        signal.set_wakeup_fd(-1)
    here.close()
    there.close()
