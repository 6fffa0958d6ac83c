"""Every parcel ever sent, as a table that loads what is looked at, page by page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from gantry.engine.parcel import ParcelState
from gantry.messages import error_message
from gantry.store.history.rows import Cursor, ParcelFilter, ParcelRow, Sort
from gantry.ui.destination_forms import destination_text
from gantry.ui.i18n import translate_message
from gantry.ui.models.catalog_node import person_text
from gantry.ui.models.transfer_state import Step
from gantry.ui.quantities import plain_tooltip, size_text, time_text

Index = QModelIndex | QPersistentModelIndex
ROOT = QModelIndex()
PAGE = 200
KEPT_PAGES = 40

# Loads the page after a cursor and hands it to the callback, later, on the window's thread.
Fetch = Callable[[ParcelFilter, Cursor | None, int, Callable[[Sequence[ParcelRow]], None]], None]


class Column(IntEnum):
    STATE = 0
    TIME = 1
    PATIENT = 2
    STUDY = 3
    DESTINATION = 4
    SIZE = 5


ID_ROLE = Qt.ItemDataRole.UserRole + 1
STEP_ROLE = Qt.ItemDataRole.UserRole + 2

# The orders that an index serves, by column: ascending, descending.
SORTS: dict[Column, tuple[Sort, Sort]] = {
    Column.TIME: (Sort.OLDEST, Sort.NEWEST),
    Column.STUDY: (Sort.LABEL, Sort.LABEL_DESCENDING),
    Column.SIZE: (Sort.SMALLEST, Sort.LARGEST),
}
_RIGHT = (Column.SIZE,)

STEPS = {
    ParcelState.WAITING: Step.WAITING,
    ParcelState.PACKING: Step.PACKING,
    ParcelState.VERIFIED: Step.READY,
    ParcelState.SENDING: Step.SENDING,
    ParcelState.DELIVERED: Step.DELIVERED,
    ParcelState.FAILED: Step.FAILED,
    ParcelState.CANCELLED: Step.CANCELLED,
    ParcelState.SPLIT: Step.SPLIT,
}


class HistoryModel(QAbstractTableModel):
    """Rows by keyset pages: only the pages last looked at are held, whatever the number of rows.

    Signals:
        loaded: a page came.
    """

    loaded = Signal()

    def __init__(self, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._filter = ParcelFilter()
        self._starts: list[Cursor | None] = []  # the cursor before each page
        self._sizes: list[int] = []
        self._rows: OrderedDict[int, list[ParcelRow]] = OrderedDict()
        self._asked: set[int] = set()
        self._stale: set[int] = set()
        self._complete = False
        self._generation = 0

    # What is asked for

    @property
    def filter(self) -> ParcelFilter:
        return self._filter

    @property
    def is_complete(self) -> bool:
        """Whether the last row there is has been loaded."""
        return self._complete

    @property
    def is_loading(self) -> bool:
        return bool(self._asked)

    def set_filter(self, wanted: ParcelFilter) -> None:
        """Shows other rows; loads the first page of them."""
        self._filter = wanted
        self._generation += 1
        self._asked.clear()
        self._stale.clear()
        self.beginResetModel()
        self._starts, self._sizes, self._complete = [], [], False
        self._rows.clear()
        self.endResetModel()
        self.fetchMore()

    def refresh(self) -> None:
        """Looks again: the first page at once, others when they are looked at."""
        if 0 in self._asked:
            return
        self._stale = set(range(1, len(self._sizes)))
        generation = self._generation
        self._asked.add(0)
        self._fetch(self._filter, None, PAGE, lambda rows: self._on_head(generation, list(rows)))

    def row(self, number: int) -> ParcelRow | None:
        """The row of that number, or None while it isn't loaded; then it is asked for."""
        page, place = divmod(number, PAGE)
        if page in self._stale:
            self._stale.discard(page)
            self._ask(page)
        rows = self._rows.get(page)
        if rows is None:
            self._ask(page)
            return None
        self._rows.move_to_end(page)
        return rows[place] if place < len(rows) else None

    def find(self, parcel_id: str) -> QModelIndex:
        """The loaded row of that parcel."""
        for page, rows in self._rows.items():
            for place, row in enumerate(rows):
                if row.id == parcel_id:
                    return self.index(page * PAGE + place, 0)
        return QModelIndex()

    # Pages

    def canFetchMore(self, parent: Index = ROOT) -> bool:
        return not parent.isValid() and not self._complete and len(self._sizes) not in self._asked

    def fetchMore(self, parent: Index = ROOT) -> None:
        if self.canFetchMore(parent):
            self._ask(len(self._sizes))

    def _ask(self, page: int) -> None:
        if page in self._asked or page > len(self._sizes):
            return
        self._asked.add(page)
        after = self._start(page)
        generation = self._generation
        self._fetch(
            self._filter, after, PAGE, lambda rows: self._on_page(generation, page, list(rows))
        )

    def _start(self, page: int) -> Cursor | None:
        return self._starts[page] if page < len(self._starts) else None

    def _on_page(self, generation: int, page: int, rows: list[ParcelRow]) -> None:
        if generation != self._generation:
            return
        self._asked.discard(page)
        if page == len(self._sizes):
            self._append(page, rows)
        else:
            self._replace(page, rows)
        while len(self._rows) > KEPT_PAGES:
            self._rows.popitem(last=False)
        self.loaded.emit()

    def _append(self, page: int, rows: list[ParcelRow]) -> None:
        self._complete = len(rows) < PAGE
        if not rows:
            return
        first = self.rowCount()
        self.beginInsertRows(ROOT, first, first + len(rows) - 1)
        if page == len(self._starts):
            self._starts.append(None)
        self._starts.append(rows[-1].cursor(self._filter.sort))
        self._sizes.append(len(rows))
        self._rows[page] = rows
        self.endInsertRows()

    def _replace(self, page: int, rows: list[ParcelRow]) -> None:
        """Puts a page back. Rows that came or went meanwhile show with the next `refresh`."""
        self._rows[page] = rows[: self._sizes[page]]
        top = page * PAGE
        self.dataChanged.emit(
            self.index(top, 0), self.index(top + self._sizes[page] - 1, len(Column) - 1)
        )

    def _on_head(self, generation: int, rows: list[ParcelRow]) -> None:
        if generation != self._generation:
            return
        self._asked.discard(0)
        known = self._rows.get(0)
        if known is not None and [r.id for r in known] == [r.id for r in rows]:
            self._replace(0, rows)
        else:
            # Other rows than before: begin again from these.
            self._generation += 1
            self._asked.clear()
            self._stale.clear()
            self.beginResetModel()
            self._starts, self._sizes = [], []
            self._rows.clear()
            self._complete = len(rows) < PAGE
            if rows:
                self._starts = [None, rows[-1].cursor(self._filter.sort)]
                self._sizes = [len(rows)]
                self._rows[0] = rows
            self.endResetModel()
        self.loaded.emit()

    # What the view asks

    def rowCount(self, parent: Index = ROOT) -> int:
        if parent.isValid() or not self._sizes:
            return 0
        return PAGE * (len(self._sizes) - 1) + self._sizes[-1]

    def columnCount(self, parent: Index = ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and section in _RIGHT:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole and Column(section) in SORTS:
            return self.tr("Click to sort")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return [
            self.tr("State"),
            self.tr("Sent on"),
            self.tr("Patient"),
            self.tr("Study"),
            self.tr("Destination"),
            self.tr("Size"),
        ][section]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            if index.column() in _RIGHT:
                return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            return None
        if role not in (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
            ID_ROLE,
            STEP_ROLE,
        ):
            return None
        row = self.row(index.row())
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole else None
        if role == ID_ROLE:
            return row.id
        if role == STEP_ROLE:
            return STEPS[row.state]
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tooltip(row, index.column())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._spoken(row) if index.column() == 0 else self._text(row, index.column())
        return self._text(row, index.column())

    def _text(self, row: ParcelRow, column: int) -> str:
        match column:
            case Column.STATE:
                return self.state_text(row.state)
            case Column.TIME:
                return time_text(row.created)
            case Column.PATIENT:
                return person_text(row.patient_name) or row.patient_id or self.tr("No name")
            case Column.STUDY:
                return row.label or row.study_uid or self.tr("Study without a description")
            case Column.DESTINATION:
                return destination_text(row.destination)
        return size_text(row.size)

    def _tooltip(self, row: ParcelRow, column: int) -> str | None:
        if column == Column.STATE and row.error is not None:
            message = error_message(row.error, translate=translate_message)
            return plain_tooltip(f"{message.title}\n{message.what}".strip())
        if column in (Column.STUDY, Column.PATIENT):
            parts = (person_text(row.patient_name), row.patient_id, row.label, row.study_uid)
            return plain_tooltip("\n".join(p for p in parts if p))
        return None

    def _spoken(self, row: ParcelRow) -> str:
        parts = (
            self.state_text(row.state),
            person_text(row.patient_name),
            row.label,
            destination_text(row.destination),
            time_text(row.created),
        )
        return ", ".join(p for p in parts if p)

    def state_text(self, state: ParcelState) -> str:
        """A state in the user's words."""
        return {
            ParcelState.WAITING: self.tr("Waiting"),
            ParcelState.PACKING: self.tr("Packing"),
            ParcelState.VERIFIED: self.tr("Ready to send"),
            ParcelState.SENDING: self.tr("Sending"),
            ParcelState.DELIVERED: self.tr("Delivered"),
            ParcelState.FAILED: self.tr("Failed"),
            ParcelState.CANCELLED: self.tr("Cancelled"),
            ParcelState.SPLIT: self.tr("Split smaller"),
        }[state]

    def retranslate(self) -> None:
        """Shows everything again in the present language."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        if rows := self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, len(Column) - 1))
