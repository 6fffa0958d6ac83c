"""What the parts of the settings share: a title, a hint, a form, and some fields."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gantry.store.settings import Settings
from gantry.ui.context import Context
from gantry.ui.i18n import Translated
from gantry.ui.theme import set_kind
from gantry.ui.widgets.labels import plain_label

SPIN_MARGINS = (6, 0, 0, 0)  # the style leaves none at the left


class SettingsPart(Translated):
    """A title, a hint, a form; shows the settings whenever they change."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._title, self._hint = QLabel(self), plain_label("", self, "muted")
        set_kind(self._title, "title")
        self._form = QFormLayout()
        self._form.setVerticalSpacing(12)
        self._form.setHorizontalSpacing(16)
        self._captions: list[QLabel] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addSpacing(4)
        column.addLayout(self._form)
        column.addStretch(1)

    def add_row(self, widget: QWidget, field: QWidget | QHBoxLayout | None = None) -> None:
        """Adds a row; `field` holds the widget where there is more in the row."""
        caption = QLabel(self)
        caption.setBuddy(widget)
        self._captions.append(caption)
        if isinstance(field, QHBoxLayout):
            self._form.addRow(caption, field)
        else:
            self._form.addRow(caption, field or widget)

    def name_rows(self, captions: Sequence[tuple[QWidget, str]]) -> None:
        """Names the rows, in the order in which they were added."""
        for label, (widget, text) in zip(self._captions, captions, strict=True):
            label.setText(text)
            widget.setAccessibleName(text.replace("&", ""))

    def begin(self) -> None:
        """To be called at the end of `__init__`."""
        self.retranslate()
        self.show_settings(self._context.settings)
        self._context.settings_changed.connect(self.show_settings)

    def show_settings(self, settings: Settings) -> None:
        """Shows what is set."""
        raise NotImplementedError


def spin_box(low: int, high: int, parent: QWidget) -> QSpinBox:
    """A number that counts once it is entered whole."""
    spin = QSpinBox(parent)
    spin.setRange(low, high)
    spin.setKeyboardTracking(False)
    spin.lineEdit().setTextMargins(*SPIN_MARGINS)
    return spin


def fill(box: QComboBox, texts: Sequence[str]) -> None:
    """Sets a box's texts, and keeps what is chosen."""
    for place, text in enumerate(texts):
        if place < box.count():
            box.setItemText(place, text)
        else:
            box.addItem(text)
