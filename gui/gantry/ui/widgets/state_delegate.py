"""Draws the history's state column with the same icons as the transfers page."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from gantry.ui.look.theme import theme
from gantry.ui.models.history_model import STEP_ROLE
from gantry.ui.widgets.step_delegate import LOOKS, StepDelegate

_ICON = 16
_PAD = 10


class StateDelegate(StepDelegate):
    """For every column of the history; paints only the state column itself."""

    def initStyleOption(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        # Not the parent's, in which top rows are jobs and bold.
        super(StepDelegate, self).initStyleOption(option, index)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        step = index.data(STEP_ROLE)
        if step is None:
            super(StepDelegate, self).paint(painter, option, index)
            return
        shown = self.background(painter, option, index)
        name, colour = LOOKS[step]
        rect = option.rect
        painter.drawPixmap(
            rect.left() + _PAD,
            rect.center().y() - _ICON // 2 + 1,
            self.picture(name, colour, _ICON, painter),
        )
        room = rect.adjusted(_PAD + _ICON + 8, 0, -4, 0)
        ink = colour if colour in ("danger", "warning", "success") else "text"
        painter.save()
        painter.setPen(theme().colour(ink))
        painter.drawText(
            room,
            int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft),
            shown.fontMetrics.elidedText(
                str(index.data()), Qt.TextElideMode.ElideRight, room.width()
            ),
        )
        painter.restore()
