"""Says before packing that patients get other pseudonyms than in earlier uploads."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from gantry.engine.parcel import Parcel
from gantry.services.named_destinations import Place
from gantry.services.other_keys import with_another_key
from gantry.ui.background.context import Context
from gantry.ui.text.alert import Alert, Level


class OtherKeys(QObject):
    """Tells, and never blocks."""

    def __init__(self, context: Context, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context

    def look(self, parcels: Sequence[Parcel], place: Place) -> None:
        """Looks in the history, on the thread of a job that is about to start."""
        services = self._context.services
        settings = services.preferences.settings
        if number := with_another_key(services.history, settings, parcels, place):
            self._context.runner.call(lambda: self._tell(number, place.name))

    def _tell(self, number: int, name: str) -> None:
        def text() -> tuple[str, str]:
            return (
                self.tr("%Ln patient(s) will get other pseudonyms than before", None, number),
                self.tr(
                    "They were sent to {name} before with another key. Their new pseudonyms, UIDs "
                    "and dates do not fit the earlier uploads. If they should, cancel the upload, "
                    "and give the destination the address and the study name that it had then."
                ).format(name=name),
            )

        self._context.alert.emit(Alert(f"other key {name}", Level.WARNING, text))
