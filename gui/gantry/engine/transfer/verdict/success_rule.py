"""A rule by which a destination's answer counts as stored, if the user knows one: a short text.

auto                    known signs of yes and no
status                  any 2xx
/code=0                 a JSON Pointer (RFC 6901) and a value
/data/state=ok|queued   … one of several values
text~^saved             a regular expression that finds something in the text
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.http.answer import Answer

AUTO, STATUS = "auto", "status"
_MISSING = object()
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}", re.ASCII)  # RFC 6901


@dataclass(frozen=True, slots=True)
class SuccessRule:
    """A parsed rule.

    Attributes:
        text: as it is written in the settings.
        pointer, values: of a rule on JSON.
        pattern: of a rule on text.
    """

    text: str = AUTO
    pointer: tuple[str, ...] | None = None
    values: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    @property
    def is_auto(self) -> bool:
        return self.text == AUTO

    def matches(self, answer: Answer) -> bool:
        """Whether this 2xx answer means that the archive was stored; never for `auto`."""
        if self.text == STATUS:
            return True
        if self.pattern is not None:
            return self.pattern.search(answer.decoded) is not None
        if self.pointer is None:
            return False
        try:
            found = _at(json.loads(answer.decoded.lstrip("\ufeff")), self.pointer)
        except (ValueError, RecursionError):
            return False
        return found is not _MISSING and any(_equals(found, value) for value in self.values)


def parse_rule(text: str) -> SuccessRule:
    """Reads a rule; "" is `auto`.

    Raises:
        GantryError: CALL_INVALID, with the facts `option` and `wanted`.
    """
    text = text.strip()
    if text in ("", AUTO):
        return SuccessRule()
    if text == STATUS:
        return SuccessRule(STATUS)
    if text.startswith("text~") and len(text) > 5:
        try:
            return SuccessRule(text, pattern=re.compile(text[5:]))
        except (re.error, OverflowError, RecursionError) as error:
            raise _invalid(f"a regular expression after text~ ({error})") from error
    pointer, equals, values = text.partition("=")
    if pointer.startswith("/") and equals and values and not re.search(r"~(?![01])", pointer):
        steps = (s.replace("~1", "/").replace("~0", "~") for s in pointer[1:].split("/"))
        return SuccessRule(text, tuple(steps), tuple(v.strip() for v in values.split("|")))
    raise _invalid("auto, status, /code=0, /data/state=ok|queued or text~REGEX")


def rule_from(answer: Answer) -> str:
    """The rule suggested by an answer that, as the user says, means “stored”.

    A field with a telling name is preferred; a page or text is matched as a whole if it is short
    and contains no number, which may differ the next time.
    """
    try:
        said = json.loads(answer.decoded.lstrip("\ufeff"))
    except (ValueError, RecursionError):
        said = None
    found = _telling(said, ())
    if found is not None:
        pointer, value = found
        path = "".join("/" + s.replace("~", "~0").replace("/", "~1") for s in pointer)
        return f"{path}={_shown(value)}"
    text = " ".join(answer.decoded.split())
    if text and len(text) <= 80 and said is None and not re.search(r"\d", text):
        return f"text~{re.escape(text)}"
    return STATUS


_TELLING = (
    "success", "issuccess", "ok", "code", "errcode", "errno", "error", "status", "statuscode",
    "result", "ret", "retcode", "state", "msg", "message",
)  # fmt: skip


def _telling(said: Any, above: tuple[str, ...]) -> tuple[tuple[str, ...], Any] | None:
    if not isinstance(said, dict) or len(above) > 3:
        return None
    by_name = {str(k).lower().replace("_", ""): k for k in said}
    for name in _TELLING:
        key = by_name.get(name)
        value = said.get(key) if key is not None else None
        if isinstance(value, bool | int | str) and "|" not in str(value) and str(value).strip():
            return (*above, str(key)), value
    for key, inner in said.items():
        if (found := _telling(inner, (*above, str(key)))) is not None:
            return found
    return None


def _at(value: Any, pointer: tuple[str, ...]) -> Any:
    for step in pointer:
        if isinstance(value, dict):
            value = value.get(step, _MISSING)
        elif isinstance(value, list) and _INDEX.fullmatch(step) and int(step) < len(value):
            value = value[int(step)]
        else:
            return _MISSING
    return value


def _equals(found: object, value: str) -> bool:
    """Whether a JSON value is the one that a rule names; 0 is 0.0, and neither is false."""
    if _shown(found) == value:
        return True
    if isinstance(found, bool) or not isinstance(found, int | float):
        return False
    try:
        return found == json.loads(value) and value not in ("true", "false")
    except ValueError:
        return False


def _shown(value: object) -> str:
    """A JSON value as a rule writes it: `0`, `true`, `ok`."""
    return value if isinstance(value, str) else json.dumps(value)


def _invalid(wanted: str) -> GantryError:
    return GantryError(ErrorCode.CALL_INVALID, facts={"option": "success", "wanted": wanted})
