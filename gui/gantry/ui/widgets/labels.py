"""Labels for text from files and servers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gantry.ui.look.theme import set_icon, set_kind


def plain_label(text: str, parent: QWidget | None = None, kind: str = "") -> QLabel:
    """A label that wraps, can be selected by mouse, and never interprets markup."""
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if kind:
        set_kind(label, kind)
    return label


def icon_label(name: str, colour: str, parent: QWidget, size: int = 20) -> QLabel:
    """An icon that repeats in colour what the text beside it says."""
    label = QLabel(parent)
    set_icon(label, name, colour, size)
    return label


def copyable(text: str, name: str, parent: QWidget) -> QLineEdit:
    """One line that may be too long for its place: can be focused, selected and copied."""
    line = QLineEdit(text, parent)
    line.setReadOnly(True)
    line.setFrame(False)
    line.setCursorPosition(0)
    line.setAccessibleName(name)
    set_kind(line, "plain")
    return line
