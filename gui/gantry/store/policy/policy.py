"""What a policy holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SCHEMA: Final = "gantry.policy/1"


@dataclass(frozen=True, slots=True)
class Policy:
    """What is allowed.

    Attributes:
        path: the file, to display.
        profile: the floor of privacy: the name of a built-in profile, or the text of one. Nothing
            that keeps more is sent. "": none.
        destinations: the only addresses to which anything is sent, with all below them; None: any.
        settings: values of settings that nobody can change, by name.
        preset_keys: the public keys whose presets are trusted, 32 bytes each, in Base64.
    """

    path: str
    profile: str = ""
    destinations: tuple[str, ...] | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    preset_keys: tuple[str, ...] = ()
