"""What a policy holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SCHEMA: Final = "gantry.policy/1"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is allowed.

    Attributes:
        path: the file, to display.
        preset_keys: the public keys whose presets are trusted, 32 bytes each, in Base64.
    """

    path: str
    preset_keys: tuple[str, ...] = ()
