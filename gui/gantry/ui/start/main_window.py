"""The main window: a rail to choose a page, the pages, alerts above them, and drops anywhere.

A page is a widget `Page(context, parent)`, named in `PAGES` by module and class, so that nothing of
it is imported before the first paint; it is built when it is first shown, and always after
`Context.ready`. It may have a method `reveal(what)`: `context.navigate.emit("transfers", job_id)`
shows the page and calls it. A page sets its texts in `retranslate` (see `i18n.Translated`), sets no
colours itself (`theme.set_kind`), does everything slow by `context.runner.run(…)`, and reports
failures by `context.report(error)`. "settings" is a dialog with the same constructor.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.ui.background.context import Context
from gantry.ui.look.theme import theme
from gantry.ui.pages.intake_page import IntakePage
from gantry.ui.widgets.rail import Rail

if TYPE_CHECKING:  # imported by name, these would cost 4 ms before the first paint
    from PySide6.QtCore import QSettings
    from PySide6.QtGui import (
        QCloseEvent,
        QDragEnterEvent,
        QDragLeaveEvent,
        QDropEvent,
        QPaintEvent,
    )

    from gantry.engine.job import Job
    from gantry.ui.start.closing import Closing
    from gantry.ui.text.alert import Alert
    from gantry.ui.widgets.alerts import AlertStrip

# key: icon, module, class
PAGES = {
    "send": ("send", "gantry.ui.pages.intake_page", "IntakePage"),
    "transfers": ("transfers", "gantry.ui.pages.transfer_page", "TransferPage"),
    "history": ("history", "gantry.ui.pages.history_page", "HistoryPage"),
    "log": ("log", "gantry.ui.pages.log_page", "LogPage"),
}
SETTINGS = ("settings", "gantry.ui.dialogs.settings_dialog", "SettingsDialog")


_FRAME = QSize(16, 48)  # the most that a window manager adds


class MainWindow(QMainWindow):
    """The window.

    Signals:
        painted: it was painted for the first time.
        closing: it is hidden for good; the program ends when its threads have ended.
    """

    painted = Signal()
    closing = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._was_painted = False
        self._after_ready: list[tuple[str, object]] = []
        self._alerts: AlertStrip | None = None
        self._closing: Closing | None = None
        self.setAcceptDrops(True)
        self.setMinimumSize(900, 580)
        self.resize(1200, 780)
        central = self._central = QWidget(self)
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.rail = Rail({key: icon for key, (icon, *_) in PAGES.items()}, SETTINGS[0], central)
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        self._stack = QStackedWidget(central)
        self.intake = IntakePage(context, self._stack)
        self._pages: dict[str, QWidget] = {"send": self.intake}
        self._stack.addWidget(self.intake)
        self._column.addWidget(self._stack, 1)
        row.addWidget(self.rail)
        row.addLayout(self._column, 1)
        self.setCentralWidget(central)
        self.rail.chosen.connect(lambda key: self.show_page(key))
        self.rail.check("send")
        context.navigate.connect(self.show_page)
        context.ready.connect(self._on_ready)
        context.alert.connect(self.show_alert)
        context.dismiss.connect(self.dismiss_alert)
        self.setWindowTitle("Gantry")

    def show_page(self, key: str, what: object = None) -> None:
        """Shows a page (built on first use), or the settings."""
        if key != "send" and not self._context.is_ready:
            self._after_ready.append((key, what))
            return
        page = self._settings() if key == "settings" else self.page(key)
        if key != "settings":
            self._stack.setCurrentWidget(page)
            self.rail.check(key)
        if what is not None and (reveal := getattr(page, "reveal", None)):
            reveal(what)

    def page(self, key: str) -> QWidget:
        """A page by its key; built on first use."""
        if key not in self._pages:
            self._pages[key] = _make(*PAGES[key][1:], self._context, self._stack)
            self._stack.addWidget(self._pages[key])
        return self._pages[key]

    def open_paths(self, paths: list[str]) -> None:
        """Comes to the front, and adds paths like a drop."""
        if self._was_painted:
            self.come_forward()
        if paths:
            self.show_page("send")
            self.intake.add_paths(paths)

    def come_forward(self) -> None:
        """Shows the window in front of all others."""
        from PySide6.QtCore import Qt  # noqa: PLC0415 - Qt: 15 ms, after the first paint

        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_alert(self, alert: Alert) -> None:
        """Shows an alert above the page."""
        if self._alerts is None:
            from gantry.ui.widgets.alerts import AlertStrip  # noqa: PLC0415 - after the first paint

            self._alerts = AlertStrip(self._central)
            self._column.insertWidget(0, self._alerts)
        self._alerts.show_alert(alert)

    def dismiss_alert(self, key: str) -> None:
        """Removes an alert."""
        if self._alerts is not None:
            self._alerts.dismiss(key)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """The current alerts."""
        return self._alerts.alerts if self._alerts is not None else ()

    def offer_unfinished(self, jobs: list[Job]) -> None:
        """Offers to resume what an earlier run left unfinished."""
        if jobs:
            from gantry.ui.prompts.offers import unfinished_alert  # noqa: PLC0415 - after the first paint

            self.show_alert(unfinished_alert(jobs, self._context))

    def ask_to_quit(self, answer: Callable[[bool], None] = lambda closed: None) -> None:
        """Quits; asks first while a job is running. `answer` receives the result."""
        if self._closing is None:
            answer(True)
            self.quit_now()
        else:
            self._closing.ask(answer)

    def quit_now(self) -> None:
        """Quits; running jobs stop where the next start can resume them."""
        self.hide()
        if self._closing is not None:
            self._closing.tray.hide()
        QTimer.singleShot(0, self.closing.emit)

    def restore(self, seen: QSettings) -> None:
        """Restores the window's position, and never makes it larger than the screen."""
        if (geometry := seen.value("geometry")) is not None:
            self.restoreGeometry(geometry)
        if (screen := self.screen()) is not None:
            self.fit(screen.availableGeometry().size())

    def fit(self, available: QSize) -> None:
        """Makes the window, with its frame, small enough for this much of a screen."""
        self.resize(self.size().boundedTo(available - _FRAME))

    def remember(self, seen: QSettings) -> None:
        """Remembers the window's position, and how its parts are divided."""
        seen.setValue("geometry", self.saveGeometry())

    def _settings(self) -> QWidget:
        from PySide6.QtCore import Qt  # noqa: PLC0415 - Qt: 15 ms, after the first paint

        dialog = _make(*SETTINGS[1:], self._context, self)
        assert isinstance(dialog, QDialog)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def _on_ready(self) -> None:
        from gantry.ui.prompts.offers import refusal_alert  # noqa: PLC0415 - after the first paint
        from gantry.ui.start.closing import Closing  # noqa: PLC0415 - after the first paint

        self._closing = Closing(
            self, self._context, come_forward=self.come_forward, quit_now=self.quit_now
        )
        self._context.runner.refused.connect(
            lambda refusal: self.show_alert(refusal_alert(refusal, self._context, self))
        )
        # Built now, hidden, so that it receives the jobs' events from the first one on.
        self.page("transfers")
        waiting, self._after_ready = self._after_ready, []
        for key, what in waiting:
            self.show_page(key, what)

    def _after_first_paint(self) -> None:
        self.painted.emit()
        self.rail.add_shortcuts()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._was_painted:
            self._was_painted = True
            theme().painted = True
            # The painting reaches the screen when this event has ended.
            QTimer.singleShot(0, self._after_first_paint)

    def closeEvent(self, event: QCloseEvent) -> None:
        event.ignore()
        if self._closing is None:
            self.quit_now()
        else:
            self._closing.on_close()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        from PySide6.QtCore import Qt  # noqa: PLC0415 - Qt: 15 ms, after the first paint

        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.intake.set_hot(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.intake.set_hot(False)

    def dropEvent(self, event: QDropEvent) -> None:
        from PySide6.QtCore import Qt  # noqa: PLC0415 - Qt: 15 ms, after the first paint

        self.intake.set_hot(False)
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.show_page("send")
            self.intake.add_paths(paths)


def _make(module: str, name: str, context: Context, parent: QWidget) -> QWidget:
    made = getattr(import_module(module), name)(context, parent)
    assert isinstance(made, QWidget)
    return made
