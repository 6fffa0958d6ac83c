"""Searches bytes that are about to be sent for everything that is known about the patient.

The search looks for values, not at a list of elements: in text, in private and binary elements, in
UTF-16, and in the comments of compressed images.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from gantry.engine.deidentify.needles import Needle

_JPEG_COMMENTS: Final = re.compile(rb"\xff(?:[\xe0-\xef]|\xfe|\x64)")
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e]\x00){3,}")
_MOST_COMMENT: Final = 65_535


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle that was found.

    Attributes:
        kind: what was found: name, id, date, place, uid.
        masked: the value with its middle hidden.
        offset: where it begins in the bytes that were searched.
    """

    kind: str
    masked: str
    offset: int


def masked(text: str) -> str:
    """A displayable form of a value: first and last character, the rest hidden."""
    return text[0] + "•" * max(len(text) - 2, 1) + text[-1] if len(text) > 1 else "•"


def search(data: bytes, needles: Iterable[Needle]) -> Iterator[Hit]:
    """Every needle that occurs in bytes, each once."""
    lower = data.lower()
    wide = b"\n".join(run[::2] for run in _WIDE.findall(lower))
    for needle in needles:
        for encoded in _encodings(needle.text):
            at = _find(lower, encoded, whole=needle.whole)
            if at < 0 and wide:
                at = _find(wide, encoded, whole=needle.whole)
            if at >= 0:
                yield Hit(needle.kind, masked(needle.text), at)
                break


@lru_cache(maxsize=4096)
def _encodings(text: str) -> tuple[bytes, ...]:
    """The encodings in which a text may occur in a file, if they have its characters."""
    if text.isascii():
        return (text.encode("ascii"),)
    found = []
    for name in ("utf-8", "latin-1", "gb18030", "euc_kr", "shift_jis", "iso2022_jp", "cp1251"):
        try:
            encoded = text.encode(name)
        except UnicodeEncodeError:
            continue
        if encoded not in found and len(encoded) >= 3:
            found.append(encoded)
    return tuple(found)


def _find(data: bytes, text: bytes, *, whole: bool) -> int:
    at = data.find(text)
    while at >= 0 and whole and _is_inside_a_word(data, at, at + len(text)):
        at = data.find(text, at + 1)
    return at


def _is_inside_a_word(data: bytes, start: int, end: int) -> bool:
    """Whether the word there is longer: digits beside digits, letters beside letters. A date at
    the beginning of a date and time counts as a whole word."""
    first, last = data[start : start + 1], data[end - 1 : end]
    before, after = data[start - 1 : start], data[end : end + 1]
    if first.isdigit() and before.isdigit():
        return True
    if first.isalpha() and before.isalpha():
        return True
    return (last.isdigit() and after.isdigit() and end - start != 8) or (
        last.isalpha() and after.isalpha()
    )


def comments(pixels: bytes | memoryview) -> bytes:
    """The text in compressed pixel data: the comment and application segments of JPEG, the
    comment segments of JPEG 2000."""
    data = bytes(pixels)
    said = []
    for found in _JPEG_COMMENTS.finditer(data):
        length = int.from_bytes(data[found.end() : found.end() + 2], "big")
        if 2 < length <= _MOST_COMMENT:
            said.append(data[found.end() + 2 : found.end() + length])
    return b"\n".join(said)
