"""The different texts of the selected files, each of which the user can tick."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, Final

from pydicom.datadict import dictionary_description
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gantry.engine.deidentify.reviewed import Text
from gantry.ui.text.quantities import count_text, plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT: Final = QModelIndex()
Role = Qt.ItemDataRole
_ON, _OFF = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class TextColumn(IntEnum):
    TEXT = 0
    ELEMENT = 1
    FILES = 2


class TextsModel(QAbstractTableModel):
    """Shows the texts that pass the filter; the others keep their ticks."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._files: dict[Text, int] = {}
        self._shown: list[Text] = []
        self._ticked: set[Text] = set()
        self._words: tuple[str, ...] = ()
        self._element: int | None = None

    @property
    def texts(self) -> frozenset[Text]:
        """All texts."""
        return frozenset(self._files)

    @property
    def ticked(self) -> frozenset[Text]:
        """The ticked ones, also those that are filtered out."""
        return frozenset(self._ticked)

    @property
    def elements(self) -> list[int]:
        """The tags, sorted."""
        return sorted({tag for tag, _ in self._files})

    def show_texts(self, files: Mapping[Text, int], ticked: Iterable[Text]) -> None:
        """Shows texts, with the number of files that have each."""
        self._files = dict(files)
        self._ticked = {text for text in ticked if text in self._files}
        self._fill()

    def filter(self, words: str, element: int | None) -> None:
        """Shows only texts that contain all the words, of one element or (None) of all."""
        self._words, self._element = tuple(words.casefold().split()), element
        self._fill()

    def tick_shown(self, on: bool) -> None:
        """Ticks, or unticks, all texts that pass the filter."""
        if on:
            self._ticked.update(self._shown)
        else:
            self._ticked.difference_update(self._shown)
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 0))

    def toggle(self, rows: Iterable[int]) -> None:
        """Ticks the texts of rows; if all of them are, unticks them."""
        chosen = {self._shown[row] for row in rows}
        if chosen <= self._ticked:
            self._ticked -= chosen
        else:
            self._ticked |= chosen
        if chosen:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, 0))

    def _fill(self) -> None:
        self.beginResetModel()
        self._shown = [
            text
            for text in sorted(self._files)
            if self._element in (None, text[0])
            and all(word in text[1].casefold() for word in self._words)
        ]
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(TextColumn)

    def flags(self, index: Index) -> Qt.ItemFlag:
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.isValid() and index.column() == TextColumn.TEXT:
            return plain | Qt.ItemFlag.ItemIsUserCheckable
        return plain if index.isValid() else Qt.ItemFlag.NoItemFlags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        return (self.tr("Text"), self.tr("Element"), self.tr("Images"))[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        text, column = self._shown[index.row()], index.column()
        if role == Role.CheckStateRole and column == TextColumn.TEXT:
            return _ON if text in self._ticked else _OFF
        shown = (text[1], element_text(text[0]), count_text(self._files[text]))[column]
        if role == Role.DisplayRole:
            return " ".join(shown.split())
        if role == Role.ToolTipRole:
            return plain_tooltip(shown)
        if role == Role.TextAlignmentRole and column == TextColumn.FILES:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        if role != Role.CheckStateRole or not index.isValid():
            return False
        text = self._shown[index.row()]
        if Qt.CheckState(value) is _ON:
            self._ticked.add(text)
        else:
            self._ticked.discard(text)
        self.dataChanged.emit(index, index, [Role.CheckStateRole])
        return True


def element_text(tag: int) -> str:
    """An element's name as the standard has it; its tag if it has none."""
    try:
        return dictionary_description(tag)
    except KeyError:
        return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
