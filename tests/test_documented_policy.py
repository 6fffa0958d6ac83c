"""docs/policy.md: its example and its entries are those that Gantry takes."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gantry.engine.deidentify.floor import UNCOMPARED
from gantry.store.policy.parse import ENTRIES, policy_of
from gantry.store.policy.place import MORE
from gantry.store.policy.policy import Policy
from gantry.store.presets.parse import LOCKABLE
from gantry.store.settings import SENDING, SETTINGS

pytestmark = pytest.mark.same_everywhere

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "policy.md").read_text("utf-8")


def test_the_example_is_a_policy() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    policy = policy_of(text.encode(), "")
    assert policy.profile == "research"
    assert policy.destinations is not None
    assert len(policy.destinations) == 3
    assert policy.settings["keep_file_lists"] == 365


def test_every_entry_has_its_row() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert rows == list(ENTRIES)
    assert {"schema", *(f.name for f in fields(Policy))} - {"path"} == set(ENTRIES)


def test_the_settings_that_a_policy_may_have_are_those_of_the_page() -> None:
    beside = set(LOCKABLE) - {one.name for one in SETTINGS if one.part is SENDING}
    assert beside == {"keep_delivered", "keep_file_lists"}
    assert all(f"`{name}`" in PAGE for name in beside)


def test_what_no_floor_has_and_where_the_files_are_is_said() -> None:
    for name in (*UNCOMPARED, MORE, "/etc/gantry/policy.json"):
        assert f"`{name}`" in PAGE
