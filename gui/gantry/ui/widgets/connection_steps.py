"""A connection test, step by step: passed, failed with what to do, or not applicable."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.transfer import doctor
from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.doctor import Status, Step
from gantry.messages import error_message
from gantry.services import Place
from gantry.store.settings import SavedDestination
from gantry.ui.context import Context
from gantry.ui.i18n import translate_message
from gantry.ui.widgets.labels import icon_label, plain_label

_LOOKS = {
    Status.PASSED: ("check", "success"),
    Status.FAILED: ("error", "danger"),
    Status.NOT_APPLICABLE: ("more", "faint"),
}


class ConnectionSteps(QWidget):
    """Runs a test on another thread and lists its steps as they come.

    Signals:
        finished(bool): the test is over; whether every step passed.
    """

    finished = Signal(bool)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._token: CancelToken | None = None
        self._failed = 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.texts: list[str] = []
        self.hide()

    def start(
        self,
        place: Place,
        credentials: Credentials | None = None,
        saved: SavedDestination | None = None,
    ) -> None:
        """Begins a test; one that runs already is ended.

        Args:
            credentials: None: those that are stored.
            saved: how it is entered now, where that isn't how it is kept.
        """
        self.stop()
        self.clear()
        self.show()
        token = self._token = CancelToken()
        services, runner = self._context.services, self._context.runner

        def show(step: Step) -> None:
            if token is self._token:
                self._add(step)

        def work() -> None:
            for step in services.examine(place, token, credentials, saved):
                runner.call(lambda step=step: show(step))  # type: ignore[misc]

        def done(_: None) -> None:
            if token is self._token:
                self._token = None
                self.finished.emit(not self._failed)

        def failed(error: GantryError) -> None:
            if token is self._token:
                self._token = None
                self._failed += 1
                message = error_message(error, translate=translate_message)
                self._line("error", "danger", message.title, f"{message.what} {message.do}")
                self.finished.emit(False)

        runner.run_long("test", work, done, failed, self)

    def stop(self) -> None:
        """Ends a test that runs."""
        if self._token is not None:
            self._token.cancel()
            self._token = None
            self.finished.emit(False)

    def hideEvent(self, event: QHideEvent) -> None:
        self.stop()
        super().hideEvent(event)

    def clear(self) -> None:
        """Shows nothing."""
        self._failed = 0
        self.texts = []
        while item := self._column.takeAt(0):
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.hide()

    def _add(self, step: Step) -> None:
        self._failed += step.status is Status.FAILED
        icon, colour = _LOOKS[step.status]
        detail = detail_text(step.detail)
        if step.error is not None:
            message = error_message(step.error, translate=translate_message)
            detail = f"{message.what} {message.do}".strip()
        self._line(icon, colour, step_text(step.name), detail)

    def _line(self, icon: str, colour: str, name: str, detail: str) -> None:
        line = QWidget(self)
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(icon_label(icon, colour, line, 16), 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addWidget(plain_label(name, line))
        if detail:
            texts.addWidget(plain_label(detail, line, "error" if colour == "danger" else "muted"))
        row.addLayout(texts, 1)
        self.texts.append(f"{name} {detail}".strip())
        line.setAccessibleName(self.texts[-1])
        self._column.addWidget(line)


def step_text(name: str) -> str:
    """A step's name in the window's language."""
    return {
        doctor.NAME: _tr("Name"),
        doctor.CONNECTION: _tr("Connection"),
        doctor.TLS: _tr("Encryption (TLS)"),
        doctor.SIGN_IN: _tr("Sign-in"),
        doctor.SERVICE: _tr("Right service"),
        doctor.LIMIT: _tr("Size limit"),
        doctor.WRITE: _tr("Write and delete"),
    }.get(name, name)


def detail_text(detail: str) -> str:
    """A step's detail in the window's language; addresses and versions stay as they are."""
    return {
        "an earlier step failed": _tr("An earlier step failed."),
        "a folder": _tr("Not needed for a folder."),
        "the system signs in to shares": _tr("The system signs in to shares."),
        "the folder is there": _tr("The folder is there."),
        "plain DICOM is not encrypted": _tr("Plain DICOM is not encrypted."),
        "DICOM has none": _tr("DICOM has none."),
        "a test image would be taken for a patient's": _tr(
            "Not tried: a test image would be taken for a patient's."
        ),
        "not encrypted": _tr("The address is not encrypted (http)."),
        "the certificate is trusted": _tr("The certificate is trusted."),
        "none is needed": _tr("None is needed."),
        "accepted": _tr("Accepted."),
        "something answers there": _tr("Something answers there."),
        "what is posted can't be deleted again": _tr(
            "Not tried: what is posted can't be deleted again."
        ),
        "what is imported can't be deleted again": _tr(
            "Not tried: what is imported can't be deleted again."
        ),
        "the server deletes nothing": _tr("Not tried: the server deletes nothing."),
        "archives go in parts": _tr("Archives go in parts."),
        "none found": _tr("None found."),
    }.get(detail, detail)


def _tr(text: str) -> str:
    return QCoreApplication.translate("steps", text)
