"""README points at what exists."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from gantry.ui.start.obstacles import PACKAGES

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


def test_the_readme_names_each_library_s_package_once_and_no_other() -> None:
    [line] = re.findall(r"^sudo apt install git python3-venv (.+)$", README, re.MULTILINE)
    packages = line.split()
    assert len(packages) == len(set(packages))
    assert set(packages) <= set(PACKAGES.values())  # all that Qt links to, or what brings it


def test_readme_clones_from_where_the_package_says_that_it_lives() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    addresses = set(re.findall(r"git clone (\S+?)[;\s]", README))
    assert addresses == {project["urls"]["Source"]}
    assert f"]({project['urls']['Download']})" in README


def test_the_python_versions_of_the_readme_are_those_that_are_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    declared = [c.rsplit(" ", 1)[1] for c in project["classifiers"] if ":: Python :: 3." in c]
    assert f"Python {declared[0]} to {declared[-1]}" in README
    assert project["requires-python"] == f">={declared[0]}"
