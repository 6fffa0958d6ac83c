"""Validates labels: `project`, `subject`, `session`, `visit`, and others that the user names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.parcel import Labels
from gantry.engine.text import MARK, mark_hidden

SUBJECT: Final = "subject"
SESSION: Final = "session"
MOST: Final = 32  # labels of one upload
LONGEST_NAME: Final = 63  # characters
LONGEST_VALUE: Final = 256
_NAME: Final = re.compile(r"[^\W\d_][\w .-]*")


def name_of(text: str) -> str:
    """A label's name in the form in which names are compared: without capitals, spaces trimmed.

    Raises:
        GantryError: LABEL_INVALID.
    """
    name = " ".join(unicodedata.normalize("NFC", text).casefold().split())
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise invalid("name", name=text)
    return name


def value_of(name: str, text: str) -> str:
    """A label's value without spaces around it; "" means that there is none.

    Raises:
        GantryError: LABEL_INVALID: it is too long, or has characters that can't be seen.
    """
    value = unicodedata.normalize("NFC", text).strip()
    if mark_hidden(value) != value or MARK in value:
        raise invalid("value", name=name, value=value)
    if len(value) > LONGEST_VALUE:
        raise invalid("long", name=name, value=value[:40], most=LONGEST_VALUE)
    return value


def labels_of(pairs: Iterable[tuple[str, str]]) -> Labels:
    """Labels in the order of their names; pairs without a value are dropped.

    Raises:
        GantryError: LABEL_INVALID: a name or value is wrong, a name has two values, or there are
            too many.
    """
    found: dict[str, str] = {}
    for given, text in pairs:
        name = name_of(given)
        value = value_of(name, text)
        if found.setdefault(name, value) != value:
            raise invalid("twice", name=name, value=found[name], other=value)
    kept = tuple(sorted((name, value) for name, value in found.items() if value))
    if len(kept) > MOST:
        raise invalid("many", count=len(kept), most=MOST)
    return kept


def parse_labels(given: Iterable[str]) -> Labels:
    """`NAME=VALUE` texts as labels.

    Raises:
        GantryError: LABEL_INVALID: as `labels_of`, or a value is missing.
    """
    pairs = []
    for text in given:
        name, _, value = text.partition("=")
        if not value.strip():
            raise invalid("empty", name=text)
        pairs.append((name, value))
    return labels_of(pairs)


def with_defaults(own: Labels, general: Labels) -> Labels:
    """Labels of a study together with those of the job; the study's own value counts.

    Raises:
        GantryError: LABEL_INVALID: too many.
    """
    return labels_of({**dict(general), **dict(own)}.items())


def text_of(labels: Labels) -> str:
    """Labels on one line, `session=V1; subject=S01`."""
    return "; ".join(f"{name}={value}" for name, value in labels)


def invalid(
    reason: str, *, name: str = "", value: str = "", other: str = "", **facts: Fact
) -> GantryError:
    """The error for labels that can't be used. Names and values may be patient data."""
    private: dict[str, Fact] = {"label": name, "value": value, "other": other}
    return GantryError(
        ErrorCode.LABEL_INVALID,
        facts={"reason": reason, **facts},
        private={key: text for key, text in private.items() if text},
    )
