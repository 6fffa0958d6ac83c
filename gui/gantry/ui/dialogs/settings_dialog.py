"""The settings, in five parts; each change is applied at once and stored on another thread."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from gantry.store.settings import LOOK, PARTS, SENDING, STORAGE
from gantry.ui.background.context import Context
from gantry.ui.dialogs.alert_settings import AlertSettings
from gantry.ui.dialogs.destination_settings import DestinationSettings
from gantry.ui.dialogs.settings_form import SettingsForm
from gantry.ui.look.theme import icon, theme
from gantry.ui.text.i18n import translate_setting

_PARTS = ("destinations", *(part.name for part in PARTS))


class SettingsDialog(QDialog):
    """Destinations, sending, storage, alerts, language and look."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(760, 520)
        self.resize(820, 640)
        self.destinations = DestinationSettings(context, self)
        self.sending = SettingsForm(context, SENDING, self)
        self.storage = SettingsForm(context, STORAGE, self)
        self.alerts = AlertSettings(context, self)
        self.look = SettingsForm(context, LOOK, self)
        self.parts = QListWidget(self)
        self.parts.setFixedWidth(184)
        self.parts.setSpacing(2)
        self._stack = QStackedWidget(self)
        for part in (self.destinations, self.sending, self.storage, self.alerts, self.look):
            entry = QListWidgetItem(self.parts)
            entry.setSizeHint(QSize(0, 36))
            self._stack.addWidget(part)
        self.parts.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._buttons.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.setSpacing(16)
        row.addWidget(self.parts)
        row.addWidget(self._stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(row, 1)
        column.addWidget(self._buttons)
        self.parts.setCurrentRow(0)
        theme().changed.connect(self._draw)
        self._draw()
        self.retranslate()

    def reveal(self, what: object) -> None:
        """Shows a part, or a destination, by its name."""
        name = str(what)
        if name == "new":
            self.parts.setCurrentRow(0)
            self.destinations.open_editor(None)
        elif name in _PARTS:
            self.parts.setCurrentRow(_PARTS.index(name))
        else:
            self.parts.setCurrentRow(0)
            self.destinations.edit_named(name)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _draw(self) -> None:
        for place, name in enumerate(("server", "send", "folder", "info", "contrast")):
            self.parts.item(place).setIcon(icon(name, "muted", 18))

    def retranslate(self) -> None:
        """Sets all texts in the current language."""
        self.setWindowTitle(self.tr("Settings"))
        self.parts.setAccessibleName(self.tr("Parts of the settings"))
        titles = [translate_setting(part.title) for part in PARTS]
        for place, text in enumerate((self.tr("Destinations"), *titles)):
            self.parts.item(place).setText(text)
