"""OAuth tokens, as returned by a server and as stored in the credential store."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field

EARLY = 30.0  # seconds before its expiry in which a token is no longer used


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens, and the Unix time until which the access token is valid; 0: unknown."""

    access: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    until: float = 0.0

    @property
    def is_over(self) -> bool:
        return bool(self.until) and time.time() > self.until - EARLY

    def to_text(self) -> str:
        """The text for the credential store: the refresh token, which yields new access tokens."""
        kept = {"refresh": self.refresh}
        return json.dumps(kept if self.refresh else {"access": self.access, "until": self.until})

    @staticmethod
    def from_text(text: str) -> Tokens:
        """Parses what `to_text` wrote; empty tokens for anything else."""
        try:
            kept = json.loads(text)
            return Tokens(
                str(kept.get("access", "")),
                str(kept.get("refresh", "")),
                float(kept.get("until", 0)),
            )
        except (ValueError, TypeError, AttributeError):
            return Tokens("")
