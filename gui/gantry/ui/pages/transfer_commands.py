"""The commands of the transfers page for jobs and parcels."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from gantry.engine.errors import GantryError
from gantry.ui.background.context import Context
from gantry.ui.look.theme import set_kind
from gantry.ui.models.job_track import JobTrack
from gantry.ui.models.transfer_model import TransferModel
from gantry.ui.models.transfer_state import ParcelStep, ParcelTrack
from gantry.ui.models.transfer_text import name_of
from gantry.ui.prompts.adding_rule import AddingRule
from gantry.ui.prompts.holding import Holding
from gantry.ui.prompts.offers import ask_to_sign_in
from gantry.ui.prompts.settling import Settling
from gantry.ui.system.desktop import open_folder, open_folder_of
from gantry.ui.text.remedies import Remedy
from gantry.ui.widgets.error_details import ErrorDetails
from gantry.ui.widgets.transfer_tree import Action


class TransferCommands(QObject):
    """Passes the user's commands to the runner.

    Signals:
        acted: a command was given; the page may have changed.
    """

    acted = Signal()

    def __init__(self, context: Context, model: TransferModel, window: QWidget) -> None:
        super().__init__(window)
        self._context, self._model, self._window = context, model, window
        self._settling = Settling(context, window)
        self._holding = Holding(context, self)
        self.adding_rule = AddingRule(context, window)

    def do(self, action: Action, rows: list[QModelIndex]) -> None:
        """Applies an action to each of these rows."""
        runner = self._context.runner
        for row in rows:
            job, track = self._model.job_at(row), self._model.parcel_at(row)
            if job is None:
                continue
            parcel = track.parcel.id if track else None
            match action:
                case Action.PAUSE if track is None or not track.state.is_final:
                    runner.pause(job.id, parcel)
                case Action.RESUME:
                    self._resume(job, track)
                case Action.CANCEL if track is not None:
                    runner.cancel(job.id, parcel)
                case Action.CANCEL:
                    if self._sure(self.tr("Cancel the rest of this job?")):
                        runner.cancel(job.id)
                case Action.RETRY:
                    self._retry(job, [track] if track else job.parcels)
                case Action.DISMISS if track is None and job.is_over:
                    self._model.remove_job(job.id)
                case Action.HISTORY:
                    self._context.navigate.emit("history", parcel or job.id)
                case Action.FOLDER if track and track.parcel.files:
                    open_folder_of(track.parcel.files[0].source.path)
                case Action.DETAILS if track and track.error:
                    self._details(track)
        self.acted.emit()

    def _resume(self, job: JobTrack, track: ParcelTrack | None) -> None:
        runner = self._context.runner
        if track is not None:
            runner.resume(job.id, track.parcel.id)
        if track is None or job.is_paused:
            # A parcel can't continue while its whole job is held.
            runner.resume(job.id)
        if track is None:
            for held in job.parcels:
                if held.paused and not held.state.is_final:
                    runner.resume(job.id, held.parcel.id)

    def _retry(self, job: JobTrack, tracks: list[ParcelTrack]) -> None:
        if held := [t.parcel.id for t in tracks if t.step is ParcelStep.HELD]:
            self._holding.try_again(job.id, held)
        again = [t.parcel.id for t in tracks if t.step in (ParcelStep.FAILED, ParcelStep.CANCELLED)]
        if again:
            self._context.runner.retry(job.id, again)

    def _details(self, track: ParcelTrack) -> None:
        assert track.error is not None
        dialog = ErrorDetails(track.error, (name_of(track.parcel),), self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def pause_all(self) -> None:
        """Pauses all jobs, or resumes them if all are paused."""
        going = [j for j in self._model.jobs if not j.is_over]
        resume = all(j.is_paused for j in going)
        for job in going:
            if resume:
                self._resume(job, None)
            elif not job.is_paused:
                self._context.runner.pause(job.id)

    def cancel_all(self) -> None:
        """Asks, then ends all running jobs."""
        if self._sure(self.tr("Cancel everything that has not been delivered yet?")):
            for job in self._model.jobs:
                if not job.is_over:
                    self._context.runner.cancel(job.id)

    def retry_all(self) -> None:
        """Puts everything that failed back to waiting."""
        for job in self._model.jobs:
            self._retry(job, [t for t in job.parcels if t.step is ParcelStep.FAILED])

    def help(self, remedy: Remedy, parcel_ids: list[str], error: GantryError) -> None:
        """Applies the remedy of a note's button."""
        tracks = [t for p in parcel_ids if (t := self._model.parcel(p))]
        job = self._model.job(tracks[0].job) if tracks else None
        if job is None:
            return
        match remedy:
            case Remedy.RETRY:
                self._retry(job, tracks)
            case Remedy.SPLIT:
                self._context.runner.retry(job.id, parcel_ids, split=True)
            case Remedy.EDIT_DESTINATION:
                self._context.navigate.emit("settings", job.destination)
            case Remedy.STORAGE_SETTINGS:
                self._context.navigate.emit("settings", "storage")
            case Remedy.OPEN_SPOOL:
                open_folder(self._context.services.preferences.spool)
            case Remedy.SHOW_SOURCE if tracks[0].parcel.files:
                open_folder_of(_source_of(tracks[0], error))
            case Remedy.SIGN_IN:
                self._sign_in(job, tracks)
            case Remedy.ASK_AGAIN:
                self._settling.ask(parcel_ids)
            case Remedy.IT_IS_THERE:
                self._settling.confirm(parcel_ids)
            case Remedy.SEND_AGAIN:
                self._settling.send_again(job.id, parcel_ids)
            case Remedy.LEAVE_OUT:
                self._holding.leave_out(job.id, parcel_ids)
            case Remedy.TRY_AGAIN:
                self._holding.try_again(job.id, parcel_ids)
            case Remedy.PREVIEW:
                self._holding.show(job.id, parcel_ids)
            case Remedy.ADD_RULE:
                self.adding_rule.start(job.id, parcel_ids)
            case Remedy.GIVE_UP:
                self._holding.give_up(job.id, parcel_ids)

    def _sign_in(self, job: JobTrack, tracks: list[ParcelTrack]) -> None:
        ids = [t.parcel.id for t in tracks if t.step in (ParcelStep.FAILED, ParcelStep.CANCELLED)]
        ask_to_sign_in(
            self._context,
            job.destination,
            job.url,
            self._window,
            lambda credentials: self._context.runner.retry(job.id, ids, credentials),
        )

    def _sure(self, question: str) -> bool:
        box = QMessageBox(
            QMessageBox.Icon.Question,
            self.tr("Cancel"),
            question,
            QMessageBox.StandardButton.NoButton,
            self._window,
        )
        box.setInformativeText(
            self.tr("What was delivered stays delivered. You can send the rest again with Retry.")
        )
        yes = box.addButton(self.tr("&Cancel transfer"), QMessageBox.ButtonRole.DestructiveRole)
        no = box.addButton(self.tr("&Keep sending"), QMessageBox.ButtonRole.RejectRole)
        set_kind(yes, "danger")
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        box.exec()
        return box.clickedButton() is yes


def _source_of(track: ParcelTrack, error: GantryError) -> str:
    """The file that an error concerns, or the first of the parcel."""
    return str(error.private.get("path") or track.parcel.files[0].source.path)
