"""The answer to a test upload, and the rule that it suggests."""

from __future__ import annotations

from dataclasses import dataclass

from gantry.engine.errors import GantryError
from gantry.engine.parcel import Receipt


@dataclass(frozen=True, slots=True)
class Trial:
    """The answer to a test upload.

    Attributes:
        status, text: the answer.
        receipt: the judgement by the current rule; or `error`.
        option, value: what to set if the user says that this answer means “stored”.
    """

    status: int
    text: str
    receipt: Receipt | None
    error: GantryError | None
    option: str
    value: str

    @property
    def can_teach(self) -> bool:
        """Whether such an answer can mean that it was stored."""
        return 200 <= self.status < 400
