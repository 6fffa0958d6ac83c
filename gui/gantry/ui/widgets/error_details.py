"""One failure in full, with technical details to copy for the server's administrator."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.errors import GantryError
from gantry.messages import error_message, technical
from gantry.ui.look.theme import set_icon
from gantry.ui.text.i18n import translate_message
from gantry.ui.widgets.labels import plain_label


class ErrorDetails(QDialog):
    """What happened, to what, what to do, and the technical details."""

    def __init__(
        self, error: GantryError, affected: tuple[str, ...] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        message = error_message(error, translate_message)
        self.setWindowTitle(self.tr("What went wrong"))
        self.setMinimumWidth(560)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(12)

        head = QHBoxLayout()
        sign = QLabel(self)
        set_icon(sign, "error", "danger", 24)
        title = plain_label(message.title, self, "title")
        head.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(title, 1)
        column.addLayout(head)
        for text in (message.what, message.do):
            if text:
                column.addWidget(plain_label(text, self))
        if affected:
            column.addWidget(plain_label(self.tr("Affected:"), self, "muted"))
            column.addWidget(plain_label("\n".join(affected), self))

        caption = plain_label(self.tr("&Technical details for your administrator:"), self, "muted")
        self.detail = QPlainTextEdit(technical(error), self)
        self.detail.setReadOnly(True)
        self.detail.setTabChangesFocus(True)
        self.detail.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.detail.setAccessibleName(self.tr("Technical details"))
        caption.setBuddy(self.detail)
        column.addWidget(caption)
        column.addWidget(self.detail, 1)

        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = buttons.addButton(
            self.tr("C&opy details"), QDialogButtonBox.ButtonRole.ActionRole
        )
        set_icon(self.copy, "copy", size=16)
        self.copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self.detail.toPlainText())
        )
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)
