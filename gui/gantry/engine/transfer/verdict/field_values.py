"""Interprets the values of known fields: flags, errors, states of one or a few words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from gantry.engine.transfer.verdict.sent import Sent
from gantry.engine.transfer.verdict.yes_no_words import Verdict, text_verdict

_NOTHING = frozenset(
    {"", "0", "00", "0%", "none", "null", "nil", "no", "false", "n/a", "na", "-", "undefined", "[]",
     "{}", "无", "無", "没有", "沒有", "keine", "kein", "keiner", "aucune", "aucun", "ninguno",
     "ninguna", "nenhum", "nessuno", "nessun", "geen", "なし", "無し", "ない", "없음", "нет",
     "brak", "ok", "okay", "success"}
)  # fmt: skip
# A longer one is neither a code nor a count, and Python would refuse to parse it.
NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.0{1,9})?", re.ASCII)
_WHERE = re.compile(r"\S*[/\\]\S*\.\w+|[\w.-]+\.(gz|tgz|tar|zip)|\d{4}-\d\d-\d\d\S*")


def words_of(text: str) -> Verdict:
    """A state in one or a few words; `200 OK`, `HTTP/1.1 507 …` begin with a number."""
    if numbered := re.match(r"\s*(?:HTTP/[\d.]+\s+)?([1-5]\d\d)\s+[A-Za-z]", text):
        number = int(numbered.group(1))
        return Verdict.NO if number >= 300 else Verdict.YES
    if text.strip().casefold() in ("false", "no", "n", "f", "none of them"):
        return Verdict.NO
    return text_verdict(text)


def flag_of(value: Any, sent: Sent) -> Verdict:
    """The value of `success`, `stored`, `uploaded`: a boolean, a count, a list, a word, a size."""
    if isinstance(value, bool):
        return Verdict.YES if value else Verdict.NO
    if isinstance(value, list):
        return Verdict.YES if value else Verdict.NO
    if value is None or isinstance(value, Mapping):
        return Verdict.NEITHER
    text = str(value).strip()
    if NUMBER.fullmatch(text):
        number = int(float(text))
        if number <= 0 or 400 <= number < 600:
            return Verdict.NO
        if number in (1, 200, 201):
            return Verdict.YES
        if number > sent.archive.size:
            return Verdict.NEITHER  # a time, a number of its own
        verdict = sent.size_verdict(number, may_count=True)
        return Verdict.NO if verdict is Verdict.NO else Verdict.YES
    if text.casefold() in ("false", "no", "n", "f", "off", "none", "null"):
        return Verdict.NO
    if text.casefold() in ("true", "yes", "y", "t", "on"):
        return Verdict.YES
    if _WHERE.fullmatch(text):  # where it was stored, or when
        return Verdict.YES
    return text_verdict(text)


def error_of(value: Any, *, is_text: bool) -> Verdict:
    """The value of `error`, `errno`, `failed`; `is_text`: it explains a good code."""
    if isinstance(value, bool):
        return Verdict.NO if value else Verdict.YES
    if value is None:
        return Verdict.NEITHER
    if isinstance(value, list):
        inner = [error_of(v, is_text=False) for v in value]
        return Verdict.NO if Verdict.NO in inner else Verdict.NEITHER
    if isinstance(value, Mapping):
        inner = [error_of(v, is_text=False) for v in value.values()]
        return Verdict.NO if Verdict.NO in inner else Verdict.NEITHER
    text = str(value).strip()
    if NUMBER.fullmatch(text):
        number = int(float(text))
        return Verdict.YES if number == 0 or 200 <= number < 300 else Verdict.NO
    if text.casefold() in _NOTHING:
        return Verdict.NEITHER if text.casefold() in ("", "null", "undefined", "-") else Verdict.YES
    verdict = text_verdict(text)
    if verdict is Verdict.YES or (is_text and verdict is Verdict.NEITHER):
        return verdict
    return Verdict.NO
