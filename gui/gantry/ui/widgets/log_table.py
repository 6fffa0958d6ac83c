"""The table of the log: its declared columns, its selection, and whether its end is visible."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionRange, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHeaderView, QTableView, QWidget

from gantry.ui.models.log_columns import COLUMNS
from gantry.ui.models.log_model import LogModel
from gantry.ui.widgets.level_delegate import LevelDelegate


class LogTable(QTableView):
    """Signals:
    copied: the copy shortcut was pressed.
    scrolled(bool): the user scrolled; whether the last line is visible."""

    copied = Signal()
    scrolled = Signal(bool)

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(LevelDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for at, column in enumerate(COLUMNS):
            if column.width:
                header.resizeSection(at, column.width)
        keys = QAction(self)
        keys.setShortcut(QKeySequence.StandardKey.Copy)
        keys.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        keys.triggered.connect(self.copied)
        self.addAction(keys)
        bar = self.verticalScrollBar()
        bar.actionTriggered.connect(lambda _: QTimer.singleShot(0, self._on_scrolled))

    @property
    def has_choice(self) -> bool:
        """Whether a line is selected, or current."""
        return self.selectionModel().hasSelection() or self.currentIndex().isValid()

    def chosen(self, most: int) -> list[int]:
        """The line numbers of the selected lines, or of the current one."""
        if not self.selectionModel().hasSelection():
            row = self.currentIndex().row()
            return self._model.numbers_of(row, row) if row >= 0 else []
        numbers: list[int] = []
        for part in sorted(self.selectionModel().selection().toList(), key=_top):
            room = most - len(numbers)
            if room > 0:
                numbers += self._model.numbers_of(part.top(), min(part.bottom(), part.top() + room))
        return numbers

    def _on_scrolled(self) -> None:
        bar = self.verticalScrollBar()
        self.scrolled.emit(bar.value() >= bar.maximum())


def _top(part: QItemSelectionRange) -> int:
    return part.top()
