"""Retries unreadable files before Send, and asks before the rest is sent."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gantry.engine.intake.catalog import CautionCode, Series
from gantry.engine.intake.skipped import UNREAD, Skipped
from gantry.messages import skip_message
from gantry.ui.look.theme import set_kind
from gantry.ui.models.skipped_model import shown
from gantry.ui.text.i18n import translate_message

if TYPE_CHECKING:
    from gantry.services.named_destinations import Place
    from gantry.ui.background.scanning import Scanning

MOST_NAMED = 5


class Unread(QObject):
    """Lets Send continue at once where nothing is missing.

    Args:
        chosen: the series to send.
        skipped: all skipped files.
        own: the folders in which Gantry itself has files open.

    Signals:
        ready(Place): sending can start.
    """

    ready = Signal(object)

    def __init__(
        self,
        scanning: Scanning,
        chosen: Callable[[], list[Series]],
        skipped: Callable[[], tuple[Skipped, ...]],
        own: Callable[[Place], set[str]],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._scanning, self._chosen, self._skipped = scanning, chosen, skipped
        self._window = parent
        self._own_of = own
        self._own: tuple[str, ...] = ()
        self._place: Place | None = None
        self.question: QMessageBox | None = None
        scanning.running_changed.connect(self._on_running)

    def send(self, place: Place) -> None:
        """Starts the check; `ready` follows unless the user decides otherwise."""
        chosen = self._chosen()
        self._own = tuple(os.path.join(folder, "") for folder in self._own_of(place))  # noqa: PTH118
        if self.missing(chosen) or _has_copies(chosen):
            self._place = place
            self._scanning.again()
        else:
            self.ready.emit(place)

    def missing(self, chosen: list[Series]) -> list[Skipped]:
        """Unreadable files that may belong to these series, or to an unknown one."""
        unread = {
            one.place: one
            for one in self._skipped()
            if one.reason in UNREAD and not one.path.startswith(self._own)
        }
        theirs = {place for series in chosen for place in series.unread}
        return [one for place, one in unread.items() if place in theirs or self._is_nobodys(place)]

    def _is_nobodys(self, place: str) -> bool:
        return not any(place in series.unread for series in self._scanning.catalog.series)

    def _on_running(self, running: bool) -> None:
        if running or self._place is None:
            return
        place, self._place = self._place, None
        if missing := self.missing(self._chosen()):
            self._ask(place, missing)
        else:
            self.ready.emit(place)

    def _ask(self, place: Place, missing: list[Skipped]) -> None:
        box = self.question = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle(self.tr("Files could not be read"))
        box.setTextFormat(Qt.TextFormat.PlainText)
        count = len(missing)
        box.setText(self.tr("%Ln file(s) could not be read, even when tried again.", None, count))
        lines = [f"{_name(one)}: {skip_message(one.reason, translate_message)}" for one in missing]
        if count > MOST_NAMED:
            more = self.tr("… and %Ln more", None, count - MOST_NAMED)
            lines = [*lines[:MOST_NAMED], more]
        question = self.tr("What is missing may be part of what you are about to send.")
        box.setInformativeText("\n".join([*lines, "", question]))
        again = box.addButton(self.tr("&Try again"), QMessageBox.ButtonRole.ActionRole)
        without = box.addButton(self.tr("&Send the rest"), QMessageBox.ButtonRole.AcceptRole)
        no = box.addButton(self.tr("&Don’t send"), QMessageBox.ButtonRole.RejectRole)
        set_kind(again, "primary")
        box.setDefaultButton(again)
        box.setEscapeButton(no)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        again.clicked.connect(lambda: self.send(place))
        without.clicked.connect(lambda: self.ready.emit(place))
        box.destroyed.connect(self._on_answered)
        box.open()

    def _on_answered(self) -> None:
        self.question = None


def _has_copies(chosen: list[Series]) -> bool:
    """Whether copies could replace files that no longer exist."""
    return any(w.code is CautionCode.DUPLICATES for series in chosen for w in series.warnings)


def _name(one: Skipped) -> str:
    name = one.member or one.path.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return shown(name)
