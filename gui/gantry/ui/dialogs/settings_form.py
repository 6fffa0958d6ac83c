"""A part of the settings as a form: a title, a hint, and a row per setting."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from gantry.store.setting import Part, Setting
from gantry.store.settings import SETTINGS, Settings
from gantry.ui.background.context import Context
from gantry.ui.dialogs.setting_rows import SettingRow, setting_row
from gantry.ui.look.theme import set_kind
from gantry.ui.text.i18n import Translated, translate_setting
from gantry.ui.widgets.labels import plain_label


class SettingsForm(Translated):
    """The settings of one part; a change is applied at once.

    Attributes:
        rows: by the name of the setting.
        locked: below each row, that the computer's policy sets the value; hidden if it does not.
    """

    def __init__(self, context: Context, part: Part, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context, self._part = context, part
        self._title, self._hint = QLabel(self), plain_label("", self, "muted")
        set_kind(self._title, "title")
        self._form = QFormLayout()
        self._form.setVerticalSpacing(12)
        self._form.setHorizontalSpacing(16)
        self.rows: dict[str, SettingRow] = {}
        self.locked: dict[str, QLabel] = {}
        for setting in SETTINGS:
            if setting.part is part:
                self.add_setting(setting)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addSpacing(4)
        column.addLayout(self._form)
        column.addStretch(1)
        self.add_more()
        self.retranslate()
        self.show_settings(context.settings)
        context.settings_changed.connect(self.show_settings)

    def add_setting(self, setting: Setting[Any]) -> None:
        """Adds the row of a setting."""
        row = setting_row(setting, self._context, self)
        row.chosen.connect(lambda value: self.choose(setting, value))
        self._form.addRow(row.caption, row.content)
        if row.note is not None:
            self._form.addRow("", row.note)
        self.rows[setting.name] = row
        self.locked[setting.name] = note = plain_label("", self, "muted")
        self._form.addRow("", note)

    def add_more(self) -> None:
        """Adds a widget below the settings."""

    def choose(self, setting: Setting[Any], value: object) -> None:
        """Takes a value that the user chose."""
        self._context.change_settings(setting.put(self._context.settings, value))

    def show_settings(self, settings: Settings) -> None:
        """Shows the current values; those that the policy sets can't be changed."""
        locked = self._context.services.preferences.locked
        for name, row in self.rows.items():
            row.show_settings(settings)
            row.field.setEnabled(name not in locked)
            self._form.setRowVisible(self.locked[name], name in locked)

    def retranslate(self) -> None:
        self._title.setText(translate_setting(self._part.title))
        self._hint.setText(translate_setting(self._part.hint))
        for name, row in self.rows.items():
            row.retranslate()
            self.locked[name].setText(self.tr("Set by your organisation"))
