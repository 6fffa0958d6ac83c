"""The outcome of a job, one note per kind: what arrived, what did not and why, with a button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import ParcelState
from gantry.messages import error_message
from gantry.services.adding_rule import can_have_rule
from gantry.ui.look.theme import set_kind
from gantry.ui.models.job_track import JobTrack, Problem, being_retried, problems
from gantry.ui.models.transfer_state import ParcelTrack
from gantry.ui.models.transfer_text import name_of
from gantry.ui.text.destination_forms import destination_text
from gantry.ui.text.doubt_text import doubt_text
from gantry.ui.text.held_text import held_text, held_title
from gantry.ui.text.i18n import Translated, translate_message
from gantry.ui.text.proof_text import proof_text
from gantry.ui.text.quantities import count_text, seconds_text, size_text
from gantry.ui.text.remedies import Remedy, remedies
from gantry.ui.widgets.error_details import ErrorDetails
from gantry.ui.widgets.labels import icon_label, plain_label

_NAMED = 3
_WEAKER = (
    ParcelState.ACCEPTED,
    ParcelState.INCOMPLETE,
    ParcelState.UNCLEAR,
    ParcelState.HELD,
)


class OutcomePanel(Translated):
    """Notes for one job: its end, and every kind of failure once.

    Signals:
        remedy(Remedy, list[str], GantryError): a button was pressed; for these parcels.
        in_history(str): show this job in the history.
        built: the content has changed, and may need another height.
    """

    built = Signal()
    remedy = Signal(object, list, object)
    in_history = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._job: JobTrack | None = None
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)

    def show_job(self, job: JobTrack | None) -> None:
        """Shows the outcome of `job`; rebuilds only when something visible has changed."""
        self._job = job
        tells = _tells(job)
        if tells != self._shown:
            self._shown = tells
            self._build()

    def retranslate(self) -> None:
        self._build()

    def _build(self) -> None:
        while item := self._column.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        job = self._job
        notes: list[QFrame] = []
        if job is not None:
            if job.is_over and job.parcels:
                notes.append(self._end_note(job))
            notes += [self._problem_note(p) for p in problems(job)]
            notes += [self._waiting_note(p) for p in being_retried(job)]
        for note in notes:
            self._column.addWidget(note)
            note.show()  # otherwise the layout ignores it until the page is shown
        self.setVisible(bool(notes))
        self.built.emit()

    def _end_note(self, job: JobTrack) -> QFrame:
        delivered, failed = job.delivered, len(job.failed)
        total = job.total
        weaker = sum(job.count(state) for state in _WEAKER)
        if weaker:
            kind, sign, colour = "note-warning", "warning", "warning"
            if failed:
                kind, sign, colour = "note-error", "error", "danger"
            title = self._counts(job)
        elif delivered == total:
            kind, sign, colour = "note-success", "check", "success"
            title = (
                self.tr("The study arrived at {destination}.")
                if total == 1
                else self.tr("All {total} studies arrived at {destination}.")
            )
        elif failed:
            kind, sign, colour = "note-error", "error", "danger"
            title = (
                self.tr(
                    "{delivered} of {total} arrived at {destination}; {failed} failed, "
                    "{cancelled} cancelled."
                )
                if job.cancelled
                else self.tr("{delivered} of {total} arrived at {destination}; {failed} did not.")
            )
        else:
            kind, sign, colour = "note", "stop", "muted"
            title = self.tr(
                "{delivered} of {total} arrived at {destination}; the others were cancelled."
            )
        note, row, texts = self._note(kind, sign, colour)
        title = title.format(
            total=count_text(total),
            delivered=count_text(delivered),
            failed=count_text(failed),
            cancelled=count_text(job.cancelled),
            destination=destination_text(job.destination),
        )
        texts.addWidget(plain_label(title, note, "strong"))
        for doubt in _doubts(job):
            texts.addWidget(plain_label(doubt, note))
        texts.addWidget(plain_label(self._facts(job), note, "muted"))
        button = QPushButton(self.tr("Show in &history"), note)
        button.clicked.connect(lambda: self.in_history.emit(job.id))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return note

    def _counts(self, job: JobTrack) -> str:
        """The number of parcels per outcome, unless all were delivered."""
        count, states = job.count, ParcelState
        parts = [
            (count(states.DELIVERED), self.tr("{n} delivered")),
            (count(states.ACCEPTED), self.tr("{n} accepted, not proved")),
            (count(states.INCOMPLETE), self.tr("{n} incomplete")),
            (count(states.UNCLEAR), self.tr("{n} unclear")),
            (count(states.HELD), self.tr("{n} held")),
            (count(states.FAILED), self.tr("{n} failed")),
            (count(states.CANCELLED), self.tr("{n} cancelled")),
        ]
        said = ", ".join(text.format(n=count_text(n)) for n, text in parts if n)
        return self.tr("{destination}: {counts}").replace("{counts}", said)

    def _facts(self, job: JobTrack) -> str:
        arrived = [p for p in job.parcels if p.state.has_arrived]
        parts = [size_text(sum(p.size for p in arrived))] if arrived else []
        if job.done is not None:
            parts.append(self.tr("in {time}").format(time=seconds_text(job.done.seconds)))
        receipts = [p.receipt for p in arrived if p.receipt and p.receipt.proof]
        if proofs := sorted({proof_text(r.proof) for r in receipts if r.is_proved}):
            parts.append(self.tr("proved by {proof}").format(proof=", ".join(proofs)))
        parts += sorted({proof_text(r.proof) for r in receipts if not r.is_proved})
        return " · ".join(parts) or self.tr("Nothing was delivered.")

    def _problem_note(self, problem: Problem) -> QFrame:
        message = error_message(problem.error, translate_message)
        look = ("note-error", "error", "danger")
        if problem.error.code in (ErrorCode.UNCLEAR, ErrorCode.TREATMENT_HELD):
            look = ("note-warning", "warning", "warning")
        note, row, texts = self._note(*look)
        title = held_title((t.error for t in problem.parcels), message.title)
        texts.addWidget(plain_label(title, note, "strong"))
        held = [held_text(t.error, t.parcel) for t in problem.parcels]
        what = "\n".join(filter(None, held)) or message.what
        texts.addWidget(
            plain_label(
                f"{what}\n{message.do}" if any(held) else f"{what} {message.do}".strip(), note
            )
        )
        texts.addWidget(plain_label(self._affected(problem), note, "muted"))
        if (words := texts.parentWidget()) is not None:
            row.setAlignment(words, Qt.AlignmentFlag.AlignTop)  # there are many buttons beside them
        ids = [t.parcel.id for t in problem.parcels]
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        for place, which in enumerate(_remedies(problem)):
            button = QPushButton(self._remedy_text(which), note)
            if place == 0:
                set_kind(button, "primary")
            button.clicked.connect(
                lambda _=False, which=which: self.remedy.emit(which, ids, problem.error)
            )
            buttons.addWidget(button)
        details = QPushButton(self.tr("&Details…"), note)
        set_kind(details, "quiet")
        details.clicked.connect(lambda: self._details(problem.error, problem.parcels))
        buttons.addWidget(details)
        buttons.addStretch(1)
        row.addLayout(buttons)
        return note

    def _waiting_note(self, problem: Problem) -> QFrame:
        message = error_message(problem.error, translate_message)
        note, row, texts = self._note("note-warning", "warning", "warning")
        texts.addWidget(plain_label(message.title, note, "strong"))
        text = self.tr("Gantry will try again. {what}").format(what=message.what)
        texts.addWidget(plain_label(text, note))
        details = QPushButton(self.tr("&Details…"), note)
        set_kind(details, "quiet")
        details.clicked.connect(lambda: self._details(problem.error, problem.parcels))
        row.addWidget(details, 0, Qt.AlignmentFlag.AlignVCenter)
        return note

    def _note(self, kind: str, sign: str, colour: str) -> tuple[QFrame, QHBoxLayout, QVBoxLayout]:
        note = QFrame(self)
        set_kind(note, kind)
        row = QHBoxLayout(note)
        row.setContentsMargins(14, 10, 14, 10)
        row.setSpacing(12)
        row.addWidget(icon_label(sign, colour, note), 0, Qt.AlignmentFlag.AlignTop)
        words = QWidget(note)
        texts = QVBoxLayout(words)
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(3)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        policy.setHeightForWidth(True)
        words.setSizePolicy(policy)
        row.addWidget(words, 1, Qt.AlignmentFlag.AlignVCenter)
        return note, row, texts

    def _affected(self, problem: Problem) -> str:
        names = [name_of(t.parcel) for t in problem.parcels[:_NAMED]]
        more = len(problem.parcels) - _NAMED
        if more > 0:
            names.append(self.tr("and {n} more").format(n=count_text(more)))
        return self.tr("Affected: {names}").format(names=", ".join(names))

    def _details(self, error: GantryError, tracks: tuple[ParcelTrack, ...]) -> None:
        names = tuple(name_of(t.parcel) for t in tracks[:20])
        dialog = ErrorDetails(error, names, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _remedy_text(self, remedy: Remedy) -> str:
        return {
            Remedy.RETRY: self.tr("&Retry"),
            Remedy.EDIT_DESTINATION: self.tr("&Edit destination…"),
            Remedy.SIGN_IN: self.tr("&Sign in…"),
            Remedy.OPEN_SPOOL: self.tr("&Open spool folder"),
            Remedy.STORAGE_SETTINGS: self.tr("S&torage settings…"),
            Remedy.SHOW_SOURCE: self.tr("Show in &folder"),
            Remedy.SPLIT: self.tr("Split into s&maller uploads"),
            Remedy.ASK_AGAIN: self.tr("&Ask again"),
            Remedy.IT_IS_THERE: self.tr("&It is there"),
            Remedy.SEND_AGAIN: self.tr("Send a&gain…"),
            Remedy.LEAVE_OUT: self.tr("Send &without these files"),
            Remedy.TRY_AGAIN: self.tr("&Try again"),
            Remedy.PREVIEW: self.tr("Show in pre&view"),
            Remedy.ADD_RULE: self.tr("Add a rul&e…"),
            Remedy.GIVE_UP: self.tr("Cancel this &upload"),
        }[remedy]


def _remedies(problem: Problem) -> list[Remedy]:
    """What helps; a rule, only where one of these parcels is held by an element."""
    by_element = any(can_have_rule(track.error) for track in problem.parcels)
    found = remedies(problem.error.code)
    return [one for one in found if one is not Remedy.ADD_RULE or by_element]


def _doubts(job: JobTrack) -> list[str]:
    """Why arrivals are in doubt, each sentence once."""
    found = (
        doubt_text(p.receipt, len(p.parcel.files), p.parcel.unread, p.parcel.treatment.skipped)
        for p in job.parcels
        if p.state.has_arrived
    )
    return list(dict.fromkeys(text for text in found if text))[:_NAMED]


def _tells(job: JobTrack | None) -> object:
    """The content of the panel; equal if nothing has changed."""
    if job is None:
        return None
    failed = [(p.error, [t.parcel.id for t in p.parcels]) for p in problems(job)]
    waiting = [p.error.code for p in being_retried(job)]
    counts = [job.count(state) for state in ParcelState] if job.is_over else []
    return job.id, job.is_over, job.done, counts, failed, waiting
