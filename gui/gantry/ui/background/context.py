"""The context that all pages share; made only by `app.py`, passed to each page when it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gantry.engine.errors import ErrorCode

if TYPE_CHECKING:
    from gantry.engine.errors import GantryError
    from gantry.services.services import Services
    from gantry.store.history import History
    from gantry.store.home import Home
    from gantry.store.settings import Settings
    from gantry.ui.background.runner import Runner


class Context(QObject):
    """The services, which exist after the first paint; pages are built once `ready` was sent.

    Attributes:
        services: destinations by name, jobs, history; for worker threads.
        runner: threads and jobs; `runner.run(work, done, failed, owner)` for anything slow.

    Signals:
        ready: the services exist.
        settings_changed(Settings): these are the settings now.
        settings_refused(GantryError): a change was refused; the old settings are back.
        navigate(str, object): show the page of this key ("send", "transfers", "history", "log", or
            the dialog "settings") and pass the second value to its `reveal` method, unless None.
        alert(Alert): show an alert at the top of the window (`ui/widgets/alerts.py`).
        dismiss(str): remove the alert with this key.
    """

    ready = Signal()
    settings_changed = Signal(object)
    settings_refused = Signal(object)
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
        """The current settings; frozen. `change_settings` changes them."""
        assert self._settings is not None, "asked before Context.ready"
        return self._settings

    def open(self, services: Services, runner: Runner) -> None:
        """Takes the services, and emits `ready`."""
        self.services, self.runner = services, runner
        self._settings = services.preferences.settings
        self.settings_changed.emit(self._settings)
        self.ready.emit()

    def change_settings(self, settings: Settings) -> None:
        """Applies other settings at once, and stores them on another thread.

        Settings that are refused or can't be saved are reverted.
        """
        self._settings = settings
        self.settings_changed.emit(settings)
        services = self.services

        def failed(error: GantryError) -> None:
            if self._settings is settings:  # otherwise a later change decides, which holds this one
                self._settings = services.preferences.settings
                self.settings_changed.emit(self._settings)
            if error.code is ErrorCode.FOLDER_TAKEN:
                self.settings_refused.emit(error)
            self.report(error)

        self.runner.run_in_order(
            "settings", lambda: services.preferences.save(settings), failed=failed
        )

    def report(self, error: GantryError) -> None:
        """Shows a failure at the top of the window."""
        from gantry.ui.text.alert import error_alert  # noqa: PLC0415 - after the first paint

        self.alert.emit(error_alert(error))
