"""Rectangles over the picture that will be black: drawn, moved, resized and deleted."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent

from gantry.engine.deidentify.recipes import MOST_RECTANGLES, Rectangle
from gantry.ui.look.theme import theme
from gantry.ui.text.i18n import Translated
from gantry.ui.widgets.picture_view import PictureView

_GRIP: Final = 7.0  # how near to an edge the pointer takes hold of it
_FAR: Final = 10  # pixels that a key moves with Ctrl
_ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class MaskLayer(Translated):
    """Lies over a picture. Rectangles are in stored pixels, whatever the size of the view.

    Signals:
        changed: rectangles were added, moved, resized or deleted.
    """

    changed = Signal()

    def __init__(self, view: PictureView) -> None:
        super().__init__(view)
        self._view = view
        self._size = (1, 1)  # columns and rows of the picture
        self._rectangles: list[Rectangle] = []
        self._selected = -1
        self._before: list[tuple[Rectangle, ...]] = []
        self._from: QPointF | None = None
        self._held: Rectangle | None = None
        self._edges = (False, False, False, False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.hide()
        view.installEventFilter(self)
        self.retranslate()

    @property
    def rectangles(self) -> tuple[Rectangle, ...]:
        return tuple(self._rectangles)

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    @property
    def has_selection(self) -> bool:
        return 0 <= self._selected < len(self._rectangles)

    def start(self, columns: int, rows: int, rectangles: tuple[Rectangle, ...]) -> None:
        """Shows the masks of a picture of this size, to be changed."""
        self._size = max(1, columns), max(1, rows)
        self._rectangles, self._before = list(rectangles), []
        self._selected = 0 if rectangles else -1
        self.setGeometry(self._view.rect())
        self._tell()

    def add(self) -> None:
        """Adds a rectangle in the middle, to be moved with the keys."""
        columns, rows = self._size
        wide, high = max(1, columns // 4), max(1, rows // 8)
        left, top = (columns - wide) // 2, (rows - high) // 2
        self._append(Rectangle(left, top, left + wide, top + high))

    def delete(self) -> None:
        """Deletes the selected rectangle."""
        if self.has_selection:
            self._remember()
            del self._rectangles[self._selected]
            self._selected = min(self._selected, len(self._rectangles) - 1)
            self._tell()

    def undo(self) -> None:
        """Takes the last change back."""
        if self._before:
            self._rectangles = list(self._before.pop())
            self._selected = min(max(0, self._selected), len(self._rectangles) - 1)
            self._tell()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Masks"))
        self.setToolTip(
            self.tr(
                "Drag to draw a mask. Insert adds one, Space selects the next, the arrows move it, "
                "with Shift they resize it, Delete removes it, Ctrl+Z takes a change back."
            )
        )
        self._describe()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() == QEvent.Type.Resize:
            self.setGeometry(self._view.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for number, rectangle in enumerate(self._rectangles):
            chosen = number == self._selected
            pen = QPen(theme().colour("accent") if chosen else QColor("#e6eaee"))
            pen.setWidth(3 if chosen and self.hasFocus() else 2)
            painter.setPen(pen)
            painter.setBrush(QColor("#000000"))
            painter.drawRect(self._on_screen(rectangle))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._from, self._held = event.position(), None
        for number in reversed(range(len(self._rectangles))):
            if self._grip(self._rectangles[number]).contains(event.position()):
                self._selected, self._held = number, self._rectangles[number]
                self._edges = self._edges_at(self._held, event.position())
                self._remember()
                break
        else:
            self._selected = -1
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            return
        if self._held is None:
            started = self._from
            moved = event.position() - started
            if abs(moved.x()) + abs(moved.y()) < _GRIP or len(self._rectangles) >= MOST_RECTANGLES:
                return
            x, y = self._in_picture(started)
            self._held = Rectangle(x, y, x, y)
            self._append(self._fitted(self._held))
            self._edges = (moved.x() < 0, moved.y() < 0, moved.x() >= 0, moved.y() >= 0)
        (x, y), (from_x, from_y) = self._in_picture(event.position()), self._in_picture(self._from)
        self._set(self._dragged(self._held, x - from_x, y - from_y))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._held is not None and self._before and self._before[-1] == self.rectangles:
            self._before.pop()  # only selected
        self._from = self._held = None
        self._tell()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._view.wheelEvent(event)  # the masks hold for every slice

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers()
        if key in _ARROWS and self.has_selection:
            step = _FAR if held & Qt.KeyboardModifier.ControlModifier else 1
            x, y = (part * step for part in _ARROWS[key])
            resized = bool(held & Qt.KeyboardModifier.ShiftModifier)
            self._edges = (False, False, resized, resized)
            self._remember()
            self._set(self._dragged(self._rectangles[self._selected], x, y))
        elif key == Qt.Key.Key_Insert:
            self.add()
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete()
        elif key == Qt.Key.Key_Space and self._rectangles:
            self._selected = (self._selected + 1) % len(self._rectangles)
            self._tell()
        elif key == Qt.Key.Key_Z and held & Qt.KeyboardModifier.ControlModifier:
            self.undo()
        else:
            super().keyPressEvent(event)

    def _append(self, rectangle: Rectangle) -> None:
        if len(self._rectangles) < MOST_RECTANGLES:
            self._remember()
            self._rectangles.append(rectangle)
            self._selected = len(self._rectangles) - 1
            self._tell()

    def _set(self, rectangle: Rectangle) -> None:
        self._rectangles[self._selected] = rectangle
        self._tell()

    def _remember(self) -> None:
        self._before.append(self.rectangles)

    def _tell(self) -> None:
        self._describe()
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        text = self.tr("%Ln mask(s)", None, len(self._rectangles))
        if self.has_selection:
            chosen = self._rectangles[self._selected]
            text += ": " + self.tr(
                "number {number} from {left}, {top} to {right}, {bottom}"
            ).format(number=self._selected + 1, **chosen._asdict())
        self.setAccessibleDescription(text)

    def _dragged(self, start: Rectangle, x: int, y: int) -> Rectangle:
        """Moved, or resized where edges are held."""
        columns, rows = self._size
        left, top, right, bottom = start
        if not any(self._edges):
            x = max(-left, min(x, columns - right))
            y = max(-top, min(y, rows - bottom))
            return Rectangle(left + x, top + y, right + x, bottom + y)
        at_left, at_top, at_right, at_bottom = self._edges
        sides = sorted((left + x * at_left, right + x * at_right))
        heights = sorted((top + y * at_top, bottom + y * at_bottom))
        return self._fitted(Rectangle(sides[0], heights[0], sides[1], heights[1]))

    def _fitted(self, wanted: Rectangle) -> Rectangle:
        """Inside the picture, and at least a pixel wide and high."""
        columns, rows = self._size
        left, top = min(max(0, wanted.left), columns - 1), min(max(0, wanted.top), rows - 1)
        right, bottom = (
            min(max(left + 1, wanted.right), columns),
            min(max(top + 1, wanted.bottom), rows),
        )
        return Rectangle(left, top, right, bottom)

    def _edges_at(self, held: Rectangle, point: QPointF) -> tuple[bool, bool, bool, bool]:
        place = self._on_screen(held)
        left, right = abs(point.x() - place.left()), abs(point.x() - place.right())
        top, bottom = abs(point.y() - place.top()), abs(point.y() - place.bottom())
        near = _GRIP
        return (
            left <= near and left < right,
            top <= near and top < bottom,
            right <= near and right <= left,
            bottom <= near and bottom <= top,
        )

    def _grip(self, rectangle: Rectangle) -> QRectF:
        return self._on_screen(rectangle).adjusted(-_GRIP, -_GRIP, _GRIP, _GRIP)

    def _on_screen(self, rectangle: Rectangle) -> QRectF:
        place, (columns, rows) = self._view.place, self._size
        across, down = place.width() / columns, place.height() / rows
        return QRectF(
            place.left() + rectangle.left * across,
            place.top() + rectangle.top * down,
            (rectangle.right - rectangle.left) * across,
            (rectangle.bottom - rectangle.top) * down,
        )

    def _in_picture(self, point: QPointF) -> tuple[int, int]:
        place, (columns, rows) = self._view.place, self._size
        x = (point.x() - place.left()) / max(1.0, place.width()) * columns
        y = (point.y() - place.top()) / max(1.0, place.height()) * rows
        return round(x), round(y)
