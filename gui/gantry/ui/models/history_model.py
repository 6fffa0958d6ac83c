"""Every parcel ever sent, as a table that loads visible rows page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gantry.store.history.rows import Cursor, ParcelFilter, ParcelRow
from gantry.ui.models.history_columns import COLUMNS, spoken
from gantry.ui.models.transfer_state import STEPS

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
PAGE = 200
KEPT_PAGES = 40

# Loads the page after a cursor and passes it to the callback, later, on the window's thread.
Fetch = Callable[[ParcelFilter, Cursor | None, int, Callable[[Sequence[ParcelRow]], None]], None]

ID_ROLE = Qt.ItemDataRole.UserRole + 1
STEP_ROLE = Qt.ItemDataRole.UserRole + 2

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_ROLES = (  # for which a row is loaded
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    ID_ROLE,
    STEP_ROLE,
)


class HistoryModel(QAbstractTableModel):
    """Rows in keyset pages: only recently visible pages are kept, whatever the number of rows.

    Signals:
        loaded: a page has arrived.
    """

    loaded = Signal()

    def __init__(self, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._filter = ParcelFilter()
        self._starts: list[Cursor | None] = []  # the cursor before each page
        self._sizes: list[int] = []
        self._rows: OrderedDict[int, list[ParcelRow]] = OrderedDict()
        self._asked: set[int] = set()
        self._stale: set[int] = set()
        self._complete = False
        self._generation = 0

    # What is asked for

    @property
    def filter(self) -> ParcelFilter:
        return self._filter

    @property
    def is_complete(self) -> bool:
        """Whether the very last row has been loaded."""
        return self._complete

    def set_filter(self, wanted: ParcelFilter) -> None:
        """Shows other rows; loads their first page."""
        self._filter = wanted
        self._generation += 1
        self._asked.clear()
        self._stale.clear()
        self.beginResetModel()
        self._starts, self._sizes, self._complete = [], [], False
        self._rows.clear()
        self.endResetModel()
        self.fetchMore()

    def refresh(self) -> None:
        """Reloads the first page at once, and others when they become visible."""
        if 0 in self._asked:
            return
        self._stale = set(range(1, len(self._sizes)))
        generation = self._generation
        self._asked.add(0)
        self._fetch(self._filter, None, PAGE, lambda rows: self._on_head(generation, list(rows)))

    def row(self, number: int) -> ParcelRow | None:
        """The row with that number, or None if it isn't loaded; then it is requested."""
        page, place = divmod(number, PAGE)
        if page in self._stale:
            self._stale.discard(page)
            self._ask(page)
        rows = self._rows.get(page)
        if rows is None:
            self._ask(page)
            return None
        self._rows.move_to_end(page)
        return rows[place] if place < len(rows) else None

    def find(self, parcel_id: str) -> QModelIndex:
        """The index of that parcel's row, if it is loaded."""
        for page, rows in self._rows.items():
            for place, row in enumerate(rows):
                if row.id == parcel_id:
                    return self.index(page * PAGE + place, 0)
        return QModelIndex()

    # Pages

    def canFetchMore(self, parent: Index = ROOT) -> bool:
        return not parent.isValid() and not self._complete and len(self._sizes) not in self._asked

    def fetchMore(self, parent: Index = ROOT) -> None:
        if self.canFetchMore(parent):
            self._ask(len(self._sizes))

    def _ask(self, page: int) -> None:
        if page in self._asked or page > len(self._sizes):
            return
        self._asked.add(page)
        after = self._start(page)
        generation = self._generation
        self._fetch(
            self._filter, after, PAGE, lambda rows: self._on_page(generation, page, list(rows))
        )

    def _start(self, page: int) -> Cursor | None:
        return self._starts[page] if page < len(self._starts) else None

    def _on_page(self, generation: int, page: int, rows: list[ParcelRow]) -> None:
        if generation != self._generation:
            return
        self._asked.discard(page)
        if page == len(self._sizes):
            self._append(page, rows)
        else:
            self._replace(page, rows)
        while len(self._rows) > KEPT_PAGES:
            self._rows.popitem(last=False)
        self.loaded.emit()

    def _append(self, page: int, rows: list[ParcelRow]) -> None:
        self._complete = len(rows) < PAGE
        if not rows:
            return
        first = self.rowCount()
        self.beginInsertRows(ROOT, first, first + len(rows) - 1)
        if page == len(self._starts):
            self._starts.append(None)
        self._starts.append(rows[-1].cursor(self._filter.sort))
        self._sizes.append(len(rows))
        self._rows[page] = rows
        self.endInsertRows()

    def _replace(self, page: int, rows: list[ParcelRow]) -> None:
        """Restores a page. Rows added or removed meanwhile appear with the next `refresh`."""
        self._rows[page] = rows[: self._sizes[page]]
        top = page * PAGE
        self.dataChanged.emit(
            self.index(top, 0), self.index(top + self._sizes[page] - 1, len(COLUMNS) - 1)
        )

    def _on_head(self, generation: int, rows: list[ParcelRow]) -> None:
        if generation != self._generation:
            return
        self._asked.discard(0)
        known = self._rows.get(0)
        if known is not None and [r.id for r in known] == [r.id for r in rows]:
            self._replace(0, rows)
        else:
            # Different rows than before: start again from these.
            self._generation += 1
            self._asked.clear()
            self._stale.clear()
            self.beginResetModel()
            self._starts, self._sizes = [], []
            self._rows.clear()
            self._complete = len(rows) < PAGE
            if rows:
                self._starts = [None, rows[-1].cursor(self._filter.sort)]
                self._sizes = [len(rows)]
                self._rows[0] = rows
            self.endResetModel()
        self.loaded.emit()

    # What the view asks

    def rowCount(self, parent: Index = ROOT) -> int:
        if parent.isValid() or not self._sizes:
            return 0
        return PAGE * (len(self._sizes) - 1) + self._sizes[-1]

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = COLUMNS[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.header()
            case Qt.ItemDataRole.TextAlignmentRole if column.to_right:
                return _RIGHT
            case Qt.ItemDataRole.ToolTipRole if column.sorts is not None:
                return self.tr("Click to sort")
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if column.to_right else None
        if role not in _ROLES:
            return None
        row = self.row(index.row())
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole else None
        if role == ID_ROLE:
            return row.id
        if role == STEP_ROLE:
            return STEPS[row.state] if column.is_state else None
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tooltip(row)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column() == 0:
            return spoken(row)
        return column.text(row)

    def retranslate(self) -> None:
        """Updates all texts."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, len(COLUMNS) - 1))
