"""Every example address in docs/destinations.md is one that Gantry opens."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from gantry.engine.transfer.destination import Credentials
from gantry.engine.transfer.registry import KINDS, kind_of, normalise_url, open_destination

_TABLE = Path(__file__).parents[1] / "docs" / "destinations.md"


def examples() -> list[str]:
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", _TABLE.read_text("utf-8"), re.MULTILINE)
    found = [url for row in rows for url in re.findall(r"`([^`]+)`", row)]
    return [url for url in found if "://" in url or url.startswith("\\\\")]


@pytest.mark.parametrize("url", examples())
def test_the_example_opens(url: str) -> None:
    if url.startswith("\\\\") and sys.platform != "win32":
        assert kind_of(normalise_url(url)[0]).scheme == "file"  # only Windows reaches such a share
        return
    destination = open_destination(url, Credentials(user="me", password="geheim"))
    assert destination.url == normalise_url(url)[0]
    destination.close()


def test_every_kind_has_an_example() -> None:
    assert {kind_of(normalise_url(url)[0]) for url in examples()} == set(KINDS)
