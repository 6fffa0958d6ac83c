"""docs/settings.md says what the declarations of the settings say."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from gantry.store.settings import SETTINGS, Settings

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def settings_page() -> ModuleType:
    """`packaging/settings_page.py`, which writes the page."""
    spec = importlib.util.spec_from_file_location(
        "settings_page", ROOT / "packaging" / "settings_page.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_of_settings_is_fresh(settings_page: ModuleType) -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == settings_page.page(), (
        "run python packaging/settings_page.py"
    )


def test_the_page_has_every_key_of_the_file(settings_page: ModuleType) -> None:
    page = settings_page.page()
    keys = set(Settings.__struct_fields__) - {"extra"}
    assert len(keys) > len(SETTINGS)
    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []
