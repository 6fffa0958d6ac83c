"""How jobs work, where things are kept, how the window looks: one form each."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from gantry.engine.errors import GantryError
from gantry.engine.parcel import ParcelRule
from gantry.engine.transfer.timetable import parse_timetable
from gantry.store.settings import Settings
from gantry.ui.context import Context
from gantry.ui.desktop import open_folder
from gantry.ui.dialogs.settings_part import SPIN_MARGINS, SettingsPart, fill, spin_box
from gantry.ui.i18n import LANGUAGES
from gantry.ui.widgets.labels import plain_label

_MEGABYTE = 1024 * 1024
_THEMES = ("system", "light", "dark")
_LANGUAGES = ("", *LANGUAGES)
_LOG_LEVELS = ("info", "debug")


class SendSettings(SettingsPart):
    """What one archive holds, and how hard Gantry works."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.rule, self.level = QComboBox(self), QComboBox(self)
        self.workers, self.sends = spin_box(0, 64, self), spin_box(1, 16, self)
        self.attempts, self.send_attempts = spin_box(1, 20, self), spin_box(1, 100, self)
        self.split = QCheckBox(self)
        self.bandwidth = QDoubleSpinBox(self)
        self.bandwidth.setRange(0, 10_000)
        self.bandwidth.setDecimals(1)
        self.bandwidth.setKeyboardTracking(False)
        self.bandwidth.lineEdit().setTextMargins(*SPIN_MARGINS)
        self.timetable = QLineEdit(self)
        self.timetable.setPlaceholderText("08:00,512K 19:00,10M 23:00,off")
        self._fault = plain_label("", self, "error")
        self._fault.hide()
        for widget in (
            self.rule,
            self.split,
            self.level,
            self.workers,
            self.sends,
            self.attempts,
            self.send_attempts,
            self.bandwidth,
            self.timetable,
        ):
            self.add_row(widget)
        self._form.addRow("", self._fault)
        change = context.change_settings
        self.rule.activated.connect(lambda n: change(parcel_rule=tuple(ParcelRule)[n]))
        self.split.clicked.connect(lambda on: change(split_automatically=on))
        self.level.activated.connect(lambda n: change(compression_level=n))
        self.workers.valueChanged.connect(lambda n: change(pack_workers=n))
        self.sends.valueChanged.connect(lambda n: change(parallel_sends=n))
        self.attempts.valueChanged.connect(lambda n: change(attempts=n))
        self.send_attempts.valueChanged.connect(lambda n: change(send_attempts=n))
        self.bandwidth.valueChanged.connect(lambda m: change(bandwidth=round(m * _MEGABYTE)))
        self.timetable.editingFinished.connect(self._on_timetable)
        self.timetable.textEdited.connect(lambda _: self._fault.hide())
        self.begin()

    def _on_timetable(self) -> None:
        text = " ".join(self.timetable.text().split())
        try:
            parse_timetable(text)
        except GantryError as error:
            entry = str(error.facts.get("value", ""))
            self._fault.setText(
                self.tr(
                    "“{entry}” can't be read: write time and bytes a second, as 08:00,512K or "
                    "sat-00:00,off. The old timetable still holds."
                ).format(entry=entry)
            )
            self._fault.show()
            return
        self._fault.hide()
        if text != self._context.settings.bandwidth_timetable:
            self._context.change_settings(bandwidth_timetable=text)

    def show_settings(self, settings: Settings) -> None:
        if self._fault.isHidden():  # else what is being mended would be lost
            self.timetable.setText(settings.bandwidth_timetable)
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
        fill(
            self.rule,
            (self.tr("One study"), self.tr("One series"), self.tr("All of one patient")),
        )
        fill(
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
        self.timetable.setToolTip(
            self.tr(
                "From each time on, so many bytes a second (K, M, G; off: no limit). A day before "
                "the time (mon-08:00) makes it hold on that day only."
            )
        )
        self.bandwidth.setSuffix(self.tr(" MB/s"))
        self.name_rows(
            [
                (self.rule, self.tr("An archive &holds")),
                (self.split, self.tr("&Too big for the server")),
                (self.level, self.tr("&Compression")),
                (self.workers, self.tr("&Packed at the same time")),
                (self.sends, self.tr("&Sent at the same time")),
                (self.attempts, self.tr("Attempts to p&ack")),
                (self.send_attempts, self.tr("Attempts to s&end")),
                (self.bandwidth, self.tr("&Bandwidth")),
                (self.timetable, self.tr("Limit by the c&lock")),
            ]
        )


class StorageSettings(SettingsPart):
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
        self.lists = spin_box(0, 36_500, self)
        self.log = QComboBox(self)
        self.add_row(self.spool, folder)
        self.add_row(self.keep)
        self.add_row(self.lists)
        self.add_row(self.log)
        change = context.change_settings
        self.spool.editingFinished.connect(self._on_spool)
        self.browse.clicked.connect(self._on_browse)
        self.open.clicked.connect(lambda: open_folder(context.services.spool))
        self.keep.clicked.connect(lambda on: change(keep_delivered=on))
        self.lists.valueChanged.connect(lambda n: change(keep_file_lists=n))
        self.log.activated.connect(self._on_log)
        self.begin()

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
        fill(self.log, (self.tr("Normal"), self.tr("Everything, for support")))
        self.name_rows(
            [
                (self.spool, self.tr("&Spool folder")),
                (self.keep, self.tr("A&rchives")),
                (self.lists, self.tr("&File lists in the history")),
                (self.log, self.tr("&Log")),
            ]
        )


class LookSettings(SettingsPart):
    """Language and theme."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.language, self.theme = QComboBox(self), QComboBox(self)
        self.add_row(self.language)
        self.add_row(self.theme)
        change = context.change_settings
        self.language.activated.connect(lambda n: change(language=_LANGUAGES[n]))
        self.theme.activated.connect(lambda n: change(theme=_THEMES[n]))
        self.begin()

    def show_settings(self, settings: Settings) -> None:
        known = settings.language in _LANGUAGES
        self.language.setCurrentIndex(_LANGUAGES.index(settings.language) if known else 0)
        self.theme.setCurrentIndex(_THEMES.index(settings.theme))

    def retranslate(self) -> None:
        self._title.setText(self.tr("Language and look"))
        self._hint.setText(self.tr("Changes show at once."))
        fill(self.language, (self.tr("As the system"), *LANGUAGES.values()))
        fill(self.theme, (self.tr("As the system"), self.tr("Light"), self.tr("Dark")))
        self.name_rows([(self.language, self.tr("&Language")), (self.theme, self.tr("&Theme"))])
