"""The settings in force: reads, checks, stores and applies them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import structs

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.job import JobOptions
from gantry.engine.packing import PackOptions
from gantry.engine.transfer.rate_timetable import TimedBandwidth, Timetable, parse_timetable
from gantry.engine.transfer.retry import RetryPolicy
from gantry.engine.transfer.run_with_timeout import run_patiently
from gantry.services.named_destinations import hide_secrets
from gantry.services.policy import locked_settings
from gantry.store.home import Home
from gantry.store.logs import set_level
from gantry.store.own_folders import OwnFolders
from gantry.store.settings import Settings
from gantry.store.settings_file import load_settings, save_settings

_LOOK = 5.0  # seconds for a folder that may be on a share


class Preferences:
    """The settings of one home.

    Attributes:
        settings: the current ones, with the values that the computer's policy sets; frozen.
        locked: these values, by name.
        bandwidth: the limit that all sends share; a change reaches a running send at once.
        own_folders: the folders with Gantry's own files.
        problems: what was wrong with the settings and was set aside; to report to the user.
        on_change: called after settings have changed.
    """

    def __init__(self, home: Home) -> None:
        self._file = home.settings_file
        self.settings, problem = load_settings(self._file)
        self.settings, secrets_problem = hide_secrets(self.settings, self._file)
        self.problems = [one for one in (problem, secrets_problem) if one is not None]
        self.locked: Mapping[str, Any] = {}
        self._own = self.settings  # as in the file
        with suppress(GantryError):  # said when something is to be sent: that is refused
            self.locked = locked_settings()
        self.settings = _with(self.settings, self.locked)
        self.own_folders = OwnFolders(home)
        self.bandwidth = TimedBandwidth(self.settings.bandwidth)
        self.on_change: Callable[[], None] = lambda: None
        self._follow_timetable()

    @property
    def spool(self) -> Path:
        """Where archives are made."""
        return self.own_folders.spool(self.settings)

    def save(self, settings: Settings) -> None:
        """Stores settings on disk, then applies them. Where the policy sets a value, the file keeps
        the user's own.

        Raises:
            GantryError: SETTINGS_INVALID: they can't be stored; FOLDER_TAKEN: a destination and the
                spool would overlap.
        """
        self.check(settings)
        own = self._unlocked(settings)
        save_settings(self._file, own)
        self._own = own
        self.use(own)

    def use(self, settings: Settings) -> None:
        """Applies settings, except where the policy sets the value; a running send changes its
        speed at once."""
        settings = _with(settings, self.locked)
        self.settings = settings
        set_level(settings.log_level)
        self.bandwidth.rate = settings.bandwidth
        self._follow_timetable()
        self.on_change()

    def follow_policy(self) -> None:
        """Applies what the policy sets now. Looks at the disk.

        Raises:
            GantryError: POLICY_INVALID.
        """
        if (locked := locked_settings()) != self.locked:
            settings = self._unlocked(self.settings)
            self.locked = locked
            self.use(settings)

    def want_unlocked(self, name: str, value: object) -> None:
        """Refuses another value than the one that the policy sets, if it sets one.

        Raises:
            GantryError: POLICY_FORBIDS.
        """
        if self.locked.get(name, value) != value:
            facts: dict[str, Fact] = {"reason": "setting", "setting": name}
            raise GantryError(ErrorCode.POLICY_FORBIDS, facts=facts)

    def _unlocked(self, settings: Settings) -> Settings:
        """Settings with the user's own values where the policy sets others."""
        return _with(settings, {name: getattr(self._own, name) for name in self.locked})

    def check(self, settings: Settings) -> None:
        """Refuses settings in which a destination is newly the spool folder; see `check_folder`."""
        old = self.settings
        self._look(lambda: self.own_folders.check_settings(settings, old))

    def check_folder(self, url: str) -> None:
        """Refuses a folder as destination that is, or is inside, one of Gantry's own.

        A folder that doesn't respond in time is left to the job. Raises GantryError: FOLDER_TAKEN.
        """
        settings = self.settings
        self._look(lambda: self.own_folders.check_destination(url, settings))

    def job_options(self) -> JobOptions:
        """The options of new jobs, according to the settings."""
        s = self.settings
        return JobOptions(
            pack=PackOptions(attempts=s.attempts, level=s.compression_level),
            pack_workers=s.pack_workers,
            parallel_sends=s.parallel_sends,
            keep_delivered=s.keep_delivered,
            split=s.split_automatically,
            retry=RetryPolicy(attempts=s.send_attempts),
        )

    @staticmethod
    def _look(check: Callable[[], None]) -> None:
        end = time.monotonic() + _LOOK
        with suppress(TimeoutError):
            run_patiently(check, token=None, give_up=lambda: time.monotonic() > end)

    def _follow_timetable(self) -> None:
        try:
            self.bandwidth.timetable = parse_timetable(self.settings.bandwidth_timetable)
        except GantryError as error:
            self.bandwidth.timetable = Timetable()
            self.problems.append(error)


def _with(settings: Settings, values: Mapping[str, Any]) -> Settings:
    return structs.replace(settings, **values) if values else settings
