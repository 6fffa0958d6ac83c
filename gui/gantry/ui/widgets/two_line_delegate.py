"""Draws rows in two lines: the name, and below it, in grey, a description."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QStyleOptionViewItem,
    QWidget,
)

from gantry.ui.look.theme import theme
from gantry.ui.widgets.row_delegate import RowDelegate

_HEIGHT = 48
_PAD = 12


class TwoLineDelegate(RowDelegate):
    """`below` is the role of the second line."""

    def __init__(self, below: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._below = below

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), _HEIGHT)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        shown = self.background(painter, option, index)
        room = option.rect.adjusted(_PAD, 5, -_PAD, -5)
        metrics = shown.fontMetrics  # a part of it: it must outlive this
        painter.save()
        for text, colour, place in (
            (str(index.data()), "text", Qt.AlignmentFlag.AlignTop),
            (str(index.data(self._below) or ""), "muted", Qt.AlignmentFlag.AlignBottom),
        ):
            painter.setPen(theme().colour(colour))
            line = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, int(place | Qt.AlignmentFlag.AlignLeft), line)
        painter.restore()
