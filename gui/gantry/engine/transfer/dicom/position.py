"""A shipment's position: what the next attempt must know about a parcel's instances."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from gantry.engine.transfer.dicom.ranges import parse_ranges, ranges


@dataclass(slots=True)
class Position:
    """Indexes into `Archive.files`; written as JSON, with ranges (`0-41,43`).

    Attributes:
        delivered: confirmed or proved. Only these are not sent again.
        not_compared: of these, the ones whose UIDs may belong to older files on the server.
        has_looked: whether the server was asked what it lists before anything was sent.
        before: what it listed then, so that a later listing of these UIDs may mean another file;
            None: it could not say.
        refused: the server refused them, which its list does not outweigh. They are tried again.
        suspects: groups at which sending failed (see `suspects.py`).
    """

    delivered: set[int] = field(default_factory=set)
    not_compared: set[int] = field(default_factory=set)
    has_looked: bool = False
    before: set[int] | None = None
    refused: set[int] = field(default_factory=set)
    suspects: list[list[int]] = field(default_factory=list)

    def text(self, archive_sha256: str) -> str:
        """The stored form."""
        state: dict[str, Any] = {"archive": archive_sha256, "delivered": ranges(self.delivered)}
        if self.has_looked:
            state["before"] = None if self.before is None else ranges(self.before)
        if self.not_compared:
            state["not_compared"] = ranges(self.not_compared)
        if self.refused:
            state["refused"] = ranges(self.refused)
        if self.suspects:
            state["suspects"] = [ranges(group) for group in self.suspects]
        return json.dumps(state)


def parse_position(text: str, archive_sha256: str, count: int) -> Position:
    """Parses what was stored for this archive of `count` files; an empty position if there is
    none, or it belongs to another archive, or can't be read."""
    try:
        state = json.loads(text or "{}")
        if state.get("archive") != archive_sha256:
            return Position()
        delivered = set(parse_ranges(state["delivered"], count))
        before = state.get("before")
        return Position(
            delivered=delivered,
            not_compared=delivered.intersection(parse_ranges(state.get("not_compared", ""), count)),
            has_looked="before" in state,
            before=None if before is None else set(parse_ranges(before, count)),
            refused=set(parse_ranges(state.get("refused", ""), count)),
            suspects=[parse_ranges(group, count) for group in state.get("suspects", [])],
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return Position()
