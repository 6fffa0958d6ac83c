"""The frame: a rail to choose a page, the pages, alerts above them, and drops from anywhere.

A page is a widget `Page(context, parent)`, named in `PAGES` by module and class, so that nothing
of it is imported before the first paint; it is built when it is first shown, and always after
`Context.ready`. It may have a method `reveal(what)`: `context.navigate.emit("transfers", job_id)`
shows the page and calls it. A page makes its texts in `retranslate` (see `i18n.Translated`), keeps
its widgets' colours out (`theme.set_kind`), asks everything slow of `context.runner.run(…)`, and
tells what went wrong by `context.report(error)`. "settings" is a dialog with the same constructor.
"""

from __future__ import annotations

from importlib import import_module

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gantry.ui.context import Context
from gantry.ui.i18n import Translated
from gantry.ui.pages.intake_page import IntakePage
from gantry.ui.theme import set_icon, set_kind

# key: icon, module, class
PAGES = {
    "send": ("send", "gantry.ui.pages.intake_page", "IntakePage"),
    "transfers": ("transfers", "gantry.ui.pages.transfer_page", "TransferPage"),
    "history": ("history", "gantry.ui.pages.history_page", "HistoryPage"),
    "log": ("log", "gantry.ui.pages.log_page", "LogPage"),
}
SETTINGS = ("settings", "gantry.ui.dialogs.settings_dialog", "SettingsDialog")


class Rail(Translated):
    """The pages' names and icons at the left edge.

    Signals:
        chosen(str): a page's key, or "settings".
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        frame = QFrame(self)
        set_kind(frame, "rail")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        column = QVBoxLayout(frame)
        column.setContentsMargins(8, 12, 8, 12)
        column.setSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for number, key in enumerate([*PAGES, "settings"], start=1):
            button = QToolButton(frame)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setMinimumSize(QSize(76, 58))
            set_kind(button, "rail")
            set_icon(button, PAGES[key][0] if key in PAGES else SETTINGS[0], "muted", 22)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            if key in PAGES:
                button.setCheckable(True)
                self._group.addButton(button)
                button.setShortcut(QKeySequence(f"Ctrl+{number}"))
            else:
                column.addStretch(1)
                button.setShortcut(QKeySequence("Ctrl+,"))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            self._buttons[key] = button
        self.retranslate()

    def check(self, key: str) -> None:
        """Marks the page that is shown."""
        for name, button in self._buttons.items():
            button.setChecked(name == key)
            set_icon(button, str(button.property("icon_name")), "accent" if name == key else "muted", 22)

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Pages"))
        for key, text in {
            "send": self.tr("Send"),
            "transfers": self.tr("Transfers"),
            "history": self.tr("History"),
            "log": self.tr("Log"),
            "settings": self.tr("Settings"),
        }.items():
            button = self._buttons[key]
            shortcut = button.shortcut()
            button.setText(text)
            button.setShortcut(shortcut)  # setText would take the shortcut away
            button.setAccessibleName(text)
            keys = shortcut.toString(QKeySequence.SequenceFormat.NativeText)
            button.setToolTip(f"{text} ({keys})")


class MainWindow(QMainWindow):
    """The window.

    Signals:
        painted: the window was seen for the first time.
    """

    painted = Signal()

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context
        self._was_painted = False
        self._after_ready: list[tuple[str, object]] = []
        self.setAcceptDrops(True)
        self.setMinimumSize(880, 560)
        self.resize(1180, 760)
        central = QWidget(self)
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.rail = Rail(central)
        self._stack = QStackedWidget(central)
        self.intake = IntakePage(context, self._stack)
        self._pages: dict[str, QWidget] = {"send": self.intake}
        self._stack.addWidget(self.intake)
        row.addWidget(self.rail)
        row.addWidget(self._stack, 1)
        self.setCentralWidget(central)
        self.rail.chosen.connect(lambda key: self.show_page(key))
        self.rail.check("send")
        context.navigate.connect(self.show_page)
        context.ready.connect(self._on_ready)
        self._retitle()

    def show_page(self, key: str, what: object = None) -> None:
        """Shows a page (built on first use), or the settings."""
        if key != "send" and not self._context.is_ready:
            self._after_ready.append((key, what))
            return
        if key == "settings":
            dialog = _make(SETTINGS[1], SETTINGS[2], self._context, self)
            assert isinstance(dialog, QDialog)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()
            page = dialog
        else:
            if key not in self._pages:
                self._pages[key] = _make(*PAGES[key][1:], self._context, self._stack)
                self._stack.addWidget(self._pages[key])
            page = self._pages[key]
            self._stack.setCurrentWidget(page)
            self.rail.check(key)
        if what is not None and (reveal := getattr(page, "reveal", None)):
            reveal(what)

    def _on_ready(self) -> None:
        waiting, self._after_ready = self._after_ready, []
        for key, what in waiting:
            self.show_page(key, what)

    def _retitle(self) -> None:
        self.setWindowTitle(QCoreApplication.applicationName() or "Gantry")

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() is QEvent.Type.Paint and not self._was_painted:
            self._was_painted = True
            self.painted.emit()
        return done

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.intake.set_hot(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.intake.set_hot(False)

    def dropEvent(self, event: QDropEvent) -> None:
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
