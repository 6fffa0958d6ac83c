"""What is wrong in a preset: one of a fixed set of reasons, and where."""

from __future__ import annotations

from enum import StrEnum

from gantry.engine.errors import ErrorCode, Fact, GantryError


class Wrong(StrEnum):
    """Why a file is no preset. Stable: the sentences for errors refer to these names."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"
    JSON = "json"
    SCHEMA = "schema"
    TWICE = "twice"
    UNKNOWN = "unknown"
    MISSING = "missing"
    SECRET = "secret"
    VALUE = "value"
    PROFILE = "profile"
    SIGNATURE = "signature"


class WrongPreset(ValueError):
    """The file holds no valid preset.

    Attributes:
        reason: why.
        entry: the name of the entry that is wrong, with those around it; or "".
        line: where that is, from 1; 0: the file as a whole.
        wanted: what is possible there; or "".
    """

    def __init__(self, reason: Wrong, entry: str = "", line: int = 0, wanted: str = "") -> None:
        super().__init__(f"{reason.value} {entry} {line} {wanted}")
        self.reason, self.entry, self.line, self.wanted = reason, entry, line, wanted

    def error(self, name: str, code: ErrorCode = ErrorCode.PRESET_INVALID) -> GantryError:
        """The error for the user; `name` is the file's."""
        facts: dict[str, Fact] = {"reason": self.reason.value}
        if self.line:
            facts["line"] = self.line
        private: dict[str, Fact] = {"path": name}
        private |= {k: v for k, v in (("entry", self.entry), ("wanted", self.wanted)) if v}
        return GantryError(code, facts=facts, private=private)
