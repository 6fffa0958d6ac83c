"""The table of the history: its declared columns, order and selection."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QTableView, QWidget

from gantry.ui.models.history_columns import COLUMNS, sorted_by
from gantry.ui.models.history_model import ID_ROLE, HistoryModel
from gantry.ui.widgets.column_widths import hide_columns, set_widths
from gantry.ui.widgets.state_delegate import StateDelegate


class HistoryTable(QTableView):
    """Shows a model; a click on a header loads the rows in another order."""

    def __init__(self, model: HistoryModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.setModel(model)
        self.setItemDelegate(StateDelegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        set_widths(header, COLUMNS)
        header.sectionClicked.connect(self._on_sort)
        self._show_order()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hides, in a narrow table, columns that the details show as well."""
        hide_columns(self, COLUMNS)
        super().resizeEvent(event)

    def chosen(self) -> list[str]:
        """The ids of the selected parcels."""
        rows = self.selectionModel().selectedRows()
        return [str(i) for row in rows if (i := row.data(ID_ROLE)) is not None]

    def current(self) -> str:
        """The id of the current parcel; "" if there is none."""
        return str(self.currentIndex().siblingAtColumn(0).data(ID_ROLE) or "")

    def _on_sort(self, section: int) -> None:
        wanted = self._model.filter
        if (orders := COLUMNS[section].sorts) is not None:
            first, second = orders
            sort = second if wanted.sort is first else first
            self._model.set_filter(replace(wanted, sort=sort))
        self._show_order()

    def _show_order(self) -> None:
        """Puts the arrow on the sorted column, even after a click on one that can't sort."""
        sort = self._model.filter.sort
        order = Qt.SortOrder.DescendingOrder if sort.descends else Qt.SortOrder.AscendingOrder
        self.horizontalHeader().setSortIndicator(sorted_by(sort), order)
