"""What a profile's file says of pseudonyms: a pattern, such as `S{hash:8}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gantry.engine.deidentify.wrong import Wrong

SHORTEST_HASH: Final = 8  # 40 bits: of 10,000 patients, two get the same in 1 of 20,000 projects
LONGEST_HASH: Final = 32
LONGEST: Final = 64  # characters of a Patient ID (VR LO), a part of a name (PN), a label of XNAT
KNOWN: Final = "{hash:8}"
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_HASH: Final = re.compile(r"hash:([1-9][0-9]{0,3})")
_TEXT: Final = re.compile(r"[A-Za-z0-9_-]*")  # what XNAT takes; Patient ID and name take more


class WrongPattern(ValueError):
    """The text is no pattern.

    Attributes:
        reason: why.
        detail: the possible values, or more about what is wrong; or "".
    """

    def __init__(self, reason: Wrong, detail: str = "") -> None:
        super().__init__(reason.value, detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern of pseudonyms.

    Attributes:
        before: the text before the hash.
        length: how many letters and digits the hash has.
        after: the text behind it.
    """

    before: str
    length: int
    after: str

    def pseudonym(self, letters: str) -> str:
        """The pseudonym with the beginning of a hash, which has at least `LONGEST_HASH` letters."""
        return f"{self.before}{letters[: self.length]}{self.after}"


def pattern_of(text: str) -> Pattern:
    """The pattern that a text describes.

    Raises:
        WrongPattern.
    """
    placeholders = _PLACEHOLDER.findall(text)
    if not placeholders:
        raise WrongPattern(Wrong.NO_PLACEHOLDER, KNOWN)
    if len(placeholders) > 1:
        raise WrongPattern(Wrong.PLACEHOLDERS)
    matched = _HASH.fullmatch(placeholders[0])
    if matched is None:
        raise WrongPattern(Wrong.PLACEHOLDER, KNOWN)
    before, _, after = _PLACEHOLDER.split(text)
    if not _TEXT.fullmatch(before) or not _TEXT.fullmatch(after):
        raise WrongPattern(Wrong.CHARACTERS)
    length = int(matched[1])
    if length < SHORTEST_HASH:
        raise WrongPattern(Wrong.SHORT_HASH, str(SHORTEST_HASH))
    if length > LONGEST_HASH or len(before) + length + len(after) > LONGEST:
        raise WrongPattern(Wrong.LONG, str(LONGEST_HASH))
    return Pattern(before, length, after)
