"""A setting is declared once: the declaration fits the field, and checks the file."""

from __future__ import annotations

from typing import Any, get_type_hints

import msgspec
import pytest

from gantry.store.setting import Choice, Number, Setting
from gantry.store.settings import PARTS, SETTINGS, Settings
from gantry.store.settings_file import parse_settings, render_settings

HINTS = get_type_hints(Settings)
BY_NAME = {setting.name: setting for setting in SETTINGS}
NUMBERS = [setting for setting in SETTINGS if isinstance(setting, Number)]
CHOICES = [setting for setting in SETTINGS if isinstance(setting, Choice)]


def name_of(setting: Setting[Any]) -> str:
    return setting.name


def test_every_field_is_declared_but_for_those_that_are_no_choice_of_the_dialog() -> None:
    kept = {"version", "destinations", "last_destination", "profiles", "profile_files", "extra"}
    assert set(Settings.__struct_fields__) - set(BY_NAME) == kept


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_a_default_is_a_value_that_its_declaration_accepts(setting: Setting[Any]) -> None:
    assert setting.accepts(setting.of(Settings()))
    assert setting.part in PARTS


@pytest.mark.parametrize("setting", NUMBERS, ids=name_of)
def test_a_number_is_accepted_up_to_its_bounds_and_not_beyond(setting: Number) -> None:
    for value in (setting.low, setting.high):
        assert setting.of(read_back(setting.put(Settings(), value))) == value
    for value in (setting.low - 1, setting.high + 1):
        assert setting.of(read_back(setting.put(Settings(), value))) == setting.of(Settings())


@pytest.mark.parametrize("setting", CHOICES, ids=name_of)
def test_each_choice_is_a_value_of_its_field(setting: Choice[Any]) -> None:
    for value in (*setting.choices, *setting.file_only):
        assert msgspec.convert(value, HINTS[setting.name]) == value
        assert setting.of(read_back(setting.put(Settings(), value))) == value


@pytest.mark.parametrize("setting", SETTINGS, ids=name_of)
def test_a_label_has_at_most_one_shortcut_which_no_other_label_of_its_part_has(
    setting: Setting[Any],
) -> None:
    keys = [key_of(other.label) for other in SETTINGS if other.part is setting.part]
    assert setting.label.count("&") <= 1
    assert not key_of(setting.label) or keys.count(key_of(setting.label)) == 1


def key_of(label: str) -> str:
    return label.partition("&")[2][:1].casefold()


def read_back(settings: Settings) -> Settings:
    return parse_settings(render_settings(settings))
