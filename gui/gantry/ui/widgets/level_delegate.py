"""Draws log lines: a fixed-width face, and a colour for what went wrong beside its word."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QFontDatabase, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gantry.ui.models.log_model import LEVEL_ROLE, Column
from gantry.ui.theme import theme

_COLOURS = {"debug": "faint", "warning": "warning", "error": "danger", "critical": "danger"}


class LevelDelegate(QStyledItemDelegate):
    """For every column of the log."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        column = index.column()
        if column in (Column.TIME, Column.EVENT, Column.CONTEXT):
            option.font = self._fixed
        colour = ""
        if column == Column.LEVEL:
            colour = _COLOURS.get(str(index.data(LEVEL_ROLE)), "")
        elif column in (Column.TIME, Column.CONTEXT):
            colour = "muted"
        if colour:
            ink = theme().colour(colour)
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, ink)
