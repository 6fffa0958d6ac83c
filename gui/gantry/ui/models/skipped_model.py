"""Files that were not taken, with the reason; filtered by reason and text."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gantry.engine.intake.skipped import Skipped, SkipReason
from gantry.messages import skip_message
from gantry.ui.i18n import translate_message
from gantry.ui.quantities import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
Role = Qt.ItemDataRole


class Column(IntEnum):
    NAME = 0
    REASON = 1
    FOLDER = 2


class SkippedModel(QAbstractTableModel):
    """Grows while the scan runs."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: list[Skipped] = []
        self._shown: list[Skipped] = []
        self._reason: SkipReason | None = None
        self._text = ""

    @property
    def reasons(self) -> Counter[SkipReason]:
        """How many files there are of each reason."""
        return Counter(skipped.reason for skipped in self._all)

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """All of them, whatever is filtered."""
        return tuple(self._all)

    @property
    def total(self) -> int:
        return len(self._all)

    def add(self, skipped: Sequence[Skipped]) -> None:
        """Takes up more."""
        self._all += skipped
        fitting = [one for one in skipped if self._fits(one)]
        if fitting:
            self.beginInsertRows(ROOT, len(self._shown), len(self._shown) + len(fitting) - 1)
            self._shown += fitting
            self.endInsertRows()

    def clear(self) -> None:
        """Forgets all."""
        self.beginResetModel()
        self._all, self._shown = [], []
        self.endResetModel()

    def filter(self, reason: SkipReason | None, text: str) -> None:
        """Shows only files skipped for this reason whose path holds the text."""
        self._reason, self._text = reason, text.casefold().strip()
        self.beginResetModel()
        self._shown = [one for one in self._all if self._fits(one)]
        self.endResetModel()

    def as_table(self) -> str:
        """What is shown, as lines with tabs; guarded against formulas in a spreadsheet."""
        rows = [(_path(one), self._why(one)) for one in self._shown]
        return "\n".join("\t".join(_guarded(cell) for cell in row) for row in rows)

    def retranslate(self) -> None:
        """Shows everything again in the present language."""
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
        return (self.tr("File"), self.tr("Why it is left out"), self.tr("Folder"))[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._shown[index.row()]
        if role == Role.DisplayRole:
            if index.column() == Column.REASON:
                return self._why(one)
            name = one.member or os.path.basename(one.path) or one.path  # noqa: PTH119
            folder = one.path if one.member else os.path.dirname(one.path)  # noqa: PTH120
            return _shown(name if index.column() == Column.NAME else folder)
        if role == Role.ToolTipRole:
            detail = f"\n{one.detail}" if one.detail else ""
            return plain_tooltip(f"{_path(one)}{detail}")
        return None


def _path(one: Skipped) -> str:
    return _shown(f"{one.path} › {one.member}" if one.member else one.path)


def _shown(path: str) -> str:
    """A path that can be shown: bytes that are no text in any alphabet become `�`."""
    return path.encode("utf-8", "replace").decode() if not path.isascii() else path


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r", "\0") else cell
