"""Describes a setting: its label, the values it accepts, and when a change takes effect.

A field of `Settings` is annotated with one of these. From them are made: what is accepted in
settings.json (`store/settings_file.py`), the rows of the window (`ui/dialogs/setting_rows.py`) and
docs/settings.md. Texts are English templates, as in `gantry.messages`; the window translates them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Annotated, Any, Generic, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from gantry.engine.errors import GantryError
from gantry.engine.transfer.rate_timetable import parse_timetable

Value = TypeVar("Value")
Struct = TypeVar("Struct", bound=msgspec.Struct)


class Applies(Enum):
    """When a changed setting takes effect, as a sentence."""

    AT_ONCE = "Applies immediately."
    NEXT_JOB = "Applies to new jobs."


class Part(msgspec.Struct, frozen=True):
    """A group of settings: a page of the settings dialog, a chapter of the docs."""

    name: str
    title: str
    hint: str


class Setting(msgspec.Struct, Generic[Value], frozen=True, kw_only=True):
    """One setting.

    Attributes:
        label: its name to display; `&` is before the letter of the shortcut.
        help: what it does, in one or two sentences.
        name: of the field, and the key in settings.json; `declared` sets it.
    """

    part: Part
    label: str
    help: str
    applies: Applies = Applies.NEXT_JOB
    name: str = ""

    def accepts(self, value: Value) -> bool:
        """Whether a value of the right type may be used."""
        return True

    def of(self, settings: msgspec.Struct) -> Value:
        """Its value in these settings."""
        value: Value = getattr(settings, self.name)
        return value

    def put(self, settings: Struct, value: Value) -> Struct:
        """These settings with another value."""
        return msgspec.structs.replace(settings, **{self.name: value})

    def texts(self) -> Iterator[str]:
        """The texts to translate."""
        yield from (self.label, self.help)


class Switch(Setting[bool], frozen=True, kw_only=True):
    """Yes or no; `text` is the label of the check box."""

    text: str

    def texts(self) -> Iterator[str]:
        yield from (*super().texts(), self.text)


class Number(Setting[int], frozen=True, kw_only=True):
    """A number within bounds.

    Attributes:
        unit: shown after the number in the window.
        scale: how many units in the file make one in the window.
        zero: the meaning of 0, if it is special.
    """

    low: int
    high: int
    unit: str = ""
    scale: int = 1
    zero: str = ""

    def accepts(self, value: int) -> bool:
        return self.low <= value <= self.high

    def texts(self) -> Iterator[str]:
        yield from (*super().texts(), *filter(None, (self.unit, self.zero)))


class Choice(Setting[Value], frozen=True, kw_only=True):
    """One of a few values.

    Attributes:
        choices: the values, and their labels.
        file_only: values that are valid, but not offered in the window.
    """

    choices: Mapping[Value, str]
    file_only: tuple[Value, ...] = ()

    def accepts(self, value: Value) -> bool:
        return value in self.choices or value in self.file_only

    def texts(self) -> Iterator[str]:
        yield from (*super().texts(), *self.choices.values())


class Language(Choice[str], frozen=True, kw_only=True):
    """A language, by its own name; one that this version lacks means the system's."""

    def accepts(self, value: str) -> bool:
        return True

    def texts(self) -> Iterator[str]:
        yield from (self.label, self.help, self.choices[""])


class Text(Setting[str], frozen=True, kw_only=True):
    """A line of text.

    Attributes:
        example: shown while the field is empty.
        empty: the meaning of an empty field; shown instead of an example.
    """

    example: str = ""
    empty: str = ""

    def texts(self) -> Iterator[str]:
        yield from (*super().texts(), *filter(None, (self.empty,)))


class Timetable(Text, frozen=True, kw_only=True):
    """Limits by the clock: `engine/transfer/rate_timetable.py`."""

    def wrong_entry(self, text: str) -> str:
        """The first entry that can't be read; "" if all can."""
        try:
            parse_timetable(text)
        except GantryError as error:
            return str(error.facts["value"])
        return ""


class SpoolFolder(Text, frozen=True, kw_only=True):
    """The folder in which archives are made."""


def declared(kind: type[msgspec.Struct]) -> tuple[Setting[Any], ...]:
    """The settings in the annotations of a struct's fields, in order."""
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        msgspec.structs.replace(extra, name=name)
        for name, hint in hints.items()
        if get_origin(hint) is Annotated
        for extra in get_args(hint)[1:]
        if isinstance(extra, Setting)
    )
