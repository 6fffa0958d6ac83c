"""The log, for those who look after Gantry: filtered, followed, copied, bundled for support."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QItemSelectionRange, Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QHideEvent, QKeySequence, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gantry.store.logs import LogFile, LogFilter
from gantry.ui.context import Context
from gantry.ui.desktop import open_folder, open_folder_of
from gantry.ui.export import save_bundle
from gantry.ui.i18n import Translated
from gantry.ui.models.log_model import Column, LogModel, read_lines
from gantry.ui.quantities import count_text
from gantry.ui.theme import icon, set_icon, set_kind, theme
from gantry.ui.widgets.alerts import Alert, Level
from gantry.ui.widgets.empty_state import EmptyState
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.level_delegate import LevelDelegate

_LEVELS = ("", "info", "warning", "error")
_EVENTS = (
    "job", "parcel", "archive", "archive.verify.failed", "transfer", "transfer.send.failed",
    "library", "log",
)  # fmt: skip
_LOOK = 500  # milliseconds between looks for new lines
_TYPING = 250
_MOST_COPIED = 20_000
_WIDTHS = {Column.TIME: 190, Column.LEVEL: 80, Column.EVENT: 190, Column.MESSAGE: 260}


class LogPage(Translated):
    """Reads the files that `start_logging` writes; what it shows has no patient data in it."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._log = LogFile(context.home.logs)
        self.model = LogModel(self._log, self._run, self)
        self._build()
        self._look = QTimer(self, interval=_LOOK)
        self._look.timeout.connect(self.model.refresh)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING)
        self._typing.timeout.connect(self._search)
        self._connect()
        self.retranslate()

    def reveal(self, what: object) -> None:
        """Shows one job's lines, by its id."""
        self.job.setText(str(what))
        self._search()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.refresh()
        self._look.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._look.stop()
        super().hideEvent(event)

    def _build(self) -> None:
        self._title = QLabel(self)
        set_kind(self._title, "display")
        self.follow, self.copy = QPushButton(self), QPushButton(self)
        self.folder, self.bundle = QPushButton(self), QPushButton(self)
        self.follow.setCheckable(True)
        self.follow.setChecked(True)
        for button, picture in (
            (self.follow, "drop"),
            (self.copy, "copy"),
            (self.folder, "open"),
            (self.bundle, "export"),
        ):
            set_icon(button, picture, size=16)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title, 1)
        for button in (self.follow, self.copy, self.folder, self.bundle):
            head.addWidget(button)

        self.text, self.job = QLineEdit(self), QLineEdit(self)
        self.level, self.event_name = QComboBox(self), QComboBox(self)
        self._search_icon = QAction(self)
        self.text.addAction(self._search_icon, QLineEdit.ActionPosition.LeadingPosition)
        for edit in (self.text, self.job):
            edit.setClearButtonEnabled(True)
        self.event_name.setEditable(True)
        self.event_name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.event_name.addItems(["", *_EVENTS])
        self.event_name.setMinimumWidth(180)
        filters = QHBoxLayout()
        filters.setSpacing(8)
        filters.addWidget(self.text, 3)
        filters.addWidget(self.level)
        filters.addWidget(self.event_name)
        filters.addWidget(self.job, 2)

        self.table = QTableView(self)
        self.table.setModel(self.model)
        self.table.setItemDelegate(LevelDelegate(self.table))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(26)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setStretchLastSection(True)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)
        self._copy_keys = QAction(self.table)
        self._copy_keys.setShortcut(QKeySequence.StandardKey.Copy)
        self._copy_keys.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.table.addAction(self._copy_keys)

        self._nothing = EmptyState("log", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        self._footer = plain_label("", self, "muted")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addLayout(filters)
        outer.addWidget(self._stack, 1)
        outer.addWidget(self._footer)
        self._draw()

    def _connect(self) -> None:
        theme().changed.connect(self._draw)
        self.text.textChanged.connect(lambda: self._typing.start())
        self.job.textChanged.connect(lambda: self._typing.start())
        self.event_name.editTextChanged.connect(lambda: self._typing.start())
        self.level.currentIndexChanged.connect(self._search)
        for edit in (self.text, self.job):
            edit.returnPressed.connect(self._search)
        self.model.grown.connect(self._on_grown)
        self.model.grown.connect(self._show_counts)
        self.model.searched.connect(self._show_counts)
        self.model.modelReset.connect(self._show_counts)
        self.follow.toggled.connect(self._on_follow)
        bar = self.table.verticalScrollBar()
        bar.actionTriggered.connect(lambda _: QTimer.singleShot(0, self._on_scrolled))
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.table.selectionModel().currentChanged.connect(self._show_copy)
        self.copy.clicked.connect(self.copy_selected)
        self._copy_keys.triggered.connect(self.copy_selected)
        self.folder.clicked.connect(lambda: open_folder(self._context.home.logs))
        self.bundle.clicked.connect(self._on_bundle)
        self._nothing.button.clicked.connect(self.reset)

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._context.runner.run_in_order("log", work, done, self._context.report, self)

    def reset(self) -> None:
        """Shows every line."""
        self.level.setCurrentIndex(0)
        self.event_name.setEditText("")
        self.text.clear()
        self.job.clear()
        self._search()

    def wanted(self) -> LogFilter:
        """The filter as it stands."""
        return LogFilter(
            level=_LEVELS[max(0, self.level.currentIndex())],
            event=self.event_name.currentText().strip(),
            job=self.job.text().strip(),
            text=self.text.text().strip(),
        )

    def _search(self) -> None:
        self._typing.stop()
        self.model.set_filter(self.wanted())

    def _on_grown(self) -> None:
        if self.follow.isChecked():
            self.table.scrollToBottom()

    def _on_follow(self, on: bool) -> None:
        if on:
            self.table.scrollToBottom()

    def _on_scrolled(self) -> None:
        """Who scrolls up wants to read: following waits until the end is reached again."""
        bar = self.table.verticalScrollBar()
        self.follow.setChecked(bar.value() >= bar.maximum())

    def _on_selected(self) -> None:
        self._show_copy()
        if self.table.selectionModel().hasSelection():
            self.follow.setChecked(False)

    def _show_copy(self) -> None:
        current = self.table.currentIndex()
        self.copy.setEnabled(self.table.selectionModel().hasSelection() or current.isValid())

    def copy_selected(self) -> None:
        """Puts the selected lines, or the current one, on the clipboard as text."""
        numbers: list[int] = []
        if not self.table.selectionModel().hasSelection():
            row = self.table.currentIndex().row()
            numbers = self.model.numbers_of(row, row) if row >= 0 else []
        for part in sorted(self.table.selectionModel().selection().toList(), key=_top):
            room = _MOST_COPIED - len(numbers)
            if room > 0:
                numbers += self.model.numbers_of(part.top(), min(part.bottom(), part.top() + room))
        if not numbers:
            return
        log = self._log
        self._run(
            lambda: "\n".join(str(line) for line in read_lines(log, numbers)),
            lambda text: QGuiApplication.clipboard().setText(text),
        )

    def _on_bundle(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save support bundle"), "gantry-support.zip", self.tr("ZIP file (*.zip)")
        )
        if path:
            self.write_bundle(path)

    def write_bundle(self, path: str) -> None:
        """Packs logs, versions and settings for whoever helps; no patient data, no secrets."""
        services = self._context.services
        self.bundle.setEnabled(False)

        def text() -> tuple[str, str]:
            return (
                self.tr("Support bundle saved"),
                self.tr("{path} holds logs, versions and settings: no patients, no passwords.")
                .format(path=path),
            )  # fmt: skip

        def show() -> None:
            open_folder_of(path)

        def done(_: object) -> None:
            self.bundle.setEnabled(True)
            button = (lambda: self.tr("Show in folder"), show)
            self._context.alert.emit(Alert("log.bundle", Level.SUCCESS, text, (button,)))

        def failed(error: Any) -> None:
            self.bundle.setEnabled(True)
            self._context.report(error)

        self._context.runner.run_long(
            "bundle", lambda: save_bundle(services, path), done, failed, self
        )

    def _show_counts(self) -> None:
        rows, total = self.model.rowCount(), self.model.total
        none = not rows and not self.model.is_searching
        self._stack.setCurrentIndex(1 if none else 0)
        self._nothing.set_texts(
            self.tr("No line fits") if total else self.tr("The log is empty"),
            self.tr("Nothing in the log passes this filter.") if total else "",
            self.tr("Show &everything") if total else "",
        )
        if self.model.is_searching:
            text = self.tr("{n} of {total} lines, still searching…")
        elif self.model.filter.is_empty:
            text = self.tr("{n} lines")
        else:
            text = self.tr("{n} of {total} lines")
        self._footer.setText(text.format(n=count_text(rows), total=count_text(total)))

    def _draw(self) -> None:
        self._search_icon.setIcon(icon("search", "muted", 16))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Log"))
        self.follow.setText(self.tr("&Follow"))
        self.follow.setToolTip(self.tr("Keep the newest line in view"))
        self.copy.setText(self.tr("&Copy"))
        self.folder.setText(self.tr("Open f&older"))
        self.bundle.setText(self.tr("Support &bundle…"))
        self.bundle.setToolTip(
            self.tr("A ZIP file for support: no patient data and no passwords in it")
        )
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
        self.table.setAccessibleName(self.tr("Log lines"))
        self._show_copy()
        self.model.retranslate()
        self._show_counts()


def _top(part: QItemSelectionRange) -> int:
    return part.top()
