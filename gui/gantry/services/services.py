"""Composes the services that the window and the terminal share, for one home and one process.

Everything here may wait for a disk or a server: the window calls it from worker threads.
"""

from __future__ import annotations

from types import TracebackType

from gantry.engine import tar_members
from gantry.engine.memory import share_memory
from gantry.services.alerting import JobAlerts
from gantry.services.destinations import Destinations
from gantry.services.jobs import Jobs
from gantry.services.preferences import Preferences
from gantry.services.privacy import Privacy
from gantry.store.history import History
from gantry.store.home import Home
from gantry.store.locks import JobLocks
from gantry.store.logs import start_logging
from gantry.store.relink import Relink


class Services:
    """One per process. `close` it at the end.

    Attributes:
        preferences: the settings in force.
        destinations: destinations by name.
        privacy: how it is de-identified.
        jobs: what is sent.
        history: what was sent.
        relink: which original identifiers the new ones replaced.
        problems: what was wrong with settings or history and was set aside; to report to the user.

    Raises:
        GantryError: HISTORY_NEWER, or the history can't be opened.
        OSError: the folders can't be made.
    """

    def __init__(self, home: Home) -> None:
        share_memory()
        self.home = home
        home.make()
        self.preferences = Preferences(home)
        locks = JobLocks(home.state)
        self.relink = Relink(home)
        self.history = History(home.history_file, locks.is_held, self.relink.linked)
        tar_members.use(lambda: self.preferences.spool)
        self.problems = self.preferences.problems
        if self.history.problem is not None:
            self.problems.append(self.history.problem)
        self._stop_logging = start_logging(home.logs, self.preferences.settings.log_level)
        self.destinations = Destinations(home, self.preferences, self.history)
        self._alerts = JobAlerts(home, self.preferences)
        self.preferences.on_change = self._alerts.follow_settings
        self.privacy = Privacy(home, self.preferences)
        self.jobs = Jobs(
            home,
            self.preferences,
            self.destinations,
            self.history,
            locks,
            self._alerts,
            self.privacy,
            self.relink,
        )

    def __enter__(self) -> Services:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the embedded receiver, the history and the log."""
        self.destinations.close()
        self._alerts.close()
        self.history.close()
        self._stop_logging()
