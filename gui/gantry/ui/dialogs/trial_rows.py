"""The rows of a destination's form that test it: the connection, and a tiny upload."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QPushButton, QWidget

from gantry.engine.credentials import Credentials
from gantry.services.named_destinations import Place
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.dialogs.trial_question import TrialQuestion
from gantry.ui.look.theme import set_icon
from gantry.ui.widgets.connection_steps import ConnectionSteps

# What to test: a destination as entered, and new credentials, or None for the stored ones.
Entered = Callable[[], tuple[SavedDestination, Credentials | None]]


class TrialRows(QObject):
    """Two buttons, and the steps of the connection test below them.

    Signals:
        learned(str, str): the option, and its value, by which such an answer means "stored".
    """

    learned = Signal(str, str)

    def __init__(
        self, context: Context, form: QFormLayout, entered: Entered, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context, self._entered, self._parent = context, entered, parent
        self.test = QPushButton(_tr("&Test connection"), parent)
        set_icon(self.test, "server", size=16)
        self.trial = QPushButton(_tr("Send a test &upload…"), parent)
        self.trial.setToolTip(
            _tr("Sends a tiny synthetic image, shows the response, and asks what it means")
        )
        set_icon(self.trial, "send", size=16)
        self.steps = ConnectionSteps(context, parent)
        row = QHBoxLayout()
        row.addWidget(self.test)
        row.addWidget(self.trial)
        row.addStretch(1)
        form.addRow("", row)
        form.addRow("", self.steps)
        self.test.clicked.connect(self._on_test)
        self.trial.clicked.connect(self._on_trial)
        self.steps.finished.connect(lambda _: self.test.setEnabled(True))

    def allow(self, possible: bool, *, tries_out: bool) -> None:
        """Enables the buttons if a connection can be made; `tries_out` shows the second."""
        self.test.setEnabled(possible)
        self.trial.setEnabled(possible)
        self.trial.setVisible(tries_out)

    def _on_test(self) -> None:
        saved, credentials = self._entered()
        self.test.setEnabled(False)
        self.steps.start(Place(saved.name, saved.url), credentials, saved)

    def _on_trial(self) -> None:
        saved, credentials = self._entered()
        place = Place(saved.name, saved.url)
        TrialQuestion(self._context, self._parent).start(
            place, credentials, saved, self.learned.emit
        )


def _tr(text: str) -> str:
    return QCoreApplication.translate("TrialRows", text)
