"""The first page: a drop zone and, from the first drop on, what was found in it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.text.i18n import Translated

if TYPE_CHECKING:
    from gantry.ui.pages.catalog_view import CatalogView
    from gantry.ui.prompts.late import LateFiles


class EmptyView(Translated):
    """The drop zone with its buttons.

    Signals:
        folder_wanted, files_wanted, sample_wanted: a button was pressed.
    """

    folder_wanted = Signal()
    files_wanted = Signal()
    sample_wanted = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 24, 24, 24)
        self.frame = QFrame(self)
        set_kind(self.frame, "drop")
        outer.addWidget(self.frame)
        column = QVBoxLayout(self.frame)
        column.setSpacing(8)
        column.addStretch(3)
        picture = QLabel(self.frame)
        picture.setProperty("centred", True)
        set_icon(picture, "drop", "accent", 72)
        self._title, self._hint = QLabel(self.frame), QLabel(self.frame)
        for label, kind in ((self._title, "display"), (self._hint, "muted")):
            label.setProperty("centred", True)
            label.setWordWrap(True)
            set_kind(label, kind)
        self.folder, self.files = QPushButton(self.frame), QPushButton(self.frame)
        self.sample = QPushButton(self.frame)
        set_kind(self.folder, "primary")
        set_kind(self.sample, "quiet")
        self.folder.clicked.connect(self.folder_wanted)
        self.files.clicked.connect(self.files_wanted)
        self.sample.clicked.connect(self.sample_wanted)
        column.addWidget(picture)
        column.addSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addSpacing(16)
        column.addLayout(_centred(self.folder, self.files))
        column.addLayout(_centred(self.sample))
        column.addStretch(4)
        self.retranslate()

    def retranslate(self) -> None:
        self._title.setText(self.tr("Drop DICOM folders here"))
        self._hint.setText(
            self.tr(
                "Folders, files or ZIP archives. Nothing leaves this computer until you press Send."
            )
        )
        self.folder.setText(self.tr("Choose folder…"))
        self.files.setText(self.tr("Choose files…"))
        self.sample.setText(self.tr("Try it with sample data"))


class IntakePage(Translated):
    """Shows the drop zone until something is dropped; then the catalog, which is built then."""

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._waiting: list[str] = []
        self._loaded = self._closed = False
        self._stack = QStackedWidget(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)
        self.empty = EmptyView(self._stack)
        self.empty.folder_wanted.connect(self.choose_folder)
        self.empty.files_wanted.connect(self.choose_files)
        self.empty.sample_wanted.connect(self.make_sample)
        self._stack.addWidget(self.empty)
        self.catalog: CatalogView | None = None
        self._late: LateFiles | None = None
        self._parts = [
            "gantry.ui.models.catalog_model",
            "gantry.ui.widgets.catalog_tree",
            "gantry.ui.widgets.preview_panel",
            "gantry.ui.pages.catalog_view",
        ]
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._load_next)
        context.ready.connect(self._on_ready)

    def set_hot(self, hot: bool) -> None:
        """Shows that the dragged files can be dropped."""
        frame = self.empty.frame
        if self.catalog is not None and self._stack.currentWidget() is self.catalog:
            frame = self.catalog.frame
        frame.setProperty("hot", hot)
        set_kind(frame, str(frame.property("kind")))

    def choose_folder(self) -> None:
        """Asks for a folder and adds it."""
        dialog = QFileDialog(self, self.tr("Choose a folder with DICOM files"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        self._open(dialog)

    def choose_files(self) -> None:
        """Asks for files and adds them."""
        dialog = QFileDialog(self, self.tr("Choose DICOM files or ZIP archives"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._open(dialog)

    def add_paths(self, paths: list[str]) -> None:
        """Adds dropped paths, which other threads read."""
        if not self._loaded:
            self._waiting += paths
        elif paths:
            self._show_catalog().add_paths(paths)

    def make_sample(self) -> None:
        """Makes a sample study, shows it, and suggests practice as its destination."""
        if not self._loaded:
            return
        from gantry.services.sample import make_sample  # noqa: PLC0415 - after the first paint

        folder = self._context.home.state / "sample"
        self.empty.sample.setEnabled(False)

        def done(made: object) -> None:
            self.empty.sample.setEnabled(True)
            self._show_catalog().show_sample(str(made))

        def failed(error: object) -> None:
            self.empty.sample.setEnabled(True)
            self._context.report(error)  # type: ignore[arg-type]

        self._context.runner.run(lambda: make_sample(folder), done, failed, self)

    def reveal(self, what: object) -> None:
        """Adds a list of paths, like a drop; or shows a `HeldUpload`."""
        from gantry.services.holding import HeldUpload  # noqa: PLC0415 - after the first paint

        if isinstance(what, HeldUpload):
            self._show_catalog().show_held(what)
        elif isinstance(what, (list, tuple)):
            self.add_paths([str(path) for path in what])

    def list_only(self, paths: list[str]) -> None:
        """Starts a new list with these paths."""
        self._context.navigate.emit("send", None)
        if self.catalog is not None:
            self.catalog.tools.clear.click()
        self.add_paths(paths)

    def show_empty(self) -> None:
        """Returns to the drop zone, and prepares a new hidden list."""
        self._stack.setCurrentWidget(self.empty)
        if self.catalog is not None:
            self._stack.removeWidget(self.catalog)
            self.catalog.deleteLater()
            self.catalog = None
        self.empty.folder.setFocus()
        self._catalog_view()

    def close_down(self) -> None:
        """Ends what runs for this page, and starts nothing else."""
        self._closed = True
        if self.catalog is not None:
            self.catalog.close_down()

    def _show_catalog(self) -> CatalogView:
        catalog = self._catalog_view()
        if self._stack.currentWidget() is not catalog:
            self._stack.setCurrentWidget(catalog)
            catalog.tree.setFocus()
        return catalog

    def _catalog_view(self) -> CatalogView:
        if self.catalog is None:
            from gantry.ui.pages.catalog_view import CatalogView  # noqa: PLC0415 - after the first paint

            if self._late is None:
                from gantry.ui.prompts.late import LateFiles  # noqa: PLC0415 - after the first paint

                self._late = LateFiles(self._context, self)
                self._late.wanted.connect(self.list_only)
            self.catalog = CatalogView(self._context, self._stack)
            self.catalog.sent.connect(self._late.watch)
            self.catalog.folder_wanted.connect(self.choose_folder)
            self.catalog.files_wanted.connect(self.choose_files)
            self.catalog.emptied.connect(self.show_empty)
            self._stack.addWidget(self.catalog)
        return self.catalog

    def _on_ready(self) -> None:
        # Prepared while hidden, so that the first drop is fast: modules without Qt on another
        # thread, the rest here. PySide creates its classes on first use, and two threads that do so
        # at once crash the program.
        def load() -> None:
            import gantry.engine.intake.late  # noqa: PLC0415 - after the first paint
            import gantry.engine.intake.scan_process  # noqa: PLC0415 - after the first paint
            import gantry.engine.plan  # noqa: PLC0415 - after the first paint
            import gantry.messages  # noqa: PLC0415, F401 - after the first paint

        self._context.runner.run(load, lambda _: self._load_next(), None, self)

    def _load_next(self) -> None:
        """Imports one module per turn of the event loop, so that no turn is long."""
        if self._closed:
            return
        if self._parts:
            import_module(self._parts.pop(0))
            self._next.start()
            return
        self._catalog_view()
        waiting, self._waiting = self._waiting, []
        self._loaded = True
        self.add_paths(waiting)

    def _open(self, dialog: QWidget) -> None:
        from PySide6.QtCore import Qt  # noqa: PLC0415 - Qt: 15 ms, after the first paint

        assert isinstance(dialog, QFileDialog)
        dialog.filesSelected.connect(lambda paths: self.add_paths(list(paths)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _centred(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addStretch(1)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return row
