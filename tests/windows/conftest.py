"""Behaviour that only Windows has, shown against real Windows calls and second processes.

These run under win32 only: on a Windows machine, or by `packaging/wine/test tests/windows`. What
Wine can't show is skipped by name. `installed/` is the other half: from Linux, it drives the
installed program in the bench.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.holder import Hold, Holder

if sys.platform != "win32":
    collect_ignore_glob = ["test_*.py"]

HERE = Path(__file__).parent


@pytest.fixture
def hold() -> Iterator[Hold]:
    """Starts other programs that hold files, and ends them with the test."""
    holders: list[Holder] = []

    def start(path: Path, access: int, share: int) -> Holder:
        holders.append(Holder(path, access, share))
        return holders[-1]

    yield start
    for holder in holders:
        holder.let_go()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("windows")
