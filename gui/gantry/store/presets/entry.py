"""Reads the entries of a JSON file, and says of each that is wrong on which line it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from gantry.engine.deidentify.located import Located, NotJson, Path, located
from gantry.engine.text import mark_hidden
from gantry.engine.transfer.http.url_secrets import names_secret
from gantry.store.presets.wrong import Wrong, WrongPreset

Texts = Mapping[str, str]
LONGEST_TEXT: Final = 1000
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of a file, with its place."""

    found: Located
    path: Path
    value: object

    def wrong(self, reason: Wrong, wanted: str = "") -> WrongPreset:
        """The error for this entry."""
        return WrongPreset(reason, ": ".join(self.path), self.found.lines.get(self.path, 0), wanted)

    def entries(self, known: Collection[str] | None = None) -> dict[str, Entry]:
        """The entries of an object, by name.

        Args:
            known: the possible names; None: any.

        Raises:
            WrongPreset: no object, an unknown name, or a secret.
        """
        if not isinstance(self.value, dict):
            raise self.wrong(Wrong.VALUE, "{ }")
        made = {name: Entry(self.found, (*self.path, name), v) for name, v in self.value.items()}
        for name, one in made.items():
            if known is not None and name not in known:
                raise one.wrong(Wrong.SECRET if names_secret(name) else Wrong.UNKNOWN)
        return made

    def items(self, most: int) -> list[Entry]:
        """The entries of a list. Raises WrongPreset."""
        if not isinstance(self.value, list) or len(self.value) > most:
            raise self.wrong(Wrong.VALUE, f"[ ], ≤ {most}")
        return [
            Entry(self.found, (*self.path, str(number)), value)
            for number, value in enumerate(self.value, 1)
        ]

    def text(self, longest: int = LONGEST_TEXT, *, empty: bool = False) -> str:
        """A text without characters that can't be seen. Raises WrongPreset."""
        value = self.value
        if not isinstance(value, str) or len(value) > longest or not (value or empty):
            raise self.wrong(Wrong.VALUE, f'" ", ≤ {longest}')
        if mark_hidden(value) != value:
            raise self.wrong(Wrong.VALUE, f'" ", ≤ {longest}')
        return value

    def yes(self) -> bool:
        """True or false. Raises WrongPreset."""
        if not isinstance(self.value, bool):
            raise self.wrong(Wrong.VALUE, "true, false")
        return self.value

    def number(self, low: int, high: int) -> int:
        """A whole number. Raises WrongPreset."""
        value = self.value
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(Wrong.VALUE, f"{low} … {high}")
        return value

    def one_of(self, values: Collection[str]) -> str:
        """One of several texts. Raises WrongPreset."""
        if not isinstance(self.value, str) or self.value not in values:
            raise self.wrong(Wrong.VALUE, ", ".join(f'"{one}"' for one in values))
        return self.value

    def texts(self) -> Texts:
        """A text by language: an object with "en", or a text alone, which is English.

        Raises:
            WrongPreset.
        """
        if isinstance(self.value, str):
            return {"en": self.text()}
        made = {}
        for language, one in self.entries().items():
            if not _LANGUAGE.fullmatch(language):
                raise one.wrong(Wrong.UNKNOWN)
            made[language] = one.text()
        if "en" not in made:
            raise self.wrong(Wrong.MISSING, '"en"')
        return made


def read_entries(data: bytes, schema: str, longest: int) -> Entry:
    """The object that a file holds, of which the schema and double names have been checked.

    Raises:
        WrongPreset.
    """
    if len(data) > longest:
        raise WrongPreset(Wrong.TOO_LARGE)
    try:
        found = located(data.removeprefix(b"\xef\xbb\xbf"))
    except NotJson as error:
        raise WrongPreset(Wrong.JSON, line=error.line) from error
    if found.twice:
        path, line = found.twice[0]
        raise WrongPreset(Wrong.TWICE, ": ".join(path), line)
    whole = Entry(found, (), found.value)
    if not isinstance(found.value, dict) or found.value.get("schema") != schema:
        raise WrongPreset(Wrong.SCHEMA, "schema", wanted=f'"{schema}"')
    return whole
