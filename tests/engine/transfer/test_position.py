"""What is stored between two attempts at sending instances."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gantry.engine.transfer.dicom.position import Position, parse_position

numbers = st.sets(st.integers(0, 99))


@given(
    delivered=numbers,
    some=numbers,
    looked=st.booleans(),
    before=st.none() | numbers,
    refused=numbers,
    suspects=st.lists(st.sets(st.integers(0, 99), min_size=1)),
)
def test_it_reads_back_as_it_was_written(
    delivered: set[int],
    some: set[int],
    looked: bool,
    before: set[int] | None,
    refused: set[int],
    suspects: list[set[int]],
) -> None:
    position = Position(
        delivered=delivered,
        not_compared=delivered & some,
        has_looked=looked,
        before=before if looked else None,
        refused=refused,
        suspects=[sorted(group) for group in suspects],
    )
    assert parse_position(position.text("sha"), "sha", 100) == position


def test_what_is_of_another_archive_counts_for_nothing() -> None:
    assert parse_position(Position(delivered={1}).text("one"), "other", 5) == Position()


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", '{"archive": "sha"}', '{"archive": "sha", "delivered": 3}',
     '{"archive": "sha", "delivered": "0", "before": 5}'],
)  # fmt: skip
def test_what_can_not_be_read_counts_for_nothing(text: str) -> None:
    assert parse_position(text, "sha", 5) == Position()


def test_what_an_older_gantry_kept_is_delivered_and_was_not_looked_for() -> None:
    kept = parse_position(json.dumps({"archive": "sha", "delivered": "0-2"}), "sha", 5)
    assert kept.delivered == {0, 1, 2}
    assert not kept.has_looked
