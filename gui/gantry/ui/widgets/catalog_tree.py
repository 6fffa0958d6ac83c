"""The tree of dropped files: filtered by words, ticked by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView, QWidget

from gantry.ui.models.catalog_model import CatalogModel, Column
from gantry.ui.models.catalog_node import Node

_UNFOLD = 60  # series: this many are expanded automatically


class CatalogTree(QTreeView):
    """Hides rows without the words instead of using a proxy model: with thousands of rows that
    takes a tenth of the time, and nothing is collapsed or deselected."""

    def __init__(self, model: CatalogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalog = model
        self._words: tuple[str, ...] = ()
        self.setModel(model)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setIndentation(20)
        header = self.header()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)  # third click: the catalog's own order again
        self.setSortingEnabled(True)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(56)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in (
            (Column.MODALITY, 78), (Column.DATE, 92), (Column.COUNT, 68), (Column.SIZE, 84),
        ):  # fmt: skip
            self.setColumnWidth(column, width)
        self._again = QTimer(self, singleShot=True, interval=0)  # many rows, checked once
        self._again.timeout.connect(self._hide)
        model.rowsInserted.connect(lambda *_: self._again.start() if self._words else None)
        model.dataChanged.connect(self._on_changed)

    @property
    def filtered(self) -> bool:
        return bool(self._words)

    def set_filter(self, text: str) -> None:
        """Shows rows that contain all the words, in any order, ignoring case."""
        words = tuple(text.casefold().split())
        if words != self._words:
            self._words = words
            self._hide()

    def chosen(self) -> list[Node]:
        """The selected and visible nodes, without those below another one."""
        seen = [
            self._catalog.node(index)
            for index in self.selectionModel().selectedRows()
            if not self._is_hidden(index)
        ]
        ids = {node.id for node in seen}
        return [node for node in seen if not any(up.id in ids for up in _above(node))]

    def unfold(self) -> None:
        """Expands all, if that is not too much."""
        if sum(1 for _ in self._seen_series(self._catalog.root)) <= _UNFOLD:
            self.expandToDepth(1)

    def select_first(self) -> None:
        """Selects the first visible series."""
        for node in self._seen_series(self._catalog.root):
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(
                self._catalog.index_at(node), flags.ClearAndSelect | flags.Rows
            )
            return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and (nodes := self.chosen()):
            on = any(node.state is not Qt.CheckState.Checked for node in nodes)
            for node in nodes:
                self._catalog.set_ticked(node, on)
            return
        super().keyPressEvent(event)

    def _on_changed(self, first: QModelIndex, last: QModelIndex, roles: Sequence[int]) -> None:
        if self._words and Qt.ItemDataRole.CheckStateRole not in roles:
            self._again.start()

    def _hide(self) -> None:
        self._hide_below(self._catalog.root, QModelIndex())

    def _hide_below(self, parent: Node, here: QModelIndex) -> None:
        for node in parent.children:
            hide = bool(self._words) and not node.matches(self._words)
            if hide is not self.isRowHidden(node.row, here):
                self.setRowHidden(node.row, here, hide)
            if not hide and node.children:
                self._hide_below(node, self._catalog.index_at(node))

    def _is_hidden(self, index: QModelIndex) -> bool:
        while index.isValid():
            if self.isRowHidden(index.row(), index.parent()):
                return True
            index = index.parent()
        return False

    def _seen_series(self, node: Node) -> Iterator[Node]:
        here = self._catalog.index_at(node)
        for child in node.children:
            if not self._words or not self.isRowHidden(child.row, here):
                if child.children:
                    yield from self._seen_series(child)
                else:
                    yield child


def _above(node: Node) -> Iterator[Node]:
    while node.parent is not None:
        node = node.parent
        yield node
