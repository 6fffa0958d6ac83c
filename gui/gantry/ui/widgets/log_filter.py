"""The row of filters above the log."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from gantry.store.logs import LogFilter
from gantry.ui.look.theme import icon, theme
from gantry.ui.text.i18n import Translated

_LEVELS = ("", "info", "warning", "error")
_EVENTS = (
    "job", "parcel", "archive", "archive.verify.failed", "transfer", "transfer.send.failed",
    "library", "log",
)  # fmt: skip
_TYPING = 250  # milliseconds without a key before the search begins


class LogFilterRow(Translated):
    """Signals:
    changed: the filter has changed; see `wanted()`."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text, self.job = QLineEdit(self), QLineEdit(self)
        self.level, self.event_name = QComboBox(self), QComboBox(self)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING)
        self._search_icon = QAction(self)
        self.text.addAction(self._search_icon, QLineEdit.ActionPosition.LeadingPosition)
        for edit in (self.text, self.job):
            edit.setClearButtonEnabled(True)
        self.event_name.setEditable(True)
        self.event_name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.event_name.addItems(["", *_EVENTS])
        self.event_name.setMinimumWidth(180)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.text, 3)
        row.addWidget(self.level)
        row.addWidget(self.event_name)
        row.addWidget(self.job, 2)
        theme().changed.connect(self._draw)
        self._draw()
        self.retranslate()
        self._typing.timeout.connect(self._tell)
        self.text.textChanged.connect(lambda: self._typing.start())
        self.job.textChanged.connect(lambda: self._typing.start())
        self.event_name.editTextChanged.connect(lambda: self._typing.start())
        self.level.currentIndexChanged.connect(self._tell)
        for edit in (self.text, self.job):
            edit.returnPressed.connect(self._tell)

    @property
    def is_settled(self) -> bool:
        """Whether what was typed has been applied."""
        return not self._typing.isActive()

    def wanted(self) -> LogFilter:
        """The current filter."""
        return LogFilter(
            level=_LEVELS[max(0, self.level.currentIndex())],
            event=self.event_name.currentText().strip(),
            job=self.job.text().strip(),
            text=self.text.text().strip(),
        )

    def reset(self) -> None:
        """Shows every line."""
        self.level.setCurrentIndex(0)
        self.event_name.setEditText("")
        self.text.clear()
        self.job.clear()
        self._tell()

    def show_job(self, job: str) -> None:
        """Shows one job's lines."""
        self.job.setText(job)
        self._tell()

    def _tell(self) -> None:
        self._typing.stop()
        self.changed.emit()

    def _draw(self) -> None:
        self._search_icon.setIcon(icon("search", "muted", 16))

    def retranslate(self) -> None:
        self.text.setPlaceholderText(self.tr("Search text"))
        self.text.setAccessibleName(self.tr("Search text"))
        self.job.setPlaceholderText(self.tr("Job ID"))
        self.job.setAccessibleName(self.tr("Job ID"))
        self.event_name.setAccessibleName(self.tr("Event"))
        edit = self.event_name.lineEdit()
        if edit is not None:
            edit.setPlaceholderText(self.tr("All events"))
        self.level.setAccessibleName(self.tr("Level"))
        texts = (
            self.tr("All levels"),
            self.tr("Info and above"),
            self.tr("Warnings and above"),
            self.tr("Errors only"),
        )
        for place, text in enumerate(texts):
            if place < self.level.count():
                self.level.setItemText(place, text)
            else:
                self.level.addItem(text)
