"""Decides about held uploads: send the rest, or try again by the rules of today."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QObject

from gantry.services.holding import by_rules_of_today, without_held
from gantry.ui.background.context import Context


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
