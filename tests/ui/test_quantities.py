"""Sizes: the window and the terminal show the same text for the same bytes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale

from gantry.messages import data_text
from gantry.ui.text.quantities import size_text


@pytest.mark.parametrize(
    "size",
    [0, 1, 1023, 1024, 1536, 5000, 500_000, (1 << 20) - 1, 1 << 20, 81_400_000, 5_000_000, 1 << 30,
     123_456_789_012, 7 << 40],
)  # fmt: skip
def test_a_size_is_the_same_in_the_window_and_in_the_terminal(size: int) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    try:
        assert data_text(size) == size_text(size)
    finally:
        QLocale.setDefault(before)
