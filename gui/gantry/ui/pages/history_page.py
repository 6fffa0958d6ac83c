"""Every parcel ever sent: found again, explained, sent again, proved again, exported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gantry.engine import events
from gantry.store.history.rows import (
    Count,
    Cursor,
    ParcelDetail,
    ParcelFilter,
    ParcelRow,
    SourceRow,
)
from gantry.ui.context import Context
from gantry.ui.i18n import Translated
from gantry.ui.models.history_model import ID_ROLE, SORTS, Column, HistoryModel
from gantry.ui.pages.history_commands import HistoryCommands
from gantry.ui.quantities import count_text
from gantry.ui.theme import set_icon, set_kind
from gantry.ui.widgets.empty_state import EmptyState
from gantry.ui.widgets.history_filter import HistoryFilter
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.parcel_panel import ParcelPanel
from gantry.ui.widgets.state_delegate import StateDelegate

_FILES = 500
_SETTLE = 700  # milliseconds after an event before the list looks again
_WIDTHS = {
    Column.STATE: 108,
    Column.TIME: 124,
    Column.PATIENT: 120,
    Column.SIZE: 80,
}


class HistoryPage(Translated):
    """List, filter and details."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._count: Count | None = None
        self.model = HistoryModel(self._fetch, self)
        self.filter = HistoryFilter(self)
        self.panel = ParcelPanel(self)
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
        """Looks again: something was sent meanwhile."""
        self.model.refresh()
        self._recount()
        if self.panel.detail is not None:
            self._load_detail(self.panel.detail.row.id)

    def _build(self) -> None:
        self._title = QLabel(self)
        set_kind(self._title, "display")
        self.export = QPushButton(self)
        set_icon(self.export, "export", size=16)
        head = QHBoxLayout()
        head.addWidget(self._title, 1)
        head.addWidget(self.export)

        self.table = QTableView(self)
        self.table.setModel(self.model)
        self.table.setItemDelegate(StateDelegate(self.table))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QTableView.SelectionMode.ExtendedSelection)
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(32)
        header = self.table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(True)
        header.setSortIndicatorShown(True)
        header.setSortIndicator(Column.TIME, Qt.SortOrder.DescendingOrder)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS.items():
            header.resizeSection(column, width)
        for column in (Column.STUDY, Column.DESTINATION):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

        self._nothing = EmptyState("search", self)
        # Seen with a selection only: else the table has all the room.
        self._side = scroll = QScrollArea(self)
        scroll.hide()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_kind(self.panel, "scrolled")
        scroll.setWidget(self.panel)
        self._side.setMinimumWidth(320)
        self._lists = QStackedWidget(self)
        self._lists.addWidget(self.table)
        self._lists.addWidget(self._nothing)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setChildrenCollapsible(False)
        split.addWidget(self._lists)
        split.addWidget(self._side)
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
        self._empty = EmptyState("history", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(work)
        self._stack.addWidget(self._empty)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addLayout(head)
        outer.addWidget(self._stack, 1)

    def _connect(self) -> None:
        self.filter.changed.connect(self._search)
        self.model.loaded.connect(self._on_loaded)
        self.table.selectionModel().selectionChanged.connect(self._on_selected)
        self.model.modelReset.connect(self._on_selected)
        self.table.horizontalHeader().sectionClicked.connect(self._on_sort)
        self.table.customContextMenuRequested.connect(self._on_menu)
        self.export.clicked.connect(self._on_export)
        self._empty.button.clicked.connect(lambda: self._context.navigate.emit("send", None))
        self._nothing.button.clicked.connect(self.filter.reset)
        self.panel.send_again.connect(lambda: self.commands.send_again(self.chosen()))
        self.panel.retry.connect(lambda: self.commands.retry_failed(self.chosen()))
        self.panel.verify.connect(self.commands.verify)
        self.panel.show_folder.connect(self.commands.show_folder)
        self.panel.show_error.connect(self._on_error)
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

    def _on_sort(self, section: int) -> None:
        header = self.table.horizontalHeader()
        orders = SORTS.get(Column(section))
        if orders is None:
            self._show_order()
            return
        descending = orders[1] is not self.model.filter.sort
        if self.model.filter.sort not in orders:
            descending = section != Column.STUDY
        sort = orders[1] if descending else orders[0]
        self.model.set_filter(replace(self.model.filter, sort=sort))
        header.setSortIndicator(
            section,
            Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder,
        )

    def _show_order(self) -> None:
        """Puts the arrow back: the column that was clicked can't be sorted by."""
        for column, orders in SORTS.items():
            if self.model.filter.sort in orders:
                down = self.model.filter.sort.descends
                self.table.horizontalHeader().setSortIndicator(
                    column,
                    Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder,
                )

    def _on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.SendPosition) and not self._settle.isActive():
            self._settle.start()

    # The details

    def chosen(self) -> list[str]:
        """The ids of the selected parcels."""
        rows = self.table.selectionModel().selectedRows()
        return [str(i) for row in rows if (i := row.data(ID_ROLE)) is not None]

    def _on_selected(self, *_: object) -> None:
        current = self.table.currentIndex()
        chosen = self.chosen()
        shown = current.siblingAtColumn(0).data(ID_ROLE) if current.isValid() else None
        if not chosen:
            self._side.hide()
        else:
            self._load_detail(str(shown if shown in chosen else chosen[0]))

    def _load_detail(self, parcel_id: str) -> None:
        history = self._context.history
        self._run(
            lambda: (history.parcel(parcel_id), history.sources(parcel_id, limit=_FILES)),
            self._on_detail,
        )

    def _on_detail(self, found: tuple[ParcelDetail | None, list[SourceRow]]) -> None:
        detail, sources = found
        if detail is None or detail.row.id not in self.chosen():
            return
        same = self.panel.detail is not None and self.panel.detail.row.id == detail.row.id
        self.panel.show_detail(detail)
        if not same or not self.panel.files.rowCount():
            more = self._more_files if len(sources) == _FILES else None
            self.panel.set_files(sources, more)
        self._side.show()

    def _more_files(self, held: int) -> None:
        detail = self.panel.detail
        assert detail is not None
        history, key = self._context.history, detail.row.id

        def show(rows: list[SourceRow]) -> None:
            if self.panel.detail is not None and self.panel.detail.row.id == key:
                self.panel.add_files(rows, last=len(rows) < _FILES)

        self._run(lambda: history.sources(key, start=held, limit=_FILES), show)

    def _on_error(self) -> None:
        from gantry.ui.dialogs.error_details import ErrorDetails

        detail = self.panel.detail
        if detail is not None and detail.row.error is not None:
            dialog = ErrorDetails(detail.row.error, (detail.row.label,), self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _on_export(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export as CSV"), "gantry-history.csv", self.tr("CSV table (*.csv)")
        )
        if path:
            self.commands.export_to(path, self.model.filter)

    def _on_menu(self, where: QPoint) -> None:
        if not self.chosen():
            return
        menu = self.menu()
        menu.popup(self.table.viewport().mapToGlobal(where))

    def menu(self) -> QMenu:
        """What can be done with the selection."""
        chosen = self.chosen()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Send a&gain"), lambda: self.commands.send_again(chosen))
        others = menu.addMenu(self.tr("Send again &to"))
        for place in self._context.services.places():
            entry = QAction(place.name.replace("&", "&&"), others)
            entry.triggered.connect(
                lambda _=False, name=place.name: self.commands.send_again(chosen, name)
            )
            others.addAction(entry)
        menu.addAction(self.tr("Retry &failed only"), lambda: self.commands.retry_failed(chosen))
        menu.addSeparator()
        menu.addAction(self.tr("&Verify again"), self.commands.verify)
        menu.addAction(self.tr("Show in f&older"), self.commands.show_folder)
        return menu

    def retranslate(self) -> None:
        self._title.setText(self.tr("History"))
        self.export.setText(self.tr("&Export CSV…"))
        self.table.setAccessibleName(self.tr("What was sent"))
        self._empty.set_texts(
            self.tr("Nothing was sent yet"),
            self.tr("Every study you send is listed here for good, with the server's receipt."),
            self.tr("Go to &Send"),
        )
        self._nothing.set_texts(
            self.tr("Nothing found"),
            self.tr("No entry fits this search."),
            self.tr("Show &everything"),
        )
        self.model.retranslate()
        self._show_counts()
