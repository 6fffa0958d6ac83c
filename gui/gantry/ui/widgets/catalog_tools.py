"""The row above the list of dropped files: add, remove, clear, filter."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QToolButton, QWidget

from gantry.ui.look.theme import icon, set_icon, set_kind, theme
from gantry.ui.text.i18n import Translated

_TYPING = 100  # milliseconds without a key before the list is filtered


class CatalogTools(Translated):
    """Signals:
    folder_wanted, files_wanted: the user wants to add more.
    remove_wanted: remove the selection.
    clear_wanted: remove everything.
    filter_changed(str): the filter has changed."""

    folder_wanted = Signal()
    files_wanted = Signal()
    remove_wanted = Signal()
    clear_wanted = Signal()
    filter_changed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.add = QToolButton(self)
        self.add.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_icon(self.add, "add", size=18)
        self._add_folder, self._add_files = QAction(self), QAction(self)
        menu = QMenu(self.add)
        menu.addActions([self._add_folder, self._add_files])
        self.add.setMenu(menu)
        self.remove = QToolButton(self)
        self.remove.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        set_icon(self.remove, "remove", size=18)
        self.clear = QPushButton(self)
        set_kind(self.clear, "quiet")
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        self._loupe = QAction(self)
        self.search.addAction(self._loupe, QLineEdit.ActionPosition.LeadingPosition)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for widget in (self.add, self.remove, self.clear):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self.search, 1)
        self._connect()
        self._draw()
        self.retranslate()

    def _connect(self) -> None:
        self._add_folder.triggered.connect(self.folder_wanted)
        self._add_files.triggered.connect(self.files_wanted)
        self.remove.clicked.connect(self.remove_wanted)
        self.clear.clicked.connect(self.clear_wanted)
        find = QAction(self)
        find.setShortcut(QKeySequence.StandardKey.Find)
        find.triggered.connect(self.search.setFocus)
        self.addAction(find)
        self._pause = QTimer(self, singleShot=True, interval=_TYPING)
        self._pause.timeout.connect(lambda: self.filter_changed.emit(self.search.text()))
        self.search.textChanged.connect(lambda _: self._pause.start())
        theme().changed.connect(self._draw)

    def _draw(self) -> None:
        self._loupe.setIcon(icon("search", "muted", 16))

    def retranslate(self) -> None:
        self.add.setText(self.tr("Add"))
        self.add.setAccessibleName(self.tr("Add"))
        self._add_folder.setText(self.tr("Folder…"))
        self._add_files.setText(self.tr("Files…"))
        self.remove.setText(self.tr("Remove"))
        self.remove.setToolTip(
            self.tr("Remove the selection from this list; the files stay where they are")
        )
        self.clear.setText(self.tr("Clear list"))
        self.search.setPlaceholderText(self.tr("Filter by name, ID, description, date…"))
        self.search.setAccessibleName(self.tr("Filter"))
