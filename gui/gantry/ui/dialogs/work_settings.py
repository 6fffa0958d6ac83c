"""How jobs work, where things are kept, how the window looks: one form each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.parcel import ParcelRule
from gantry.store.settings import Settings
from gantry.ui.context import Context
from gantry.ui.desktop import open_folder
from gantry.ui.i18n import LANGUAGES, Translated
from gantry.ui.theme import set_kind
from gantry.ui.widgets.labels import plain_label

_MEGABYTE = 1024 * 1024
_THEMES = ("system", "light", "dark")
_LANGUAGES = ("", *LANGUAGES)
_LOG_LEVELS = ("info", "debug")
_SPIN_MARGINS = (6, 0, 0, 0)  # the style leaves none at the left


class _Part(Translated):
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

    def _row(self, widget: QWidget, field: QWidget | QHBoxLayout | None = None) -> None:
        caption = QLabel(self)
        caption.setBuddy(widget)
        self._captions.append(caption)
        if isinstance(field, QHBoxLayout):
            self._form.addRow(caption, field)
        else:
            self._form.addRow(caption, field or widget)

    def _name(self, captions: Sequence[tuple[QWidget, str]]) -> None:
        for label, (widget, text) in zip(self._captions, captions, strict=True):
            label.setText(text)
            widget.setAccessibleName(text.replace("&", ""))

    def _begin(self) -> None:
        """To be called at the end of `__init__`."""
        self.retranslate()
        self.show_settings(self._context.settings)
        self._context.settings_changed.connect(self.show_settings)

    def show_settings(self, settings: Settings) -> None:
        """Shows what is set."""
        raise NotImplementedError


class SendSettings(_Part):
    """What one archive holds, and how hard Gantry works."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.rule, self.level = QComboBox(self), QComboBox(self)
        self.workers, self.sends = _spin(0, 64, self), _spin(1, 16, self)
        self.attempts, self.send_attempts = _spin(1, 20, self), _spin(1, 100, self)
        self.split = QCheckBox(self)
        self.bandwidth = QDoubleSpinBox(self)
        self.bandwidth.setRange(0, 10_000)
        self.bandwidth.setDecimals(1)
        self.bandwidth.setKeyboardTracking(False)
        self.bandwidth.lineEdit().setTextMargins(*_SPIN_MARGINS)
        for widget in (
            self.rule,
            self.split,
            self.level,
            self.workers,
            self.sends,
            self.attempts,
            self.send_attempts,
            self.bandwidth,
        ):
            self._row(widget)
        change = context.change_settings
        self.rule.activated.connect(lambda n: change(parcel_rule=tuple(ParcelRule)[n]))
        self.split.clicked.connect(lambda on: change(split_automatically=on))
        self.level.activated.connect(lambda n: change(compression_level=n))
        self.workers.valueChanged.connect(lambda n: change(pack_workers=n))
        self.sends.valueChanged.connect(lambda n: change(parallel_sends=n))
        self.attempts.valueChanged.connect(lambda n: change(attempts=n))
        self.send_attempts.valueChanged.connect(lambda n: change(send_attempts=n))
        self.bandwidth.valueChanged.connect(lambda m: change(bandwidth=round(m * _MEGABYTE)))
        self._begin()

    def show_settings(self, settings: Settings) -> None:
        self.rule.setCurrentIndex(tuple(ParcelRule).index(settings.parcel_rule))
        self.split.setChecked(settings.split_automatically)
        self.level.setCurrentIndex(settings.compression_level)
        for spin, value in (
            (self.workers, settings.pack_workers),
            (self.sends, settings.parallel_sends),
            (self.attempts, settings.attempts),
            (self.send_attempts, settings.send_attempts),
        ):
            with QSignalBlocker(spin):
                spin.setValue(value)
        with QSignalBlocker(self.bandwidth):
            self.bandwidth.setValue(settings.bandwidth / _MEGABYTE)

    def retranslate(self) -> None:
        self._title.setText(self.tr("Sending"))
        self._hint.setText(self.tr("Holds for jobs that begin from now on."))
        _fill(
            self.rule,
            (self.tr("One study"), self.tr("One series"), self.tr("All of one patient")),
        )
        _fill(
            self.level,
            (
                self.tr("Fastest"),
                self.tr("Fast (recommended)"),
                self.tr("Smaller"),
                self.tr("Smallest"),
            ),
        )
        self.split.setText(self.tr("Split by series, then smaller, without asking"))
        self.workers.setSpecialValueText(self.tr("As many as cores"))
        self.bandwidth.setSpecialValueText(self.tr("No limit"))
        self.bandwidth.setSuffix(self.tr(" MB/s"))
        self._name(
            [
                (self.rule, self.tr("An archive &holds")),
                (self.split, self.tr("&Too big for the server")),
                (self.level, self.tr("&Compression")),
                (self.workers, self.tr("&Packed at the same time")),
                (self.sends, self.tr("&Sent at the same time")),
                (self.attempts, self.tr("Attempts to p&ack")),
                (self.send_attempts, self.tr("Attempts to s&end")),
                (self.bandwidth, self.tr("&Bandwidth")),
            ]
        )


class StorageSettings(_Part):
    """Where archives are made, and what is kept."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.spool = QLineEdit(self)
        self.browse, self.open = QPushButton(self), QPushButton(self)
        folder = QHBoxLayout()
        folder.setSpacing(8)
        folder.addWidget(self.spool, 1)
        folder.addWidget(self.browse)
        folder.addWidget(self.open)
        self.keep = QCheckBox(self)
        self.lists = _spin(0, 36_500, self)
        self.log = QComboBox(self)
        self._row(self.spool, folder)
        self._row(self.keep)
        self._row(self.lists)
        self._row(self.log)
        change = context.change_settings
        self.spool.editingFinished.connect(self._on_spool)
        self.browse.clicked.connect(self._on_browse)
        self.open.clicked.connect(lambda: open_folder(context.services.spool))
        self.keep.clicked.connect(lambda on: change(keep_delivered=on))
        self.lists.valueChanged.connect(lambda n: change(keep_file_lists=n))
        self.log.activated.connect(self._on_log)
        self._begin()

    def show_settings(self, settings: Settings) -> None:
        self.spool.setText(settings.spool_folder)
        self.keep.setChecked(settings.keep_delivered)
        with QSignalBlocker(self.lists):
            self.lists.setValue(settings.keep_file_lists)
        level = settings.log_level
        self.log.setCurrentIndex(_LOG_LEVELS.index(level) if level in _LOG_LEVELS else 0)

    def _on_spool(self) -> None:
        folder = self.spool.text().strip()
        if folder != self._context.settings.spool_folder:
            self._context.change_settings(spool_folder=folder)

    def _on_browse(self) -> None:
        start = self.spool.text() or str(self._context.services.spool)
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a spool folder"), start)
        if folder:
            self._context.change_settings(spool_folder=folder)

    def _on_log(self, place: int) -> None:
        from gantry.store.logs import set_level

        set_level(_LOG_LEVELS[place])
        self._context.change_settings(log_level=_LOG_LEVELS[place])

    def retranslate(self) -> None:
        self._title.setText(self.tr("Storage"))
        self._hint.setText(
            self.tr(
                "Archives are made in the spool folder before they are sent: it needs about as "
                "much free space as the studies of one job."
            )
        )
        self.spool.setPlaceholderText(self.tr("Gantry's own folder"))
        self.browse.setText(self.tr("&Browse…"))
        self.open.setText(self.tr("&Open"))
        self.keep.setText(self.tr("Keep archives after they were delivered"))
        self.lists.setSuffix(self.tr(" days"))
        self.lists.setSpecialValueText(self.tr("For good"))
        _fill(self.log, (self.tr("Normal"), self.tr("Everything, for support")))
        self._name(
            [
                (self.spool, self.tr("&Spool folder")),
                (self.keep, self.tr("A&rchives")),
                (self.lists, self.tr("&File lists in the history")),
                (self.log, self.tr("&Log")),
            ]
        )


class LookSettings(_Part):
    """Language and theme."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.language, self.theme = QComboBox(self), QComboBox(self)
        self._row(self.language)
        self._row(self.theme)
        change = context.change_settings
        self.language.activated.connect(lambda n: change(language=_LANGUAGES[n]))
        self.theme.activated.connect(lambda n: change(theme=_THEMES[n]))
        self._begin()

    def show_settings(self, settings: Settings) -> None:
        known = settings.language in _LANGUAGES
        self.language.setCurrentIndex(_LANGUAGES.index(settings.language) if known else 0)
        self.theme.setCurrentIndex(_THEMES.index(settings.theme))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Language and look"))
        self._hint.setText(self.tr("Changes show at once."))
        _fill(self.language, (self.tr("As the system"), *LANGUAGES.values()))
        _fill(self.theme, (self.tr("As the system"), self.tr("Light"), self.tr("Dark")))
        self._name([(self.language, self.tr("&Language")), (self.theme, self.tr("&Theme"))])


def _spin(low: int, high: int, parent: QWidget) -> QSpinBox:
    spin = QSpinBox(parent)
    spin.setRange(low, high)
    spin.setKeyboardTracking(False)
    spin.lineEdit().setTextMargins(*_SPIN_MARGINS)
    return spin


def _fill(box: QComboBox, texts: Sequence[str]) -> None:
    """Sets a box's texts, and keeps what is chosen."""
    for place, text in enumerate(texts):
        if place < box.count():
            box.setItemText(place, text)
        else:
            box.addItem(text)
