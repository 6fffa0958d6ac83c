"""The rows of a catalog's tree: patients, studies and series with ticks, fed by snapshots.

A snapshot shares unchanged nodes with the previous one, so `update` looks only at changed ones:
rows are added, removed and changed one by one, and selection and expansion stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from gantry.engine.intake.catalog import Catalog, Patient, Series, Study
from gantry.ui.models.catalog_node import Column, Item, Node, below, search_text, sort_key

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
_COLUMNS = len(Column)  # made once, because views ask for it all the time
Role = Qt.ItemDataRole


class CatalogRows(QAbstractItemModel):
    """Patients, studies, series. Unticked series are remembered by key, so they survive updates.

    Shown in the catalog's order until `sort` sets another.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = count(1)
        self._root = Node(0, None, None, 0)
        self._nodes: dict[int, Node] = {}
        self._by_key: dict[str, Node] = {}
        self._catalog = Catalog()
        self._order: tuple[int, bool] | None = None
        self.unticked: set[str] = set()

    @property
    def catalog(self) -> Catalog:
        """The snapshot that is shown."""
        return self._catalog

    def update(self, catalog: Catalog) -> None:
        """Shows another snapshot."""
        self._catalog = catalog
        self._merge(self._root, catalog.patients)
        self.unticked &= self._by_key.keys()

    def node(self, index: Index) -> Node:
        """The node at an index; the invisible root for an invalid one."""
        return self._nodes[index.internalId()] if index.isValid() else self._root

    def item(self, index: Index) -> Item | None:
        """The patient, study or series at an index."""
        return self.node(index).item

    def index_of(self, key: str, column: int = 0) -> QModelIndex:
        """The index of a key; invalid if it isn't shown."""
        node = self._by_key.get(key)
        return self._index(node, column) if node else QModelIndex()

    def patient_of(self, item: Item) -> Patient | None:
        """The patient of a patient, study or series; None if it isn't shown."""
        node = self._by_key.get(item.key)
        while node is not None and not isinstance(node.item, Patient):
            node = node.parent
        return node.item if node is not None and isinstance(node.item, Patient) else None

    @property
    def root(self) -> Node:
        """The invisible node above all patients."""
        return self._root

    def index_at(self, node: Node) -> QModelIndex:
        """The index of a node; invalid for the root."""
        return self._index(node) if node.item is not None else QModelIndex()

    @property
    def ticked(self) -> tuple[int, int, int]:
        """Studies (with any series), instances and bytes that are ticked."""
        studies = instances = size = 0
        for patient in self._root.children:
            if not patient.ticked:
                continue
            for study in patient.children:
                if not study.ticked:
                    continue
                studies += 1
                assert isinstance(study.item, Study)
                if study.ticked == study.total:
                    instances += study.item.instance_count
                    size += study.item.size
                    continue
                for node in study.children:
                    if node.ticked and isinstance(node.item, Series):
                        instances += node.item.instance_count
                        size += node.item.size
        return studies, instances, size

    def set_ticked(self, node: Node, on: bool) -> None:
        """Ticks or unticks everything at and below a node."""
        for series in node.series():
            series.ticked = int(on)
            if on:
                self.unticked.discard(series.key)
            else:
                self.unticked.add(series.key)
        self._recount(node)
        self._tellbelow(node)
        above = node
        while above.parent is not None:
            index = self._index(above)
            self.dataChanged.emit(index, index, [Role.CheckStateRole])
            above = above.parent
            above.ticked = sum(child.ticked for child in above.children)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sorts patients, the studies of each and the series of each; -1: the catalog's order."""
        self._order = (column, order is Qt.SortOrder.DescendingOrder) if column >= 0 else None
        self.layoutAboutToBeChanged.emit()
        before = self.persistentIndexList()
        nodes = [(self.node(index), index.column()) for index in before]
        self._sort_below(self._root, self._catalog.patients)
        self.changePersistentIndexList(before, [self._index(*place) for place in nodes])
        self.layoutChanged.emit()

    def _sort_below(self, parent: Node, items: Sequence[Item]) -> None:
        place = {item.key: number for number, item in enumerate(self._ordered(items))}
        parent.children.sort(key=lambda node: place[node.key])
        self._number(parent, 0)
        for node in parent.children:
            if node.item is not None and node.children:
                self._sort_below(node, below(node.item))

    def _ordered(self, items: Sequence[Item]) -> Sequence[Item]:
        if self._order is None:
            return items
        column, down = self._order
        return sorted(items, key=lambda item: sort_key(item, column), reverse=down)

    # What changed between two snapshots

    def _merge(self, parent: Node, items: Sequence[Item]) -> None:
        items = self._ordered(items)
        here = self._index(parent) if parent.item is not None else QModelIndex()
        self._drop_missing(parent, here, {item.key for item in items})
        self._reorder(parent, items)
        self._insert_new(parent, here, items)
        changed: list[Node] = []
        for node, item in zip(parent.children, items, strict=True):
            if node.item is not item:
                node.item = item
                node.search = f"{parent.search}\n{search_text(item)}"
                self._merge(node, below(item))
                changed.append(node)
        if changed:
            # One signal for all: the view draws only the visible ones.
            self.dataChanged.emit(
                self._index(changed[0]), self._index(changed[-1], _COLUMNS - 1), []
            )
        self._recount_one(parent)

    def _drop_missing(self, parent: Node, here: QModelIndex, keys: set[str]) -> None:
        row = len(parent.children) - 1
        while row >= 0:
            if parent.children[row].key in keys:
                row -= 1
                continue
            last = row
            while row > 0 and parent.children[row - 1].key not in keys:
                row -= 1
            self.beginRemoveRows(here, row, last)
            for node in parent.children[row : last + 1]:
                self._forget(node)
            del parent.children[row : last + 1]
            self._number(parent, row)
            self._recount_one(parent)
            self.endRemoveRows()
            row -= 1

    def _reorder(self, parent: Node, items: Sequence[Item]) -> None:
        """Puts the remaining nodes into the snapshot's order (a header read late may change it)."""
        place = {item.key: number for number, item in enumerate(items)}
        wanted = sorted(parent.children, key=lambda node: place[node.key])
        if wanted == parent.children:
            return
        self.layoutAboutToBeChanged.emit()
        before = [index for index in self.persistentIndexList() if self.node(index) in wanted]
        nodes = [(self.node(index), index.column()) for index in before]
        parent.children = wanted
        self._number(parent, 0)
        after = [self._index(node, column) for node, column in nodes]
        self.changePersistentIndexList(before, after)
        self.layoutChanged.emit()

    def _insert_new(self, parent: Node, here: QModelIndex, items: Sequence[Item]) -> None:
        row = 0
        # New below a node that is completely unticked, which was done on purpose.
        on = not (parent.total and parent.ticked == 0)
        while row < len(items):
            children = parent.children
            if row < len(children) and children[row].key == items[row].key:
                row += 1
                continue
            following = children[row].key if row < len(children) else None
            last = row
            while last + 1 < len(items) and items[last + 1].key != following:
                last += 1
            self.beginInsertRows(here, row, last)
            children[row:row] = [self._grow(item, parent, on) for item in items[row : last + 1]]
            self._number(parent, row)
            self._recount_one(parent)
            self.endInsertRows()
            row = last + 1

    def _grow(self, item: Item, parent: Node, on: bool) -> Node:
        node = Node(next(self._ids), item, parent, 0)
        # With the texts of its parents, so that a patient's name and a series' kind match together.
        node.search = f"{parent.search}\n{search_text(item)}"
        self._nodes[node.id] = node
        self._by_key[item.key] = node
        if isinstance(item, Series):
            node.total = 1
            node.ticked = int(on and item.key not in self.unticked)
            if not node.ticked:
                self.unticked.add(item.key)
        else:
            node.children = [self._grow(child, node, on) for child in self._ordered(below(item))]
            self._number(node, 0)
            self._recount_one(node)
        return node

    def _forget(self, node: Node) -> None:
        for child in node.children:
            self._forget(child)
        del self._nodes[node.id]
        if self._by_key.get(node.key) is node:
            del self._by_key[node.key]

    @staticmethod
    def _number(parent: Node, first: int) -> None:
        for row in range(first, len(parent.children)):
            parent.children[row].row = row

    @staticmethod
    def _recount_one(node: Node) -> None:
        if node.children or not isinstance(node.item, Series):
            node.ticked = sum(child.ticked for child in node.children)
            node.total = sum(child.total for child in node.children)

    def _recount(self, node: Node) -> None:
        for child in node.children:
            self._recount(child)
        self._recount_one(node)

    def _tellbelow(self, node: Node) -> None:
        if node.children:
            first, last = node.children[0], node.children[-1]
            self.dataChanged.emit(self._index(first), self._index(last), [Role.CheckStateRole])
            for child in node.children:
                self._tellbelow(child)

    # QAbstractItemModel

    def _index(self, node: Node, column: int = 0) -> QModelIndex:
        return self.createIndex(node.row, column, node.id)

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        children = self.node(parent).children
        if not (0 <= row < len(children) and 0 <= column < _COLUMNS):
            return QModelIndex()
        return self._index(children[row], column)

    def parent(self, child: Index | None = None) -> Any:
        if child is None:
            return super().parent()
        above = self.node(child).parent if child.isValid() else None
        return self._index(above) if above is not None and above.item is not None else ROOT

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.column() > 0 else len(self.node(parent).children)

    def hasChildren(self, parent: Index = ROOT) -> bool:
        return parent.column() <= 0 and bool(self.node(parent).children)

    def columnCount(self, parent: Index = ROOT) -> int:
        return _COLUMNS
