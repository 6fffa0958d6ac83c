"""Displays a slice: window and level by dragging, slices by wheel and keys."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gantry.ui.look.theme import theme
from gantry.ui.text.i18n import Translated

_BACKGROUND = QColor("#0c0e10")
_INK = QColor("#e6eaee")
_BACKING = QColor(12, 14, 16, 190)  # the picture may be white below the text


class PictureView(Translated):
    """Draws an image as large as fits; texts on it stay sharp.

    Signals:
        dragged(float, float): the fraction of the view that the pointer moved, right and down.
        stepped(int): how many slices forward or back.
        reset_wanted: a double click.
    """

    dragged = Signal(float, float)
    stepped = Signal(int)
    reset_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._image: QImage | None = None
        self._aspect = 1.0
        self._message = ""
        self._corner = ""
        self._from: QPointF | None = None
        self._wheel = 0
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(180, 140)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.retranslate()

    @property
    def message(self) -> str:
        """The message shown instead of a picture."""
        return self._message

    @property
    def has_image(self) -> bool:
        return self._image is not None

    def show_image(self, image: QImage, aspect: float, corner: str) -> None:
        """Shows a picture; `aspect` is a pixel's height by its width."""
        self._image, self._aspect, self._corner, self._message = image, aspect, corner, ""
        self.update()

    def show_message(self, text: str) -> None:
        """Shows a message instead of a picture."""
        self._image, self._message = None, text
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Picture"))
        self.setAccessibleDescription(
            self.tr("Up and Down change the slice, Left and Right the brightness.")
        )

    def sizeHint(self) -> QSize:
        return QSize(360, 320)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.SmoothPixmapTransform | QPainter.RenderHint.Antialiasing
        )
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BACKGROUND)
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        painter.setPen(_INK)
        margin = self.rect().adjusted(12, 10, -12, -10)
        if self._image is not None:
            painter.drawImage(self.place, self._image)
            self._write(painter, margin)
        elif self._message:
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(margin), flags, self._message)
        if self.hasFocus():
            pen = painter.pen()
            pen.setColor(theme().colour("accent"))
            pen.setWidth(2)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)

    def _write(self, painter: QPainter, margin: QRect) -> None:
        """Draws the text in the corner, readable on any picture."""
        if not self._corner:
            return
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
        words = QRectF(painter.boundingRect(margin, flags, self._corner))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_BACKING)
        painter.drawRoundedRect(words.adjusted(-6, -3, 6, 3), 4, 4)
        painter.setPen(_INK)
        painter.drawText(margin, flags, self._corner)

    @property
    def place(self) -> QRectF:
        """Where the picture is in the view."""
        if self._image is None:
            return QRectF(self.rect())
        wide, high = float(self._image.width()), self._image.height() * self._aspect
        scale = min((self.width() - 4) / wide, (self.height() - 4) / high)
        wide, high = wide * scale, high * scale
        return QRectF((self.width() - wide) / 2, (self.height() - high) / 2, wide, high)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton and self._image is not None:
            self._from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            moved = event.position() - self._from
            self._from = event.position()
            self.dragged.emit(moved.x() / self.width(), moved.y() / self.height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset_wanted.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._wheel += event.angleDelta().y()
        steps = int(self._wheel / 120)  # touchpads send parts of a step
        if steps:
            self._wheel -= steps * 120
            self.stepped.emit(-steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_PageUp:
                self.stepped.emit(-1 if event.key() == Qt.Key.Key_Up else -10)
            case Qt.Key.Key_Down | Qt.Key.Key_PageDown:
                self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else 10)
            case Qt.Key.Key_Left:
                self.dragged.emit(0.0, 0.02)
            case Qt.Key.Key_Right:
                self.dragged.emit(0.0, -0.02)
            case Qt.Key.Key_Plus:
                self.dragged.emit(-0.02, 0.0)
            case Qt.Key.Key_Minus:
                self.dragged.emit(0.02, 0.0)
            case Qt.Key.Key_0 | Qt.Key.Key_Home:
                self.reset_wanted.emit()
            case _:
                super().keyPressEvent(event)
