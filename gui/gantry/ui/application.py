"""The life of the window: first paint, then services, then what the user left; and the end."""

from __future__ import annotations

import gc
import logging
import os
import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from gantry.ui.context import Context
from gantry.ui.i18n import language
from gantry.ui.main_window import MainWindow
from gantry.ui.resources import resource
from gantry.ui.theme import theme

if TYPE_CHECKING:
    from types import TracebackType

    from gantry.engine.errors import GantryError
    from gantry.services import Services
    from gantry.store.settings import Settings
    from gantry.ui.runner import Runner
    from gantry.ui.single_instance import Doorkeeper, Handover
    from gantry.ui.threads import Threads

log = logging.getLogger(__name__)


def spare_the_window() -> None:
    """Keeps the search for garbage short: whichever thread it comes upon, the window waits for it.

    What is there by now stays until the end, so nobody looks at it again. The rest is looked at in
    steps of 20,000 objects, and wholly only after two million more: with a catalog of 100,000
    instances a whole look takes 0.1 s, and Python's own thresholds ask for it several times.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(2_000, 10, 100)


class Application(QObject):
    """Wires the parts. `home` is the folder given, or "" for the system's own places."""

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
        app.setApplicationName("Gantry")
        app.setApplicationDisplayName("Gantry")
        app.setDesktopFileName("gantry")
        app.setQuitOnLastWindowClosed(False)
        # Language, theme and place of the window, as last seen: disposable, but there before
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
        """Shows the window until it is closed."""
        if paths:
            self.window.open_paths(paths)
        self.window.show()
        return self._app.exec()

    def _on_painted(self) -> None:
        gc.freeze()
        gc.enable()  # see `gantry.app`
        from gantry.ui.threads import Threads

        self._starter = Threads(self)
        self._catch_faults()
        self._app.setWindowIcon(QIcon(resource("icons", "gantry.svg")))
        self._starter.run(self._open_services, self._on_services, self._on_no_services, self)
        self._open_door()
        self._listen_for_signals()
        self._app.commitDataRequest.connect(lambda _: self._stop_jobs())

    def _open_services(self) -> Services:
        from gantry.engine.errors import ErrorCode, GantryError
        from gantry.services import Services
        from gantry.store.home import Home

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
        from gantry.ui.runner import Runner

        self._services = services
        self._runner = Runner(services, self)
        self.context.settings_changed.connect(self._on_settings)
        self.context.open(services, self._runner)
        for problem in services.problems:
            self.context.report(problem)
        self._runner.run(services.unfinished, self.window.offer_unfinished, None, self.window)
        spare_the_window()

    def _on_no_services(self, error: GantryError) -> None:
        self.context.report(error)

    def _on_settings(self, settings: Settings) -> None:
        language().choose(settings.language)
        theme().choose(settings.theme)
        self._seen.setValue("language", settings.language)
        self._seen.setValue("theme", settings.theme)

    def _open_door(self) -> None:
        from gantry.ui.single_instance import Doorkeeper

        self._doorkeeper = Doorkeeper(self._handover.name, self)
        self._doorkeeper.paths_came.connect(self.window.open_paths)
        self._doorkeeper.quit_came.connect(self.window.ask_to_quit)

    def _listen_for_signals(self) -> None:
        """SIGTERM and SIGINT end the window as the user would, on systems that send them."""
        if sys.platform == "win32":
            return
        import signal
        import socket

        from PySide6.QtCore import QSocketNotifier

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
        self._wakeup = (here, there)

    def _catch_faults(self) -> None:
        """A fault of the program is logged and told; the window lives on."""

        def hook(
            kind: type[BaseException], error: BaseException, trace: TracebackType | None
        ) -> None:
            if issubclass(kind, KeyboardInterrupt):
                self.window.quit_now()
                return
            self._tell_fault(kind, trace)

        sys.excepthook = hook
        threading.excepthook = lambda a: hook(
            a.exc_type, a.exc_value or a.exc_type(), a.exc_traceback
        )

    def _tell_fault(self, kind: type[BaseException], trace: TracebackType | None) -> None:
        import traceback

        from gantry.engine.errors import ErrorCode, GantryError

        # Frames only: an exception's words may hold a name or a path.
        frames = traceback.extract_tb(trace)[-8:]
        where = "\n".join(f"{os.path.basename(f.filename)}:{f.lineno} {f.name}" for f in frames)  # noqa: PTH119
        if where in self._faults:
            return  # told already; and telling may itself be at fault
        self._faults.add(where)
        log.critical("a fault of the program", extra={"error": kind.__name__, "where": where})
        error = GantryError(
            ErrorCode.INTERNAL, facts={"type": kind.__name__}, detail=f"{kind.__name__}\n{where}"
        )
        # From whatever thread it came.
        if self._starter is not None:
            self._starter.call(lambda: self.context.report(error))

    def _stop_jobs(self) -> None:
        if self._runner is not None:
            self._runner.stop()

    def _on_closing(self) -> None:
        """The window is hidden; what runs is stopped where it can be carried on."""
        self.window.remember(self._seen)
        self._seen.sync()
        if self._doorkeeper is not None:
            self._doorkeeper.close()
        self._stop_jobs()
        self.window.intake.close_down()
        for threads in (self._runner, self._starter):
            if threads is not None:
                threads.join()
        if self._services is not None:
            self._services.close()
        self._app.quit()
