"""Everything the history knows of one parcel, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontDatabase, QResizeEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.parcel import Outcome, ParcelState, Receipt
from gantry.messages import error_message
from gantry.store.history.rows import AttemptRow, ParcelDetail, SourceRow
from gantry.ui.destination_forms import destination_text
from gantry.ui.i18n import Translated, translate_message
from gantry.ui.models.catalog_node import person_text
from gantry.ui.models.history_model import STEPS
from gantry.ui.models.rows_model import RowsModel
from gantry.ui.proof_text import proof_text
from gantry.ui.quantities import count_text, seconds_text, size_text, time_text
from gantry.ui.theme import set_icon, set_kind
from gantry.ui.widgets.labels import copyable, plain_label
from gantry.ui.widgets.step_delegate import LOOKS

_FINAL = (ParcelState.FAILED, ParcelState.CANCELLED)


class ParcelPanel(Translated):
    """The details beside the list.

    Signals:
        send_again, retry, show_folder, verify, show_error: a button was pressed.
    """

    send_again = Signal()
    retry = Signal()
    show_folder = Signal()
    verify = Signal()
    show_error = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.detail: ParcelDetail | None = None
        self._verdict = ""
        self.attempts, self.files = RowsModel(self), RowsModel(self)
        self._build()
        self.retranslate()

    def show_detail(self, detail: ParcelDetail) -> None:
        """Shows a parcel; its files come by `files`."""
        if self.detail is None or detail.row.id != self.detail.row.id:
            self._verdict = ""
        self.detail = detail
        self._fill()

    def set_verdict(self, text: str) -> None:
        """What came of "Verify again"."""
        self._verdict = text
        self._fill()

    def _build(self) -> None:
        self._icon, self._state = QLabel(self), plain_label("", self, "strong")
        self._title = plain_label("", self, "title")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._state, 1)

        self.buttons: dict[str, QPushButton] = {}
        grid = QGridLayout()
        grid.setSpacing(8)
        for place, (name, icon, signal) in enumerate(
            (
                ("again", "send", self.send_again),
                ("retry", "retry", self.retry),
                ("verify", "check", self.verify),
                ("folder", "open", self.show_folder),
            )
        ):
            button = QPushButton(self)
            set_icon(button, icon, size=16)
            button.clicked.connect(signal)
            grid.addWidget(button, place // 2, place % 2)
            self.buttons[name] = button

        self._failure = QFrame(self)
        set_kind(self._failure, "note-error")
        self._error_title = plain_label("", self._failure, "strong")
        self._error = plain_label("", self._failure)
        self._error_details = QPushButton(self._failure)
        set_kind(self._error_details, "quiet")
        self._error_details.clicked.connect(self.show_error)
        note = QVBoxLayout(self._failure)
        note.setContentsMargins(12, 10, 12, 6)
        note.setSpacing(3)
        note.addWidget(self._error_title)
        note.addWidget(self._error)
        note.addWidget(self._error_details, 0, Qt.AlignmentFlag.AlignRight)
        self._verdict_label = plain_label("", self)

        self._tabs = QTabWidget(self)
        self._tabs.setDocumentMode(True)
        self._tabs.setMinimumHeight(200)
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
        self._receipt = QPlainTextEdit()
        self._receipt.setReadOnly(True)
        self._receipt.setTabChangesFocus(True)
        self._receipt.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._attempt_view = _table(self.attempts, (36, 72, 124, 46))
        self._file_view = _table(self.files, (240, 80, 240))
        for widget in (scroll, self._attempt_view, self._receipt, self._file_view):
            self._tabs.addTab(widget, "")

        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._title)
        column.addWidget(self._failure)
        column.addLayout(grid)
        column.addWidget(self._verdict_label)
        column.addWidget(self._tabs, 1)

    def _fill(self) -> None:
        detail = self.detail
        if detail is None:
            return
        row = detail.row
        name, colour = LOOKS[STEPS[row.state]]
        set_icon(self._icon, name, colour, 18)
        self._state.setText(self._state_text(row.state))
        self._title.setText(row.label or row.study_uid or row.id)
        failed = row.error is not None and row.state is not ParcelState.DELIVERED
        self._failure.setVisible(failed)
        if failed and row.error is not None:
            message = error_message(row.error, translate=translate_message)
            self._error_title.setText(message.title)
            self._error.setText(f"{message.what} {message.do}".strip())
        self.buttons["retry"].setEnabled(row.state in _FINAL)
        self.buttons["verify"].setEnabled(row.state is ParcelState.DELIVERED)
        self._verdict_label.setText(self._verdict)
        self._verdict_label.setVisible(bool(self._verdict))
        self._fit()
        self._fill_overview(detail)
        self.attempts.set_rows([self._attempt(a) for a in detail.attempts])
        self._receipt.setPlainText("\n\n".join(self._receipt_text(r) for r in detail.receipts))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Texts that wrap keep their height: the panel scrolls before it cuts them."""
        inner = self.width() - 16
        for label, width in (
            (self._title, inner),
            (self._error_title, inner - 24),
            (self._error, inner - 24),
            (self._verdict_label, inner),
        ):
            label.setMinimumHeight(max(0, label.heightForWidth(width)))

    def _fill_overview(self, detail: ParcelDetail) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        row = detail.row
        patient = " · ".join(p for p in (person_text(row.patient_name), row.patient_id) if p)
        pairs = [
            (self.tr("Patient"), patient),
            (self.tr("Study UID"), row.study_uid),
            (self.tr("Destination"), destination_text(row.destination)),
            (self.tr("Address"), detail.url),
            (self.tr("Sent on"), time_text(row.created)),
            (self.tr("Last change"), time_text(row.changed)),
            (self.tr("Instances"), count_text(row.files)),
            (self.tr("Size"), size_text(row.size)),
            (self.tr("Archive"), size_text(row.archive_size) if row.archive_size else ""),
            (self.tr("SHA-256"), detail.archive_sha256),
            (self.tr("Parcel"), row.id),
        ]
        if detail.receipts:
            last = detail.receipts[-1]
            pairs[6:6] = [
                (self.tr("Arrival"), self.outcome_text(last.outcome)),
                (self.tr("Proved by"), proof_text(last.proof)),
            ]
        for caption, value in pairs:
            if value:
                shown = copyable(value, caption, self._overview)
                self._form.addRow(plain_label(caption, self._overview, "muted"), shown)

    def _attempt(self, attempt: AttemptRow) -> tuple[str, ...]:
        if attempt.error is not None:
            result = error_message(attempt.error, translate=translate_message).title
        else:
            result = {
                "": self.tr("Running"),
                "done": self.tr("Done"),
                "interrupted": self.tr("Interrupted"),
            }.get(attempt.outcome, self.tr("Failed"))
        step = self.tr("Packing") if attempt.step == "pack" else self.tr("Sending")
        return (
            count_text(attempt.number),
            step,
            time_text(attempt.started),
            seconds_text(attempt.seconds) if attempt.ended else "",
            result,
        )

    def add_files(self, sources: Sequence[SourceRow], last: bool) -> None:
        """Further rows of the file list."""
        self.files.add_rows([_file(s) for s in sources], last)

    def set_files(self, sources: Sequence[SourceRow], more: Callable[[int], None] | None) -> None:
        """The first rows of the file list; `more` gets the number of rows held."""
        self.files.set_rows([_file(s) for s in sources], more)

    def _receipt_text(self, receipt: Receipt) -> str:
        lines = [
            f"{self.tr('Outcome')}: {self.outcome_text(receipt.outcome)}",
            f"{self.tr('Time')}: {receipt.time}",
            f"{self.tr('Destination')}: {receipt.destination}",
        ]
        for caption, value in (
            (self.tr("Status"), receipt.status),
            (self.tr("Proved by"), proof_text(receipt.proof)),
            (self.tr("Location"), receipt.location),
            ("SHA-256", receipt.sha256),
            (self.tr("Size"), count_text(receipt.size)),
        ):
            if value:
                lines.append(f"{caption}: {value}")
        odd = [i for i in receipt.instances if not i.outcome.is_delivered]
        if receipt.instances:
            stored = count_text(len(receipt.instances) - len(odd))
            total = count_text(len(receipt.instances))
            text = self.tr("{stored} of {total} instances stored")
            lines.append(text.format(stored=stored, total=total))
        lines += [f"  {i.sop_instance_uid}: {i.outcome} {i.reason}".rstrip() for i in odd[:500]]
        if receipt.body:
            lines += ["", receipt.body]
        return "\n".join(lines)

    def outcome_text(self, outcome: Outcome) -> str:
        """What a destination said, in the user's words."""
        return {
            Outcome.STORED: self.tr("Stored"),
            Outcome.ALREADY_THERE: self.tr("Was already there"),
            Outcome.REJECTED: self.tr("Rejected"),
            Outcome.UNKNOWN: self.tr("Unknown"),
        }[outcome]

    def _state_text(self, state: ParcelState) -> str:
        return {
            ParcelState.WAITING: self.tr("Waiting"),
            ParcelState.PACKING: self.tr("Packing"),
            ParcelState.VERIFIED: self.tr("Ready to send"),
            ParcelState.SENDING: self.tr("Sending"),
            ParcelState.DELIVERED: self.tr("Delivered"),
            ParcelState.FAILED: self.tr("Failed"),
            ParcelState.CANCELLED: self.tr("Cancelled"),
            ParcelState.SPLIT: self.tr("Split into smaller parcels"),
        }[state]

    def retranslate(self) -> None:
        self.buttons["again"].setText(self.tr("Send a&gain"))
        self.buttons["retry"].setText(self.tr("Retry &failed only"))
        self.buttons["retry"].setToolTip(
            self.tr("Sends what failed or was cancelled in this job; what arrived stays as it is")
        )
        self.buttons["verify"].setText(self.tr("&Verify again"))
        self.buttons["verify"].setToolTip(self.tr("Asks the destination what it holds"))
        self.buttons["folder"].setText(self.tr("Show in f&older"))
        self._error_details.setText(self.tr("&Details…"))
        for place, text in enumerate(
            (self.tr("Overview"), self.tr("Attempts"), self.tr("Receipt"), self.tr("Files"))
        ):
            self._tabs.setTabText(place, text)
        self._receipt.setAccessibleName(self.tr("Receipt"))
        self._receipt.setPlaceholderText(self.tr("No receipt: the destination has not answered."))
        self._attempt_view.setAccessibleName(self.tr("Attempts"))
        self._file_view.setAccessibleName(self.tr("Files"))
        self.attempts.set_headers(
            self.tr("No."), self.tr("Step"), self.tr("Begun"), self.tr("Took"), self.tr("Result")
        )
        self.files.set_headers(
            self.tr("File"), self.tr("Size"), self.tr("SOP Instance UID"), self.tr("SHA-256")
        )
        self._fill()


def _file(source: SourceRow) -> tuple[str, ...]:
    path = f"{source.path} → {source.member}" if source.member else source.path
    return path, size_text(source.size), source.sop_instance_uid, source.sha256


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
