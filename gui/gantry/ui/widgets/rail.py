"""The pages' names and icons at the left edge of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QButtonGroup, QFrame, QToolButton, QVBoxLayout, QWidget

from gantry.ui.look.theme import set_icon, set_kind
from gantry.ui.text.i18n import Translated

if TYPE_CHECKING:
    pass


class Rail(Translated):
    """One button per page, and one for the settings.

    Signals:
        chosen(str): a page's key, or "settings".
    """

    chosen = Signal(str)

    def __init__(self, pages: dict[str, str], settings_icon: str, parent: QWidget) -> None:
        """`pages`: icons by key."""
        super().__init__(parent)
        frame = QFrame(self)
        set_kind(frame, "rail")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        column = QVBoxLayout(frame)
        column.setContentsMargins(8, 12, 8, 12)
        column.setSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        self._shortcuts: dict[str, QKeySequence] = {}
        for key, icon in {**pages, "settings": settings_icon}.items():
            button = QToolButton(frame)
            button.setFixedSize(QSize(84, 60))
            set_kind(button, "rail")
            set_icon(button, icon, "muted", 22)
            button.clicked.connect(lambda _=False, key=key: self.chosen.emit(key))
            if key in pages:
                button.setCheckable(True)
                self._group.addButton(button)
            else:
                column.addStretch(1)
            column.addWidget(button)
            self._buttons[key] = button
        self.retranslate()

    def check(self, key: str) -> None:
        """Marks the current page."""
        for name, button in self._buttons.items():
            if (name == key) is not button.isChecked():
                button.setChecked(name == key)
                icon = str(button.property("icon_name"))
                set_icon(button, icon, "accent" if name == key else "muted", 22)

    def add_shortcuts(self) -> None:
        """Adds the pages' shortcuts; after the first paint, because they take long to create."""
        keys = {
            key: f"Ctrl+{number}"
            for number, key in enumerate(self._buttons, start=1)
            if key != "settings"
        }
        keys["settings"] = "Ctrl+,"
        self._shortcuts = {name: QKeySequence(text) for name, text in keys.items()}
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Pages"))
        for key, text in {
            "send": self.tr("Send"),
            "transfers": self.tr("Transfers"),
            "history": self.tr("History"),
            "log": self.tr("Log"),
            "settings": self.tr("Settings"),
        }.items():
            button = self._buttons[key]
            button.setText(text)
            button.setAccessibleName(text)
            if keys := self._shortcuts.get(key):
                button.setShortcut(keys)  # setText removed it
                shown = keys.toString(keys.SequenceFormat.NativeText)
                button.setToolTip(f"{text} ({shown})")
