"""Draws a parcel's step with its icon and its progress as a bar."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import (
    QStyleOptionViewItem,
    QWidget,
)

from gantry.ui.look.theme import pixmap, theme
from gantry.ui.models.transfer_columns import position
from gantry.ui.models.transfer_model import Role
from gantry.ui.models.transfer_state import ParcelStep
from gantry.ui.widgets.row_delegate import RowDelegate

_BAR = 6
_ICON = 16
_PAD = 8
_STEP, _PROGRESS = position("step"), position("progress")

# Icon and colour of each step; colour is never the only sign: the text is beside it.
LOOKS: dict[ParcelStep, tuple[str, str]] = {
    ParcelStep.WAITING: ("more", "faint"),
    ParcelStep.PACKING: ("series", "accent"),
    ParcelStep.VERIFYING: ("search", "accent"),
    ParcelStep.READY: ("check", "muted"),
    ParcelStep.SENDING: ("send", "accent"),
    ParcelStep.ANSWER: ("server", "accent"),
    ParcelStep.RETRYING: ("retry", "warning"),
    ParcelStep.PAUSED: ("pause", "muted"),
    ParcelStep.DELIVERED: ("check", "success"),
    ParcelStep.ACCEPTED: ("check", "warning"),
    ParcelStep.INCOMPLETE: ("warning", "warning"),
    ParcelStep.UNCLEAR: ("warning", "warning"),
    ParcelStep.HELD: ("warning", "warning"),
    ParcelStep.INTERRUPTED: ("pause", "muted"),
    ParcelStep.FAILED: ("error", "danger"),
    ParcelStep.CANCELLED: ("stop", "muted"),
    ParcelStep.SPLIT: ("series", "muted"),
}
_BAR_COLOURS = {
    ParcelStep.DELIVERED: "success",
    ParcelStep.ACCEPTED: "warning",
    ParcelStep.INCOMPLETE: "warning",
    ParcelStep.UNCLEAR: "warning",
    ParcelStep.HELD: "warning",
    ParcelStep.INTERRUPTED: "control",
    ParcelStep.FAILED: "danger",
    ParcelStep.CANCELLED: "control",
    ParcelStep.SPLIT: "control",
    ParcelStep.PAUSED: "control",
    ParcelStep.RETRYING: "warning",
}


class StepDelegate(RowDelegate):
    """For every column of the transfers tree; paints two of them itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        theme().changed.connect(self._pixmaps.clear)

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        # The same for all, because the view asks for it with every change.
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
        if index.column() == _STEP:
            self._paint_step(painter, option, index)
        elif index.column() == _PROGRESS:
            self._paint_bar(painter, option, index)
        else:
            super().paint(painter, option, index)

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
        """An icon for `painter`'s device, cached."""
        ratio = painter.device().devicePixelRatioF()
        key = (name, colour, size, ratio)
        if key not in self._pixmaps:
            self._pixmaps[key] = pixmap(name, theme().colour(colour), size, ratio)
        return self._pixmaps[key]
