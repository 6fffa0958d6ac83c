"""The log page: filter, follow and copy lines, and bundle them for support."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.store.logs import LogFile
from gantry.ui.background.context import Context
from gantry.ui.background.export import save_bundle
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.models.log_model import LogModel, read_lines
from gantry.ui.system.desktop import open_folder, open_folder_of
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.i18n import Translated
from gantry.ui.text.quantities import count_text
from gantry.ui.widgets.empty_state import EmptyState
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.log_filter import LogFilterRow
from gantry.ui.widgets.log_table import LogTable

_LOOK = 500  # milliseconds between looks for new lines
_MOST_COPIED = 20_000


class LogPage(Translated):
    """Shows the files that `start_logging` writes, which contain no patient data."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._log = LogFile(context.home.logs)
        self.model = LogModel(self._log, self._run, self)
        self._build()
        self._look = QTimer(self, interval=_LOOK)
        self._look.timeout.connect(self.model.refresh)
        self._connect()
        self.retranslate()

    def reveal(self, what: object) -> None:
        """Shows one job's lines, by its id."""
        self.filter.show_job(str(what))

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

        self.filter = LogFilterRow(self)
        self.table = LogTable(self.model, self)
        self._nothing = EmptyState("log", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.table)
        self._stack.addWidget(self._nothing)
        self._footer = plain_label("", self, "muted")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addWidget(self.filter)
        outer.addWidget(self._stack, 1)
        outer.addWidget(self._footer)

    def _connect(self) -> None:
        self.filter.changed.connect(lambda: self.model.set_filter(self.filter.wanted()))
        self.model.grown.connect(self._on_grown)
        self.model.grown.connect(self._show_counts)
        self.model.searched.connect(self._show_counts)
        self.model.modelReset.connect(self._show_counts)
        self.follow.toggled.connect(self._on_follow)
        # Stops following when the user scrolls up; resumes at the end.
        self.table.scrolled.connect(self.follow.setChecked)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.table.selectionModel().currentChanged.connect(self._show_copy)
        self.copy.clicked.connect(self.copy_selected)
        self.table.copied.connect(self.copy_selected)
        self.folder.clicked.connect(lambda: open_folder(self._context.home.logs))
        self.bundle.clicked.connect(self._on_bundle)
        self._nothing.button.clicked.connect(self.filter.reset)

    def _run(self, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        self._context.runner.run_in_order("log", work, done, self._context.report, self)

    def _on_grown(self) -> None:
        if self.follow.isChecked():
            self.table.scrollToBottom()

    def _on_follow(self, on: bool) -> None:
        if on:
            self.table.scrollToBottom()

    def _on_selected(self) -> None:
        self._show_copy()
        if self.table.selectionModel().hasSelection():
            self.follow.setChecked(False)

    def _show_copy(self) -> None:
        self.copy.setEnabled(self.table.has_choice)

    def copy_selected(self) -> None:
        """Puts the selected lines, or the current one, on the clipboard as text."""
        numbers = self.table.chosen(_MOST_COPIED)
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
        """Packs logs, versions and settings for a helper; no patient data, no secrets."""
        services = self._context.services
        self.bundle.setEnabled(False)

        def text() -> tuple[str, str]:
            return (
                self.tr("Support bundle saved"),
                self.tr("{path} contains logs, versions and settings, but no patient data and no "
"passwords.")
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
            self.tr("No matching lines") if total else self.tr("The log is empty"),
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
        self.table.setAccessibleName(self.tr("Log lines"))
        self._show_copy()
        self.model.retranslate()
        self._show_counts()
