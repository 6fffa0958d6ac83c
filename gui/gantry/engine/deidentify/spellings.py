"""The forms in which a name, an ID or a date may be written elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import permutations
from typing import Final

_GROUPS: Final = re.compile(r"=")  # of a name: Latin, ideographic, phonetic (DICOM PS3.5 §6.2)
_COMPONENTS: Final = re.compile(r"[\^\s,;]+")
_PARTS: Final = re.compile(r"[\^=\s,;.\-_/\\'’()]+")
_JOINTS: Final = re.compile(r"[.\-_/'’()]+")
_SEPARATORS: Final = re.compile(r"[\s.\-_/\\:]+")
_DIGRAPHS: Final = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa", "œ": "oe"}
)
# Letters that Unicode does not take apart into a base letter and an accent.
_BASES: Final = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_UMLAUTS: Final = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"))
_EARLIEST_YEAR: Final = 1880
_MOST_COMPONENTS: Final = 3


def words_of(text: str) -> list[str]:
    """The words of a text, lower case."""
    return [word for word in _PARTS.split(text.lower()) if word]


def of_name(name: str, searchable: int) -> Iterator[str]:
    """Each part of a name, in all three groups, with accents and without them.

    Parts of fewer than `searchable` characters are also joined with their neighbours, in both
    orders: "Li Bo" can be searched for, "Li" can't.
    """
    for group in _GROUPS.split(name.lower()):
        components = [part for part in _COMPONENTS.split(group) if part.strip("^")]
        for component in components:
            yield from _with_accents(component)
            if _JOINTS.search(component):
                yield from _with_accents(_JOINTS.sub("", component))
                for part in _JOINTS.split(component):
                    yield from _with_accents(part)
        if len(components) > 1 and any(len(c) < searchable for c in components):
            for order in permutations(components[:_MOST_COMPONENTS]):
                for glue in ("", " ", "^", ", ", "_", "-"):
                    yield glue.join(order)


def of_text(text: str) -> Iterator[str]:
    """A name of a place, or an address, and each of its lines and clauses."""
    yield from _with_accents(text)
    pieces = [piece.strip() for piece in re.split(r"[\\^,;\r\n]+", text)]
    if len(pieces) > 1:
        for piece in pieces:
            yield from _with_accents(piece)


def of_id(value: str) -> Iterator[str]:
    """An ID as it is, without leading zeros, without separators, and without both."""
    bare = value.strip()
    yield bare
    joined = _SEPARATORS.sub("", bare)
    for other in (bare.lstrip("0"), joined, joined.lstrip("0")):
        if other and other != bare:
            yield other


def of_date(value: str) -> Iterator[str]:
    """A whole date in eight forms; nothing for what is none."""
    digits = value.replace(".", "")[:8]
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return
    if day.year < _EARLIEST_YEAR or not digits.isascii():
        return
    y, m, d = f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}"
    yield from (y + m + d, f"{y}-{m}-{d}", f"{y}/{m}/{d}", f"{y}.{m}.{d}")
    yield from (f"{d}.{m}.{y}", f"{d}/{m}/{y}", f"{m}/{d}/{y}", f"{d}-{m}-{y}")


def _with_accents(word: str) -> Iterator[str]:
    """A word, and how it is written where there are no accents, or other ones."""
    yield word
    low = word.lower()
    if low.isascii():
        other = low
        for pair, umlaut in _UMLAUTS:
            other = other.replace(pair, umlaut)
        yield other
        if "ss" in low:
            yield from (low.replace("ss", "ß"), other.replace("ss", "ß"))
        return
    plain = unicodedata.normalize("NFKD", low.translate(_BASES))
    yield "".join(c for c in plain if not unicodedata.combining(c)).replace("ß", "ss")
    composed = unicodedata.normalize("NFC", low)
    yield composed.translate(_DIGRAPHS)
    yield unicodedata.normalize("NFKC", low)
    if "ß" in low:  # Switzerland has the other accents, but not this letter
        yield composed.replace("ß", "ss")
    if "ss" in low:
        yield composed.replace("ss", "ß")
