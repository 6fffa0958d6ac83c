"""Patterns for the values of labels: regular expressions without groups, so that none takes long.

A pattern may come from a stranger's file, and Python's `re` can be kept busy for years by a dozen
characters. Without groups, nothing repeats what itself repeats; and how many ways there are to
match a value is limited: each repetition that is not exact multiplies them.
"""

from __future__ import annotations

import re
from functools import cache
from math import log2
from typing import Final

LONGEST: Final = 200  # characters
_MOST_WAYS: Final = 20.0  # as a power of two; a millisecond for each of 2^17
_OPEN: Final = 8.0  # a value has 256 characters
_ATOM: Final = re.compile(
    r"(?:\\[dwDW\\.^$*+?{}\[\]()|/-]|\[\^?(?:[^\\\[\]^]|\\[dwDW\\\[\]^-])+\]|[^\\\[\](){}*+?|^$])"
    r"(?P<times>\{(?P<low>\d{1,3})(?P<to>,(?P<high>\d{0,3}))?\}|[*+?])?"
)


@cache
def pattern_of(text: str) -> re.Pattern[str]:
    """A pattern, to be used with `fullmatch`.

    Raises:
        ValueError: it is none, or has groups, anchors or too many repetitions that are not exact.
    """
    if not 0 < len(text) <= LONGEST:
        raise ValueError("length")
    at, ways = 0, 0.0
    while at < len(text):
        if text[at] == "|":
            at += 1
            continue
        found = _ATOM.match(text, at)
        if found is None:
            raise ValueError(f"character {at + 1}")
        ways += _ways(found)
        at = found.end()
    if ways > _MOST_WAYS:
        raise ValueError("repetitions")
    try:
        return re.compile(text)
    except (re.error, OverflowError) as error:  # a range that goes backwards
        raise ValueError(str(error)) from error


def _ways(found: re.Match[str]) -> float:
    """By how much this part multiplies the ways to match, as a power of two."""
    times = found["times"]
    if not times or (times[0] == "{" and not found["to"]):
        return 0.0
    if times == "?":
        return 1.0
    if times in "*+" or not found["high"]:
        return _OPEN
    return min(_OPEN, log2(max(1, int(found["high"]) - int(found["low"]) + 1)))
