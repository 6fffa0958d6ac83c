"""Lists the skipped files, and why."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.intake.skipped import SkipReason
from gantry.messages import skip_message
from gantry.ui.look.theme import set_icon
from gantry.ui.models.skipped_model import Column, SkippedModel
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.quantities import count_text
from gantry.ui.widgets.labels import plain_label


class SkippedFiles(QDialog):
    """The list; stays open beside the window, and grows while the scan runs."""

    def __init__(self, model: SkippedModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Skipped files"))
        self.resize(860, 520)
        self._model = model
        model.filter(None, "")
        self.reason = QComboBox(self)
        self.reason.setAccessibleName(self.tr("Reason"))
        self.text = QLineEdit(self)
        self.text.setPlaceholderText(self.tr("Filter by file or folder"))
        self.text.setAccessibleName(self.tr("Filter by file or folder"))
        self.text.setClearButtonEnabled(True)
        self.table = QTableView(self)
        self.table.setModel(model)
        self.table.setAccessibleName(self.tr("Skipped files"))
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(30)
        self.table.setColumnWidth(Column.NAME, 260)
        self.table.setColumnWidth(Column.REASON, 320)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(Column.FOLDER, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.reason, 1)
        row.addWidget(self.text, 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self.copy = buttons.addButton(self.tr("Copy list"), QDialogButtonBox.ButtonRole.ActionRole)
        set_icon(self.copy, "copy", size=16)
        self.copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(model.as_table()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(
            plain_label(self.tr("These files are not sent. Everything else is."), self, "muted")
        )
        column.addLayout(row)
        column.addWidget(self.table, 1)
        column.addWidget(buttons)
        self._pause = QTimer(self, singleShot=True, interval=120)
        self._pause.timeout.connect(self._filter)
        self.text.textChanged.connect(lambda _: self._pause.start())
        self.reason.currentIndexChanged.connect(self._filter)
        model.rowsInserted.connect(self._count)
        self._count()

    def _count(self) -> None:
        """Lists the reasons, with the number of files for each."""
        chosen = self.reason.currentData()
        self.reason.blockSignals(True)
        self.reason.clear()
        every = self.tr("All reasons ({count})").format(count=count_text(self._model.total))
        self.reason.addItem(every, None)
        for reason, number in self._model.reasons.most_common():
            why = skip_message(reason, translate_message)
            self.reason.addItem(f"{why} ({count_text(number)})", reason)
        self.reason.setCurrentIndex(max(0, self.reason.findData(chosen)))
        self.reason.blockSignals(False)

    def _filter(self) -> None:
        reason = self.reason.currentData()
        self._model.filter(SkipReason(reason) if reason else None, self.text.text())
