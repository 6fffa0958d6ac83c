"""Texts that the user has read: with `texts: reviewed`, only those that were ticked stay.

Every other text goes, also one in a file that arrived after the list was read: what nobody has seen
is treated as in a profile that keeps no descriptions.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from pydicom.datadict import keyword_for_tag, tag_for_keyword

from gantry.engine.deidentify.facts import CHARACTER_SET, Facts
from gantry.engine.deidentify.links import decoded

Text = tuple[int, str]  # a tag, and the whole value of the element

LONGEST: Final = 1024  # characters; nobody reads a longer one in a list, so it never stays
MOST_TICKED: Final = 100_000


class Reviewed:
    """Decides for one file which of its texts stay.

    Args:
        ticked: those that the user ticked.
        facts: of the file: its character set says what its bytes mean.

    Attributes:
        met: all texts that were asked about, except those that are too long.
    """

    def __init__(self, ticked: frozenset[Text], facts: Facts) -> None:
        self._ticked = ticked
        self._charsets = tuple(facts.texts(CHARACTER_SET))
        self.met: set[Text] = set()

    def stays(self, tag: int, value: bytes) -> bool:
        """Whether the user ticked exactly this text of this element."""
        text = decoded(value, self._charsets)
        if not text or len(text) > LONGEST:
            return False
        self.met.add((tag, text))
        return (tag, text) in self._ticked


def element_name(tag: int) -> str:
    """A keyword; of an element that has none, eight hexadecimal digits."""
    return keyword_for_tag(tag) or f"{tag:08X}"


def element_tag(name: str) -> int:
    """The tag that `element_name` names.

    Raises:
        ValueError: there is none.
    """
    if (tag := tag_for_keyword(name)) is not None:
        return tag
    if len(name) != 8:
        raise ValueError(name)
    return int(name, 16)


def ticked_as(texts: Iterable[Text]) -> dict[str, list[str]]:
    """Ticked texts as plain values, for JSON: by element, sorted."""
    made: dict[str, list[str]] = {}
    for tag, text in sorted(set(texts)):
        made.setdefault(element_name(tag), []).append(text)
    return made


def ticked_from(entry: object) -> tuple[Text, ...]:
    """The ticked texts that plain values describe, sorted.

    Raises:
        ValueError: they describe none; the text says what is wrong.
    """
    if not isinstance(entry, dict):
        raise ValueError('an object, such as {"StudyDescription": ["MR HEAD"]}')
    found: set[Text] = set()
    for name, texts in entry.items():
        try:
            tag = element_tag(str(name))
        except ValueError:
            raise ValueError(f"{name}: no element") from None
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError(f"{name}: a list of texts")
        found.update((tag, text.strip(" \0")) for text in texts)
    if len(found) > MOST_TICKED:
        raise ValueError(f"at most {MOST_TICKED} texts")
    return tuple(sorted(found))


def text_with_ticked(text: str, ticked: Iterable[Text]) -> str:
    """The file of a profile with further ticked texts.

    Args:
        text: its valid file.
    """
    found = json.loads(text)
    found["reviewed"] = ticked_as([*ticked, *ticked_from(found.get("reviewed", {}))])
    return json.dumps(found, sort_keys=True)
