"""How a job stands, told once a kind: what arrived, what did not and why, and the button for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gantry.engine.errors import GantryError
from gantry.messages import error_message
from gantry.ui.destination_forms import destination_text
from gantry.ui.dialogs.error_details import ErrorDetails
from gantry.ui.i18n import Translated, translate_message
from gantry.ui.models.job_track import JobTrack, Problem, being_retried, problems
from gantry.ui.models.transfer_model import name_of
from gantry.ui.models.transfer_state import ParcelTrack, Step
from gantry.ui.proof_text import proof_text
from gantry.ui.quantities import count_text, seconds_text, size_text
from gantry.ui.remedies import Remedy, remedies
from gantry.ui.theme import set_kind
from gantry.ui.widgets.labels import icon_label, plain_label

_NAMED = 3


class OutcomePanel(Translated):
    """Notes for one job: its end, and every kind of failure once.

    Signals:
        remedy(Remedy, list[str], GantryError): a helping button was pressed; for these parcels.
        in_history(str): show this job there.
        built: it tells something else now, and may want another height.
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
        """Shows how `job` stands; builds anew only when something worth telling changed."""
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
            note.show()  # else it counts for nothing in the layout until the page is seen
        self.setVisible(bool(notes))
        self.built.emit()

    def _end_note(self, job: JobTrack) -> QFrame:
        delivered, failed = job.delivered, len(job.failed)
        total = job.total
        if delivered == total:
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
                "{delivered} of {total} arrived at {destination}; the rest was cancelled."
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
        texts.addWidget(plain_label(self._facts(job), note, "muted"))
        button = QPushButton(self.tr("Show in &history"), note)
        button.clicked.connect(lambda: self.in_history.emit(job.id))
        row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return note

    def _facts(self, job: JobTrack) -> str:
        arrived = [p for p in job.parcels if p.step is Step.DELIVERED]
        parts = [size_text(sum(p.size for p in arrived))] if arrived else []
        if job.done is not None:
            parts.append(self.tr("in {time}").format(time=seconds_text(job.done.seconds)))
        proofs = sorted(
            {proof_text(p.receipt.proof) for p in arrived if p.receipt and p.receipt.proof}
        )
        if proofs:
            parts.append(self.tr("proved by {proof}").format(proof=", ".join(proofs)))
        return " · ".join(parts) or self.tr("Nothing was delivered.")

    def _problem_note(self, problem: Problem) -> QFrame:
        message = error_message(problem.error, translate_message)
        note, row, texts = self._note("note-error", "error", "danger")
        texts.addWidget(plain_label(message.title, note, "strong"))
        texts.addWidget(plain_label(f"{message.what} {message.do}".strip(), note))
        texts.addWidget(plain_label(self._affected(problem), note, "muted"))
        ids = [t.parcel.id for t in problem.parcels]
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        for place, which in enumerate(remedies(problem.error.code)[:2]):
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
        text = self.tr("Gantry tries again by itself. {what}").format(what=message.what)
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
        return self.tr("Concerns: {names}").format(names=", ".join(names))

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
            Remedy.SPLIT: self.tr("Split s&maller"),
        }[remedy]


def _tells(job: JobTrack | None) -> object:
    """What the panel would tell; equal when there is nothing new in it."""
    if job is None:
        return None
    failed = [(p.error, [t.parcel.id for t in p.parcels]) for p in problems(job)]
    waiting = [p.error.code for p in being_retried(job)]
    return job.id, job.is_over, job.done, job.delivered * job.is_over, failed, waiting
