"""docs/privacy-elements.md says what the rules do; the entries in docs/privacy.md are valid."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

from gantry.engine.deidentify.profile import BASIC, PROFILES
from gantry.engine.deidentify.profile_file import profile_of
from gantry.engine.deidentify.recipes import Rectangle

ROOT = Path(__file__).resolve().parents[1]


def test_the_page_of_elements_is_fresh() -> None:
    spec = importlib.util.spec_from_file_location(
        "privacy_page", ROOT / "packaging" / "privacy_page.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), (
        "run python packaging/privacy_page.py"
    )


def test_each_entry_beside_the_lines_of_other_tools_is_one_of_a_profile() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    table = page.partition("| entry of the profile |")[2].partition("\n\n")[0]
    entries = re.findall(r"^\| `(.+?)` \|", table, re.MULTILINE)
    assert len(entries) == table.count("\n") - 1 == 5
    for entry in entries:
        text = f'{{"schema": "gantry.privacy/1", "name": "ours", "base": "research", {entry}}}'
        options = profile_of(text.encode()).options
        assert options != PROFILES["research"].options
        (name,) = json.loads(f"{{{entry}}}")
        if name == "recipes":
            assert options.recipes[0].rectangles == (Rectangle(10, 0, 110, 60),)


def test_the_table_of_other_tools_names_actions_that_a_profile_knows() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    table = page.partition("| here | CTP |")[2].partition("\n\n")[0]
    names = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert names == ["remove", "empty", "keep", "uid", "shift", "replace", "safe_private"]
    elements = {"uid": "FrameOfReferenceUID", "shift": "StudyDate"}
    for name in names:
        rules = {"rules": {elements.get(name, "StudyDescription"): name}}
        entry = {"safe_private": True} if name == "safe_private" else rules
        head = {"schema": "gantry.privacy/1", "name": "ours"}
        assert profile_of(json.dumps({**head, **entry}).encode()).options != BASIC.options
