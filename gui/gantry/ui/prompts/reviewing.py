"""Asks before Send which texts may stay, if the profile wants them reviewed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from gantry.engine.deidentify.profile import with_ticked
from gantry.engine.deidentify.review import TextList, is_reviewed
from gantry.services.privacy import AS_IT_IS, BUILT_IN, read_profile
from gantry.store.texts import save_ticked, ticked_texts
from gantry.ui.background.context import Context
from gantry.ui.background.text_gathering import TextGathering
from gantry.ui.dialogs.review_texts import ReviewTexts

if TYPE_CHECKING:
    from gantry.engine.deidentify.profile import PrivacyProfile
    from gantry.engine.instance import Source
    from gantry.services.named_destinations import Place


class Reviewing(QObject):
    """Lets Send continue at once where there is nothing to review.

    Args:
        sources: the files to send.

    Signals:
        ready(Place): sending can start.
    """

    ready = Signal(object)

    def __init__(
        self, context: Context, sources: Callable[[], Sequence[Source]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context, self._sources, self._window = context, sources, parent
        self._gathering: TextGathering | None = None
        self.dialog: ReviewTexts | None = None

    def start(self, place: Place, profile: str) -> None:
        """Starts the review; `ready` follows unless the user cancels."""
        if profile == AS_IT_IS or profile in BUILT_IN:
            self.ready.emit(place)
            return
        home = self._context.home

        def look() -> PrivacyProfile:
            known = read_profile(profile)[0]
            return with_ticked(known, ticked_texts(home)) if is_reviewed(known.options) else known

        def ask(known: PrivacyProfile) -> None:
            if is_reviewed(known.options):
                self._ask(place, known)
            else:
                self.ready.emit(place)

        self._context.runner.run(look, ask, self._context.report, self)

    def close(self) -> None:
        """Ends a review that is open."""
        if self.dialog is not None:
            self.dialog.reject()

    def _ask(self, place: Place, profile: PrivacyProfile) -> None:
        self.close()
        sources = self._sources()
        dialog = self.dialog = ReviewTexts(len(sources), self._window)
        gathering = self._gathering = TextGathering(self._context.runner, self)
        ticked = profile.options.reviewed

        def show(found: TextList, unread: int) -> None:
            dialog.show_texts(found, unread, ticked)

        gathering.progressed.connect(dialog.show_progress)
        gathering.gathered.connect(show)
        dialog.accepted.connect(lambda: self._keep(place, dialog))
        dialog.finished.connect(lambda _: self._on_finished(gathering))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        gathering.start(sources, replace(profile.options, reviewed=()))

    def _on_finished(self, gathering: TextGathering) -> None:
        self.dialog = self._gathering = None
        gathering.cancel()
        gathering.deleteLater()

    def _keep(self, place: Place, dialog: ReviewTexts) -> None:
        home, seen, ticked = self._context.home, dialog.model.texts, dialog.model.ticked
        self._context.runner.run(
            lambda: save_ticked(home, seen, ticked),
            lambda _: self.ready.emit(place),
            self._context.report,
            self,
        )
