"""docs/presets.md: its commands, its example and its entries are those that Gantry takes."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from gantry.cli.parser import parser
from gantry.engine.labels.form import FormField
from gantry.services.presets import PASSPHRASE
from gantry.store.presets.parse import LOCKABLE, preset_of
from gantry.store.presets.preset import Preset
from gantry.store.settings import SENDING, SETTINGS

pytestmark = pytest.mark.same_everywhere

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "presets.md").read_text("utf-8")
COMMANDS = re.findall(r"^gantry-cli (.+)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_terminal_takes_each_command(command: str) -> None:
    parser().parse_args(shlex.split(command.replace("\\", "\\\\")))


def test_the_example_is_a_preset_and_uses_every_part() -> None:
    (text,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    preset = preset_of(text.encode())
    assert all(getattr(preset, f.name) for f in fields(Preset) if f.name != "signed")


def test_every_entry_has_its_row() -> None:
    named = set(re.findall(r"`(\w+)`", "\n".join(re.findall(r"^\| `[^|]+ \|", PAGE, re.MULTILINE))))
    assert {f.name for f in fields(Preset)} - {"signed"} | {"schema", "signature"} <= named
    assert {f.name for f in fields(FormField)} - {"name"} <= named


def test_the_settings_that_a_preset_may_have_are_those_of_the_page() -> None:
    beside = set(LOCKABLE) - {one.name for one in SETTINGS if one.part is SENDING}
    assert all(f"`{name}`" in PAGE for name in beside)
    assert len(beside) == 2
    assert PASSPHRASE in PAGE
