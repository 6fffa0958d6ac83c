"""The catalog as a tree of patients, studies and series, with ticks; fed by snapshots.

A snapshot shares with the one before it what did not change, so `update` looks only at what did:
rows come, go and change one by one, and selection and expansion stay.
"""

from __future__ import annotations

from enum import IntEnum
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
from gantry.ui.models.catalog_node import (
    ON,
    Item,
    Node,
    below,
    date_text,
    person_text,
    search_text,
)
from gantry.ui.quantities import count_text, plain_tooltip, size_text
from gantry.ui.theme import icon, theme

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Role = Qt.ItemDataRole


class Column(IntEnum):
    NAME = 0
    MODALITY = 1
    DATE = 2
    COUNT = 3
    SIZE = 4


# Made once: combining flags in Python is slow, and a view asks for them all the time.
_COLUMNS = len(Column)
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_TICKABLE = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CatalogModel(QAbstractItemModel):
    """Patients, studies, series. Unticked series are kept by key, so they survive updates."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids = count(1)
        self._root = Node(0, None, None, 0)
        self._nodes: dict[int, Node] = {}
        self._by_key: dict[str, Node] = {}
        self._catalog = Catalog()
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
        """Where a key is shown; invalid if it isn't."""
        node = self._by_key.get(key)
        return self._index(node, column) if node else QModelIndex()

    @property
    def root(self) -> Node:
        """The invisible node above all patients."""
        return self._root

    def index_at(self, node: Node) -> QModelIndex:
        """Where a node is shown; invalid for the root."""
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

    def retranslate(self) -> None:
        """Shows everything again in the present language and colours."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        for node in (self._root, *self._nodes.values()):
            if node.children:
                first, last = node.children[0], node.children[-1]
                self.dataChanged.emit(self._index(first), self._index(last, len(Column) - 1))

    # What changed between two snapshots

    def _merge(self, parent: Node, items: tuple[Item, ...]) -> None:
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
            # One signal for all: the view draws only what is seen of them.
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

    def _reorder(self, parent: Node, items: tuple[Item, ...]) -> None:
        """Puts the nodes that stay into the snapshot's order (a header read late may change it)."""
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

    def _insert_new(self, parent: Node, here: QModelIndex, items: tuple[Item, ...]) -> None:
        row = 0
        # New below something wholly unticked: it was unticked on purpose.
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
        # With what stands above it, so that a patient's name and a series' kind find together.
        node.search = f"{parent.search}\n{search_text(item)}"
        self._nodes[node.id] = node
        self._by_key[item.key] = node
        if isinstance(item, Series):
            node.total = 1
            node.ticked = int(on and item.key not in self.unticked)
            if not node.ticked:
                self.unticked.add(item.key)
        else:
            node.children = [self._grow(child, node, on) for child in below(item)]
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

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return _TICKABLE if index.column() == Column.NAME else _PLAIN

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Role.TextAlignmentRole and section in (Column.COUNT, Column.SIZE):
            return _RIGHT
        if role != Role.DisplayRole:
            return None
        return (
            self.tr("Patient, study, series"),
            self.tr("Modality"),
            self.tr("Date"),
            self.tr("Images"),
            self.tr("Size"),
        )[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self.node(index)
        item, column = node.item, index.column()
        assert item is not None
        if role == Role.DisplayRole:
            return self._text(item, column)
        if column == Column.NAME:
            if role == Role.CheckStateRole:
                return node.state
            if role == Role.DecorationRole:
                return _decoration(item)
            if role == Role.ToolTipRole:
                return plain_tooltip(self._tooltip(item))
            if role == Role.AccessibleDescriptionRole and item.warnings:
                return self.tr("%Ln warning(s)", None, len(item.warnings))
            if role == Role.FontRole and isinstance(item, Patient):
                return _strong()
        elif role == Role.TextAlignmentRole and column in (Column.COUNT, Column.SIZE):
            return _RIGHT
        elif role == Role.ForegroundRole:
            return theme().colour("muted")
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.CheckStateRole or not index.isValid():
            return False
        self.set_ticked(self.node(index), Qt.CheckState(value) is ON)
        return True

    def _text(self, item: Item, column: int) -> str:
        if column == Column.COUNT:
            return count_text(item.instance_count)
        if column == Column.SIZE:
            return size_text(item.size)
        if isinstance(item, Patient):
            return self.patient_text(item) if column == Column.NAME else ""
        if column == Column.DATE:
            return date_text(item.date)
        if isinstance(item, Study):
            if column == Column.MODALITY:
                return " ".join(item.modalities)
            return item.description or self.tr("Study without a description")
        if column == Column.MODALITY:
            return item.modality
        name = item.description or self.tr("Series without a description")
        return f"{item.number} · {name}" if item.number is not None else name

    def patient_text(self, patient: Patient) -> str:
        """Name and ID as a person would write them."""
        name = person_text(patient.name) or self.tr("No name")
        return f"{name} · {patient.id}" if patient.id else name

    def _tooltip(self, item: Item) -> str:
        if isinstance(item, Patient):
            return self.patient_text(item)
        return f"{self._text(item, Column.NAME)}\n{item.uid}".strip()


def _decoration(item: Item) -> Any:
    if item.warnings:
        return _icon("warning", "warning")
    if isinstance(item, Patient):
        return _icon("patient", "muted")
    return _icon("study" if isinstance(item, Study) else "series", "muted")


_icons: dict[tuple[str, str], Any] = {}


def _icon(name: str, colour: str) -> Any:
    ink = theme().colours[colour]
    if (name, ink) not in _icons:
        _icons[name, ink] = icon(name, colour, 16)
    return _icons[name, ink]


def _strong() -> Any:
    from PySide6.QtGui import QFont

    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font
