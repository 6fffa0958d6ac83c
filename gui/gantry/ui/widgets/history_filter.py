"""The row of filters above the history."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QDate, QSignalBlocker, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QComboBox,
    QDateEdit,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.parcel import ParcelState
from gantry.store.history.rows import ParcelFilter
from gantry.ui.look.theme import icon, set_kind, theme
from gantry.ui.text.i18n import Translated

_TYPING = 250  # milliseconds without a key before the search begins

_STATES: tuple[frozenset[ParcelState], ...] = (
    frozenset(),
    frozenset({ParcelState.DELIVERED}),
    frozenset({ParcelState.ACCEPTED}),
    frozenset({ParcelState.INCOMPLETE}),
    frozenset({ParcelState.UNCLEAR}),
    frozenset({ParcelState.HELD}),
    frozenset({ParcelState.FAILED}),
    frozenset({ParcelState.CANCELLED}),
    frozenset(state for state in ParcelState if not state.is_final),
)
_DEIDENTIFIED = (None, True, False)
_DAYS = (0, 1, 7, 30, 365, -1)  # 0: any time; -1: between two dates


class HistoryFilter(Translated):
    """Signals:
    changed: the filter has changed; see `wanted()`."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self.patient = QLineEdit(self), QLineEdit(self)
        self.state, self.destination, self.treatment, self.period = (
            QComboBox(self),
            QComboBox(self),
            QComboBox(self),
            QComboBox(self),
        )
        self._boxes = (self.state, self.destination, self.treatment, self.period)
        self.since, self.until = QDateEdit(self), QDateEdit(self)
        self.clear = QPushButton(self)
        set_kind(self.clear, "quiet")
        self._job = ""
        self._typing = QTimer(self, singleShot=True, interval=_TYPING)
        self._typing.timeout.connect(self.changed)
        self._search_icon = QAction(self)
        self.text.addAction(self._search_icon, QLineEdit.ActionPosition.LeadingPosition)
        theme().changed.connect(self._draw)
        self._draw()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        above, row = QHBoxLayout(), QHBoxLayout()
        for line in (above, row):
            line.setSpacing(8)
            rows.addLayout(line)
        above.addWidget(self.text, 3)
        above.addWidget(self.patient, 1)
        for box in self._boxes:
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
            box.setMinimumWidth(120)
            box.setMaximumWidth(220)
            # With the dates, the lower line would be wider than a small window.
            (above if box is self.treatment else row).addWidget(box)
        for date in (self.since, self.until):
            date.setCalendarPopup(True)
            date.setDisplayFormat("yyyy-MM-dd")
            date.setDate(QDate.currentDate())
            row.addWidget(date)
            date.dateChanged.connect(self.changed)
        row.addStretch(1)
        row.addWidget(self.clear)
        for edit in (self.text, self.patient):
            edit.setClearButtonEnabled(True)
            edit.textChanged.connect(self._on_typed)
            edit.returnPressed.connect(self._on_return)
        for box in self._boxes:
            box.currentIndexChanged.connect(self._on_chosen)
        self.clear.clicked.connect(self.reset)
        self.retranslate()
        self._show_dates()

    def wanted(self) -> ParcelFilter:
        """The current filter."""
        since, until = self._dates()
        return ParcelFilter(
            text=self.text.text().strip(),
            states=_STATES[max(0, self.state.currentIndex())],
            destination=str(self.destination.currentData() or ""),
            since=since,
            until=until,
            patient_id=self.patient.text().strip(),
            job=self._job,
            deidentified=_DEIDENTIFIED[max(0, self.treatment.currentIndex())],
        )

    @property
    def is_empty(self) -> bool:
        return self.wanted() == ParcelFilter()

    def show_job(self, job_id: str) -> None:
        """Shows only one job's parcels."""
        self._set_all(job_id)

    def reset(self) -> None:
        """Shows everything."""
        self._set_all("")

    def set_destinations(self, names: list[str]) -> None:
        """Offers these, and keeps the choice."""
        chosen = self.destination.currentData()
        with QSignalBlocker(self.destination):
            self.destination.clear()
            self.destination.addItem(self.tr("All destinations"), "")
            for name in names:
                self.destination.addItem(name, name)
            self.destination.setCurrentIndex(max(0, self.destination.findData(chosen)))

    def _set_all(self, job: str) -> None:
        edits = (self.text, self.patient)
        blockers = [QSignalBlocker(w) for w in (*self._boxes, *edits)]
        for edit in edits:
            edit.clear()
        for box in self._boxes:
            box.setCurrentIndex(0)
        del blockers
        self._job = job
        self._show_dates()
        self._typing.stop()
        self.changed.emit()

    def _on_typed(self) -> None:
        self._typing.start()

    def _on_return(self) -> None:
        self._typing.stop()
        self.changed.emit()

    def _on_chosen(self) -> None:
        self._show_dates()
        self.changed.emit()

    def _show_dates(self) -> None:
        between = _DAYS[max(0, self.period.currentIndex())] < 0
        self.since.setVisible(between)
        self.until.setVisible(between)

    def _dates(self) -> tuple[datetime | None, datetime | None]:
        days = _DAYS[max(0, self.period.currentIndex())]
        today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        if days == 0:
            return None, None
        if days > 0:
            return today - timedelta(days=days - 1), None
        first, last = sorted((_midnight(self.since.date()), _midnight(self.until.date())))
        return first, last + timedelta(days=1)

    def _draw(self) -> None:
        self._search_icon.setIcon(icon("search", "muted", 16))

    def retranslate(self) -> None:
        self.text.setPlaceholderText(self.tr("Search description, UID or destination"))
        self.text.setAccessibleName(self.tr("Search"))
        self.patient.setPlaceholderText(self.tr("Exact patient ID"))
        self.patient.setAccessibleName(self.tr("Exact patient ID"))
        self.state.setAccessibleName(self.tr("State"))
        self.destination.setAccessibleName(self.tr("Destination"))
        self.treatment.setAccessibleName(self.tr("De-identified"))
        self.period.setAccessibleName(self.tr("Period"))
        self.since.setAccessibleName(self.tr("From"))
        self.until.setAccessibleName(self.tr("Until"))
        self.clear.setText(self.tr("&Clear"))
        self.clear.setToolTip(self.tr("Show everything"))
        _fill(
            self.state,
            [
                self.tr("All states"),
                self.tr("Delivered"),
                self.tr("Accepted, not proved"),
                self.tr("Incomplete"),
                self.tr("Unclear"),
                self.tr("Held"),
                self.tr("Failed"),
                self.tr("Cancelled"),
                self.tr("Unfinished"),
            ],
        )
        _fill(
            self.treatment,
            [self.tr("All uploads"), self.tr("De-identified"), self.tr("As it is")],
        )
        _fill(
            self.period,
            [
                self.tr("Any time"),
                self.tr("Today"),
                self.tr("Last 7 days"),
                self.tr("Last 30 days"),
                self.tr("Last year"),
                self.tr("Between…"),
            ],
        )
        if not self.destination.count():
            self.set_destinations([])
        self.destination.setItemText(0, self.tr("All destinations"))


def _midnight(date: QDate) -> datetime:
    """The beginning of the day in local time."""
    return datetime(date.year(), date.month(), date.day()).astimezone()


def _fill(box: QComboBox, texts: list[str]) -> None:
    """Sets a box's texts, and keeps the choice."""
    if box.count() == len(texts):
        for place, text in enumerate(texts):
            box.setItemText(place, text)
        return
    with QSignalBlocker(box):
        box.addItems(texts)
