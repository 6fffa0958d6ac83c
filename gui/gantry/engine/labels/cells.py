"""The cells of a table, as they were read, before anything is known of its columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class Cell(NamedTuple):
    """One cell.

    Attributes:
        text: without spaces around it.
        kind: "" for text; "number", "date", "error" or "formula" (without a value) as a
            spreadsheet keeps it; "rounded" for a number with more digits than it keeps.
    """

    text: str
    kind: str = ""


EMPTY = Cell("")


@dataclass(frozen=True, slots=True)
class Line:
    """A row of cells.

    Attributes:
        number: as a spreadsheet or an editor counts it, from 1.
    """

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_empty(self) -> bool:
        return all(not cell.text and not cell.kind for cell in self.cells)
