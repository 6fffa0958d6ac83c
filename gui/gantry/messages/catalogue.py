"""Reads the translations that the window has, without Qt: the terminal writes documents, too."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from gantry.messages import Translate, identity

_MAGIC: Final = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
_MESSAGES: Final = 0x69
# Parts of a message, by their tags; the others are skipped by their length.
_END, _TRANSLATION, _OBSOLETE, _SOURCE, _CONTEXT = 1, 3, 5, 6, 7
_NO_TEXT: Final = 0xFFFFFFFF


def translation(language: str, context: str) -> Translate:
    """Translates the texts of a context; what has no translation stays English."""
    if language == "en":
        return identity
    known = _catalogue(language)
    return lambda text: known.get((context, text), text)


@cache
def _catalogue(language: str) -> dict[tuple[str, str], str]:
    """All translations by context and source; empty where the file is missing or damaged."""
    try:
        data = _file(language).read_bytes()
        return dict(_messages(data))
    except (OSError, ValueError, struct.error, IndexError):
        return {}


def _file(language: str) -> Path:
    """Beside the package, or in the source tree."""
    package = Path(__file__).resolve().parents[1]
    name = f"resources/i18n/gantry_{language}.qm"
    installed = package / name
    return installed if installed.is_file() else package.parents[1] / name


def _messages(data: bytes) -> Iterator[tuple[tuple[str, str], str]]:
    """The messages of a .qm file: sections of a tag, a length and content, in big endian."""
    if not data.startswith(_MAGIC):
        raise ValueError("not a .qm file")
    place = len(_MAGIC)
    while place < len(data):
        tag, length = struct.unpack_from(">BI", data, place)
        place += 5
        if tag == _MESSAGES:
            yield from _section(data[place : place + length])
        place += length


def _section(data: bytes) -> Iterator[tuple[tuple[str, str], str]]:
    place = 0
    context = source = text = ""
    while place < len(data):
        tag = data[place]
        place += 1
        if tag == _END:
            yield (context, source), text
            context = source = text = ""
        elif tag == _OBSOLETE:
            place += 4
        else:
            (length,) = struct.unpack_from(">I", data, place)
            place += 4
            if length == _NO_TEXT:
                continue
            part = data[place : place + length]
            place += length
            if tag == _TRANSLATION:
                text = text or part.decode("utf-16-be")  # of a plural, the first form
            elif tag == _SOURCE:
                source = part.decode()
            elif tag == _CONTEXT:
                context = part.decode()
