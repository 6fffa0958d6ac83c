"""The columns of the history as they are declared."""

from __future__ import annotations

import pytest

from gantry.store.history import Sort
from gantry.store.history.table import COLUMNS as EXPORTED
from gantry.ui.models.history_columns import COLUMNS, Column, position, sorted_by


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_a_column_is_found_by_its_key_and_exported_under_its_name(column: Column) -> None:
    assert COLUMNS[position(column.key)] is column
    assert column.csv in EXPORTED


@pytest.mark.parametrize("sort", Sort)
def test_every_order_is_that_of_one_column(sort: Sort) -> None:
    offered = [c for c in COLUMNS if c.sorts is not None and sort in c.sorts]
    assert offered == [COLUMNS[sorted_by(sort)]]
    assert offered[0].sorts is not None
    first, second = offered[0].sorts
    assert first.column == second.column
    assert first.descends is not second.descends
