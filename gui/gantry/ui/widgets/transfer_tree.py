"""The tree of jobs and parcels, with buttons for actions at the end of each row."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QHeaderView,
    QMenu,
    QStyleOptionViewItem,
    QToolTip,
    QTreeView,
    QWidget,
)

from gantry.ui.look.theme import icon, theme
from gantry.ui.models.transfer_columns import COLUMNS, position
from gantry.ui.models.transfer_model import Index, TransferModel
from gantry.ui.models.transfer_state import ParcelStep
from gantry.ui.widgets.column_widths import hide_columns, set_widths
from gantry.ui.widgets.step_delegate import StepDelegate

_ICON = 18
_CELL = 30


class Action(StrEnum):
    """An action on a job or a parcel."""

    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    RETRY = "retry"
    FOLDER = "folder"
    DETAILS = "details"
    DISMISS = "dismiss"
    HISTORY = "history"


_ICONS = {
    Action.PAUSE: "pause",
    Action.RESUME: "play",
    Action.CANCEL: "stop",
    Action.RETRY: "retry",
    Action.DISMISS: "close",
}
_KEYS = {
    Action.PAUSE: "Space",
    Action.RESUME: "Space",
    Action.CANCEL: "Del",
    Action.RETRY: "R",
    Action.DETAILS: "Return",
}

_ACTIONS = position("actions")


def actions_for(model: TransferModel, index: Index) -> list[Action]:
    """The current actions for the job or parcel at `index`; the first few are shown in the row."""
    job, track = model.job_at(index), model.parcel_at(index)
    if job is None:
        return []
    if track is None:
        if not job.is_over:
            hold = Action.RESUME if job.is_paused else Action.PAUSE
            return [hold, Action.CANCEL, Action.HISTORY]
        again = [Action.RETRY] if job.failed or job.cancelled else []
        return [*again, Action.DISMISS, Action.HISTORY]
    if track.state.has_arrived:
        return [Action.FOLDER, Action.HISTORY]
    if track.step is ParcelStep.UNCLEAR:
        return [Action.DETAILS, Action.FOLDER, Action.HISTORY]
    if track.step is ParcelStep.SPLIT:
        return [Action.DETAILS, Action.FOLDER, Action.HISTORY]
    if track.step in (ParcelStep.FAILED, ParcelStep.CANCELLED, ParcelStep.HELD):
        details = [Action.DETAILS] if track.error else []
        return [Action.RETRY, *details, Action.FOLDER, Action.HISTORY]
    hold = Action.RESUME if track.paused else Action.PAUSE
    details = [Action.DETAILS] if track.error else []
    return [hold, Action.CANCEL, *details, Action.FOLDER]


class _ActionDelegate(StepDelegate):
    """Also draws the buttons at the end of a row; `hover` is the one under the mouse."""

    hover: tuple[QPersistentModelIndex, Action] | None = None

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        if index.column() != _ACTIONS:
            super().paint(painter, option, index)
            return
        self.background(painter, option, index)
        for action, cell in self.cells(option.rect, index):
            hot = self.hover == (QPersistentModelIndex(index), action)
            if hot:
                painter.save()
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().colour("line"))
                painter.drawRoundedRect(cell, 6, 6)
                painter.restore()
            picture = self.picture(_ICONS[action], "text" if hot else "muted", _ICON, painter)
            spot = cell.center() - QPoint(_ICON // 2 - 1, _ICON // 2 - 1)
            painter.drawPixmap(spot, picture)

    def cells(self, rect: QRect, index: Index) -> list[tuple[Action, QRect]]:
        """The buttons of a row and their places."""
        model = index.model()
        assert isinstance(model, TransferModel)
        shown = [a for a in actions_for(model, index) if a in _ICONS]
        top = rect.center().y() - _CELL // 2 + 1
        left = rect.right() - _CELL * len(shown)
        return [
            (action, QRect(left + n * _CELL, top, _CELL - 2, _CELL - 2))
            for n, action in enumerate(shown)
        ]


class TransferTree(QTreeView):
    """Shows a `TransferModel`.

    Signals:
        wanted(Action, list[QModelIndex]): the user chose this, for these rows (column 0).
    """

    wanted = Signal(object, list)

    def __init__(self, model: TransferModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._delegate = _ActionDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setUniformRowHeights(True)
        self.setAlternatingRowColors(False)
        self.setAllColumnsShowFocus(True)
        self.setExpandsOnDoubleClick(False)
        self.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        self.setMouseTracking(True)
        self.setHorizontalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionsMovable(False)
        set_widths(header, COLUMNS)
        header.setSectionResizeMode(_ACTIONS, QHeaderView.ResizeMode.Fixed)
        model.rowsInserted.connect(self._on_inserted)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hides, in a narrow window, less important columns in favour of the names."""
        hide_columns(self, COLUMNS)
        super().resizeEvent(event)

    def rows(self) -> list[QModelIndex]:
        """The selected rows, or the current one."""
        chosen = self.selectionModel().selectedRows()
        current = self.currentIndex()
        return chosen or ([current.siblingAtColumn(0)] if current.isValid() else [])

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Jobs and their studies"))

    def menu_for(self, rows: Sequence[QModelIndex]) -> QMenu:
        """The menu of actions for `rows`."""
        menu = QMenu(self)
        offered: list[Action] = []
        for row in rows:
            offered += [a for a in actions_for(self._model, row) if a not in offered]
        if len(rows) > 1:
            offered = [a for a in offered if a in _ICONS]
        for action in offered:
            entry = QAction(self._text(action), menu)
            if action in _ICONS:
                entry.setIcon(icon(_ICONS[action], size=16))
            if action in _KEYS:
                entry.setShortcut(QKeySequence(_KEYS[action]))
            entry.triggered.connect(
                lambda _=False, action=action: self.wanted.emit(action, list(rows))
            )
            menu.addAction(entry)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        rows = self.rows()
        if not rows:
            return
        where = event.globalPos()
        if event.reason() is not QContextMenuEvent.Reason.Mouse:
            where = self.viewport().mapToGlobal(self.visualRect(rows[0]).bottomLeft())
        menu = self.menu_for(rows)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(where)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = self.rows()
        pressed = QKeySequence(event.keyCombination()).toString()
        for row in rows[:1]:
            for action in actions_for(self._model, row):
                if _KEYS.get(action) == pressed:
                    self.wanted.emit(action, rows)
                    return
        super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._set_hover(self._button_at(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._button_at(event.position().toPoint())
        if found is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        found = self._button_at(event.position().toPoint())
        if found is None or event.button() is not Qt.MouseButton.LeftButton:
            super().mouseReleaseEvent(event)
            return
        index, action = found
        self.wanted.emit(action, [index.siblingAtColumn(0)])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._button_at(event.position().toPoint()) is None:
            if self._model.parcel_at(index) is None:
                self.setExpanded(index.siblingAtColumn(0), not self.isExpanded(index))
            elif Action.DETAILS in actions_for(self._model, index):
                self.wanted.emit(Action.DETAILS, [index.siblingAtColumn(0)])

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            found = self._button_at(event.pos())
            if found is not None:
                QToolTip.showText(event.globalPos(), self._text(found[1]).replace("&", ""), self)
                return True
        return super().viewportEvent(event)

    def _button_at(self, place: QPoint) -> tuple[QModelIndex, Action] | None:
        index = self.indexAt(place)
        if not index.isValid() or index.column() != _ACTIONS:
            return None
        for action, cell in self._delegate.cells(self.visualRect(index), index):
            if cell.contains(place):
                return index, action
        return None

    def _set_hover(self, found: tuple[QModelIndex, Action] | None) -> None:
        hover = (QPersistentModelIndex(found[0]), found[1]) if found else None
        if hover != self._delegate.hover:
            self._delegate.hover = hover
            self.viewport().update()

    def _on_inserted(self, parent: QModelIndex, first: int, last: int) -> None:
        if not parent.isValid():
            for row in range(first, last + 1):
                self.expand(self._model.index(row, 0))

    def _text(self, action: Action) -> str:
        return {
            Action.PAUSE: self.tr("&Pause"),
            Action.RESUME: self.tr("Res&ume"),
            Action.CANCEL: self.tr("&Cancel"),
            Action.RETRY: self.tr("&Retry"),
            Action.FOLDER: self.tr("Show source &folder"),
            Action.DETAILS: self.tr("&Details…"),
            Action.DISMISS: self.tr("Remove from this &list"),
            Action.HISTORY: self.tr("Show in &history"),
        }[action]
