"""Asks which texts may stay in the files: all different ones, with a filter, to be ticked."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.deidentify.review import TextList
from gantry.engine.deidentify.reviewed import Text
from gantry.ui.look.theme import set_kind
from gantry.ui.models.texts_model import TextColumn, TextsModel, element_text
from gantry.ui.text.quantities import count_text
from gantry.ui.widgets.labels import plain_label


class _Table(QTreeView):
    """Space ticks all selected rows at once."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        model = self.model()
        if event.key() == Qt.Key.Key_Space and isinstance(model, TextsModel):
            model.toggle({index.row() for index in self.selectionModel().selectedRows()})
            return
        super().keyPressEvent(event)


class ReviewTexts(QDialog):
    """Shows a bar until the texts are gathered; accepted, what is ticked in `model` may stay."""

    def __init__(self, files: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Texts that may stay"))
        self.resize(820, 560)
        self.model = TextsModel(self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, max(1, files))
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Reading the texts of the files"))
        self._head = plain_label(
            self.tr(
                "Tick the texts that say nothing about the patient. Only these stay; every other "
                "description is removed."
            ),
            self,
        )
        self._note = plain_label("", self, "muted")
        self._build_filter()
        self._build_table()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.send = QPushButton(self.tr("&Send"), self)
        set_kind(self.send, "primary")
        buttons.addButton(self.send, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(12)
        column.addWidget(self._head)
        column.addLayout(self._filters)
        column.addWidget(self.bar)
        column.addWidget(self.table, 1)
        column.addWidget(self._note)
        column.addWidget(buttons)
        self._unread, self._is_full = 0, False
        self._pause = QTimer(self, singleShot=True, interval=120)
        self._pause.timeout.connect(self._filter)
        self.text.textChanged.connect(lambda _: self._pause.start())
        self.element.currentIndexChanged.connect(self._filter)
        self.model.dataChanged.connect(lambda *_: self._count())
        self.tick.clicked.connect(lambda: self.model.tick_shown(True))
        self.untick.clicked.connect(lambda: self.model.tick_shown(False))
        self._set_ready(False)
        self.show_progress(0)

    def show_progress(self, files: int) -> None:
        """Says how many files were read."""
        self.bar.setValue(files)
        self._note.setText(
            self.tr("Reading {n} of {all} images…").format(
                n=count_text(files), all=count_text(self.bar.maximum())
            )
        )

    def show_texts(self, found: TextList, unread: int, ticked: tuple[Text, ...]) -> None:
        """Shows the gathered texts; `ticked`: those of earlier times."""
        self._unread, self._is_full = unread, found.is_full
        self.model.show_texts(found.files, ticked)
        self.element.blockSignals(True)
        self.element.clear()
        self.element.addItem(self.tr("All elements"), None)
        for tag in self.model.elements:
            self.element.addItem(element_text(tag), tag)
        self.element.blockSignals(False)
        self._set_ready(True)
        self._count()
        self.table.setFocus()
        if self.model.rowCount():
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _build_filter(self) -> None:
        self.element = QComboBox(self)
        self.element.setAccessibleName(self.tr("Element"))
        self.text = QLineEdit(self)
        self.text.setPlaceholderText(self.tr("Filter by text"))
        self.text.setAccessibleName(self.tr("Filter by text"))
        self.text.setClearButtonEnabled(True)
        self.tick = QPushButton(self.tr("Tick &all shown"), self)
        self.untick = QPushButton(self.tr("&Untick all shown"), self)
        self._filters = QHBoxLayout()
        self._filters.setSpacing(8)
        self._filters.addWidget(self.element, 1)
        self._filters.addWidget(self.text, 1)
        self._filters.addWidget(self.tick)
        self._filters.addWidget(self.untick)

    def _build_table(self) -> None:
        self.table = _Table(self)
        self.table.setModel(self.model)
        self.table.setAccessibleName(self.tr("Texts of the files"))
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAllColumnsShowFocus(True)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.setColumnWidth(TextColumn.ELEMENT, 230)
        self.table.setColumnWidth(TextColumn.FILES, 80)
        header = self.table.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(TextColumn.TEXT, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _set_ready(self, ready: bool) -> None:
        self.bar.setVisible(not ready)
        for widget in (self.element, self.text, self.tick, self.untick, self.table, self.send):
            widget.setEnabled(ready)

    def _filter(self) -> None:
        self.model.filter(self.text.text(), self.element.currentData())

    def _count(self) -> None:
        parts = [
            self.tr("{n} of {all} texts are ticked.").format(
                n=count_text(len(self.model.ticked)), all=count_text(len(self.model.texts))
            )
        ]
        if self._is_full:
            parts.append(self.tr("There are more texts than are listed; these will be removed."))
        if self._unread:
            parts.append(
                self.tr("%Ln image(s) could not be read: their texts will be removed.", None,
                        self._unread)
            )  # fmt: skip
        self._note.setText(" ".join(parts))
