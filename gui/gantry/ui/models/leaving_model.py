"""The elements of a file before and after, changed ones first, with a filter."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QFont

from gantry.engine.deidentify.compare import Done
from gantry.engine.preview.contents import Row
from gantry.ui.look.theme import theme
from gantry.ui.text.leaving_text import done_text, reason_text
from gantry.ui.text.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Role = Qt.ItemDataRole


class LeavingColumn(IntEnum):
    NAME = 0
    BEFORE = 1
    AFTER = 2
    DONE = 3


class LeavingModel(QAbstractTableModel):
    """Read-only; `show_rows`, `search` and `show_all` replace its content.

    Attributes:
        as_it_is: nothing is changed; the rows that identify come first.
        held: nothing leaves.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.as_it_is = self.held = False
        self._all: list[Row] = []
        self._texts: list[str] = []
        self._rows: list[Row] = []
        self._words: tuple[str, ...] = ()
        self._only_first = False
        self._first = 0
        self._italic = QFont()
        self._italic.setItalic(True)

    @property
    def counts(self) -> tuple[int, int]:
        """How many rows are changed (or identify), and how many there are."""
        return self._first, len(self._all)

    def show_rows(self, rows: Sequence[Row], *, as_it_is: bool = False, held: bool = False) -> None:
        """Shows another file, or the same one treated in another way."""
        self.as_it_is, self.held = as_it_is, held
        first = sorted((row for row in rows if self.comes_first(row)), key=_rank)
        self._first = len(first)
        self._all = first + [row for row in rows if not self.comes_first(row)]
        self._make_texts()
        self._fill()

    def comes_first(self, row: Row) -> bool:
        """Whether a row is changed; of a file that leaves as it is or not at all, identifies."""
        if self.as_it_is or self.held:
            return row.identifies
        return row.done is not Done.KEPT and bool(row.before or row.after)

    def search(self, text: str) -> None:
        """Shows only rows that contain all the words."""
        self._words = tuple(text.casefold().split())
        self._fill()

    def show_all(self, everything: bool) -> None:
        """Shows every row, or only those that come first."""
        self._only_first = not everything
        self._fill()

    def row(self, index: Index) -> Row | None:
        """The row at an index."""
        return self._rows[index.row()] if index.isValid() else None

    def index_of(self, tags: Sequence[int]) -> QModelIndex:
        """The first shown row of the element that these tags lead to; invalid if there is none."""
        tag, depth = f"({tags[-1] >> 16:04X},{tags[-1] & 0xFFFF:04X})", len(tags) - 1
        found = [number for number, row in enumerate(self._rows) if row.tag == tag]
        deep = [number for number in found if self._rows[number].depth == depth]
        return self.index((deep or found)[0], 0) if found else QModelIndex()

    def retranslate(self) -> None:
        """Updates all texts and colours."""
        self._make_texts()
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(LeavingColumn) - 1)
        self._fill()

    def _make_texts(self) -> None:
        self._texts = [
            "\n".join(
                (
                    row.where,
                    row.tag,
                    row.tag[1:10],
                    row.name,
                    row.before,
                    row.after,
                    self._done(row),
                )
            ).casefold()
            for row in self._all
        ]

    def _fill(self) -> None:
        self.beginResetModel()
        many = self._first if self._only_first else len(self._all)
        self._rows = [
            row
            for row, text in zip(self._all[:many], self._texts, strict=False)
            if all(word in text for word in self._words)
        ]
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(LeavingColumn)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        return (
            self.tr("Element"),
            self.tr("In the file"),
            self.tr("What leaves"),
            self.tr("What happens"),
        )[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        row = self.row(index)
        if row is None:
            return None
        column = index.column()
        if role == Role.DisplayRole:
            return self._text(row, column)
        if role == Role.ToolTipRole:
            return plain_tooltip(self._tip(row, column))
        if role == Role.ForegroundRole:
            return theme().colour(self._colour(row, column))
        if role == Role.FontRole and row.tag[4] in "13579BDF":
            return self._italic
        return None

    def _text(self, row: Row, column: int) -> str:
        if column == LeavingColumn.NAME:
            return row.where + (row.name or row.tag)
        if column == LeavingColumn.BEFORE:
            return self._value(row, row.before)
        if column == LeavingColumn.AFTER:
            return "" if self.held else self._value(row, row.after)
        return self._done(row)

    def _value(self, row: Row, value: str) -> str:
        if row.vr == "SQ" and value:
            return self.tr("%Ln item(s)", None, int(value))
        return value

    def _done(self, row: Row) -> str:
        if self.held:
            return ""
        if self.as_it_is:
            return self.tr("Leaves, may identify") if row.identifies else self.tr("Leaves")
        return f"{done_text(row.done)}: {reason_text(row)}"

    def _tip(self, row: Row, column: int) -> str:
        text = self._text(row, column)
        return f"{text}  {row.tag} [{row.vr}]" if column == LeavingColumn.NAME else text

    def _colour(self, row: Row, column: int) -> str:
        if not self.comes_first(row) or (column == LeavingColumn.BEFORE and not self.as_it_is):
            return "muted"
        if self.as_it_is and column == LeavingColumn.DONE:
            return "warning"
        return "text"


def _rank(row: Row) -> int:
    """The patient first; what only describes the file, last."""
    if row.tag.startswith("(0010") and not row.depth:
        return 0
    return 2 if row.done is Done.ADDED or row.tag.startswith("(0002") else 1


def rows_as_text(rows: Sequence[Row]) -> str:
    """Lines to paste elsewhere."""
    return "\n".join(
        f"{row.where}{row.tag} {row.vr} {row.name}\t{row.before}\t{row.after}\t"
        f"{done_text(row.done)}: {reason_text(row)}"
        for row in rows
    )
