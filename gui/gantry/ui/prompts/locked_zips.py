"""Asks for the password of locked ZIPs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.ui.background.context import Context
from gantry.ui.models.skipped_model import shown
from gantry.ui.text.alert import Alert, Level

if TYPE_CHECKING:
    from gantry.ui.background.scanning import Scanning

_KEY = "zip-password"


class LockedZips(QObject):
    """An alert with a button; the password is kept only in memory until Gantry ends."""

    def __init__(self, context: Context, scanning: Scanning, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._scanning, self._window = context, scanning, parent
        self._told: frozenset[str] = frozenset()
        self._tried = False
        self.dialog: QInputDialog | None = None

    def tell(self, skipped: tuple[Skipped, ...]) -> None:
        """Reports locked ZIPs after a scan."""
        paths = frozenset(s.path for s in skipped if s.reason is SkipReason.ZIP_ENCRYPTED)
        if not paths:
            self.forget()
        elif paths != self._told or self._tried:
            wrong = self._tried and paths == self._told
            self._told = paths
            self._context.alert.emit(self._alert(sorted(paths), wrong))
        self._tried = False

    def forget(self) -> None:
        """Dismisses the alert, because the list was cleared."""
        if self._told:
            self._context.dismiss.emit(_KEY)
        self._told, self._tried = frozenset(), False

    def ask(self) -> None:
        """Asks for a password, and reads the locked ZIPs again with it."""
        dialog = self.dialog = QInputDialog(self._window)
        dialog.setWindowTitle(self.tr("Password of the ZIP"))
        names = ", ".join(_name(path) for path in sorted(self._told))
        dialog.setLabelText(self.tr("Password of {name}:").format(name=names))
        dialog.setTextEchoMode(QLineEdit.EchoMode.Password)
        dialog.setOkButtonText(self.tr("Open"))
        dialog.setCancelButtonText(self.tr("Cancel"))
        dialog.textValueSelected.connect(self._on_password)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _on_password(self, password: str) -> None:
        if password:
            self._tried = True
            self._scanning.unlock(password)

    def _alert(self, paths: list[str], wrong: bool) -> Alert:
        name = _name(paths[0])

        def text() -> tuple[str, str]:
            if len(paths) > 1:
                title = self.tr("%Ln ZIP(s) need a password", None, len(paths))
            else:
                title = self.tr("“{name}” needs a password").format(name=name)
            if wrong:
                return title, self.tr("This password does not open it. Try another one.")
            return title, self.tr("Its images are not in the list until you enter the password.")

        action = (lambda: self.tr("Enter the password…"), self.ask)
        return Alert(_KEY, Level.WARNING, text, (action,))


def _name(path: str) -> str:
    return shown(path.replace("\\", "/").rpartition("/")[2])
