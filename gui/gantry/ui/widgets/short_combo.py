"""A choice that shows the beginning of a long entry, with an ellipsis."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QRect, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyleOptionComboBox, QStylePainter

EDGE = 6  # between the text and the edges of its field


class ShortComboBox(QComboBox):
    """Qt cuts a text that is too long for the box as if it ended there."""

    def sizeHint(self) -> QSize:
        """Wide enough for a whole entry: with a style sheet, Qt's hint is some pixels too small."""
        hint = super().sizeHint()
        if self.sizeAdjustPolicy() is not self.SizeAdjustPolicy.AdjustToContents:
            return hint
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.rect.setSize(hint)
        texts = (self.itemText(index) for index in range(self.count()))
        widest = max((self.fontMetrics().horizontalAdvance(text) for text in texts), default=0)
        # One more, because advances are rounded and an ellipsis is not.
        short = widest + 1 + EDGE - self._field(option).width()
        return hint.grownBy(QMargins(0, 0, max(0, short), 0))

    def _field(self, option: QStyleOptionComboBox) -> QRect:
        return self.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        option.currentText = self.fontMetrics().elidedText(
            self.currentText(), Qt.TextElideMode.ElideRight, self._field(option).width() - EDGE
        )
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
