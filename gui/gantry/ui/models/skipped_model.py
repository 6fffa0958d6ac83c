"""Skipped files with the reason, filtered by reason and text."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gantry.engine.intake.skipped import TROUBLE, Skipped, SkipReason
from gantry.messages import skip_message
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Role = Qt.ItemDataRole


class Column(IntEnum):
    NAME = 0
    REASON = 1
    FOLDER = 2


class SkippedModel(QAbstractTableModel):
    """The list, which grows while the scan runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Skipped] = []
        self._shown: list[Skipped] = []
        self._reason: SkipReason | None = None
        self._text = ""

    @property
    def reasons(self) -> Counter[SkipReason]:
        """How many files there are for each reason."""
        return Counter(skipped.reason for skipped in self._all)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """All files, ignoring the filter."""
        return tuple(self._all)

    @property
    def total(self) -> int:
        return len(self._all)

    @property
    def trouble(self) -> int:
        """How many could not be read, as opposed to skipped on purpose."""
        return sum(one.reason in TROUBLE for one in self._all)

    def add(self, skipped: Sequence[Skipped]) -> None:
        """Adds files."""
        self._all += skipped
        fitting = [one for one in skipped if self._fits(one)]
        if fitting:
            self.beginInsertRows(ROOT, len(self._shown), len(self._shown) + len(fitting) - 1)
            self._shown += fitting
            self.endInsertRows()

    def drop(self, places: Sequence[str]) -> None:
        """Removes files that were skipped at first and now are not."""
        gone = set(places)
        if not gone:
            return
        self.beginResetModel()
        self._all = [one for one in self._all if one.place not in gone]
        self._shown = [one for one in self._shown if one.place not in gone]
        self.endResetModel()

    def clear(self) -> None:
        """Removes all."""
        self.beginResetModel()
        self._all, self._shown = [], []
        self.endResetModel()

    def filter(self, reason: SkipReason | None, text: str) -> None:
        """Shows only files skipped for this reason whose path contains the text."""
        self._reason, self._text = reason, text.casefold().strip()
        self.beginResetModel()
        self._shown = [one for one in self._all if self._fits(one)]
        self.endResetModel()

    def as_table(self) -> str:
        """The visible rows, as lines with tabs; no cell runs as a formula in a spreadsheet."""
        rows = [(_path(one), self._why(one)) for one in self._shown]
        return "\n".join("\t".join(_guarded(cell) for cell in row) for row in rows)

    def retranslate(self) -> None:
        """Updates all texts."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        if self._shown:
            last = self.index(len(self._shown) - 1, len(Column) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def _fits(self, one: Skipped) -> bool:
        if self._reason is not None and one.reason is not self._reason:
            return False
        return not self._text or self._text in _path(one).casefold()

    def _why(self, one: Skipped) -> str:
        return skip_message(one.reason, translate_message)

    def rowCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal or role != Role.DisplayRole:
            return None
        return (self.tr("File"), self.tr("Why it was skipped"), self.tr("Folder"))[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._shown[index.row()]
        if role == Role.DisplayRole:
            if index.column() == Column.REASON:
                return self._why(one)
            name = one.member or os.path.basename(one.path) or one.path  # noqa: PTH119
            folder = one.path if one.member else os.path.dirname(one.path)  # noqa: PTH120
            return shown(name if index.column() == Column.NAME else folder)
        if role == Role.ToolTipRole:
            detail = f"\n{one.detail}" if one.detail else ""
            return plain_tooltip(f"{_path(one)}{detail}")
        return None


def _path(one: Skipped) -> str:
    return shown(f"{one.path} › {one.member}" if one.member else one.path)


def shown(path: str) -> str:
    """A displayable path: bytes that are not text become `�`."""
    return path.encode("utf-8", "replace").decode() if not path.isascii() else path


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\0") else cell
