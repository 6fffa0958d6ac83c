"""The details of one parcel in the history, with its actions."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gantry.engine.parcel import ParcelState
from gantry.services.adding_rule import can_have_rule
from gantry.services.arrivals import can_prove_again
from gantry.store.history.rows import ParcelDetail
from gantry.ui.look.theme import set_icon
from gantry.ui.models.transfer_state import STEPS
from gantry.ui.text.i18n import Translated
from gantry.ui.text.state_text import full_state_text
from gantry.ui.widgets.labels import plain_label
from gantry.ui.widgets.parcel_note import ParcelNote
from gantry.ui.widgets.parcel_tabs import ParcelTabs
from gantry.ui.widgets.step_delegate import LOOKS

_FINAL = (ParcelState.FAILED, ParcelState.CANCELLED)


class ParcelPanel(Translated):
    """The details beside the list.

    Signals:
        send_again, retry, show_folder, verify, show_error, is_there, leave_out, try_again,
            add_rule, preview, give_up, resume, certificate, report: a button was pressed.
    """

    send_again = Signal()
    retry = Signal()
    show_folder = Signal()
    verify = Signal()
    show_error = Signal()
    is_there = Signal()
    leave_out = Signal()
    try_again = Signal()
    add_rule = Signal()
    preview = Signal()
    give_up = Signal()
    resume = Signal()
    certificate = Signal()
    report = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.detail: ParcelDetail | None = None
        self._verdict = ""
        self.tabs = ParcelTabs(self)
        self._build()
        self.retranslate()

    def show_detail(self, detail: ParcelDetail) -> None:
        """Shows a parcel; `tabs.set_files` adds its files."""
        if self.detail is None or detail.row.id != self.detail.row.id:
            self._verdict = ""
        self.detail = detail
        self._fill()

    def set_verdict(self, text: str) -> None:
        """Shows the result of "Verify again"."""
        self._verdict = text
        self._fill()

    def _build(self) -> None:
        self._icon, self._state = QLabel(self), plain_label("", self, "strong")
        self._title = plain_label("", self, "title")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._state, 1)

        self.buttons: dict[str, QPushButton] = {}
        self._grid = QGridLayout()
        self._grid.setSpacing(8)
        for name, icon, signal in (
            ("again", "send", self.send_again),
            ("retry", "retry", self.retry),
            ("verify", "check", self.verify),
            ("folder", "open", self.show_folder),
            ("there", "check", self.is_there),
            ("without", "send", self.leave_out),
            ("try", "retry", self.try_again),
            ("preview", "search", self.preview),
            ("rule", "add", self.add_rule),
            ("give up", "stop", self.give_up),
            ("continue", "play", self.resume),
            ("certificate", "check", self.certificate),
            ("report", "log", self.report),
        ):
            button = QPushButton(self)
            set_icon(button, icon, size=16)
            button.clicked.connect(signal)
            self.buttons[name] = button
        self._arrange()

        self.note = ParcelNote(self)
        self.note.details.clicked.connect(self.show_error)
        self._verdict_label = plain_label("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addWidget(self._title)
        column.addWidget(self.note)
        column.addLayout(self._grid)
        column.addWidget(self._verdict_label)
        column.addWidget(self.tabs, 1)

    def _fill(self) -> None:
        detail = self.detail
        if detail is None:
            return
        row = detail.row
        name, colour = LOOKS[STEPS[row.state]]
        set_icon(self._icon, name, colour, 18)
        self._state.setText(full_state_text(row.state))
        self._title.setText(row.label or row.study_uid or row.id)
        self.note.show_detail(detail)
        self.buttons["there"].setVisible(row.state is ParcelState.UNCLEAR)
        for name in ("without", "try", "preview", "give up"):
            self.buttons[name].setVisible(row.state is ParcelState.HELD)
        self.buttons["rule"].setVisible(row.state is ParcelState.HELD and can_have_rule(row.error))
        self.buttons["continue"].setVisible(row.state is ParcelState.INTERRUPTED)
        self.buttons["report"].setVisible(detail.has_report)
        asks = row.state is ParcelState.UNCLEAR
        self.buttons["verify"].setText(self.tr("&Ask again") if asks else self.tr("&Verify again"))
        self.buttons["retry"].setEnabled(row.state in _FINAL)
        self.buttons["retry"].setVisible(row.state is not ParcelState.HELD)
        self.buttons["verify"].setVisible(can_prove_again(detail))
        self._arrange()
        self._verdict_label.setText(self._verdict)
        self._verdict_label.setVisible(bool(self._verdict))
        self._fit()
        self.tabs.show_detail(detail)

    def _arrange(self) -> None:
        """Puts the buttons that there are side by side, without gaps."""
        # About the job, and the text of one is long: each has a line of its own.
        wide = [self.buttons[name] for name in ("certificate", "report")]
        shown = [b for b in self.buttons.values() if b not in wide and not b.isHidden()]
        for place, button in enumerate(shown):
            self._grid.addWidget(button, place // 2, place % 2)
        for line, button in enumerate(wide, (len(shown) + 1) // 2):
            self._grid.addWidget(button, line, 0, 1, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Keeps the height of wrapped texts: the panel scrolls before it cuts them."""
        inner = self.width() - 16
        self.note.fit(inner)
        for label in (self._title, self._verdict_label):
            label.setMinimumHeight(max(0, label.heightForWidth(inner)))

    def retranslate(self) -> None:
        self.buttons["again"].setText(self.tr("Send a&gain"))
        self.buttons["retry"].setText(self.tr("Retry &failed only"))
        self.buttons["retry"].setToolTip(
            self.tr("Sends what failed or was cancelled in this job; what arrived stays as it is")
        )
        self.buttons["without"].setText(self.tr("Send the &rest"))
        self.buttons["without"].setToolTip(self.tr("Sends what is not held"))
        self.buttons["try"].setText(self.tr("&Try again"))
        self.buttons["try"].setToolTip(self.tr("With the profile and the masks as they are now"))
        self.buttons["preview"].setText(self.tr("Show in pre&view"))
        self.buttons["preview"].setToolTip(self.tr("Shows the held files, and where they are held"))
        self.buttons["rule"].setText(self.tr("Add a ru&le…"))
        self.buttons["rule"].setToolTip(self.tr("Says what to do with the elements that hold it"))
        self.buttons["give up"].setText(self.tr("Cancel &upload"))
        self.buttons["give up"].setToolTip(
            self.tr("Sends nothing of it; you can send it after all with Retry")
        )
        self.buttons["there"].setText(self.tr("&It is there"))
        self.buttons["there"].setToolTip(self.tr("You checked at the destination, and it is there"))
        self.buttons["continue"].setText(self.tr("&Continue"))
        self.buttons["continue"].setToolTip(self.tr("Sends what is left of this job"))
        self.buttons["verify"].setToolTip(self.tr("Asks the destination what it holds"))
        self.buttons["folder"].setText(self.tr("Show in f&older"))
        self.buttons["certificate"].setText(self.tr("Certific&ate…"))
        self.buttons["certificate"].setToolTip(
            self.tr("Saves what was sent in this job, and how its arrival is known, as a page")
        )
        self.buttons["report"].setText(self.tr("De-identification re&port…"))
        self.buttons["report"].setToolTip(
            self.tr("Saves what was done to the files of this job, as a page to read and print")
        )
        self.note.details.setText(self.tr("&Details…"))
        self.tabs.retranslate()
        self._fill()
