"""docs/labels.md: its commands, table, columns and templates are those that Gantry takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from gantry.cli.parser import parser
from gantry.engine.labels.label import LONGEST_VALUE, MOST
from gantry.engine.labels.table import MatchBy, read_table
from gantry.engine.labels.template import FIELDS, parse_template

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "labels.md").read_text("utf-8")
COMMANDS = re.findall(r"^gantry-cli (.+)$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_terminal_takes_each_command(command: str) -> None:
    options = parser().parse_args(shlex.split(command.replace("\\", "\\\\")))
    for option in getattr(options, "option", []):
        name, _, template = option.partition("=")
        assert name in ("path", "session")
        assert parse_template(template).fields


def test_the_table_is_one(tmp_path: Path) -> None:
    (text,) = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    table = read_table(tmp_path / "labels.csv")
    assert len(table.rows) == 3
    assert table.names == ("subject", "visit")


def test_every_column_and_every_field_has_its_row() -> None:
    rows = re.findall(r"^\| (`[^|]+) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert {by.value for by in MatchBy} <= named
    assert {f"{{{field}}}" for field in FIELDS} <= named
    assert {name for name in named if name.startswith("{")} == {
        "{label:NAME}", "{{", *(f"{{{field}}}" for field in FIELDS),
    }  # fmt: skip


def test_the_limits_are_those_of_the_code() -> None:
    assert f"at most {LONGEST_VALUE} characters" in PAGE
    assert f"at most {MOST} labels" in PAGE
