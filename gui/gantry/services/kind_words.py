"""The texts of the kinds of destination for their proofs and connection tests."""

from __future__ import annotations

from gantry.engine.transfer.registry import WORDS


def words_of(said: str) -> str:
    """A kind's text for a proof or a detail, in English; "" if it belongs to no kind."""
    return WORDS.get(said, "")
