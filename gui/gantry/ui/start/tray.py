"""The icon in the notification area, while Gantry runs with its window closed."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from gantry.ui.look.resources import resource

LONG_SECONDS = 20.0  # the end of a longer job is announced, because the user may have left


class Tray(QObject):
    """Shown while a job is running, or the window is hidden.

    Signals:
        open_wanted, quit_wanted: chosen in its menu.
    """

    open_wanted = Signal()
    quit_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._status = ""
        self._menu = QMenu(window)
        self._open, self._quit = QAction(self._menu), QAction(self._menu)
        self._open.triggered.connect(self.open_wanted)
        self._quit.triggered.connect(self.quit_wanted)
        self._menu.addActions([self._open, self._quit])
        self._icon: QSystemTrayIcon | None = None
        self.retranslate()

    @staticmethod
    def is_there() -> bool:
        """Whether this desktop has a notification area."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self) -> None:
        """Shows the icon, if there is a place for it."""
        if self._icon is None and self.is_there():
            self._icon = QSystemTrayIcon(QIcon(resource("icons", "gantry.svg")), self)
            self._icon.setContextMenu(self._menu)
            self._icon.activated.connect(self._on_activated)
            self._icon.messageClicked.connect(self.open_wanted)
            self.set_status(self._status)
        if self._icon is not None:
            self._icon.show()

    def hide(self) -> None:
        """Removes the icon."""
        if self._icon is not None:
            self._icon.hide()

    def set_status(self, text: str) -> None:
        """Sets the icon's tooltip; no patient data, because others may look on."""
        self._status = text
        if self._icon is not None:
            name = QCoreApplication.applicationName()
            self._icon.setToolTip(f"{name}: {text}" if text else name)

    def notify(self, title: str, text: str, failed: bool) -> None:
        """Shows a notification of the system; no patient data."""
        self.show()
        if self._icon is not None:
            kind = QSystemTrayIcon.MessageIcon
            self._icon.showMessage(title, text, kind.Warning if failed else kind.Information)

    def retranslate(self) -> None:
        self._open.setText(self.tr("Open Gantry"))
        self._quit.setText(self.tr("Quit"))

    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is not QSystemTrayIcon.ActivationReason.Context:
            self.open_wanted.emit()
