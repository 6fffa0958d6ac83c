"""Closing the window: minimizes to the tray while a job is running; otherwise quits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMessageBox, QWidget

from gantry.engine.events import Event, JobDone
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_kind
from gantry.ui.start.tray import LONG_SECONDS, Tray


def _tr(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Closing", text, None, count)


class Closing(QObject):
    """Owns the tray icon, the question before quitting, and the note at a job's end.

    Args:
        come_forward: shows the window above others.
        quit_now: ends the program.
    """

    def __init__(
        self,
        window: QWidget,
        context: Context,
        *,
        come_forward: Callable[[], None],
        quit_now: Callable[[], None],
    ) -> None:
        super().__init__(window)
        self._window, self._context = window, context
        self._come_forward, self._quit_now = come_forward, quit_now
        self._told_of_tray = False
        self._question: QMessageBox | None = None
        self._answers: list[Callable[[bool], None]] = []
        self.tray = Tray(window)
        self.tray.open_wanted.connect(come_forward)
        self.tray.quit_wanted.connect(lambda: self.ask())
        self._quit = QAction(self)
        self._quit.setShortcut(QKeySequence("Ctrl+Q"))
        self._quit.triggered.connect(lambda: self.ask())
        window.addAction(self._quit)
        window.installEventFilter(self)
        context.runner.busy_changed.connect(self._on_busy)
        context.runner.engine_event.connect(self._on_event)

    def on_close(self) -> None:
        """Handles the window's close button."""
        if not self._context.runner.busy:
            self._quit_now()
        elif self.tray.is_there():
            self._window.hide()
            self.tray.show()
            if not self._told_of_tray:
                self._told_of_tray = True
                self.tray.notify(
                    _tr("Gantry keeps sending"),
                    _tr("Open or quit it with its icon here."),
                    failed=False,
                )
        else:
            self.ask()

    def ask(self, answer: Callable[[bool], None] = lambda closed: None) -> None:
        """Quits; asks the user first while a job is running. `answer` receives the result."""
        if not self._context.runner.busy:
            answer(True)
            self._quit_now()
            return
        self._answers.append(answer)
        if self._question is not None:
            self._question.raise_()
            return
        self._come_forward()
        box = self._question = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(_tr("Quit Gantry?"))
        box.setText(_tr("Gantry is still sending. Quit anyway?"))
        box.setInformativeText(
            _tr(
                "Nothing is lost: what has arrived stays, and the rest can continue at the "
                "next start."
            )
        )
        leave = box.addButton(_tr("Stop and quit"), QMessageBox.ButtonRole.DestructiveRole)
        set_kind(leave, "danger")
        stay = box.addButton(_tr("Keep sending"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(stay)
        box.setEscapeButton(stay)
        box.finished.connect(lambda _: self._on_answered(box.clickedButton() is leave))
        box.open()

    def _on_answered(self, leave: bool) -> None:
        if self._question is not None:
            self._question.deleteLater()
            self._question = None
        answers, self._answers = self._answers, []
        for answer in answers:
            answer(leave)
        if leave:
            self._quit_now()

    def _on_busy(self, busy: bool) -> None:
        if busy:
            self.tray.set_status(_tr("sending"))
            self.tray.show()
        else:
            self.tray.set_status("")
            if self._window.isVisible():
                self.tray.hide()

    def _on_event(self, event: Event) -> None:
        if not isinstance(event, JobDone):
            return
        away = not self._window.isActiveWindow()
        if not (away and (event.seconds >= LONG_SECONDS or not self._window.isVisible())):
            return
        if event.is_trouble:
            missing = event.failed + event.unclear + event.held + event.incomplete
            title = _tr("%Ln upload(s) did not arrive, or not for certain", missing)
            text = _tr(
                "%Ln upload(s) arrived. Open Gantry to see what can be done.", event.delivered
            )
        elif event.accepted:
            title = _tr("The server accepted everything")
            text = _tr(
                "%Ln upload(s) accepted, not proved. Open Gantry to see the answers.",
                event.accepted,
            )
        else:
            title = _tr("Everything has arrived")
            text = _tr("%Ln upload(s) delivered and confirmed.", event.delivered)
        self.tray.notify(title, text, failed=event.is_trouble)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LanguageChange:
            self.tray.retranslate()
        elif event.type() is QEvent.Type.Show and not self._context.runner.busy:
            self.tray.hide()
        return super().eventFilter(watched, event)
