"""Keeps the choice of how files are sent: per destination, with profile files and what to know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog

from gantry.services.privacy import AS_IT_IS, read_profile
from gantry.services.projects import project_of
from gantry.store.replace import replace
from gantry.ui.background.context import Context
from gantry.ui.background.near import Near
from gantry.ui.background.profile_watch import ProfileWatch
from gantry.ui.text.alert import Alert, Level
from gantry.ui.widgets.send_bar import SendBar

if TYPE_CHECKING:
    from gantry.engine.deidentify.profile import PrivacyProfile
    from gantry.engine.errors import GantryError


class Treating(QObject):
    """Connects the send bar with the settings, and with what only other threads can find out.

    Signals:
        profile_known(PrivacyProfile | None, str, bool): how files would be sent now (None: as they
            are), the name of the key, and whether only the profile's file has changed.
        profile_wrong(GantryError, bool): the profile's file can't be used; and the same.
    """

    profile_known = Signal(object, str, bool)
    profile_wrong = Signal(object, bool)

    def __init__(self, context: Context, bar: SendBar, parent: QObject) -> None:
        super().__init__(parent)
        self._context, self._bar = context, bar
        self._asked: object = None
        self._project, self._is_bars = "", True
        self.watch = ProfileWatch(context.runner, self)
        self.watch.known.connect(self._on_known)
        self.watch.wrong.connect(self._on_wrong)
        self._near = Near(context, self)
        self._near.known.connect(bar.show_nearness)
        bar.nearness_wanted.connect(lambda url: bar.show_nearness(url, self._near.of(url)))
        bar.treatment.chosen.connect(self._remember)
        bar.treatment_changed.connect(self._find_profile)
        bar.treatment.add_wanted.connect(self._ask_for_file)
        context.services.privacy.on_key_file = self._on_key_file

    def follow(self) -> None:
        """Shows the settings, and every change of them."""
        self._bar.show_places(self._context.settings)
        self._context.settings_changed.connect(self._bar.show_places)

    def add_file(self, path: str) -> None:
        """Adds a profile file and chooses it, or says what is wrong in it."""

        def done(_: object) -> None:
            settings = self._context.settings
            if path not in settings.profile_files:
                files = (*settings.profile_files, path)
                self._context.change_settings(replace(settings, profile_files=files))
            self._context.dismiss.emit("error.profile.invalid")
            self._remember(path)

        self._context.runner.run(lambda: read_profile(path), done, self._context.report, self)

    def show_upload(self, profile: str, project: str) -> None:
        """Follows the profile of an upload, and its file, until the user chooses another one."""
        self._asked, self._project, self._is_bars = None, project, False
        self.watch.watch(profile)

    def _remember(self, profile: str) -> None:
        if (place := self._bar.place) is None:
            return
        settings = self._context.settings
        chosen = {url: kept for url, kept in settings.profiles.items() if url != place.url}
        if profile != AS_IT_IS:
            chosen[place.url] = profile
        self._context.change_settings(replace(settings, profiles=chosen))

    def _find_profile(self) -> None:
        place, name = self._bar.place, self._bar.treatment.profile
        asked = (place, name, self._context.settings)
        if place is None or asked == self._asked:
            return
        self._asked = asked
        self._project, self._is_bars = project_of(self._context.settings, place), True
        self.watch.watch(name)

    def _on_known(self, profile: PrivacyProfile | None, again: bool) -> None:
        if self._is_bars:
            self._bar.show_problem(None)
        self.profile_known.emit(profile, self._project, again)

    def _on_wrong(self, error: GantryError, again: bool) -> None:
        if self._is_bars:
            self._bar.show_problem(error)
        self.profile_wrong.emit(error, again)

    def _ask_for_file(self) -> None:
        dialog = QFileDialog(self._bar, self.tr("Choose a profile file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([self.tr("Profiles (*.json)"), self.tr("All files (*)")])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.add_file)
        dialog.open()

    def _on_key_file(self, file: Path) -> None:
        """Says once where the key is; called on the thread of a job."""
        self._context.runner.call(lambda: self._say_where(file))

    def _say_where(self, file: Path) -> None:
        self._context.alert.emit(
            Alert(
                "key file",
                Level.WARNING,
                lambda: (
                    self.tr("The key of the pseudonyms is in a file"),
                    self.tr(
                        "This computer keeps no secrets, so the key is in {file}, which only you "
                        "may read. Keep a copy in a safe place: without the key, later uploads "
                        "get other pseudonyms; with it, anyone can link pseudonyms to patients "
                        "they know."
                    ).format(file=file),
                ),
            )
        )
