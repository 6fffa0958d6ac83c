"""Judges an answer by its content, whatever its Content-Type: was the archive stored?

`{"code": 500}`, `<status>fail</status>`, `success=false` and `上传失败` come with status 200, too.
So the body is read as JSON first, then as XML, a page or text. A no counts anywhere, even beside a
correct checksum; without a yes or a no, only the server's bare word is left.
"""

from __future__ import annotations

import ast
import json
import math
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gantry.engine.transfer.http.answer import ANSWER_LIMIT, Answer
from gantry.engine.transfer.http.answer_xml import parse_xml
from gantry.engine.transfer.verdict.json_verdict import Reading
from gantry.engine.transfer.verdict.page import Page, is_page
from gantry.engine.transfer.verdict.sent import Sent
from gantry.engine.transfer.verdict.yes_no_words import Verdict, text_verdict

_LONGEST_LITERAL = 20_000  # characters; Python's parser is not made for more
_XSSI = re.compile(r"^(\)\]\}'?,?|while\s*\(1\);|for\s*\(;;\);)\s*")
_JSONP = re.compile(r"^[\w$.]+\s*\((.*)\)\s*;?$", re.DOTALL)
_PAIR = re.compile(r"""\s*["']?([A-Za-z][\w .-]{0,40}?)["']?\s*[:=](.*)""")
_BEGINS = re.compile(
    r"""\{\s*(["'}\w]|$)|\[\s*(["'{\[\]\d]|-\d|true|false|null|None|True|False|$)"""
)
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")
_COUNT = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Judgement:
    """The meaning of an answer.

    Attributes:
        reason: of a no: `said so`, `sign in`, or what contradicts: `sha256`, `size`, `parcel` …
        proof: of a yes: what proves it; "" for the server's word.
        said: the JSON object, if it is one.
    """

    verdict: Verdict
    reason: str = ""
    proof: str = ""
    said: dict[str, Any] | None = None


class BrokenJson(ValueError):
    """The answer begins as JSON and is incomplete."""


def judge(answer: Answer, sent: Sent) -> Judgement:
    """Judges the body of a 2xx answer.

    Raises:
        BrokenJson: it breaks off.
    """
    text = answer.decoded.strip("\ufeff \t\r\n\0")
    if not answer.whole and len(answer.body) < ANSWER_LIMIT:
        raise BrokenJson
    if not text:
        return Judgement(Verdict.NEITHER)
    found = _as_json(text)
    if found is None and text.startswith("<") and (xml := _as_xml(answer)) is not None:
        found = [xml]
    if found is not None:
        return _of_values(found, sent)
    if is_page(text):
        return _of_page(Page(text), sent)
    return _of_text(text, sent)


def _of_values(values: list[Any], sent: Sent) -> Judgement:
    reading = Reading(sent)
    for value in values:
        if isinstance(value, dict | list):
            reading.walk(value)
        else:
            reading.add(_scalar_verdict(value))
    verdict, reason, proof = reading.result()
    said = values[0] if len(values) == 1 and isinstance(values[0], dict) else None
    return Judgement(verdict, reason, proof, said)


def _of_page(page: Page, sent: Sent) -> Judgement:
    if page.is_sign_in:
        return Judgement(Verdict.NO, "sign in")
    if page.says_error:
        return Judgement(Verdict.NO, "said so")
    if page.text[:1] in ("{", "["):  # as in frames for old browsers and from careless scripts
        found = _as_json(page.text)
        if found is not None:
            return _of_values(found, sent)
    for text in page.spoken:
        spoken = _of_values(_as_json(text) or [text], sent)
        if spoken.verdict is not Verdict.NEITHER:
            return spoken
    for text in page.headlines:
        if text_verdict(text) is Verdict.NO:
            return Judgement(Verdict.NO, "said so")
    if page.says_success or any(text_verdict(t) is Verdict.YES for t in page.headlines):
        return Judgement(Verdict.YES)
    return Judgement(Verdict.NEITHER) if page.is_long else _of_text(page.text, sent)


def _of_text(text: str, sent: Sent) -> Judgement:
    pairs = _pairs(text)
    if pairs:
        reading = Reading(sent)
        reading.walk(pairs)
        verdict, reason, proof = reading.result()
        if verdict is not Verdict.NEITHER or reading.is_telling:
            return Judgement(verdict, reason, proof)
    verdict = _scalar_verdict(text)
    return Judgement(verdict, "said so" if verdict is Verdict.NO else "")


def _scalar_verdict(value: object) -> Verdict:
    """Judges an answer that is only a word, a number or a sentence."""
    if value is None:
        return Verdict.NEITHER  # what a web framework sends for a handler that returns nothing
    if isinstance(value, bool):
        return Verdict.YES if value else Verdict.NO
    if isinstance(value, float) and not math.isfinite(value):
        return Verdict.NEITHER
    if isinstance(value, int | float) or _COUNT.fullmatch(str(value)):
        number = int(value)  # type: ignore[call-overload]
        if number <= 0 or 400 <= number < 600:
            return Verdict.NO
        return Verdict.YES if 200 <= number < 300 else Verdict.NEITHER
    if str(value).strip().lower() in ("none", "null", "undefined"):
        return Verdict.NEITHER
    return text_verdict(str(value))


def _as_json(text: str) -> list[Any] | None:
    """The JSON values in a text; None: it isn't JSON.

    Raises:
        BrokenJson: it is the beginning of JSON.
    """
    text = _XSSI.sub("", text)
    if called := _JSONP.match(text):
        text = called.group(1).strip()
    values: list[Any] = []
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            if not values:
                return _as_literal(text, error)
            values.append(text[at:])  # perhaps a warning after it
            break
        if not isinstance(value, dict | list) and text[end:].strip():
            return None  # `12 files stored` is a sentence
        values.append(value)
        at = end
        while at < len(text) and text[at] in " \t\r\n,;\x1e":
            at += 1
    return values or None


def _as_literal(text: str, error: Exception) -> list[Any] | None:
    """`{'success': False}`: what Python prints if nobody thought of JSON."""
    if not _BEGINS.match(text):
        return None
    # Python would warn about a backslash on standard error.
    is_plain = len(text) <= _LONGEST_LITERAL and "\\" not in text
    if is_plain and not isinstance(error, RecursionError):
        with suppress(ValueError, SyntaxError, MemoryError, RecursionError):
            return [ast.literal_eval(text)]
        with suppress(ValueError, RecursionError):  # `{code: 500, msg: 'no'}`
            return [json.loads(_BARE_KEY.sub(r'\1"\2":', text.replace("'", '"')))]
    if isinstance(error, RecursionError) or text.rstrip()[-1:] not in "}]":
        raise BrokenJson from error
    return None


def _as_xml(answer: Answer) -> dict[str, Any] | None:
    try:
        root = parse_xml(answer)
    except ValueError:
        return None
    if is_page(f"<{root.tag}>"):
        return None
    value = _plain(root)
    if isinstance(value, str) and root.tag in ("boolean", "string"):
        return {"result": value}  # as ASP.NET wraps it
    if value == "":
        return {"result": str(root.tag)}
    return {str(root.tag): value}


def _plain(element: Any) -> Any:
    """An XML element in the form of JSON: attributes and children by name, or its text."""
    inner: dict[str, Any] = {name: value for name, value in element.attrib.items()}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        value = _plain(child)
        if child.tag in inner:
            kept = inner[child.tag]
            inner[child.tag] = [*kept, value] if isinstance(kept, list) else [kept, value]
        else:
            inner[child.tag] = value
    text = (element.text or "").strip()
    if not inner:
        return text
    if text:
        inner["text"] = text
    return inner


def _pairs(text: str) -> dict[str, Any]:
    """`code=500&msg=fail`, or lines of `name: value`; empty for any other text."""
    parts = text.split("&") if "&" in text and "=" in text and "\n" not in text else None
    parts = parts or [line for line in text.splitlines() if line.strip()]
    found: dict[str, Any] = {}
    for part in parts:
        match = _PAIR.fullmatch(part)
        if match is None:
            return {}
        found[match.group(1)] = match.group(2).strip().rstrip(",;").strip(" \"'")
    return found
