"""The commands of the history page: send again, retry, verify, show, export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from gantry.engine.errors import GantryError
from gantry.engine.job import Job
from gantry.engine.lazy import load
from gantry.engine.parcel import Parcel, ParcelState
from gantry.services.arrivals import LaterProof, prove_again
from gantry.services.named_destinations import Place
from gantry.services.sending_again import sent_again
from gantry.store.history.rows import ParcelDetail, ParcelFilter, SendAgain, SourceRow
from gantry.ui.background.context import Context
from gantry.ui.background.export import export_csv
from gantry.ui.models.parcel_text import outcome_text
from gantry.ui.prompts.adding_rule import AddingRule
from gantry.ui.prompts.certifying import Certifying
from gantry.ui.prompts.holding import Holding
from gantry.ui.prompts.other_keys import OtherKeys
from gantry.ui.prompts.settling import Settling
from gantry.ui.system.desktop import open_folder_of
from gantry.ui.text.alert import Alert, Level
from gantry.ui.text.i18n import language, translate_message
from gantry.ui.text.quantities import count_text
from gantry.ui.widgets.parcel_panel import ParcelPanel

_AGAIN = (ParcelState.FAILED, ParcelState.CANCELLED)


class HistoryCommands(QObject):
    """Runs the commands; each queries the history on another thread first."""

    def __init__(self, context: Context, panel: ParcelPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._panel = panel
        self._settling = Settling(context, panel)
        self._holding = Holding(context, self)
        self.adding_rule = AddingRule(context, panel)
        self._certifying = Certifying(context, panel)
        self._other_keys = OtherKeys(context, self)

    def send_again(self, ids: list[str], destination: str = "") -> None:
        """Sends parcels again: to the same destination as they were, to another as it is set up."""
        services, runner = self._context.services, self._context.runner
        shown = self._panel.detail
        alone = shown is not None and ids == [shown.row.id] and not destination
        if alone and shown is not None and shown.row.state is ParcelState.UNCLEAR:
            self._settling.send_again(shown.row.job, ids)  # the same upload, with the same key
            return

        before: dict[str, Place] = {}

        def look() -> list[tuple[Place, SendAgain]]:
            goals: dict[Place, list[str]] = {}
            for detail in filter(None, map(services.history.parcel, ids)):
                before[detail.row.id] = Place(detail.row.destination, detail.url)
                goals.setdefault(before[detail.row.id], []).append(detail.row.id)
            if destination:
                place = next(p for p in services.destinations.all() if p.name == destination)
                goals = {place: list(before)}
            return [(place, services.history.send_again(goals[place])) for place in goals]

        def start(found: list[tuple[Place, SendAgain]]) -> None:
            for place, again in found:
                if again.parcels:
                    runner.start_job(place, partial(self._made, again, before, place))
            if forgotten := sum(len(again.forgotten) for _, again in found):
                self._tell_forgotten(forgotten)
            if any(again.parcels for _, again in found):
                self._context.navigate.emit("transfers", None)

        self._context.runner.run(look, start, self._context.report, self)

    def _made(
        self, again: SendAgain, before: Mapping[str, Place], place: Place
    ) -> tuple[Parcel, ...]:
        """Makes the new parcels; called on the thread of their job."""
        parcels = sent_again(self._context.services, again.parcels, before, place)
        self._other_keys.look(parcels, place)
        return parcels

    def retry_failed(self, ids: list[str]) -> None:
        """Puts failed parcels back to waiting: several given ones, or all of a single one's job."""
        history = self._context.history
        if not ids:
            return

        def look() -> dict[str, list[str]]:
            found: dict[str, list[str]] = {}
            details = [d for i in ids if (d := history.parcel(i))]
            if len(ids) == 1 and details:
                job = details[0].row.job
                rows = history.all_parcels(ParcelFilter(job=job, states=frozenset(_AGAIN)))
                found[job] = [r.id for r in rows]
                return found
            for detail in details:
                if detail.row.state in _AGAIN:
                    found.setdefault(detail.row.job, []).append(detail.row.id)
            return found

        def start(found: dict[str, list[str]]) -> None:
            for job, parcels in found.items():
                if parcels:
                    self._context.runner.retry(job, parcels)
            if any(found.values()):
                self._context.navigate.emit("transfers", None)

        self._context.runner.run(look, start, self._context.report, self)

    def verify(self) -> None:
        """Asks the destination whether it has the displayed parcel."""
        detail = self._panel.detail
        if detail is None:
            return
        services, key = self._context.services, detail.row.id
        if detail.row.state is ParcelState.UNCLEAR:
            self._settling.ask([key])
            return
        self._panel.set_verdict(self.tr("Asking {name}…").format(name=detail.row.destination))

        def show(proof: LaterProof) -> None:
            if self._panel.detail is not None and self._panel.detail.row.id == key:
                self._panel.set_verdict(self._verdict(proof, detail))

        def fail(error: GantryError) -> None:
            if self._panel.detail is not None and self._panel.detail.row.id == key:
                self._panel.set_verdict("")
            self._context.report(error)

        self._context.runner.run_long(
            "verify", lambda: prove_again(services, key), show, fail, self
        )

    def is_there(self) -> None:
        """Records that the user saw the displayed parcel at its destination."""
        if self._panel.detail is not None:
            self._settling.confirm([self._panel.detail.row.id])

    def leave_out(self) -> None:
        """Sends the displayed parcel without the files that are held."""
        if (detail := self._panel.detail) is not None:
            self._holding.leave_out(detail.row.job, [detail.row.id])
            self._context.navigate.emit("transfers", None)

    def try_again(self) -> None:
        """Packs the displayed parcel again by the rules as they are now."""
        if (detail := self._panel.detail) is not None:
            self._holding.try_again(detail.row.job, [detail.row.id])
            self._context.navigate.emit("transfers", None)

    def show_held(self) -> None:
        """Shows the held files of the displayed parcel in the preview."""
        if (detail := self._panel.detail) is not None:
            self._holding.show(detail.row.job, [detail.row.id])

    def add_rule(self) -> None:
        """Asks for rules for what holds the displayed parcel."""
        if (detail := self._panel.detail) is not None:
            self.adding_rule.start(detail.row.job, [detail.row.id])

    def give_up(self) -> None:
        """Cancels the displayed parcel, which is held."""
        if (detail := self._panel.detail) is not None:
            self._holding.give_up(detail.row.job, [detail.row.id])

    def certify(self) -> None:
        """Saves the certificate of the displayed parcel's job."""
        if (detail := self._panel.detail) is not None:
            self._certifying.ask(detail.row.job)

    def resume(self) -> None:
        """Resumes the job of the displayed parcel."""
        detail = self._panel.detail
        if detail is None:
            return
        services, job_id = self._context.services, detail.row.job

        def start(job: Job | None) -> None:
            if job is not None:
                self._context.runner.resume_job(job)
                self._context.navigate.emit("transfers", job_id)

        self._context.runner.run(
            lambda: next((job for job in services.jobs.unfinished() if job.id == job_id), None),
            start,
            self._context.report,
            self,
        )

    def _verdict(self, proof: LaterProof, detail: ParcelDetail) -> str:
        parts = []
        instances = proof.receipt.instances if proof.receipt else ()
        if proof.archive:
            parts.append(self.tr("The stored archive was read back completely."))
        if proof.receipt is None:
            parts.append(self.tr("The destination can't tell whether it still holds this."))
        elif proof.receipt.is_proved:
            parts.append(
                self.tr("{name} confirms that it holds this.").format(name=detail.row.destination)
            )
        elif instances and all(i.outcome.is_taken for i in instances):
            parts.append(
                self.tr(
                    "{name} lists every image of it, but does not let their content be compared."
                ).format(name=detail.row.destination)
            )
        else:
            parts.append(
                self.tr("{name} does not hold this as it was sent: {outcome}.").format(
                    name=detail.row.destination,
                    outcome=outcome_text(proof.receipt.outcome),
                )
            )
        return " ".join(parts)

    def show_folder(self) -> None:
        """Opens the folder of the displayed parcel's first file."""
        detail, history = self._panel.detail, self._context.history
        if detail is None:
            return
        key = detail.row.id

        def show(rows: list[SourceRow]) -> None:
            if rows:
                open_folder_of(rows[0].path)
            else:
                self._tell_forgotten(1)

        self._context.runner.run(
            lambda: history.sources(key, limit=1), show, self._context.report, self
        )

    def _tell_forgotten(self, number: int) -> None:
        def text() -> tuple[str, str]:
            return (
                self.tr("The file list is no longer kept"),
                self.tr(
                    "{n} of the chosen entries are too old: drop their folders on the Send page."
                ).format(n=count_text(number)),
            )

        self._context.alert.emit(Alert("history.forgotten", Level.WARNING, text))

    def export_to(self, path: str, wanted: ParcelFilter) -> None:
        """Exports the filtered parcels to a CSV file, on another thread."""
        history = self._context.history

        def done(number: int) -> None:
            def text() -> tuple[str, str]:
                return self.tr("Exported"), self.tr("{n} entries were written to {path}.").format(
                    n=count_text(number), path=path
                )

            def show_it() -> None:
                open_folder_of(path)

            show = (lambda: self.tr("Show in folder"), show_it)
            self._context.alert.emit(Alert("history.export", Level.SUCCESS, text, (show,)))

        self._context.runner.run_long(
            "export", lambda: export_csv(history, wanted, path), done, self._context.report, self
        )

    def report_to(self, path: str) -> None:
        """Writes the report on the displayed parcel's job, on another thread."""
        detail, services = self._panel.detail, self._context.services
        if detail is None:
            return
        job, shown = detail.row.job, language().current

        def write() -> bool:
            load("pydicom")
            from gantry.services.privacy_report import (  # noqa: PLC0415 - pydicom
                report_of,
                write_report,
            )

            made = report_of(services.history, services.relink, job)
            if made is not None:
                write_report(made, Path(path), translate_message, shown)
            return made is not None

        def done(written: bool) -> None:
            if not written:
                return

            def show_it() -> None:
                open_folder_of(path)

            show = (lambda: self.tr("Show in folder"), show_it)
            self._context.alert.emit(
                Alert("history.report", Level.SUCCESS, self._report_text(path), (show,))
            )

        self._context.runner.run_long("report", write, done, self._context.report, self)

    def _report_text(self, path: str) -> Callable[[], tuple[str, str]]:
        return lambda: (
            self.tr("The report was written"),
            self.tr(
                "{path} is for your own records; the JSON file beside it holds no patient data."
            ).format(path=path),
        )
