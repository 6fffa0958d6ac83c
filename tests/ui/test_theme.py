"""There is one theme and one language, whatever exists before them."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gantry.ui.look import theme
from gantry.ui.text import i18n


def test_a_theme_made_after_a_widget_is_made_once(
    qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = i18n.Translated()  # its change events ask for the theme while that is being made
    qtbot.addWidget(widget)
    monkeypatch.setattr(theme, "_made", {})
    made = theme.theme()
    assert theme.theme() is made
    made.deleteLater()
