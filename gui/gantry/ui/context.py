"""What the pages share; made by `app.py` alone, handed to each page when it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from gantry.engine.errors import GantryError
    from gantry.services import Services
    from gantry.store.history import History
    from gantry.store.home import Home
    from gantry.store.settings import Settings
    from gantry.ui.runner import Runner


class Context(QObject):
    """The services. They come after the first paint; pages are built once `ready` was sent.

    Attributes:
        services: destinations by name, jobs, history; for worker threads.
        runner: threads and jobs; `runner.run(work, done, failed, owner)` for anything slow.

    Signals:
        ready: the services are there.
        settings_changed(Settings): they are other ones now.
        navigate(str, object): show the page of this key ("send", "transfers", "history", "log",
            or the dialog "settings") and give what follows to its `reveal` method, unless None.
        alert(Alert): something to tell at the top of the window (`ui/widgets/alerts.py`).
        dismiss(str): takes the alert of this key away.
    """

    ready = Signal()
    settings_changed = Signal(object)
    navigate = Signal(str, object)
    alert = Signal(object)
    dismiss = Signal(str)

    services: Services
    runner: Runner

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings: Settings | None = None

    @property
    def is_ready(self) -> bool:
        return self._settings is not None

    @property
    def home(self) -> Home:
        return self.services.home

    @property
    def history(self) -> History:
        return self.services.history

    @property
    def settings(self) -> Settings:
        """As they are now; frozen. `change_settings` keeps other ones."""
        assert self._settings is not None, "asked before Context.ready"
        return self._settings

    def open(self, services: Services, runner: Runner) -> None:
        """Takes the services, and says so."""
        self.services, self.runner = services, runner
        self._settings = services.settings
        self.settings_changed.emit(self._settings)
        self.ready.emit()

    def change_settings(self, **changes: Any) -> None:
        """Uses changed settings at once and keeps them, on another thread."""
        from msgspec.structs import replace

        self._settings = settings = replace(self.settings, **changes)
        self.settings_changed.emit(settings)
        services = self.services
        self.runner.run_in_order(
            "settings", lambda: services.save_settings(settings), failed=self.report
        )

    def report(self, error: GantryError) -> None:
        """Tells the user of a failure, at the top of the window."""
        from gantry.ui.widgets.alerts import error_alert

        self.alert.emit(error_alert(error))
