"""Reads JSON, and remembers on which line each entry is and which name occurs twice."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Final

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_DECODER: Final = json.JSONDecoder()
_SCALAR: Final = re.compile(r"[^\s,\]}]+")

Path = tuple[str, ...]  # names of entries; of a list, the number of the entry, from 1


class NotJson(ValueError):
    """The bytes are no JSON.

    Attributes:
        line: where; 0: not known.
    """

    def __init__(self, line: int = 0) -> None:
        super().__init__(f"line {line}")
        self.line = line


@dataclass
class Located:
    """What was read.

    Attributes:
        value: as `json.loads` returns it.
        lines: the line of each entry, from 1.
        twice: entries whose name occurs a second time in the same object, with that line.
    """

    value: Any
    lines: dict[Path, int] = field(default_factory=dict)
    twice: list[tuple[Path, int]] = field(default_factory=list)


def located(data: bytes) -> Located:
    """Reads JSON.

    Raises:
        NotJson: it is none.
    """
    try:
        text = data.decode(json.detect_encoding(data))
        made = Located(json.loads(text))
        _Scan(text, made).value(0, ())
    except json.JSONDecodeError as error:
        raise NotJson(error.lineno) from error
    except (ValueError, RecursionError) as error:  # no text; too deep; a number without an end
        raise NotJson from error
    return made


class _Scan:
    """Goes through valid JSON again, for the places of its entries."""

    def __init__(self, text: str, made: Located) -> None:
        self._text, self._made = text, made
        self._line, self._counted = 1, 0

    def value(self, at: int, path: Path) -> int:
        """Notes the entries of the value that begins here; returns where it ends."""
        at = self._skip(at)
        self._made.lines.setdefault(path, self._line_at(at))
        opening = self._text[at]
        if opening == '"':
            return self._string(at)[1]
        if opening not in "{[":
            found = _SCALAR.match(self._text, at)
            assert found is not None
            return found.end()
        at, number = self._skip(at + 1), 0
        while self._text[at] not in "}]":
            number += 1
            name = str(number)
            if opening == "{":
                line = self._line_at(at)
                name, at = self._string(at)
                if (*path, name) in self._made.lines:
                    self._made.twice.append(((*path, name), line))
                self._made.lines.setdefault((*path, name), line)
                at = self._skip(at) + 1  # the colon
            at = self._skip(self.value(at, (*path, name)))
            if self._text[at] == ",":
                at = self._skip(at + 1)
        return at + 1

    def _string(self, at: int) -> tuple[str, int]:
        text, after = _DECODER.raw_decode(self._text, at)
        return str(text), after

    def _skip(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        assert found is not None
        return found.end()

    def _line_at(self, at: int) -> int:
        self._line += self._text.count("\n", self._counted, at)
        self._counted = max(at, self._counted)
        return self._line
