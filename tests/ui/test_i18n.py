"""Every string is translated, and really passes through the translation."""

from __future__ import annotations

import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtWidgets import QApplication, QDialog

from gantry.engine.transfer.kinds.copying import PROOF as FOLDER
from gantry.engine.transfer.verdict.form_receipt import PROOF as FORM
from gantry.ui.start.main_window import PAGES
from gantry.ui.text.i18n import language
from gantry.ui.text.proof_text import proof_text
from support.dicom import make_study
from support.screen import Screen, wait_until

ROOT = Path(__file__).resolve().parents[2]
MARK = "⟦"


@pytest.fixture(scope="module")
def i18n() -> Iterator[ModuleType]:
    """`packaging/i18n.py`, which is no package."""
    spec = importlib.util.spec_from_file_location("i18n_tool", ROOT / "packaging" / "i18n.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_every_string_is_translated(i18n: ModuleType) -> None:
    assert i18n.problems(i18n.gather()) == []


def test_translations_have_the_same_facts_in_them(i18n: ModuleType) -> None:
    facts = re.compile(r"\{\w+\}|%L?n")
    for tongue in i18n.FORMS:
        catalogue = i18n.read_catalogue(i18n.CATALOGUES / f"gantry_{tongue}.ts")
        for (_, source), forms in catalogue.items():
            for form in forms:
                assert sorted(facts.findall(form)) == sorted(facts.findall(source)), source


def test_translations_keep_at_most_one_mnemonic(i18n: ModuleType) -> None:
    for (_, source), forms in i18n.read_catalogue(i18n.CATALOGUES / "gantry_zh_CN.ts").items():
        if re.search(r"&\w", source):
            assert all(len(re.findall(r"&\w", form)) == 1 for form in forms), source


@pytest.mark.skipif("GANTRY_IN_BENCH" in os.environ, reason="no pyside6-lrelease in the bench")
@pytest.mark.parametrize("tongue", ["en", "zh_CN"])
def test_what_qt_loads_was_made_of_what_is_written(
    i18n: ModuleType, tongue: str, tmp_path: Path
) -> None:
    source = i18n.CATALOGUES / f"gantry_{tongue}.ts"
    i18n.compile_catalogue(source, tmp_path / "fresh.qm")
    assert source.with_suffix(".qm").read_bytes() == (tmp_path / "fresh.qm").read_bytes()


def test_language_changes_while_the_window_is_open(screen: Screen, tmp_path: Path) -> None:
    make_study(tmp_path / "a", instances=3)
    screen.drop_and_wait(tmp_path / "a")
    assert screen.catalog.bar.summary.text().startswith("1 study · 3 images")
    language().choose("zh_CN")
    wait_until(lambda: screen.catalog.bar.summary.text().startswith("1 个检查 · 3 幅图像"))
    assert "发送" in screen.texts(screen.window.rail)
    assert screen.catalog.model.headerData(2, screen.catalog.tree.header().orientation()) == "日期"
    language().choose("en")
    wait_until(lambda: screen.catalog.bar.summary.text().startswith("1 study · 3 images"))


class _Marker(QTranslator):
    """Translates everything to itself in brackets."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"{MARK}{source}⟧" if source.strip() else source

    def isEmpty(self) -> bool:
        return False


# What is the same in every language, or comes from files, settings and Qt's own widgets.
_NAMES = re.compile(r"^(Gantry|\d[\d /.,:·%-]*.*|qt_.*|[\d.,]+|English|简体中文)$")


def test_no_text_goes_round_the_translation(
    screen: Screen, qapp: QApplication, tmp_path: Path
) -> None:
    make_study(tmp_path / "a", instances=3)
    marker = _Marker()
    qapp.installTranslator(marker)
    try:
        screen.drop_and_wait(tmp_path / "a")
        plain: dict[str, list[str]] = {}
        for key in [*PAGES, "settings"]:
            screen.window.show_page(key)
            wait_until(lambda: screen.context.is_ready)
            for shown in [screen.window, *screen.window.findChildren(QDialog)]:
                texts = screen.texts(shown)
                missed = [t for t in texts if MARK not in t and not _NAMES.match(t)]
                if missed:
                    plain.setdefault(key, []).extend(missed)
        assert plain == {}
    finally:
        qapp.removeTranslator(marker)
        for dialog in screen.window.findChildren(QDialog):
            dialog.close()


def test_what_proved_an_arrival_is_shown_in_the_users_language() -> None:
    language().choose("zh_CN")
    try:
        assert proof_text(FORM) == "接收端的 SHA-256"
        assert proof_text(FOLDER) == "回读比对"
        assert proof_text("C-FIND") == "C-FIND"
    finally:
        language().choose("en")
