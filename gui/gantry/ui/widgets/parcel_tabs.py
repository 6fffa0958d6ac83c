"""The tabs in a parcel's details: overview, attempts, receipts, files."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QFormLayout,
    QHeaderView,
    QPlainTextEdit,
    QScrollArea,
    QTableView,
    QTabWidget,
    QWidget,
)

from gantry.store.history.rows import ParcelDetail, SourceRow
from gantry.ui.look.theme import set_kind
from gantry.ui.models.parcel_text import attempt_cells, file_cells, overview, receipt_text
from gantry.ui.models.rows_model import RowsModel
from gantry.ui.widgets.labels import copyable, plain_label


class ParcelTabs(QTabWidget):
    """Attributes:
    attempts, files: the models of the tables.
    receipt: the destination's answer as text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.attempts, self.files = RowsModel(self), RowsModel(self)
        self.setDocumentMode(True)
        self.setMinimumHeight(200)
        self._overview = QWidget()
        set_kind(self._overview, "scrolled")
        self._form = QFormLayout(self._overview)
        self._form.setContentsMargins(0, 12, 8, 8)
        self._form.setHorizontalSpacing(16)
        self._form.setVerticalSpacing(8)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._overview)
        self.receipt = QPlainTextEdit()
        self.receipt.setReadOnly(True)
        self.receipt.setTabChangesFocus(True)
        self.receipt.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._attempt_view = _table(self.attempts, (36, 72, 124, 46))
        self._file_view = _table(self.files, (240, 80, 240))
        for widget in (scroll, self._attempt_view, self.receipt, self._file_view):
            self.addTab(widget, "")

    def show_detail(self, detail: ParcelDetail) -> None:
        """Shows a parcel; `set_files` adds its files."""
        while self._form.rowCount():
            self._form.removeRow(0)
        for caption, value in overview(detail):
            shown = copyable(value, caption, self._overview)
            self._form.addRow(plain_label(caption, self._overview, "muted"), shown)
        self.attempts.set_rows([attempt_cells(a) for a in detail.attempts])
        self.receipt.setPlainText("\n\n".join(receipt_text(r) for r in detail.receipts))

    def set_files(self, sources: Sequence[SourceRow], more: Callable[[int], None] | None) -> None:
        """Shows the first rows of the file list; `more` is called with the number of rows."""
        self.files.set_rows([file_cells(s) for s in sources], more)

    def add_files(self, sources: Sequence[SourceRow], last: bool) -> None:
        """Adds further rows to the file list."""
        self.files.add_rows([file_cells(s) for s in sources], last)

    def retranslate(self) -> None:
        """Sets the titles of tabs and columns."""
        for place, text in enumerate(
            (self.tr("Overview"), self.tr("Attempts"), self.tr("Receipt"), self.tr("Files"))
        ):
            self.setTabText(place, text)
        self.receipt.setAccessibleName(self.tr("Receipt"))
        self.receipt.setPlaceholderText(self.tr("No receipt: the destination has not answered."))
        self._attempt_view.setAccessibleName(self.tr("Attempts"))
        self._file_view.setAccessibleName(self.tr("Files"))
        self.attempts.set_headers(
            self.tr("No."),
            self.tr("Step"),
            self.tr("Started"),
            self.tr("Duration"),
            self.tr("Result"),
        )
        self.files.set_headers(
            self.tr("File"), self.tr("Size"), self.tr("SOP Instance UID"), self.tr("SHA-256")
        )


def _table(model: RowsModel, widths: tuple[int, ...]) -> QTableView:
    view = QTableView()
    set_kind(view, "plain")
    view.setModel(model)
    view.setShowGrid(False)
    view.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    view.setTabKeyNavigation(False)
    view.setWordWrap(False)
    view.verticalHeader().hide()
    view.verticalHeader().setDefaultSectionSize(28)
    view.horizontalHeader().setHighlightSections(False)
    view.horizontalHeader().setStretchLastSection(True)
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    view.horizontalHeader().setDefaultAlignment(
        Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    )

    def resize() -> None:
        for column, width in enumerate(widths):
            view.horizontalHeader().resizeSection(column, width)

    model.modelReset.connect(resize)
    return view
