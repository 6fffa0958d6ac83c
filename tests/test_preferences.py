"""When a setting applies is declared; here it is held against what jobs are made from."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gantry.services.preferences import Preferences
from gantry.store.home import Home
from gantry.store.setting import Applies, Choice, Number, Setting, Switch, Text
from gantry.store.settings import SETTINGS

# Asked for when a job is made, and no option of it.
ASKED_FOR = {"parcel_rule", "report_in_archive", "spool_folder"}


def another_value(setting: Setting[Any], value: object) -> object:
    match setting:
        case Switch():
            return not value
        case Number(low=low, high=high):
            return low if value == high else high
        case Choice(choices=choices):
            return next(other for other in choices if other != value)
        case Text(example=example):
            return example
    raise TypeError(setting.name)


@pytest.fixture(autouse=True)
def _log_level_as_before() -> Iterator[None]:
    own = logging.getLogger("gantry")
    level = own.level
    yield
    own.setLevel(level)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_options_of_a_new_job_follow_the_settings_that_apply_to_new_jobs_and_no_others(
    setting: Setting[Any], tmp_path: Path
) -> None:
    preferences = Preferences(Home.find(str(tmp_path)))
    settings, before = preferences.settings, preferences.job_options()
    preferences.use(setting.put(settings, another_value(setting, setting.of(settings))))
    changed = preferences.job_options() != before
    assert changed == (setting.applies is Applies.NEXT_JOB and setting.name not in ASKED_FOR)
