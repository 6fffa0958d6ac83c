"""The tags of one file as a tree, with expandable sequences and items."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from gantry.engine.preview.contents import Tag
from gantry.ui.look.theme import theme
from gantry.ui.text.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Role = Qt.ItemDataRole


class Column(IntEnum):
    TAG = 0
    NAME = 1
    VALUE = 2


class TagModel(QAbstractItemModel):
    """A read-only model; `show_tags` and `search` replace its content."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: tuple[Tag, ...] = ()
        self._words: tuple[str, ...] = ()
        self._texts: list[str] = []
        self._tags: list[Tag] = []
        self._parents: list[int] = []
        self._rows: list[int] = []
        self._below: list[list[int]] = []
        self._top: list[int] = []
        self._italic = QFont()
        self._italic.setItalic(True)

    @property
    def count(self) -> int:
        """Number of lines, including collapsed ones."""
        return len(self._tags)

    def show_tags(self, tags: tuple[Tag, ...]) -> None:
        """Shows the tags of another file."""
        self._all = tags
        self._texts = [f"{t.tag}\n{t.tag[1:10]}\n{t.name}\n{t.value}".casefold() for t in tags]
        self._fill()

    def search(self, text: str) -> None:
        """Shows only lines that contain all the words, and their parents."""
        self._words = tuple(text.casefold().split())
        self._fill()

    def tag(self, index: Index) -> Tag | None:
        """The tag at an index."""
        return self._tags[index.internalId() - 1] if index.isValid() else None

    def retranslate(self) -> None:
        """Updates all texts and colours."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        self._fill()

    def _fill(self) -> None:
        self.beginResetModel()
        self._tags = list(self._all) if not self._words else self._found()
        self._parents, self._rows, self._below, self._top = [], [], [], []
        path: list[int] = []  # the last line at each depth
        for number, tag in enumerate(self._tags):
            del path[tag.depth :]
            above = path[-1] if path else -1
            siblings = self._top if above < 0 else self._below[above]
            self._parents.append(above)
            self._rows.append(len(siblings))
            self._below.append([])
            siblings.append(number)
            path.append(number)
        self.endResetModel()

    def _found(self) -> list[Tag]:
        found: list[Tag] = []
        waiting: list[Tag] = []  # the current line's parents that were not added yet
        inside = -1  # everything below a matching line is shown
        for tag, text in zip(self._all, self._texts, strict=True):
            while waiting and waiting[-1].depth >= tag.depth:
                waiting.pop()
            if 0 <= inside < tag.depth:
                found.append(tag)
                continue
            inside = -1
            if all(word in text for word in self._words):
                found += [*waiting, tag]
                waiting.clear()
                inside = tag.depth
            else:
                waiting.append(tag)
        return found

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        siblings = self._below[parent.internalId() - 1] if parent.isValid() else self._top
        return self.createIndex(row, column, siblings[row] + 1)

    def parent(self, child: Index | None = None) -> Any:
        if child is None:
            return super().parent()
        if not child.isValid() or (above := self._parents[child.internalId() - 1]) < 0:
            return ROOT
        return self.createIndex(self._rows[above], 0, above + 1)

    def rowCount(self, parent: Index = ROOT) -> int:
        if not parent.isValid():
            return len(self._top)
        return 0 if parent.column() > 0 else len(self._below[parent.internalId() - 1])

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        return (self.tr("Tag"), self.tr("Name"), self.tr("Value"))[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        tag = self.tag(index)
        if tag is None:
            return None
        if role == Role.DisplayRole:
            return self._text(tag, index.column())
        if role == Role.ToolTipRole:
            text = self._text(tag, index.column())
            return plain_tooltip(f"{text}  [{tag.vr}]" if index.column() == Column.TAG else text)
        if role == Role.ForegroundRole and (index.column() == Column.TAG or tag.private):
            return theme().colour("muted")
        if role == Role.FontRole and tag.private:
            return self._italic
        return None

    def _text(self, tag: Tag, column: int) -> str:
        if column == Column.TAG:
            return tag.tag
        if not tag.tag:
            return self.tr("Item {number}").format(number=tag.name) if column == Column.NAME else ""
        if column == Column.NAME:
            return self.tr("{name} (private)").format(name=tag.name) if tag.private else tag.name
        if tag.vr == "SQ":
            return self.tr("%Ln item(s)", None, int(tag.value or 0))
        return tag.value


def as_text(tags: Sequence[Tag]) -> str:
    """Lines to paste elsewhere."""
    return "\n".join(f"{'  ' * t.depth}{t.tag} {t.vr} {t.name}: {t.value}" for t in tags)
