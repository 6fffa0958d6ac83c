"""A plain table of texts: a parcel's attempts, its files, the instances of a receipt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gantry.ui.text.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class RowsModel(QAbstractTableModel):
    """Rows of texts. `more`, if set, is called for further rows when the view nears the end."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._headers: tuple[str, ...] = ()
        self._rows: list[tuple[str, ...]] = []
        self._more: Callable[[int], None] | None = None
        self._asked = False

    def set_headers(self, *headers: str) -> None:
        """Sets the column headers."""
        if len(headers) != len(self._headers):
            self.beginResetModel()
            self._headers = headers
            self.endResetModel()
        else:
            self._headers = headers
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(headers) - 1)

    def set_rows(
        self, rows: Sequence[tuple[str, ...]], more: Callable[[int], None] | None = None
    ) -> None:
        """Shows these rows; `more` is called with the number of rows when others are needed."""
        self.beginResetModel()
        self._rows = list(rows)
        self._more, self._asked = more, False
        self.endResetModel()

    def add_rows(self, rows: Sequence[tuple[str, ...]], last: bool) -> None:
        """Adds the rows that `more` was called for; `last`: there are no others."""
        self._asked = False
        if last:
            self._more = None
        if rows:
            first = len(self._rows)
            self.beginInsertRows(ROOT, first, first + len(rows) - 1)
            self._rows.extend(rows)
            self.endInsertRows()

    def canFetchMore(self, parent: Index = ROOT) -> bool:
        return not parent.isValid() and self._more is not None and not self._asked

    def fetchMore(self, parent: Index = ROOT) -> None:
        if self.canFetchMore(parent) and self._more is not None:
            self._asked = True
            self._more(len(self._rows))

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._headers)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._headers[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text = self._rows[index.row()][index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return text
        return plain_tooltip(text) if role == Qt.ItemDataRole.ToolTipRole else None
