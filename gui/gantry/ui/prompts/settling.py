"""Settles unclear uploads: ask the destination again, confirm the arrival, or send another copy."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import ParcelArrived
from gantry.services.arrivals import ask_again, confirm
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_kind
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.quantities import count_text


class Settling(QObject):
    """Works on other threads; the window receives the results like events of the engine."""

    def __init__(self, context: Context, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._window = context, window

    def ask(self, parcel_ids: Sequence[str]) -> None:
        """Asks the destination again what it has."""
        services = self._context.services

        def look() -> tuple[list[ParcelArrived], int, int]:
            found, absent, untold = [], 0, 0
            for parcel_id in parcel_ids:
                try:
                    event = ask_again(services, parcel_id)
                except GantryError as error:
                    if error.code is not ErrorCode.UNCLEAR:
                        raise
                    untold += 1
                    continue
                if event is None:
                    absent += 1
                else:
                    found.append(event)
            return found, absent, untold

        def show(seen: tuple[list[ParcelArrived], int, int]) -> None:
            found, absent, untold = seen
            self._tell(found)
            if absent:
                self._say(
                    self.tr("It is missing"),
                    self.tr("{n} of them did not arrive. Send again sends them.").format(
                        n=count_text(absent)
                    ),
                )
            elif untold:
                self._say(
                    self.tr("The destination can’t tell"),
                    self.tr("Check there yourself, or ask its administrator."),
                )

        self._context.runner.run_long("settle", look, show, self._context.report, self)

    def confirm(self, parcel_ids: Sequence[str]) -> None:
        """Records that the user saw them at the destination."""
        services = self._context.services
        self._context.runner.run(
            lambda: [confirm(services, parcel_id) for parcel_id in parcel_ids],
            self._tell,
            self._context.report,
            self,
        )

    def send_again(self, job_id: str, parcel_ids: Sequence[str]) -> None:
        """Sends another copy, after confirmation."""
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Send again"))
        box.setText(self.tr("Send it again?"))
        box.setInformativeText(
            self.tr("If it did arrive, the destination may hold two copies afterwards.")
        )
        yes = box.addButton(self.tr("&Send another copy"), QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(QMessageBox.StandardButton.Cancel)
        set_kind(yes, "primary")
        box.setDefaultButton(no)
        box.setEscapeButton(no)

        def answered(_: int) -> None:
            if box.clickedButton() is yes:
                self._context.runner.retry(job_id, parcel_ids, another_copy=True)
                self._context.navigate.emit("transfers", job_id)
            box.deleteLater()

        box.finished.connect(answered)
        box.open()

    def _tell(self, found: list[ParcelArrived]) -> None:
        for event in found:
            self._context.runner.engine_event.emit(event)

    def _say(self, title: str, text: str) -> None:
        self._context.alert.emit(Alert("settling", Level.WARNING, lambda: (title, text)))
