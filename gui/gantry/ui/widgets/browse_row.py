"""A line for a path, with a button beside it that opens the system's chooser."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QWidget


def with_browse(
    edit: QLineEdit, parent: QWidget, caption: str, spoken: str, choose: Callable[[], str]
) -> QWidget:
    """Line and button in a row. `choose` asks the user, and returns "" if they chose nothing."""
    both = QWidget(parent)
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(edit, 1)
    browse = QPushButton(caption, both)
    browse.setAccessibleName(spoken)
    row.addWidget(browse)
    both.setFocusProxy(edit)

    def take() -> None:
        if path := choose():
            edit.setText(path)

    browse.clicked.connect(take)
    return both
