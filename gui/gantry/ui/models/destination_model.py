"""The destinations as a list: Practice, then those of the settings."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gantry.engine.errors import GantryError
from gantry.services.destination_form import kind_at
from gantry.services.named_destinations import PRACTICE_NAME, PRACTICE_URL, Place
from gantry.store.settings import SavedDestination, Settings
from gantry.ui.text.destination_forms import destination_text, label_of, label_of_practice
from gantry.ui.text.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()


class Role(IntEnum):
    PLACE = Qt.ItemDataRole.UserRole + 1
    SAVED = Qt.ItemDataRole.UserRole + 2
    KIND = Qt.ItemDataRole.UserRole + 3


class DestinationModel(QAbstractListModel):
    """The destinations to choose from. The first row is built in."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._saved: tuple[SavedDestination, ...] = ()

    def set_settings(self, settings: Settings) -> None:
        """Takes the destinations of these settings."""
        if settings.destinations != self._saved:
            self.beginResetModel()
            self._saved = settings.destinations
            self.endResetModel()

    def place(self, row: int) -> Place:
        if row == 0:
            return Place(PRACTICE_NAME, PRACTICE_URL)
        saved = self._saved[row - 1]
        return Place(saved.name, saved.url)

    def saved(self, row: int) -> SavedDestination | None:
        """The saved destination; None for Practice."""
        return self._saved[row - 1] if 1 <= row <= len(self._saved) else None

    def row_of(self, name: str) -> int:
        """The row of a destination's name, or -1."""
        for row in range(self.rowCount()):
            if self.place(row).name == name:
                return row
        return -1

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._saved) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        place = self.place(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return destination_text(place.name)
        if role == Role.PLACE:
            return place
        if role == Role.SAVED:
            return self.saved(index.row())
        if role == Role.KIND:
            return self._kind(place)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(self._kind(place) if place.is_practice else place.url)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{destination_text(place.name)}, {self._kind(place)}"
        return None

    def retranslate(self) -> None:
        """Updates all texts."""
        self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1))

    def _kind(self, place: Place) -> str:
        if place.is_practice:
            return label_of_practice()
        try:
            return label_of(kind_at(place.url))
        except GantryError:
            return place.url
