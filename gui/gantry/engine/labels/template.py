"""Templates such as `{label:project}/{label:subject}`; `{{` and `}}` are braces themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.labels.label import name_of

FIELDS: Final = ("study_uid", "parcel", "sha256", "size", "date", "modality")
LABEL: Final = "label:"
_PIECES: Final = re.compile(r"(?P<double>\{\{|\}\})|\{(?P<field>[^{}]*)\}|(?P<brace>[{}])|[^{}]+")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a template: the key of its value, `label:subject` or one of FIELDS."""

    key: str


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template: its texts and fields, in order."""

    parts: tuple[str | Field, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys of the values that it needs, each once."""
        return tuple(dict.fromkeys(part.key for part in self.parts if isinstance(part, Field)))

    def fill(self, values: Mapping[str, str], clean: Callable[[str], str] = str) -> str:
        """The text with its values; `clean` is applied to each of these.

        Raises:
            GantryError: LABEL_MISSING: a value is missing or empty.
        """
        made = []
        for part in self.parts:
            if isinstance(part, str):
                made.append(part)
            elif value := values.get(part.key, ""):
                made.append(clean(value))
            else:
                raise missing(part.key)
        return "".join(made)


def parse_template(text: str) -> Template:
    """A template as the user wrote it.

    Raises:
        GantryError: LABEL_TEMPLATE: a brace has no partner, or a field is unknown.
    """
    parts: list[str | Field] = []
    for piece in _PIECES.finditer(text):
        if piece["brace"] is not None:
            raise _wrong("brace", text, piece.start())
        if piece["field"] is not None:
            parts.append(Field(_key_of(piece["field"], text, piece.start())))
        else:
            parts.append(piece[0][0] if piece["double"] else piece[0])
    return Template(tuple(parts))


def missing(key: str) -> GantryError:
    """The error for a value that a template needs and an upload lacks."""
    if key.startswith(LABEL):
        return GantryError(ErrorCode.LABEL_MISSING, private={"label": key.removeprefix(LABEL)})
    return GantryError(ErrorCode.LABEL_MISSING, facts={"reason": "field", "field": key})


def _key_of(field: str, text: str, at: int) -> str:
    field = field.strip()
    if field in FIELDS:
        return field
    if field.startswith(LABEL):
        try:
            return LABEL + name_of(field.removeprefix(LABEL))
        except GantryError:
            raise _wrong("name", text, at) from None
    raise _wrong("field", text, at)


def _wrong(reason: str, text: str, at: int) -> GantryError:
    return GantryError(
        ErrorCode.LABEL_TEMPLATE,
        facts={"reason": reason, "at": at + 1},
        private={"template": text},
    )
