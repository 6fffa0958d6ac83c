"""Draws log lines in a fixed-width font, with a colour for warnings and errors."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex
from PySide6.QtGui import QFontDatabase, QPalette
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gantry.ui.look.theme import theme
from gantry.ui.models.log_columns import COLUMNS
from gantry.ui.models.log_model import LEVEL_ROLE

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
        column = COLUMNS[index.column()]
        if column.is_fixed:
            option.font = self._fixed
        colour = "muted" if column.is_muted else ""
        if column.is_level:
            colour = _COLOURS.get(str(index.data(LEVEL_ROLE)), "")
        if colour:
            ink = theme().colour(colour)
            for role in (QPalette.ColorRole.Text, QPalette.ColorRole.HighlightedText):
                option.palette.setColor(role, ink)
