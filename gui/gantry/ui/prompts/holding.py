"""Decides about held uploads: look at them, send the rest, try again by today's rules, cancel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from gantry.engine.events import Event
from gantry.services.holding import HeldUpload, by_rules_of_today, held_upload, without_held
from gantry.ui.background.context import Context
from gantry.ui.text.alert import Alert, Level


class Holding(QObject):
    """Passes decisions to the runner, which reads what they need on another thread."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    def leave_out(self, job_id: str, parcel_ids: Sequence[str]) -> None:
        """Sends the uploads without the files that are held now."""
        self._context.runner.retry(
            job_id,
            parcel_ids,
            treat=partial(without_held, self._context.services),
            failed=self._context.report,
        )

    def try_again(self, job_id: str, parcel_ids: Sequence[str]) -> None:
        """Packs the uploads again, by the profile and the masks as they are now."""
        self._context.runner.retry(
            job_id,
            parcel_ids,
            treat=partial(by_rules_of_today, self._context.services),
            failed=self._context.report,
        )

    def show(self, job_id: str, parcel_ids: Sequence[str]) -> None:
        """Shows the held files on the Send page, at the place that holds the first one."""
        services = self._context.services

        def reveal(found: HeldUpload) -> None:
            if any(file.exists for file in found.files):
                self._context.navigate.emit("send", found)
            elif found.files:
                self._say_gone(found.files[0].path)

        self._context.runner.run_long(
            "held", lambda: held_upload(services, job_id, parcel_ids), reveal,
            self._context.report, self,
        )  # fmt: skip

    def give_up(self, job_id: str, parcel_ids: Sequence[str]) -> None:
        """Cancels the uploads; those that are no longer held stay as they are."""
        jobs = self._context.services.jobs

        def tell(told: list[Event]) -> None:
            for event in told:
                self._context.runner.engine_event.emit(event)

        self._context.runner.run(
            lambda: jobs.give_up_held(job_id, parcel_ids), tell, self._context.report, self
        )

    def _say_gone(self, path: str) -> None:
        def text() -> tuple[str, str]:
            return (
                self.tr("The held file is gone"),
                self.tr(
                    "{path} was moved or deleted, or its disk is not connected. Bring it back and "
                    "try again, or cancel the upload."
                ).format(path=path),
            )

        self._context.alert.emit(Alert("held.gone", Level.WARNING, text))
