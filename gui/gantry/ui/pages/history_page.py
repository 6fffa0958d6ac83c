"""The history page: find, explain, send again, verify again and export parcels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.engine import events
from gantry.services.arrivals import can_prove_again
from gantry.store.history.rows import (
    Count,
    Cursor,
    ParcelFilter,
    ParcelRow,
)
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.models.history_model import HistoryModel
from gantry.ui.pages.history_commands import HistoryCommands
from gantry.ui.pages.history_details import HistoryDetails
from gantry.ui.text.i18n import Translated
from gantry.ui.text.quantities import count_text
from gantry.ui.widgets.empty_state import EmptyState
from gantry.ui.widgets.history_filter import HistoryFilter
from gantry.ui.widgets.history_table import HistoryTable
from gantry.ui.widgets.labels import plain_label

_SETTLE = 700  # milliseconds after an event before the list is reloaded


class HistoryPage(Translated):
    """List, filter and details."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._count: Count | None = None
        self.model = HistoryModel(self._fetch, self)
        self.filter = HistoryFilter(self)
        self.details = HistoryDetails(context, self)
        self.panel = self.details.panel
        self.commands = HistoryCommands(context, self.panel, self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self.refresh)
        self._wanted = ""
        self._build()
        self._connect()
        self.retranslate()
        self._search()

    def reveal(self, what: object) -> None:
        """Shows a job's parcels, or one parcel of it, by id."""
        key, history = str(what), self._context.history

        def find() -> tuple[str, str]:
            detail = history.parcel(key)
            return (detail.row.job, key) if detail else (key, "")

        def show(found: tuple[str, str]) -> None:
            self._wanted = found[1]
            self.filter.show_job(found[0])

        self._run(find, show)

    def refresh(self) -> None:
        """Reloads the list, because something was sent meanwhile."""
        self.model.refresh()
        self._recount()
        self.details.refresh()

    def _build(self) -> None:
        self._title = QLabel(self)
        set_kind(self._title, "display")
        self.export = QPushButton(self)
        set_icon(self.export, "export", size=16)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.export)
        self._empty = EmptyState("history", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._work())
        self._stack.addWidget(self._empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _work(self) -> QWidget:
        """The content once something was sent: filter, table and details."""
        self.table = HistoryTable(self.model, self)
        self._nothing = EmptyState("search", self)
        self._lists = QStackedWidget(self)
        self._lists.addWidget(self.table)
        self._lists.addWidget(self._nothing)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self._lists)
        split.addWidget(self.details)
        split.setStretchFactor(0, 1)
        split.setSizes([740, 340])
        self._footer = plain_label("", self, "muted")
        work = QWidget(self)
        lines = QVBoxLayout(work)
        lines.setContentsMargins(0, 0, 0, 0)
        lines.setSpacing(12)
        lines.addWidget(self.filter)
        lines.addWidget(split, 1)
        lines.addWidget(self._footer)
        return work

    def _connect(self) -> None:
        self.filter.changed.connect(self._search)
        self.model.loaded.connect(self._on_loaded)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.model.modelReset.connect(self._on_selected)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.export.clicked.connect(self._on_export)
        self._empty.button.clicked.connect(lambda: self._context.navigate.emit("send", None))
        self._nothing.button.clicked.connect(self.filter.reset)
        self.panel.send_again.connect(lambda: self.commands.send_again(self.table.chosen()))
        self.panel.retry.connect(lambda: self.commands.retry_failed(self.table.chosen()))
        self.panel.verify.connect(self.commands.verify)
        self.panel.show_folder.connect(self.commands.show_folder)
        self.panel.is_there.connect(self.commands.is_there)
        self.panel.leave_out.connect(self.commands.leave_out)
        self.panel.try_again.connect(self.commands.try_again)
        self.panel.add_rule.connect(self.commands.add_rule)
        self.panel.preview.connect(self.commands.show_held)
        self.panel.give_up.connect(self.commands.give_up)
        self.panel.resume.connect(self.commands.resume)
        self.panel.report.connect(self._on_report)
        self.panel.certificate.connect(self.commands.certify)
        self._context.runner.engine_event.connect(self._on_event)
        self._context.runner.job_over.connect(lambda _: self._settle.start())

    def _run(self, work: Callable[[], object], done: Callable[..., None] | None = None) -> None:
        self._context.runner.run(work, done, self._context.report, self)

    # The list

    def _fetch(
        self,
        wanted: ParcelFilter,
        after: Cursor | None,
        limit: int,
        deliver: Callable[[Sequence[ParcelRow]], None],
    ) -> None:
        history = self._context.history
        self._run(lambda: history.parcels(wanted, after=after, limit=limit), deliver)

    def _search(self) -> None:
        wanted = replace(self.filter.wanted(), sort=self.model.filter.sort)
        self.model.set_filter(wanted)
        self._recount()

    def _recount(self) -> None:
        history, wanted = self._context.history, self.model.filter
        self._run(lambda: (wanted, history.count(wanted), history.destinations()), self._on_counted)

    def _on_counted(self, found: tuple[ParcelFilter, Count, list[str]]) -> None:
        wanted, count, names = found
        if wanted == self.model.filter:
            self._count = count
        self.filter.set_destinations(names)
        self._show_counts()

    def _on_loaded(self) -> None:
        self._show_counts()
        if self._wanted:
            index = self.model.find(self._wanted)
            if index.isValid():
                self.table.setCurrentIndex(index)
                self.table.setFocus()
            self._wanted = ""

    def _show_counts(self) -> None:
        none = self.model.is_complete and not self.model.rowCount()
        self._stack.setCurrentIndex(1 if none and self.filter.is_empty else 0)
        self._lists.setCurrentIndex(1 if none else 0)
        self.export.setEnabled(not none)
        if self._count is None:
            self._footer.setText("")
        elif self._count.exact:
            text = self.tr("{n} entries") if self._count.number != 1 else self.tr("{n} entry")
            self._footer.setText(text.format(n=count_text(self._count.number)))
        else:
            text = self.tr("more than {n} entries")
            self._footer.setText(text.format(n=count_text(self._count.number)))

    def _on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.SendPosition) and not self._settle.isActive():
            self._settle.start()

    # What is done with the selection

    def _on_selected(self, *_: object) -> None:
        chosen, current = self.table.chosen(), self.table.current()
        if chosen and current not in chosen:
            current = chosen[0]
        self.details.show_parcel(current if chosen else "")

    def _on_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export as CSV"), "gantry-history.csv", self.tr("CSV table (*.csv)")
        )
        if path:
            self.commands.export_to(path, self.model.filter)

    def _on_report(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self,
            self.tr("De-identification report"),
            "gantry-deidentification.html",
            self.tr("Page (*.html)"),
        )
        if path:
            self.commands.report_to(path)

    def _on_menu(self, where: QPoint) -> None:
        if not self.table.chosen():
            return
        menu = self.menu()
        menu.popup(self.table.viewport().mapToGlobal(where))

    def menu(self) -> QMenu:
        """The menu of actions for the selection."""
        chosen = self.table.chosen()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Send a&gain"), lambda: self.commands.send_again(chosen))
        others = menu.addMenu(self.tr("Send again &to"))
        for place in self._context.services.destinations.all():
            entry = QAction(place.name.replace("&", "&&"), others)
            entry.triggered.connect(
                lambda _=False, name=place.name: self.commands.send_again(chosen, name)
            )
            others.addAction(entry)
        menu.addAction(self.tr("Retry &failed only"), lambda: self.commands.retry_failed(chosen))
        menu.addSeparator()
        detail = self.panel.detail
        if detail is not None and can_prove_again(detail):
            menu.addAction(self.tr("&Verify again"), self.commands.verify)
        menu.addAction(self.tr("Show in f&older"), self.commands.show_folder)
        if detail is not None:
            menu.addAction(self.tr("Certific&ate…"), self.commands.certify)
        return menu

    def retranslate(self) -> None:
        self._title.setText(self.tr("History"))
        self.export.setText(self.tr("&Export CSV…"))
        self.table.setAccessibleName(self.tr("What was sent"))
        self._empty.set_texts(
            self.tr("Nothing has been sent yet"),
            self.tr("Every study you send is listed here permanently, with the server's receipt."),
            self.tr("Go to &Send"),
        )
        self._nothing.set_texts(
            self.tr("Nothing found"),
            self.tr("No entry matches this search."),
            self.tr("Show &everything"),
        )
        self.model.retranslate()
        self._show_counts()
