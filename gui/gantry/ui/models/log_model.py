"""The log as a table of any length: visible lines are read on another thread."""

from __future__ import annotations

import time
from array import array
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gantry.store.logs import LogChange, LogFile, LogFilter, LogLine
from gantry.ui.models.log_columns import COLUMNS
from gantry.ui.text.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
T = TypeVar("T")
# Does work on another thread and passes its result to the callback, later, on the window's.
Run = Callable[[Callable[[], Any], Callable[[Any], None]], None]

_BLOCK = 128
_KEPT_BLOCKS = 64
_SHOW_EVERY = 0.15  # seconds
_CHUNK = 8_000  # the search blocks the interpreter for each: some milliseconds


LEVEL_ROLE = Qt.ItemDataRole.UserRole + 1
LINE_ROLE = Qt.ItemDataRole.UserRole + 2


class LogModel(QAbstractTableModel):
    """Shows the lines of a `LogFile` that pass a filter.

    It makes one request at a time (a visible block, then a piece of the search, then new lines), so
    that line numbers can't shift between request and answer.

    Signals:
        grown: rows were added at the end.
        searched: the progress of the search has changed; see `is_searching`.
    """

    grown = Signal()
    searched = Signal()

    def __init__(self, log: LogFile, run: Run, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._run = run
        self._filter = LogFilter()
        self._total = 0
        self._numbers: array[int] | None = None  # numbers of the passing lines; None: all pass
        self._done = 0  # lines before this one were searched
        self._rows = 0
        self._found: list[int] = []  # not shown yet
        self._shown = 0.0
        self._blocks: OrderedDict[int, list[LogLine]] = OrderedDict()
        self._needed: list[int] = []
        self._refresh_due = False
        self._busy = False
        self._generation = 0

    @property
    def filter(self) -> LogFilter:
        return self._filter

    @property
    def total(self) -> int:
        """How many lines the log has, passing or not."""
        return self._total

    @property
    def is_searching(self) -> bool:
        return self._numbers is not None and self._done < self._total

    @property
    def is_idle(self) -> bool:
        """Whether no request is pending."""
        return not (self._busy or self._needed or self._refresh_due or self.is_searching)

    def set_filter(self, wanted: LogFilter) -> None:
        """Shows other lines, as they are found."""
        if wanted == self._filter:
            return
        self._generation += 1
        self.beginResetModel()
        self._filter = wanted
        self._numbers = None if wanted.is_empty else array("q")
        self._done = 0
        self._rows = self._total if wanted.is_empty else 0
        self._blocks.clear()
        self._needed.clear()
        self._found = []
        self.endResetModel()
        self.searched.emit()
        self._next()

    def refresh(self) -> None:
        """Looks for new lines."""
        self._refresh_due = True
        self._next()

    def line(self, row: int) -> LogLine | None:
        """The line in that row, or None if it isn't read yet; then it is requested."""
        block, place = divmod(row, _BLOCK)
        lines = self._blocks.get(block)
        if lines is None:
            if block not in self._needed:
                self._needed.append(block)
                del self._needed[:-8]  # what was scrolled past needn't be read
                self._next()
            return None
        self._blocks.move_to_end(block)
        return lines[place] if place < len(lines) else None

    def numbers_of(self, first: int, last: int) -> list[int]:
        """The log's line numbers of some rows, `last` included."""
        if self._numbers is None:
            return list(range(first, last + 1))
        return self._numbers[first : last + 1].tolist()

    # One thing at a time

    def _next(self) -> None:
        if self._busy:
            return
        generation = self._generation
        if self._needed:
            block = self._needed.pop()
            first = block * _BLOCK
            numbers = self.numbers_of(first, min(first + _BLOCK, self._rows) - 1)
            self._ask(
                lambda: read_lines(self._log, numbers),
                lambda lines: self._on_block(generation, block, lines),
            )
        elif self.is_searching:
            start, stop = self._done, min(self._done + _CHUNK, self._total)
            wanted = self._filter
            self._ask(
                lambda: self._log.search(wanted, start, stop),
                lambda found: self._on_found(generation, stop, found),
            )
        elif self._refresh_due:
            self._refresh_due = False
            self._ask(lambda: (self._log.refresh(), len(self._log)), self._on_refreshed)

    def _ask(self, work: Callable[[], T], done: Callable[[T], None]) -> None:
        self._busy = True

        def answered(result: T) -> None:
            self._busy = False
            done(result)
            self._next()

        self._run(work, answered)

    def _on_block(self, generation: int, block: int, lines: list[LogLine]) -> None:
        if generation != self._generation:
            return
        self._blocks[block] = lines
        while len(self._blocks) > _KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        first = block * _BLOCK
        last = min(first + _BLOCK, self._rows) - 1
        if first <= last:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    def _on_found(self, generation: int, stop: int, found: list[int]) -> None:
        if generation != self._generation or self._numbers is None:
            return
        self._done = stop
        self._found += found
        now = time.monotonic()
        if self.is_searching and now - self._shown < _SHOW_EVERY:
            return  # the view would repaint more often than anyone can see
        self._shown = now
        if self._found:
            found, self._found = self._found, []
            self._insert(len(found), found)
        self.searched.emit()

    def _on_refreshed(self, result: tuple[LogChange, int]) -> None:
        change, total = result
        if change.removed:
            self._remove(change.removed)
        added = total - self._total
        if added > 0 and self._numbers is None:
            self._total = total
            self._insert(added, None)
        elif total != self._total:
            self._total = total
            self.searched.emit()

    def _insert(self, count: int, numbers: list[int] | None) -> None:
        # The last block is short: it is read again.
        self._blocks.pop(self._rows // _BLOCK, None)
        self.beginInsertRows(ROOT, self._rows, self._rows + count - 1)
        if numbers is not None and self._numbers is not None:
            self._numbers.extend(numbers)
        self._rows += count
        self.endInsertRows()
        self.grown.emit()

    def _remove(self, lines: int) -> None:
        """Removes the lines of the oldest file, which was deleted."""
        self._generation += 1
        gone = lines
        if self._numbers is not None:
            gone = sum(1 for n in self._numbers if n < lines)
        gone = min(gone, self._rows)
        self._blocks.clear()
        self._needed.clear()
        self._found = [n - lines for n in self._found if n >= lines]
        if gone:
            self.beginRemoveRows(ROOT, 0, gone - 1)
        if self._numbers is not None:
            self._numbers = array("q", [n - lines for n in self._numbers[gone:]])
        self._rows -= gone
        self._total = max(0, self._total - lines)
        self._done = max(0, self._done - lines)
        if gone:
            self.endRemoveRows()

    # What the view asks

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else self._rows

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return COLUMNS[section].header()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            LEVEL_ROLE,
            LINE_ROLE,
        ):
            return None
        line = self.line(index.row())
        if line is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole else None
        if role == LEVEL_ROLE:
            return line.level
        if role == LINE_ROLE:
            return line
        text = COLUMNS[index.column()].text(line)
        return plain_tooltip(text) if role == Qt.ItemDataRole.ToolTipRole else text

    def retranslate(self) -> None:
        """Updates all texts."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(self._rows - 1, len(COLUMNS) - 1))


def read_lines(log: LogFile, numbers: list[int]) -> list[LogLine]:
    """Lines by number; neighbours are read in one go. For worker threads."""
    found: list[LogLine] = []
    place = 0
    while place < len(numbers):
        end = place + 1
        while end < len(numbers) and numbers[end] == numbers[end - 1] + 1:
            end += 1
        found += log.lines(numbers[place], numbers[end - 1] + 1)
        place = end
    return found
