"""The window's language: English in the source, the rest from `resources/i18n`, switched at once.

A widget translates in a method `retranslate(self)` that it calls at the end of `__init__` and from
`changeEvent` when Qt sends `LanguageChange`; `Translated` does the second for it. Sentences of the
engine's errors are templates in the context "messages": `translate_message(template)`.
`packaging/i18n.py` gathers the strings and makes the catalogues that Qt loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from gantry.ui.resources import resource
from gantry.ui.theme import theme

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}


_made: dict[QApplication, Language] = {}


class Language(QObject):
    """Which language the window speaks."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        _made.clear()
        _made[app] = self
        self._app = app
        self._translators: list[QTranslator] = []
        self.current = ""

    def choose(self, choice: str) -> None:
        """Switches to "en", "zh_CN", or anything else: to what the system speaks."""
        language = choice if choice in LANGUAGES else system_language()
        if language == self.current:
            return
        for translator in self._translators:
            self._app.removeTranslator(translator)
        self._translators = []
        self.current = language
        QLocale.setDefault(QLocale(language))
        # English has a catalogue, too: of plurals.
        folders = {f"gantry_{language}": resource("i18n")}
        if language != "en":
            from PySide6.QtCore import QLibraryInfo

            qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            folders[f"qtbase_{language}"] = qt_folder
        for name, folder in folders.items():
            translator = QTranslator(self)
            if translator.load(name, folder):
                self._translators.append(translator)
                self._app.installTranslator(translator)


def system_language() -> str:
    """The first language the user reads that the window speaks."""
    for name in QLocale.system().uiLanguages():
        parts = name.replace("_", "-").split("-")
        if parts[0] == "zh" and not {"Hant", "TW", "HK", "MO"} & set(parts):
            return "zh_CN"
        if parts[0] == "en":
            return "en"
    return "en"


def language() -> Language:
    """The application's language; made on first use."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return _made.get(app) or Language(app)


def translate_message(template: str) -> str:
    """A template of `gantry.messages` in the window's language, its `{facts}` still open."""
    return QCoreApplication.translate("messages", template)


class Translated(QWidget):
    """A widget that says everything again when the language changes."""

    def retranslate(self) -> None:
        """Sets every text; called by the widget itself once it is built."""

    def changeEvent(self, event: QEvent) -> None:
        # Before the first paint nothing changes, and the enumeration is slow to make.
        if theme().painted:
            from PySide6.QtCore import QEvent

            if event.type() is QEvent.Type.LanguageChange:
                self.retranslate()
        super().changeEvent(event)
