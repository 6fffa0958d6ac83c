"""docs/privacy-elements.md says what the rules of de-identification do."""

from __future__ import annotations

import importlib.util
from pathlib import Path

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
