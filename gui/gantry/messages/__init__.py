"""From codes and facts to sentences: what happened, to what, what to do now.

Every sentence is an English template with `{facts}` in it. `translate` is given the template, so
that the window can put it into its language, and the facts are filled in afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.intake.cautions import Caution
from gantry.engine.intake.skipped import SkipReason
from gantry.engine.transfer.answer import clean
from gantry.messages.errors import DEFAULTS, ERRORS, WORDS
from gantry.messages.intake import CAUTIONS, SKIPPED

Translate = Callable[[str], str]

_SIZES = frozenset({"limit", "needed", "free"})
_VARIANTS = ("reason", "phase", "front_end")
_LONGEST = 400


def identity(template: str) -> str:
    """No translation."""
    return template


@dataclass(frozen=True, slots=True)
class Message:
    """What a person reads. `what` and `do` stand without the title too."""

    title: str
    what: str
    do: str


def error_message(error: GantryError, translate: Translate = identity) -> Message:
    """The message for an error. It may name a source path: for the screen, never for a log."""
    facts = {**error.facts, **error.private}
    title, what, do = (fill(part, facts, translate) for part in ERRORS[_row(error)])
    if "words" in error.private:
        what += " " + fill(WORDS, facts, translate)
    return Message(title, what, do)


def caution_message(caution: Caution, translate: Translate = identity) -> Message:
    """The message for a warning in the catalog."""
    row = CAUTIONS[caution.code.value]
    return Message(*(fill(part, caution.facts, translate) for part in row))


def skip_message(reason: SkipReason, translate: Translate = identity) -> str:
    """Why a file is not taken: half a sentence, to stand behind its name and a colon."""
    return translate(SKIPPED[reason.value])


def technical(error: GantryError) -> str:
    """What an administrator wants to know, to be copied: no source path, no patient data."""
    lines = [f"code: {error.code.value}"]
    lines += [f"{name}: {clean(str(value), _LONGEST, ' ')}" for name, value in error.facts.items()]
    if error.detail:
        lines.append(f"detail: {clean(error.detail, 4 * _LONGEST, ' ')}")
    if error.retry_after is not None:
        lines.append(f"retry after: {error.retry_after:g} s")
    return "\n".join(lines)


def all_templates() -> Iterator[str]:
    """Every template, for the translation catalogue; some come more than once."""
    for row in (*ERRORS.values(), *CAUTIONS.values()):
        yield from row
    yield from SKIPPED.values()
    yield WORDS
    yield from DEFAULTS.values()


def fill(template: str, facts: Mapping[str, Fact], translate: Translate = identity) -> str:
    """The translated template with its facts, cleaned; a fact that is missing gets a plain word."""
    return translate(template).format_map(_Filled(facts, translate))


def size_text(count: int) -> str:
    """Bytes for people. Limits are set in powers of 1024 and said as MB: so are they here."""
    value, unit = float(count), "bytes"
    base = 1000 if count % 1_000_000 == 0 else 1024
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if value < base or unit == "TB":
            break
        value /= base
    return f"{value:.0f} {unit}" if value == int(value) or value >= 100 else f"{value:.1f} {unit}"


class _Filled(dict[str, str]):
    def __init__(self, facts: Mapping[str, Fact], translate: Translate) -> None:
        super().__init__()
        self._translate = translate
        for name, value in facts.items():
            if name in _SIZES and isinstance(value, int | float):
                self[name] = size_text(int(value))
            elif isinstance(value, float):
                self[name] = f"{value:g}"
            elif value != "":
                self[name] = clean(str(value), _LONGEST, " ")

    def __missing__(self, name: str) -> str:
        return self._translate(DEFAULTS[name]) if name in DEFAULTS else "…"


def _row(error: GantryError) -> str:
    for name in _VARIANTS:
        key = f"{error.code.value}#{error.facts.get(name, '')}"
        if key in ERRORS:
            return key
    if error.code is ErrorCode.HTTP_413 and "OpenResty" in str(error.facts.get("front_end", "")):
        return "http.413#nginx"
    if error.code is ErrorCode.HTTP_413 and "limit" in error.facts:
        return "http.413#limit"
    return error.code.value
