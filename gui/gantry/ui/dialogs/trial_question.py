"""Sends a test upload, shows the answer, and asks whether it means that the file was stored."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.parcel import ParcelState, state_after
from gantry.engine.trial import Trial
from gantry.messages import error_message
from gantry.services.named_destinations import Place
from gantry.services.trial import try_out
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_kind
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.quantities import plain_tooltip

_LONGEST = 600  # characters of an answer


class TrialQuestion(QObject):
    """One test upload; it ends with its window."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window
        self._token = CancelToken()
        window.destroyed.connect(self._token.cancel)

    def start(
        self,
        place: Place,
        credentials: Credentials | None,
        saved: SavedDestination,
        learn: Callable[[str, str], None],
    ) -> None:
        """Sends on another thread; `learn` receives the option and value that the user confirms."""
        services = self._context.services
        self._context.runner.run_long(
            "trial",
            lambda: try_out(services, place, self._token, credentials, saved),
            lambda trial: self._ask(trial, learn),
            self._context.report,
            self,
        )

    def _ask(self, trial: Trial, learn: Callable[[str, str], None]) -> None:
        if trial.error is not None and not trial.can_teach:
            self._context.report(trial.error)
            return
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Test upload"))
        box.setText(self.tr("Does this response mean that it was stored?"))
        words = trial.text.strip()[:_LONGEST] or self.tr("(nothing)")
        answer = f"{trial.status}: {words}"
        # As plain text: an answer may be a page.
        box.setInformativeText(plain_tooltip(f"{answer}\n\n{self._meaning(trial)}"))
        yes = box.addButton(self.tr("&Yes, it was stored"), QMessageBox.ButtonRole.YesRole)
        no = box.addButton(self.tr("&No, or I don’t know"), QMessageBox.ButtonRole.NoRole)
        set_kind(yes, "primary")
        box.setDefaultButton(no)
        box.setEscapeButton(no)

        def answered(_: int) -> None:
            if box.clickedButton() is yes:
                learn(trial.option, trial.value)
            box.deleteLater()

        box.finished.connect(answered)
        box.open()

    def _meaning(self, trial: Trial) -> str:
        if trial.receipt is None:
            assert trial.error is not None
            message = error_message(trial.error, translate=translate_message)
            return self.tr("Without a rule, Gantry treats this as a failure: {title}").format(
                title=message.title
            )
        if state_after(trial.receipt, 0) is ParcelState.DELIVERED:
            return self.tr("Without a rule, Gantry treats this as delivered.")
        return self.tr("Without a rule, Gantry treats this as accepted, not proved.")
