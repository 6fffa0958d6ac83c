"""A connection test, step by step: passed, failed with what to do, or not applicable."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gantry.engine import doctor_steps as steps
from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.doctor_steps import SharedDetail, Status, Step
from gantry.engine.errors import GantryError
from gantry.messages import error_message
from gantry.services.kind_words import words_of
from gantry.services.named_destinations import Place
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.text.i18n import translate_label, translate_message
from gantry.ui.widgets.labels import icon_label, plain_label

_LOOKS = {
    Status.PASSED: ("check", "success"),
    Status.FAILED: ("error", "danger"),
    Status.NOT_APPLICABLE: ("more", "faint"),
}


class ConnectionSteps(QWidget):
    """Runs a test on another thread and lists its steps as they are done.

    Signals:
        finished(bool): the test has ended; whether every step passed.
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
        """Starts a test; ends one that is running.

        Args:
            credentials: None: the stored ones.
            saved: as entered now, if that differs from what is saved.
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
            for step in services.destinations.examine(place, token, credentials, saved):
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
        """Ends a running test."""
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
        detail = detail_text(step)
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
        steps.NAME: _tr("Name"),
        steps.CONNECTION: _tr("Connection"),
        steps.TLS: _tr("Encryption (TLS)"),
        steps.SIGN_IN: _tr("Sign-in"),
        steps.SERVICE: _tr("Correct service"),
        steps.LIMIT: _tr("Size limit"),
        steps.WRITE: _tr("Write and delete"),
    }.get(name, name)


def detail_text(step: Step) -> str:
    """What a step found, in the window's language; addresses and versions stay as they are."""
    known: dict[str, str] = {
        SharedDetail.EARLIER_FAILED: _tr("An earlier step failed."),
        SharedDetail.ADDRESSES: _tr("{host}: {addresses}"),
        SharedDetail.ADDRESSES_OF_PROXY: _tr("Proxy {host}: {addresses}"),
        SharedDetail.PORT: _tr("Port {port}"),
        SharedDetail.PORT_OF_PROXY: _tr("Port {port} of the proxy"),
        SharedDetail.NOT_ENCRYPTED: _tr("The address is not encrypted (http)."),
        SharedDetail.TRUSTED: _tr("The certificate is trusted."),
        SharedDetail.NONE_NEEDED: _tr("Not needed."),
        SharedDetail.ACCEPTED: _tr("Accepted."),
        SharedDetail.NO_LIMIT: _tr(
            "None announced up to 64 MB; one may still appear while sending."
        ),
        SharedDetail.LIMIT: _tr("{size} bytes per request"),
        SharedDetail.LIMIT_OF: _tr("{size} bytes per request ({who})"),
        SharedDetail.LITTLE: _tr("Less than 1024 bytes per request"),
        SharedDetail.LITTLE_OF: _tr("Less than 1024 bytes per request ({who})"),
        SharedDetail.UNSAID: _tr("The server does not state it: {why}"),
        SharedDetail.WRITTEN: _tr("{size} bytes written and deleted"),
        SharedDetail.TEST_IMAGE: _tr("Not tested: a test image would be mistaken for a patient's."),
    }
    if step.found is None:
        return step.detail
    own = words_of(step.found)
    words = translate_label(own) if own else known[step.found]
    return words.format(**step.facts)


def _tr(text: str) -> str:
    return QCoreApplication.translate("steps", text)
