"""What a walk over a data set brings: new bytes, and what they replace."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gantry.engine.deidentify.actions import Action

TWICE: Final = "twice"  # why the slow way must not take it either: it would drop one of the two


class NotWalked(Exception):
    """The bytes are not as the fast way expects them."""


class Removed(NamedTuple):
    """What a file said of the patient before it was replaced: the search looks for it."""

    tag: int
    vr: str
    value: bytes


class Insertion(NamedTuple):
    """An element that the result has, whatever the source had there."""

    tag: int
    data: bytes


@dataclass
class Walked:
    """The result of a walk.

    Attributes:
        parts: the new bytes, in order; unchanged ones are views of the source.
        native: which of `parts` is pixel data that is not compressed; -1: none is.
        compressed: which of them is; -1: none is.
        pixel_data: where either is in the source.
        tallies: how often each action was taken, by tag.
        removed: values that were replaced, emptied or removed.
        kept_private: creator and tag of private elements that stay.
        texts: standard texts that stay as they were or cleaned, with their tags.
        moved: dates that came of moving others, as YYYYMMDD: one may be what another was before.
    """

    parts: list[bytes | memoryview] = field(default_factory=list)
    native: int = -1
    compressed: int = -1
    pixel_data: slice | None = None
    tallies: Counter[tuple[int, Action]] = field(default_factory=Counter)
    removed: list[Removed] = field(default_factory=list)
    kept_private: Counter[tuple[str, int]] = field(default_factory=Counter)
    texts: set[tuple[int, bytes]] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)

    def add(self, other: Walked) -> None:
        """Adds what another walk brought, but for its bytes."""
        tallies = self.tallies
        for done, count in other.tallies.items():
            tallies[done] += count
        self.removed += other.removed
        if other.kept_private:
            self.kept_private.update(other.kept_private)
        self.texts |= other.texts
        self.moved |= other.moved
