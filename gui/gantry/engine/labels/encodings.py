"""Decodes a table's bytes, or refuses: Excel writes a CSV file in the code page of its computer."""

from __future__ import annotations

import codecs
import re
from typing import Final

from gantry.engine.labels.bad_table import bad_table

_MARKED: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
_LETTERS: Final = re.compile(rb"[A-Za-z]")
# The rows of GB 2312 in use: signs, and the characters by frequency.
_COMMON_PAIRS: Final = re.compile(rb"(?:[\xa1-\xa9\xb0-\xf7][\xa1-\xfe])+")


def decoded(data: bytes) -> str:
    """The text of a table: UTF-8 or UTF-16 with its mark, UTF-8, GB 18030, or Windows-1252.

    The last two have no mark and nearly every byte is valid in both, so they are told apart by
    where the bytes above 127 are: in Chinese text they come in pairs and next to one another, in
    Western text alone between letters. What fits neither is refused rather than guessed.

    Raises:
        GantryError: LABEL_TABLE.
    """
    for mark, name in _MARKED:
        if data.startswith(mark):
            return _strictly(data, name)
    if b"\0" in data:
        raise bad_table("encoding")  # UTF-16 without its mark, or no text at all
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if _is_chinese(data):
        return _strictly(data, "gb18030")
    if _is_western(data):
        return _strictly(data, "cp1252")
    raise bad_table("encoding")


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise bad_table("encoding", line=line) from error


def _is_chinese(data: bytes) -> bool:
    runs = list(_HIGH.finditer(data))
    if not all(_COMMON_PAIRS.fullmatch(run[0]) for run in runs):
        return False
    # `GRÖßE` has a pair, too, but between letters.
    return any(len(run[0]) >= 4 for run in runs) or not any(_touches(data, run) for run in runs)


def _is_western(data: bytes) -> bool:
    runs = [run[0] for run in _HIGH.finditer(data)]
    return all(len(run) <= 2 for run in runs) and any(len(run) == 1 for run in runs)


def _touches(data: bytes, run: re.Match[bytes]) -> bool:
    around = data[max(0, run.start() - 1) : run.start()] + data[run.end() : run.end() + 1]
    return _LETTERS.search(around) is not None
