"""The table of docs/destinations.md is that of the code, and Gantry opens its addresses."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

from gantry.engine.credentials import Credentials
from gantry.engine.transfer.registry import KINDS, kind_of, normalise_url, open_destination

_ROOT = Path(__file__).parents[1]
_TABLE = _ROOT / "docs" / "destinations.md"


def examples() -> list[str]:
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|", _TABLE.read_text("utf-8"), re.MULTILINE)
    found = [url for row in rows for url in re.findall(r"`([^`]+)`", row)]
    return [url for url in found if "://" in url or url.startswith("\\\\")]


@pytest.mark.parametrize("url", examples())
def test_the_example_opens(url: str) -> None:
    if url.startswith("\\\\") and sys.platform != "win32":
        assert kind_of(normalise_url(url)[0]).name == "file"  # only Windows reaches such a share
        return
    destination = open_destination(url, Credentials(user="me", password="geheim"))
    assert destination.url == normalise_url(url)[0]
    destination.close()


def test_every_kind_has_an_example() -> None:
    assert {kind_of(normalise_url(url)[0]) for url in examples()} == set(KINDS)


def test_the_table_is_fresh() -> None:
    file = _ROOT / "packaging" / "destinations.py"
    spec = importlib.util.spec_from_file_location("destinations_page", file)
    assert spec is not None
    assert spec.loader is not None
    page = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(page)

    assert _TABLE.read_text("utf-8") == page.page(), "run python packaging/destinations.py"
