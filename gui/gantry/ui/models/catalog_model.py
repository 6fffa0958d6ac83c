"""The catalog as a tree of patients, studies and series: its texts, icons and ticks."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from gantry.engine.intake.catalog import Patient, Study
from gantry.ui.look.theme import icon, theme
from gantry.ui.models.catalog_node import ON, Column, Item, date_text, person_text
from gantry.ui.models.catalog_rows import CatalogRows
from gantry.ui.text.quantities import count_text, plain_tooltip, size_text

__all__ = ["CatalogModel", "Column"]

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Role = Qt.ItemDataRole

# Made once, because combining flags in Python is slow, and a view asks for them all the time.
_PLAIN = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_TICKABLE = _PLAIN | Qt.ItemFlag.ItemIsUserCheckable
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class CatalogModel(CatalogRows):
    """The contents of the rows, in the current language and colours."""

    def retranslate(self) -> None:
        """Updates all texts and colours."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        for node in (self._root, *self._nodes.values()):
            if node.children:
                first, last = node.children[0], node.children[-1]
                self.dataChanged.emit(self._index(first), self._index(last, len(Column) - 1))

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
        """Name and ID, as people write them."""
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
    font = QFont()
    font.setWeight(QFont.Weight.DemiBold)
    return font
