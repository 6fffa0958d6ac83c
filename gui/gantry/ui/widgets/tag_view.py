"""The tags of a file: searchable, with expandable sequences and copyable lines."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.preview.contents import Tag
from gantry.ui.look.theme import icon, set_kind, theme
from gantry.ui.models.tag_model import Column, TagModel, as_text
from gantry.ui.text.i18n import Translated

_UNFOLD = 400  # lines that a search expands at once


class TagView(Translated):
    """The search field, the tree of tags, and a note."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.search = QLineEdit(self)
        self.search.setClearButtonEnabled(True)
        self._loupe = QAction(icon("search", "muted", 16), "", self)
        self.search.addAction(self._loupe, QLineEdit.ActionPosition.LeadingPosition)
        self.model = TagModel(self)
        self.tree = QTreeView(self)
        self.tree.setModel(self.model)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(16)
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        header = self.tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.tree.setColumnWidth(Column.TAG, 128)
        self.tree.setColumnWidth(Column.NAME, 180)
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        set_kind(self._note, "muted")
        self._note.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addWidget(self._note)
        self._pause = QTimer(self, singleShot=True, interval=120)
        self._pause.timeout.connect(self._on_search)
        self.search.textChanged.connect(lambda _: self._pause.start())
        self._copy = QAction(self)
        self._copy.setShortcut(QKeySequence.StandardKey.Copy)
        self._copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self._copy.triggered.connect(self._on_copy)
        self.tree.addAction(self._copy)
        self.tree.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        theme().changed.connect(self._on_theme)
        self.retranslate()

    def show_tags(self, tags: tuple[Tag, ...], more: bool = False) -> None:
        """Shows the tags of a file; `more`: there are more than can be shown."""
        self.model.show_tags(tags)
        self._note.setVisible(more)
        self._unfold()

    def retranslate(self) -> None:
        self.search.setPlaceholderText(self.tr("Search tags"))
        self.search.setAccessibleName(self.tr("Search tags"))
        self.tree.setAccessibleName(self.tr("Tags"))
        self._note.setText(self.tr("This file has more tags than are shown here."))
        self._copy.setText(self.tr("Copy"))
        self.model.retranslate()

    def _on_search(self) -> None:
        self.model.search(self.search.text())
        self._unfold()

    def _unfold(self) -> None:
        if self.search.text() and self.model.count <= _UNFOLD:
            self.tree.expandAll()

    def _on_copy(self) -> None:
        rows = sorted(
            (i for i in self.tree.selectedIndexes() if i.column() == 0),
            key=lambda index: index.internalId(),
        )
        tags = [tag for index in rows if (tag := self.model.tag(index)) is not None]
        QGuiApplication.clipboard().setText(as_text(tags))

    def _on_theme(self) -> None:
        self._loupe.setIcon(icon("search", "muted", 16))
        self.model.retranslate()
