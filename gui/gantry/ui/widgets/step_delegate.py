"""Draws a parcel's step with its icon and its progress as a bar."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gantry.ui.models.transfer_model import Column, Role
from gantry.ui.models.transfer_state import Step
from gantry.ui.theme import pixmap, theme

_BAR = 6
_ICON = 16
_PAD = 8

# Icon and colour of each step; colour never is the only sign: the words stand beside it.
LOOKS: dict[Step, tuple[str, str]] = {
    Step.WAITING: ("more", "faint"),
    Step.PACKING: ("series", "accent"),
    Step.PROVING: ("search", "accent"),
    Step.READY: ("check", "muted"),
    Step.SENDING: ("send", "accent"),
    Step.ANSWER: ("server", "accent"),
    Step.RETRYING: ("retry", "warning"),
    Step.PAUSED: ("pause", "muted"),
    Step.DELIVERED: ("check", "success"),
    Step.FAILED: ("error", "danger"),
    Step.CANCELLED: ("stop", "muted"),
    Step.SPLIT: ("series", "muted"),
}
_BAR_COLOURS = {
    Step.DELIVERED: "success",
    Step.FAILED: "danger",
    Step.CANCELLED: "control",
    Step.SPLIT: "control",
    Step.PAUSED: "control",
    Step.RETRYING: "warning",
}


class StepDelegate(QStyledItemDelegate):
    """For every column of the transfers tree; two of them it paints itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        theme().changed.connect(self._pixmaps.clear)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        # The same for all: the view asks for it with every change.
        return QSize(80, max(34, option.fontMetrics.height() + 14))

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        if not index.parent().isValid():
            option.font.setBold(True)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        if index.column() == Column.STEP:
            self._paint_step(painter, option, index)
        elif index.column() == Column.PROGRESS:
            self._paint_bar(painter, option, index)
        else:
            super().paint(painter, option, index)

    def background(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> QStyleOptionViewItem:
        shown = QStyleOptionViewItem(option)
        self.initStyleOption(shown, index)
        shown.text = ""
        widget: QWidget | None = option.widget
        style = widget.style() if widget else QApplication.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, shown, painter, widget)
        return shown

    def _paint_step(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        shown = self.background(painter, option, index)
        rect: QRect = option.rect
        name, colour = LOOKS[index.data(Role.STEP)]
        picture = self.picture(name, colour, _ICON, painter)
        painter.drawPixmap(rect.left() + _PAD, rect.center().y() - _ICON // 2 + 1, picture)
        room = rect.adjusted(_PAD + _ICON + _PAD, 0, -_PAD, 0)
        text = shown.fontMetrics.elidedText(
            str(index.data()), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.save()
        painter.setFont(shown.font)
        ink = colour if colour in ("danger", "warning", "success") else "text"
        painter.setPen(theme().colour(ink))
        painter.drawText(
            room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), text
        )
        painter.restore()

    def _paint_bar(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        shown = self.background(painter, option, index)
        rect: QRect = option.rect
        metrics = shown.fontMetrics
        label = metrics.horizontalAdvance("100 %") + _PAD
        bar = QRectF(
            rect.left() + _PAD,
            rect.center().y() - _BAR / 2 + 1,
            max(0, rect.width() - label - 2 * _PAD),
            _BAR,
        )
        permille = int(index.data(Role.PERMILLE) or 0)
        colours = theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.colour("line"))
        painter.drawRoundedRect(bar, _BAR / 2, _BAR / 2)
        if permille:
            done = QRectF(bar)
            done.setWidth(max(_BAR, bar.width() * permille / 1000))
            painter.setBrush(colours.colour(_BAR_COLOURS.get(index.data(Role.STEP), "accent")))
            painter.drawRoundedRect(done, _BAR / 2, _BAR / 2)
        painter.setFont(shown.font)
        painter.setPen(colours.colour("muted"))
        room = QRect(rect.right() - label - _PAD // 2, rect.top(), label, rect.height())
        painter.drawText(
            room,
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight),
            str(index.data()),
        )
        painter.restore()

    def picture(self, name: str, colour: str, size: int, painter: QPainter) -> QPixmap:
        """An icon for `painter`'s device, kept for the next time."""
        ratio = painter.device().devicePixelRatioF()
        key = (name, colour, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = pixmap(name, theme().colour(colour), size, ratio)
        return self._pixmaps[key]
