"""The details of the selected parcel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QWidget

from gantry.store.history.rows import ParcelDetail, SourceRow
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_kind
from gantry.ui.widgets.error_details import ErrorDetails
from gantry.ui.widgets.parcel_panel import ParcelPanel

_FILES = 500


class HistoryDetails(QScrollArea):
    """Visible only with a selection: otherwise the list has all the room."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._wanted = ""  # whose details are loading or shown
        self.panel = ParcelPanel(self)
        self.panel.show_error.connect(self._on_error)
        self.hide()
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_kind(self.panel, "scrolled")
        self.setWidget(self.panel)
        self.setMinimumWidth(320)

    def show_parcel(self, parcel_id: str) -> None:
        """Shows a parcel once it is loaded; "": nothing."""
        self._wanted = parcel_id
        if not parcel_id:
            self.hide()
            return
        history = self._context.history
        self._context.runner.run(
            lambda: (history.parcel(parcel_id), history.sources(parcel_id, limit=_FILES)),
            self._on_loaded,
            self._context.report,
            self,
        )

    def refresh(self) -> None:
        """Reloads the displayed parcel."""
        self.show_parcel(self._wanted)

    def _on_loaded(self, found: tuple[ParcelDetail | None, list[SourceRow]]) -> None:
        detail, sources = found
        if detail is None or detail.row.id != self._wanted:
            return
        same = self.panel.detail is not None and self.panel.detail.row.id == detail.row.id
        self.panel.show_detail(detail)
        if not same or not self.panel.tabs.files.rowCount():
            more = self._more_files if len(sources) == _FILES else None
            self.panel.tabs.set_files(sources, more)
        self.show()

    def _more_files(self, held: int) -> None:
        detail = self.panel.detail
        assert detail is not None
        history, key = self._context.history, detail.row.id

        def show(rows: list[SourceRow]) -> None:
            if self.panel.detail is not None and self.panel.detail.row.id == key:
                self.panel.tabs.add_files(rows, last=len(rows) < _FILES)

        self._context.runner.run(
            lambda: history.sources(key, start=held, limit=_FILES), show, self._context.report, self
        )

    def _on_error(self) -> None:
        detail = self.panel.detail
        if detail is not None and detail.row.error is not None:
            dialog = ErrorDetails(detail.row.error, (detail.row.label,), self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()
