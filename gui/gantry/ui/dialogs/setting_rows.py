"""A row of the settings dialog for each type of setting, made from the setting's declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QObject, QSignalBlocker, QSize, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from gantry.engine.errors import GantryError
from gantry.messages import error_message
from gantry.store.setting import (
    Choice,
    Language,
    Number,
    Setting,
    SpoolFolder,
    Switch,
    Text,
    Timetable,
)
from gantry.store.settings import Settings
from gantry.ui.background.context import Context
from gantry.ui.system.desktop import open_folder
from gantry.ui.text.i18n import translate_message, translate_setting
from gantry.ui.text.quantities import plain_tooltip
from gantry.ui.widgets.labels import plain_label

_SPIN_MARGINS = (6, 0, 0, 0)  # the style leaves none at the left


class Caption(QLabel):
    """A label with a shortcut. Its underlined letter is not kerned, which takes a little room."""

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(3, 0)


class SettingRow(QObject):
    """One setting in a form.

    Attributes:
        caption: its name.
        field: the widget that the caption's shortcut focuses.
        content: shown beside the caption; the field, or a layout that contains it.
        note: what is wrong with a value, below the field; hidden otherwise.

    Signals:
        chosen(object): the user chose another value.
    """

    chosen = Signal(object)

    field: QWidget
    content: QWidget | QHBoxLayout
    note: QLabel | None = None

    def __init__(self, setting: Setting[Any], field: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.setting = setting
        self.field = self.content = field
        self.caption = Caption(parent)
        self.caption.setBuddy(field)

    def show_settings(self, settings: Settings) -> None:
        """Shows the value."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Sets all texts in the current language."""
        setting = self.setting
        label = translate_setting(setting.label)
        self.caption.setText(label)
        self.field.setAccessibleName(label.replace("&", ""))
        about = f"{translate_setting(setting.help)}\n{translate_setting(setting.applies.value)}"
        self.field.setAccessibleDescription(about)
        for widget in (self.caption, self.field):
            widget.setToolTip(plain_tooltip(about))


class CheckRow(SettingRow):
    """Yes or no."""

    def __init__(self, setting: Switch, context: Context, parent: QWidget) -> None:
        self.box = QCheckBox(parent)
        super().__init__(setting, self.box, parent)
        self._switch = setting
        self.box.clicked.connect(lambda on: self.chosen.emit(on))

    def show_settings(self, settings: Settings) -> None:
        self.box.setChecked(self._switch.of(settings))

    def retranslate(self) -> None:
        super().retranslate()
        self.box.setText(translate_setting(self._switch.text))


class ComboRow(SettingRow):
    """One of a few values."""

    def __init__(self, setting: Choice[Any], context: Context, parent: QWidget) -> None:
        self.box = QComboBox(parent)
        super().__init__(setting, self.box, parent)
        self._choice = setting
        self._values = tuple(setting.choices)
        self.box.addItems(list(setting.choices.values()))
        self.box.activated.connect(lambda place: self.chosen.emit(self._values[place]))

    def show_settings(self, settings: Settings) -> None:
        value = self._choice.of(settings)
        self.box.setCurrentIndex(self._values.index(value) if value in self._values else 0)

    def retranslate(self) -> None:
        super().retranslate()
        for place, text in enumerate(self._choice.choices.values()):
            self.box.setItemText(place, translate_setting(text))


class SpinRow(SettingRow):
    """A number, which takes effect once it is entered completely."""

    def __init__(self, setting: Number, context: Context, parent: QWidget) -> None:
        self.box = QSpinBox(parent) if setting.scale == 1 else QDoubleSpinBox(parent)
        super().__init__(setting, self.box, parent)
        self._number = setting
        if isinstance(self.box, QDoubleSpinBox):
            self.box.setDecimals(1)
            self.box.setRange(setting.low / setting.scale, setting.high / setting.scale)
        else:
            self.box.setRange(setting.low, setting.high)
        self.box.setKeyboardTracking(False)
        self.box.lineEdit().setTextMargins(*_SPIN_MARGINS)
        self.box.valueChanged.connect(lambda v: self.chosen.emit(round(v * setting.scale)))

    def show_settings(self, settings: Settings) -> None:
        value = self._number.of(settings)
        with QSignalBlocker(self.box):
            if isinstance(self.box, QDoubleSpinBox):
                self.box.setValue(value / self._number.scale)
            else:
                self.box.setValue(value)

    def retranslate(self) -> None:
        super().retranslate()
        if self._number.unit:
            self.box.setSuffix(translate_setting(self._number.unit))
        if self._number.zero:
            self.box.setSpecialValueText(translate_setting(self._number.zero))


class LineRow(SettingRow):
    """A line of text, which takes effect when it loses focus or on Return."""

    def __init__(self, setting: Text, context: Context, parent: QWidget) -> None:
        self.line = QLineEdit(parent)
        super().__init__(setting, self.line, parent)
        self._text, self._context = setting, context
        self._shown = ""
        self.line.editingFinished.connect(self._on_finished)

    def _on_finished(self) -> None:
        text = self.line.text().strip()
        if text != self._text.of(self._context.settings):
            self.chosen.emit(text)

    def show_settings(self, settings: Settings) -> None:
        if (value := self._text.of(settings)) != self._shown:
            self._shown = value
            self.line.setText(value)  # otherwise what is being typed stays

    def retranslate(self) -> None:
        super().retranslate()
        empty = self._text.empty
        self.line.setPlaceholderText(translate_setting(empty) if empty else self._text.example)


class TimetableRow(LineRow):
    """Limits by the clock; an invalid timetable stays in the field to be corrected."""

    def __init__(self, setting: Timetable, context: Context, parent: QWidget) -> None:
        super().__init__(setting, context, parent)
        self._timetable = setting
        self.note = self._fault = plain_label("", parent, "error")
        self._fault.hide()
        self.line.textEdited.connect(lambda _: self._fault.hide())

    def _on_finished(self) -> None:
        text = " ".join(self.line.text().split())
        if entry := self._timetable.wrong_entry(text):
            self._fault.setText(
                self.tr(
                    "“{entry}” is not valid. Write a time and bytes per second, such as 08:00,512K "
                    "or sat-00:00,off. The previous timetable still applies."
                ).format(entry=entry)
            )
            self._fault.show()
            return
        self._fault.hide()
        if text != self._text.of(self._context.settings):
            self.chosen.emit(text)


class SpoolRow(LineRow):
    """The spool folder, with a button to choose it and one to open it."""

    def __init__(self, setting: SpoolFolder, context: Context, parent: QWidget) -> None:
        super().__init__(setting, context, parent)
        self.browse, self.open = QPushButton(parent), QPushButton(parent)
        self.content = QHBoxLayout()
        self.content.setSpacing(8)
        self.content.addWidget(self.line, 1)
        self.content.addWidget(self.browse)
        self.content.addWidget(self.open)
        self.note = self._refused = plain_label("", parent, "error")
        self._refused.hide()
        self.chosen.connect(lambda _: self._refused.hide())
        context.settings_refused.connect(self._on_refused)
        self.browse.clicked.connect(self._on_browse)
        self.open.clicked.connect(lambda: open_folder(context.services.preferences.spool))

    def _on_refused(self, error: GantryError) -> None:
        message = error_message(error, translate=translate_message)
        self._refused.setText(f"{message.what} {message.do}")
        self._refused.show()

    def _on_browse(self) -> None:
        start = self.line.text() or str(self._context.home.spool)
        title = self.tr("Choose a spool folder")
        if folder := QFileDialog.getExistingDirectory(self.line, title, start):
            self.chosen.emit(folder)

    def retranslate(self) -> None:
        super().retranslate()
        self.browse.setText(self.tr("&Browse…"))
        self.open.setText(self.tr("&Open"))


_ROWS: Final[Mapping[type, Callable[..., SettingRow]]] = {
    Switch: CheckRow,
    Choice: ComboRow,
    Language: ComboRow,
    Number: SpinRow,
    Text: LineRow,
    Timetable: TimetableRow,
    SpoolFolder: SpoolRow,
}


def setting_row(setting: Setting[Any], context: Context, parent: QWidget) -> SettingRow:
    """The row for a setting, by the setting's type."""
    return _ROWS[type(setting)](setting, context, parent)
