"""Searches bytes that are about to be sent for everything that is known about the patient.

The search looks for values, not at a list of elements: in text, in private and binary elements, in
UTF-16, in what is compressed, encoded or escaped inside a value, and in the comments of images.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from gantry.engine.deidentify.layers import MOST_LAYERS, Layer, hidden, wide
from gantry.engine.deidentify.needles import Needle

# In the order of their use. What DICOM names ISO 2022 is ASCII, or one of these, after an escape.
_CODECS: Final = (
    "utf-8", "latin-1", "gb18030", "euc_kr", "shift_jis", "iso2022_jp_2", "big5", "euc_jp",
    "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8",
    "iso8859_9", "cp1251", "koi8_r", "cp437", "cp850", "tis_620", "mac_roman",
)  # fmt: skip
_ESCAPES_AT_ENDS: Final = re.compile(rb"^\x1b[$(]+[@-z]|\x1b\([@-z]$")
_ASCII_RUN: Final = re.compile(r"[\x21-\x7e]+")
_SHORTEST: Final = 3  # bytes
_SEPARATORS: Final = b" -/_"
_MOST_NEAR: Final = 64
_LONG: Final = 32 << 10  # bytes of a text of which is remembered which bytes it has
_LONGEST_LINE: Final = 4096  # bytes in which an escape is looked for: each line has its own
_SEPARATED: Final = 6  # characters of an ID that is also found with separators in it


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle that was found.

    Attributes:
        kind: what was found: name, id, date, place, uid, folder.
        masked: the value with its middle hidden.
        offset: where it begins in the bytes that were searched.
        within: how it is hidden there: "", "UTF-16", "compressed", "base64", "escaped".
    """

    kind: str
    masked: str
    offset: int
    within: str = ""


Counts = Callable[[Needle, int, int], bool]
Seen = dict[bytes, list[int] | None]  # where parts of needles occur, if in few places


def masked(text: str) -> str:
    """A displayable form of a value: first and last character, the rest hidden."""
    return text[0] + "•" * max(len(text) - 2, 1) + text[-1] if len(text) > 1 else "•"


class Text:
    """Bytes to search, and what is made of them, once.

    Args:
        depth: in how many layers they were hidden.
    """

    def __init__(self, data: bytes, depth: int = 0) -> None:
        self.data, self.lower = data, data.lower()
        self._depth = depth
        self._has: dict[int, bool] = {}

    def may_say(self, needle: Needle) -> bool:
        """Whether a form of a needle may occur: none does where one of its bytes is nowhere.

        Looking for a byte takes a tenth of the time: numbers, of which there may be many, have
        no letters. A short text is searched at once.
        """
        if len(self.lower) < _LONG:
            return True
        return any(all(map(self._has_byte, form)) for form in _bytes_of(needle))

    def _has_byte(self, byte: int) -> bool:
        known = self._has.get(byte)
        if known is None:
            known = self._has[byte] = byte in self.lower
        return known

    @cached_property
    def squeezed(self) -> bytes:
        """Without what may separate the digits of an ID."""
        return self.lower.translate(None, _SEPARATORS)

    @cached_property
    def layers(self) -> list[tuple[Layer, Text | None]]:
        """What is hidden in them; with a text where another layer may be hidden in turn."""
        inner = hidden(self.data) if self._depth < MOST_LAYERS else ()
        return [
            (layer, Text(layer.data, self._depth + 1) if layer.whole else None)
            for layer in (*wide(self.lower), *inner)
        ]


class Sieve:
    """Says quickly that none of some needles occurs, which is nearly always so."""

    def __init__(self, needles: Iterable[Needle]) -> None:
        self.needles = tuple(needles)
        groups: dict[bytes, set[bytes]] = {}
        for needle in self.needles:
            for part, patterns in _patterns(needle):
                groups.setdefault(part, set()).update(patterns)
        self._plain = _shortest(groups.pop(b"", set()))
        self._by_part = [(part, _shortest(patterns)) for part, patterns in groups.items()]
        ids = map(_bare, filter(_may_be_separated, self.needles))
        self._ids = _shortest({bare for bare in ids if len(bare) >= _SEPARATED})

    def may_occur(self, text: Text) -> bool:
        """Whether a search may find something: what is hidden in the text counts as such."""
        lower = text.lower
        for pattern in self._plain:
            if pattern in lower:
                return True
        for part, patterns in self._by_part:
            if part in lower and any(pattern in lower for pattern in patterns):
                return True
        return any(bare in text.squeezed for bare in self._ids) or bool(text.layers)


def _shortest(patterns: set[bytes]) -> tuple[bytes, ...]:
    """Without those that can't occur unless another one does."""
    kept: list[bytes] = []
    for pattern in sorted(patterns, key=len):
        if not any(one in pattern for one in kept):
            kept.append(pattern)
    return tuple(kept)


def search(data: bytes, needles: Iterable[Needle], counts: Counts | None = None) -> Iterator[Hit]:
    """Every needle that occurs in bytes, each once.

    Args:
        counts: says, of a needle and where it begins and ends in `data`, whether that place counts.
    """
    return search_text(Text(data), needles, counts)


def search_text(
    text: Text, needles: Iterable[Needle], counts: Counts | None = None
) -> Iterator[Hit]:
    """The same for a text, of which more than one search may be made."""
    lower = text.lower
    seen: Seen = {}
    left = []
    for needle in needles:
        at = _first(lower, needle, counts, seen) if text.may_say(needle) else -1
        if at >= 0:
            yield Hit(needle.kind, masked(needle.text), at)
        else:
            left.append(needle)
    if not left:
        return
    for needle in left:
        if _may_be_separated(needle):
            at = _separated(text, needle, counts)
            if at >= 0:
                yield Hit(needle.kind, masked(needle.text), at)
    for layer, inner in text.layers:
        if inner is not None:
            found: Iterable[Hit] = search_text(inner, left)
        else:
            found = (
                Hit(needle.kind, masked(needle.text), at)
                for needle in left
                if (at := _first(layer.data, needle, None, {})) >= 0
            )
        for hit in found:
            yield Hit(hit.kind, hit.masked, layer.offset(hit.offset), layer.name)


def _first(lower: bytes, needle: Needle, counts: Counts | None, seen: Seen) -> int:
    """Where a needle occurs first in a place that counts; -1: nowhere."""
    for part, patterns in _patterns(needle):
        near: list[int] | None = None
        if part:
            if part not in seen:
                seen[part] = _few(lower, part)
            near = seen[part]
            if near == []:
                continue
        for pattern in patterns:
            for at in _all(lower, pattern, part, near):
                end = at + len(pattern)
                inside = needle.whole and _is_inside_a_word(lower, at, end, needle.kind)
                if inside and (needle.text.isascii() or not _is_double_byte(lower, at)):
                    continue
                if counts is None or counts(needle, at, end):
                    return at
    return -1


def _few(data: bytes, part: bytes) -> list[int] | None:
    """Where a part occurs; None: in too many places to look at each."""
    found: list[int] = []
    at = data.find(part)
    while at >= 0:
        if len(found) == _MOST_NEAR:
            return None
        found.append(at)
        at = data.find(part, at + 1)
    return found


def _all(data: bytes, pattern: bytes, part: bytes, near: list[int] | None) -> Iterator[int]:
    """Where a pattern occurs; `near`: where the part occurs that it has, if that is known."""
    if near is not None and (before := pattern.find(part)) >= 0:
        starts = (at - before for at in near if at >= before)
        yield from (at for at in starts if data.startswith(pattern, at))
        return
    at = data.find(pattern)
    while at >= 0:
        yield at
        at = data.find(pattern, at + 1)


@lru_cache(maxsize=16_384)
def _patterns(needle: Needle) -> tuple[tuple[bytes, tuple[bytes, ...]], ...]:
    """The bytes to search for; before each group, a part that all of it has, or b"".

    The bytes that are searched have ASCII letters in lower case, and other ones as they were.
    """
    text = needle.text
    if text.isascii():
        year = text[:4] if text[:4].isdigit() else text[-4:]
        return ((year.encode() if needle.kind == "date" else b"", (text.encode(),)),)
    forms = dict.fromkeys((text, text.upper(), text.title(), text.capitalize()))
    forms |= {unicodedata.normalize("NFD", form): None for form in forms}
    plain, wide = dict[bytes, None](), dict[bytes, None]()
    for form in forms:
        for codec in _CODECS:
            try:
                encoded = form.encode(codec).lower()
            except UnicodeEncodeError:
                continue
            if codec.startswith("iso2022"):
                encoded = _without_escapes(encoded)
            if len(encoded) >= _SHORTEST:
                plain[encoded] = None
        for codec in ("utf-16-le", "utf-16-be"):
            wide[form.encode(codec).lower()] = None
    ascii_part = max(_ASCII_RUN.findall(text), key=len, default="")
    return (ascii_part.encode(), tuple(plain)), (b"", tuple(wide))


@lru_cache(maxsize=16_384)
def _bytes_of(needle: Needle) -> tuple[bytes, ...]:
    """The different bytes of each of its patterns."""
    return tuple(bytes(set(one)) for _, patterns in _patterns(needle) for one in patterns)


def _without_escapes(encoded: bytes) -> bytes:
    """Without the escapes at both ends: inside a longer text there are none."""
    return _ESCAPES_AT_ENDS.sub(b"", encoded)


def _is_double_byte(data: bytes, at: int) -> bool:
    """Whether a character there has two bytes that look like ASCII: Japanese in ISO 2022."""
    escape = data.rfind(b"\x1b$", max(at - _LONGEST_LINE, 0), at)
    is_double = escape >= 0 and data[escape + 2 : escape + 3] != b")"
    return is_double and data.find(b"\x1b(", escape, at) < 0


def _is_inside_a_word(data: bytes, start: int, end: int, kind: str) -> bool:
    """Whether the word there is longer: digits beside digits, letters beside letters. A date at
    the beginning of a date and time counts as a whole word, an ID after zeros too."""
    first, last = data[start : start + 1], data[end - 1 : end]
    if first.isdigit():
        if kind == "id":
            while start and data[start - 1] == 0x30:
                start -= 1
        if data[start - 1 : start].isdigit():
            return True
    elif first.isalpha() and data[start - 1 : start].isalpha():
        return True
    after = data[end : end + 1]
    if last.isdigit():
        return after.isdigit() and kind != "date"
    return last.isalpha() and after.isalpha()


def _may_be_separated(needle: Needle) -> bool:
    return needle.kind == "id" and len(needle.text) >= _SEPARATED


def _bare(needle: Needle) -> bytes:
    return needle.text.encode("utf-8").translate(None, _SEPARATORS)


def _separated(text: Text, needle: Needle, counts: Counts | None) -> int:
    """Where an ID occurs with spaces, hyphens or slashes in it; -1: nowhere."""
    bare = _bare(needle)
    if len(bare) < _SEPARATED or bare not in text.squeezed:
        return -1
    between = b"[ /_-]?"
    spelt = between.join(re.escape(bare[i : i + 1]) for i in range(len(bare)))
    for found in re.finditer(rb"(?<![0-9a-z])0*" + spelt + rb"(?![0-9a-z])", text.lower):
        if counts is None or counts(needle, found.start(), found.end()):
            return found.start()
    return -1
