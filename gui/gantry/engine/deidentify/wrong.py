"""What is wrong in a profile's file: one of a fixed set of reasons, and where."""

from __future__ import annotations

from enum import StrEnum


class Wrong(StrEnum):
    """Why a file is no profile. Stable: the sentences for errors refer to these names."""

    UNREADABLE = "unreadable"
    TOO_LARGE = "too large"
    ENCODING = "encoding"
    JSON = "json"
    SCHEMA = "schema"
    NAME = "name"
    UNKNOWN = "unknown"
    CHOICE = "choice"
    SHAPE = "shape"
    ELEMENT = "element"
    FIXED = "fixed"
    VR = "vr"
    ACTION = "action"
    TWICE = "twice"
    PRIVATE = "private"
    RECIPE = "recipe"
    TEXTS = "texts"
    NO_PLACEHOLDER = "no placeholder"
    PLACEHOLDERS = "placeholders"
    PLACEHOLDER = "placeholder"
    CHARACTERS = "characters"
    SHORT_HASH = "short hash"
    LONG = "long"


_SAID: dict[Wrong, str] = {
    Wrong.UNREADABLE: "the file can't be read",
    Wrong.TOO_LARGE: "more than 1 MB",
    Wrong.ENCODING: "not UTF-8",
    Wrong.JSON: "not JSON",
    Wrong.SCHEMA: "not gantry.privacy/1",
    Wrong.NAME: "a text of at most 64 characters is needed",
    Wrong.UNKNOWN: "unknown",
    Wrong.CHOICE: "not one of the possible values",
    Wrong.SHAPE: "wrong form",
    Wrong.ELEMENT: "no standard element",
    Wrong.FIXED: "no rule can change this element",
    Wrong.VR: "no VR that a rule may name",
    Wrong.ACTION: "this action does not fit the element",
    Wrong.TWICE: "a second entry for the same",
    Wrong.PRIVATE: "no private element, such as 0019xx0C",
    Wrong.RECIPE: "no mask for a kind of image",
    Wrong.TEXTS: "no list of texts of an element",
    Wrong.NO_PLACEHOLDER: "a placeholder is needed, or all patients would be one",
    Wrong.PLACEHOLDERS: "more than one placeholder",
    Wrong.PLACEHOLDER: "unknown placeholder",
    Wrong.CHARACTERS: "around the placeholder, only A-Z, a-z, 0-9, _ and - are possible",
    Wrong.SHORT_HASH: "the hash is too short: two patients could become one",
    Wrong.LONG: "too long: at most 64 characters, of which the hash has at most 32",
}


class WrongProfile(ValueError):
    """The file holds no valid profile.

    Attributes:
        reason: why.
        entry: the name of the entry that is wrong, with those around it; or "".
        line: where that is, from 1; 0: the file as a whole.
        detail: the possible values, or more about what is wrong; or "".
        said: reason and detail, in English.
    """

    def __init__(self, reason: Wrong, entry: str = "", line: int = 0, detail: str = "") -> None:
        where = f"line {line}: " if line else ""
        name = f"{entry}: " if entry else ""
        more = f" ({detail})" if detail else ""
        self.said = f"{_SAID[reason]}{more}"
        super().__init__(f"{where}{name}{self.said}")
        self.reason, self.entry, self.line, self.detail = reason, entry, line, detail
