"""The content of an empty page: a picture, a line, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gantry.ui.look.theme import set_icon, set_kind


class EmptyState(QWidget):
    """Centred; the button is hidden while it has no text."""

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        column.addStretch(2)
        picture = QLabel(self)
        set_icon(picture, icon, "control", 48)
        self._title = QLabel(self)
        self._hint = QLabel(self)
        self.button = QPushButton(self)
        set_kind(self._title, "title")
        set_kind(self._hint, "muted")
        set_kind(self.button, "primary")
        for label in (self._title, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setWordWrap(True)
        column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addSpacing(8)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)

    def set_texts(self, title: str, hint: str, button: str = "") -> None:
        """Sets the texts."""
        self._title.setText(title)
        self._title.setVisible(bool(title))
        self._hint.setText(hint)
        self.button.setText(button)
        self.button.setVisible(bool(button))
