"""The note in a parcel's details that says why it failed, or why its arrival is in doubt."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gantry.engine.errors import GantryError
from gantry.engine.held import files_in
from gantry.engine.parcel import ParcelState
from gantry.messages import error_message
from gantry.store.history.rows import ParcelDetail
from gantry.ui.look.theme import set_kind
from gantry.ui.text.doubt_text import doubt_text
from gantry.ui.text.held_text import held_title
from gantry.ui.text.i18n import translate_message
from gantry.ui.text.state_text import full_state_text
from gantry.ui.widgets.labels import plain_label

_EDGE = 12


def _more(error: GantryError) -> str:
    """How many other files are held."""
    others = len(files_in(error)) - 1
    if others <= 0:
        return ""
    return " " + QCoreApplication.translate(
        "held", "%Ln other file(s) of this upload are held, too.", None, others
    )


class ParcelNote(QFrame):
    """Visible only if there is something to say.

    Attributes:
        details: the button that shows the error's technical details.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_kind(self, "note-error")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._title = plain_label("", self, "strong")
        self._text = plain_label("", self)
        self.details = QPushButton(self)
        set_kind(self.details, "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(_EDGE, 10, _EDGE, 6)
        column.setSpacing(3)
        column.addWidget(self._title)
        column.addWidget(self._text)
        column.addWidget(self.details, 0, Qt.AlignmentFlag.AlignRight)

    def show_detail(self, detail: ParcelDetail) -> None:
        """Says why a parcel failed, may not have arrived, or is not fully proved."""
        row = detail.row
        receipt = detail.receipts[-1] if detail.receipts and row.state.has_arrived else None
        skipped = detail.treatment.skipped
        doubt = doubt_text(receipt, row.files, row.unread, skipped) if row.state.has_arrived else ""
        error = None if row.state.has_arrived else row.error
        has_failed = row.state is ParcelState.FAILED
        if not has_failed and row.state not in (ParcelState.UNCLEAR, ParcelState.HELD):
            # For unfinished or failed parcels; not for those that succeeded in the end
            error = error if detail.attempts and detail.attempts[-1].error else None
        self.setVisible(bool(doubt or error))
        self.details.setVisible(error is not None)
        set_kind(self, "note-error" if has_failed else "note-warning")
        if error is not None:
            message = error_message(error, translate=translate_message)
            self._title.setText(held_title([error], message.title))
            self._text.setText(f"{message.what} {message.do}{_more(error)}".strip())
        else:
            self._title.setText(full_state_text(row.state))
            self._text.setText(doubt)

    def fit(self, width: int) -> None:
        """Sets the height that the texts need at this width."""
        for label in (self._title, self._text):
            label.setMinimumHeight(max(0, label.heightForWidth(width - 2 * _EDGE)))
