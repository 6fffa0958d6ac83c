"""The window's language: English in the source, others from `resources/i18n`; can change at once.

A widget translates in a method `retranslate(self)` that it calls at the end of `__init__` and from
`changeEvent` when Qt sends `LanguageChange`; `Translated` does the latter. Sentences of the
engine's errors are templates in the context "messages": `translate_message(template)`.
`packaging/i18n.py` collects the strings and makes the catalogues that Qt loads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QLocale, QObject, QTranslator
from PySide6.QtWidgets import QApplication, QWidget

from gantry.store.languages import LANGUAGES
from gantry.ui.look.resources import resource

if TYPE_CHECKING:
    pass


_made: dict[QApplication, Language] = {}


class Language(QObject):
    """The language of the window."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        _made.clear()
        _made[app] = self
        self._app = app
        self._translators: list[QTranslator] = []
        self.current = ""

    def choose(self, choice: str) -> None:
        """Switches to "en" or "zh_CN"; anything else means the system's language."""
        language = choice if choice in LANGUAGES else system_language()
        if language == self.current:
            return
        for translator in self._translators:
            self._app.removeTranslator(translator)
        self._translators = []
        self.current = language
        QLocale.setDefault(QLocale(language))
        # English has a catalogue, too, for plurals.
        folders = {f"gantry_{language}": resource("i18n")}
        if language != "en":
            qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            folders[f"qtbase_{language}"] = qt_folder
        for name, folder in folders.items():
            translator = QTranslator(self)
            if translator.load(name, folder):
                self._translators.append(translator)
                self._app.installTranslator(translator)


def system_language() -> str:
    """The first of the user's languages that the window has."""
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
    """A template of `gantry.messages` in the window's language, with its `{facts}` unfilled."""
    return QCoreApplication.translate("messages", template)


def translate_label(label: str) -> str:
    """The label of a kind of destination, or of its field, in the window's language."""
    return QCoreApplication.translate("kinds", label)


def translate_setting(text: str) -> str:
    """A text of a setting's declaration, in the window's language."""
    return QCoreApplication.translate("settings", text)


class Translated(QWidget):
    """A widget that updates its texts when the language changes."""

    def retranslate(self) -> None:
        """Sets every text; called by the widget itself once it is built."""

    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
