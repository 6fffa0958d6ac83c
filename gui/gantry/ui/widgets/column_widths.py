"""Gives the columns of a view the widths that they declare."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableView, QTreeView


class Sized(Protocol):
    """A declared column: its width (0: remaining room), and the least width of a view with it."""

    @property
    def width(self) -> int: ...
    @property
    def least(self) -> int: ...


def set_widths(header: QHeaderView, columns: Sequence[Sized]) -> None:
    """Sizes the columns, and aligns their headers with the text below."""
    header.setHighlightSections(False)
    header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    for at, column in enumerate(columns):
        if column.width:
            header.resizeSection(at, column.width)
        else:
            header.setSectionResizeMode(at, QHeaderView.ResizeMode.Stretch)


def hide_columns(view: QTableView | QTreeView, columns: Sequence[Sized]) -> None:
    """Hides, in a narrow view, the columns that need a wider one."""
    for at, column in enumerate(columns):
        view.setColumnHidden(at, view.viewport().width() < column.least)
