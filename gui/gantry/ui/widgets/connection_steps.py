"""A connection test, step by step: passed, failed with what to do, or not applicable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import GantryError
from gantry.engine.transfer.destination import Credentials
from gantry.messages import error_message
from gantry.services import Place
from gantry.ui.context import Context
from gantry.ui.i18n import translate_message
from gantry.ui.widgets.labels import icon_label, plain_label


class Status(Protocol):
    """A step's status: its value is "passed", "failed" or "not applicable"."""

    @property
    def value(self) -> str: ...


class Step(Protocol):
    """What a connection test says of one step."""

    @property
    def name(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def detail(self) -> str: ...
    @property
    def error(self) -> GantryError | None: ...


_LOOKS = {"passed": ("check", "success"), "failed": ("error", "danger")}


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

    def start(self, place: Place, credentials: Credentials | None) -> None:
        """Begins a test; one that runs already is ended."""
        self.stop()
        self.clear()
        self.show()
        token = self._token = CancelToken()
        services, runner = self._context.services, self._context.runner

        def show(step: Step) -> None:
            if token is self._token:
                self._add(step)

        def work() -> None:
            steps: Iterable[Step] = services.examine(place, token, credentials)
            for step in steps:
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
        status = step.status.value
        self._failed += status == "failed"
        icon, colour = _LOOKS.get(status, ("more", "faint"))
        detail = step.detail
        if step.error is not None:
            message = error_message(step.error, translate=translate_message)
            detail = f"{message.what} {message.do}".strip()
        elif status not in _LOOKS:
            detail = detail or self.tr("not applicable here")
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
    return QCoreApplication.translate("steps", name)
