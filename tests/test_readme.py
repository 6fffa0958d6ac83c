"""README points at what exists."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    links = [link for link in re.findall(r"\]\(([^)]+)\)", README) if "://" not in link]
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_every_promise_of_the_readme_is_linked_to_a_test() -> None:
    promises = README.split("## What you can rely on")[1].split("\n## ")[0]
    items = re.findall(r"^- \*\*.*?(?=^- |^\[)", promises, re.MULTILINE | re.DOTALL)
    assert len(items) >= 8
    assert [item for item in items if not re.search(r"\(tests/[\w/]+\.py\)", item)] == []
