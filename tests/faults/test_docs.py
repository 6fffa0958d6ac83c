"""The pages of faults and promises name tests that exist, and every fault has one by its code."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODES = (
    [f"A{n}" for n in range(1, 29)]
    + [f"B{n}" for n in range(1, 12)]
    + [f"C{n}" for n in range(1, 27)]
    + [f"D{n}" for n in range(1, 13)]
)


@cache
def known_tests() -> frozenset[str]:
    """The names of all tests in the tree."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.update(re.findall(r"^ *def (test_\w+)", path.read_text("utf-8"), re.MULTILINE))
    return frozenset(found)


@pytest.mark.parametrize("page", ["faults.md", "promises.md"])
def test_every_test_that_a_page_names_exists(page: str) -> None:
    named = re.findall(r"`(test_\w+)`", (ROOT / "docs" / page).read_text("utf-8"))
    assert len(named) > 20
    assert sorted(set(named) - known_tests()) == []


def test_every_fault_has_a_row_and_a_test_by_its_code() -> None:
    text = (ROOT / "docs" / "faults.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| ([ABCD]\d+) \| (.*) \|$", text, re.MULTILINE))
    assert list(rows) == CODES
    for code, row in rows.items():
        name = f"{code[0].lower()}{int(code[1:]):02d}_"
        assert any(name in test for test in re.findall(r"`(test_\w+)`", row)), code
