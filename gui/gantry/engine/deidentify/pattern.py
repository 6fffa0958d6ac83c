"""A profile's pattern of pseudonyms, such as `S{hash:8}` or `STROKE-{number:04}`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from gantry.engine.deidentify.wrong import Wrong

SHORTEST_HASH: Final = 8  # 40 bits: of 10,000 patients, two get the same in 1 of 20,000 projects
LONGEST_HASH: Final = 32
LONGEST: Final = 64  # characters of a Patient ID (VR LO), a part of a name (PN), a label of XNAT
MOST_DIGITS: Final = 9  # for which there must be room
KNOWN: Final = "{hash:8}, {number:04}"
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
_HASH: Final = re.compile(r"hash:([1-9][0-9]{0,3})")
_NUMBER: Final = re.compile(r"number(?::0([1-9]))?")
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
        before: the text before the placeholder.
        length: how many letters and digits the hash has; of a number, at least how many digits.
        after: the text behind it.
        numbered: patients are counted.
    """

    before: str
    length: int
    after: str
    numbered: bool

    def pseudonym(self, letters: str) -> str:
        """The pseudonym with the beginning of a hash, which has at least `LONGEST_HASH` letters."""
        return f"{self.before}{letters[: self.length]}{self.after}"

    def counted(self, number: int) -> str:
        """The pseudonym with a number."""
        return f"{self.before}{number:0{self.length}}{self.after}"


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
    hashed, counted = _HASH.fullmatch(placeholders[0]), _NUMBER.fullmatch(placeholders[0])
    if hashed is None and counted is None:
        raise WrongPattern(Wrong.PLACEHOLDER, KNOWN)
    before, _, after = _PLACEHOLDER.split(text)
    if not _TEXT.fullmatch(before) or not _TEXT.fullmatch(after):
        raise WrongPattern(Wrong.CHARACTERS)
    length = int((hashed or counted or [""])[1] or 1)
    if hashed is not None and length < SHORTEST_HASH:
        raise WrongPattern(Wrong.SHORT_HASH, str(SHORTEST_HASH))
    most = max(length, MOST_DIGITS) if counted is not None else length
    if most > LONGEST_HASH or len(before) + most + len(after) > LONGEST:
        raise WrongPattern(Wrong.LONG, str(LONGEST_HASH))
    return Pattern(before, length, after, counted is not None)
