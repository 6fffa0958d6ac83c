"""Signs in by OAuth at a destination that is still being entered."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from gantry.store.secrets import secret_store
from gantry.store.settings import SavedDestination
from gantry.ui.background.context import Context
from gantry.ui.dialogs.device_sign_in import DeviceSignIn


class EditorSignIn(QObject):
    """Remembers where the user signed in, to delete the tokens if the destination isn't saved.

    Signals:
        changed: the user signed in somewhere.
    """

    changed = Signal()

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(parent)
        self._context, self._parent = context, parent
        self._urls: set[str] = set()

    def at(self, url: str) -> bool:
        """Whether the user signed in there."""
        return url in self._urls

    def start(self, saved: SavedDestination) -> None:
        """Asks the user to sign in."""
        dialog = DeviceSignIn(self._context, saved, self._parent)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

        def signed_in() -> None:
            self._urls.add(saved.url)
            self.changed.emit()

        dialog.signed_in.connect(signed_in)
        dialog.open()

    def forget(self) -> None:
        """Deletes the tokens of destinations that are not in the settings."""
        urls = self._urls - {d.url for d in self._context.settings.destinations}

        def work() -> None:
            for url in urls:
                secret_store().delete(url)

        if urls:
            self._context.runner.run_in_order("secrets", work, None, self._context.report)
