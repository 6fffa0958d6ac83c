"""The masks of a kind of image: drawn on the picture, and kept for all images of that kind."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gantry.engine.deidentify.recipes import Kind, Recipe, Rectangle
from gantry.ui.look.theme import set_icon
from gantry.ui.text.i18n import Translated
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.mask_layer import MaskLayer
from gantry.ui.widgets.picture_view import PictureView


class MaskTool(Translated):
    """The row of buttons below the picture, and the layer over it.

    Signals:
        saved(Recipe): the user wants these masks for all images of the kind.
        closed: the user is done.
    """

    saved = Signal(object)
    closed = Signal()

    def __init__(self, view: PictureView, parent: QWidget) -> None:
        super().__init__(parent)
        self._kind: Kind | None = None
        self._many = 0
        self.layer = MaskLayer(view)
        self.add, self.delete, self.undo = (QPushButton(self) for _ in range(3))
        self.nothing, self.save, self.cancel = (QPushButton(self) for _ in range(3))
        set_icon(self.add, "add", "text", 16)
        self._about = plain_label("", self, "muted")
        tools = QHBoxLayout()
        tools.setSpacing(8)
        for button in (self.add, self.delete, self.undo):
            tools.addWidget(button)
        tools.addStretch(1)
        ends = QHBoxLayout()
        ends.setSpacing(8)
        ends.addWidget(self.nothing)
        ends.addStretch(1)
        ends.addWidget(self.cancel)
        ends.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(tools)
        column.addWidget(self._about)
        column.addLayout(ends)
        self.add.clicked.connect(self._on_add)
        self.delete.clicked.connect(self.layer.delete)
        self.undo.clicked.connect(self.layer.undo)
        self.nothing.clicked.connect(lambda: self._finish(()))
        self.save.clicked.connect(lambda: self._finish(self.layer.rectangles))
        self.cancel.clicked.connect(self.close_tool)
        self.layer.changed.connect(self._on_changed)
        self.hide()
        self.retranslate()

    def open_tool(self, kind: Kind, rectangles: tuple[Rectangle, ...] | None, many: int) -> None:
        """Shows the masks of a kind.

        Args:
            rectangles: those of its recipe; None: it has none.
            many: how many images of this class and size are in the list.
        """
        self._kind, self._many = kind, many
        self.layer.start(kind.columns, kind.rows, rectangles or ())
        self.show()
        self.layer.show()
        self.layer.raise_()
        self.layer.setFocus()
        self._on_changed()
        self.retranslate()

    def close_tool(self) -> None:
        """Leaves the masks as they were."""
        if self._kind is not None:
            self._kind = None
            self.layer.hide()
            self.hide()
            self.closed.emit()

    def retranslate(self) -> None:
        self.add.setText(self.tr("Add mask"))
        self.delete.setText(self.tr("Delete mask"))
        self.undo.setText(self.tr("Undo"))
        self.nothing.setText(self.tr("Nothing to mask"))
        self.nothing.setToolTip(
            self.tr("You have looked: images of this kind show nothing about the patient")
        )
        self.save.setText(self.tr("Save masks"))
        self.cancel.setText(self.tr("Cancel"))
        if self._kind is not None:
            kind = self._kind
            device = " ".join(
                part for part in (kind.manufacturer, kind.model, kind.station) if part
            )
            size = f"{kind.columns} × {kind.rows}"
            text = self.tr("Holds for every frame of all images of this kind: {kind}.").format(
                kind=", ".join(part for part in (device, size) if part)
            )
            images = self.tr(
                "%Ln image(s) of this class and size are in the list.", None, self._many
            )
            self._about.setText(f"{text} {images}")

    def _on_add(self) -> None:
        self.layer.add()
        self.layer.setFocus()

    def _on_changed(self) -> None:
        self.delete.setEnabled(self.layer.has_selection)
        self.undo.setEnabled(self.layer.can_undo)
        self.save.setEnabled(bool(self.layer.rectangles))

    def _finish(self, rectangles: tuple[Rectangle, ...]) -> None:
        if self._kind is not None:
            recipe = Recipe(self._kind, rectangles)
            self.close_tool()
            self.saved.emit(recipe)
