"""Turns codes and facts into sentences: what happened, to what, what to do now.

Every sentence is an English template with `{facts}`. `translate` receives the template, so that the
window can translate it, and the facts are filled in afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.intake.cautions import Caution
from gantry.engine.intake.skipped import SkipReason
from gantry.engine.text import drop_hidden
from gantry.messages.certificate import certificate_templates
from gantry.messages.errors import DEFAULTS, ERRORS, WORDS
from gantry.messages.intake import CAUTIONS, ONE, SKIPPED
from gantry.messages.report import report_templates

Translate = Callable[[str], str]

_SIZES = frozenset({"limit", "size", "needed", "free"})
_VARIANTS = ("reason", "phase", "front_end")
_LONGEST = 400


def identity(template: str) -> str:
    """No translation."""
    return template


@dataclass(frozen=True, slots=True)
class Message:
    """A message for the user. `what` and `do` make sense without the title."""

    title: str
    what: str
    do: str


def error_message(error: GantryError, translate: Translate = identity) -> Message:
    """The message for an error. May contain a source path: for the screen, never for a log."""
    facts = {**error.facts, **error.private}
    title, what, do = (fill(part, facts, translate) for part in ERRORS[_row(error)])
    if "words" in error.private:
        what += " " + fill(WORDS, facts, translate)
    return Message(title, what, do)


def caution_message(caution: Caution, translate: Translate = identity) -> Message:
    """The message for a warning in the catalog."""
    code, by = caution.code.value, caution.facts.get("by")
    key = f"{code}#{by}" if by else code
    title, what, do = CAUTIONS[key]
    if caution.facts.get("count", caution.facts.get("missing")) == 1:
        what = ONE.get(key, what)
    row = (title, what, do)
    return Message(*(fill(part, caution.facts, translate) for part in row))


def skip_message(reason: SkipReason, translate: Translate = identity) -> str:
    """Why a file is skipped: half a sentence, to follow its name and a colon."""
    return translate(SKIPPED[reason.value])


def technical(error: GantryError) -> str:
    """Technical details for an administrator, to copy: no source path, no patient data."""
    lines = [f"code: {error.code.value}"]
    lines += [f"{name}: {drop_hidden(str(value), _LONGEST)}" for name, value in error.facts.items()]
    if error.detail:
        lines.append(f"detail: {drop_hidden(error.detail, 4 * _LONGEST)}")
    if error.retry_after is not None:
        lines.append(f"retry after: {error.retry_after:g} s")
    return "\n".join(lines)


def all_templates() -> Iterator[str]:
    """Every template, for the translation catalogue; some occur more than once."""
    for row in (*ERRORS.values(), *CAUTIONS.values()):
        yield from row
    yield from ONE.values()
    yield from SKIPPED.values()
    yield from report_templates()
    yield from certificate_templates()
    yield WORDS
    yield from DEFAULTS.values()


def fill(template: str, facts: Mapping[str, Fact], translate: Translate = identity) -> str:
    """The translated template with its cleaned facts; a missing fact gets a plain word."""
    return translate(template).format_map(_Filled(facts, translate))


def limit_text(count: int) -> str:
    """A limit as text. Most are set in powers of 1024 and called MB, and so they are here."""
    value, unit = _scaled(count, 1000 if count % 1_000_000 == 0 else 1024)
    return f"{value:.0f} {unit}" if value == int(value) or value >= 100 else f"{value:.1f} {unit}"


def data_text(count: int) -> str:
    """An amount of data, `77.6 MB`, with the same units and digits as in the window."""
    value, unit = _scaled(count, 1024)
    return f"{value:,.0f} {unit}" if unit in ("bytes", "kB") else f"{value:,.1f} {unit}"


def _scaled(count: int, base: int) -> tuple[float, str]:
    value, unit = float(count), "bytes"
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if value < base or unit == "TB":
            break
        value /= base
    return value, unit


class _Filled(dict[str, str]):
    def __init__(self, facts: Mapping[str, Fact], translate: Translate) -> None:
        super().__init__()
        self._translate = translate
        for name, value in facts.items():
            if name in _SIZES and isinstance(value, int | float):
                self[name] = limit_text(int(value))
            elif isinstance(value, float):
                self[name] = f"{value:g}"
            elif value != "":
                self[name] = drop_hidden(str(value), _LONGEST)

    def __missing__(self, name: str) -> str:
        return self._translate(DEFAULTS[name]) if name in DEFAULTS else "…"


def _row(error: GantryError) -> str:
    facts = error.facts
    if error.code is ErrorCode.HTTP_413 and "setting" in facts and "limit" not in facts:
        return "http.413#setting"  # its default would not help: the archive is smaller
    for name in _VARIANTS:
        key = f"{error.code.value}#{_slug(error.facts.get(name, ''))}"
        if key in ERRORS:
            return key
    if error.code is ErrorCode.HTTP_413 and "OpenResty" in str(error.facts.get("front_end", "")):
        return "http.413#nginx"
    if error.code is ErrorCode.HTTP_413 and "limit" in error.facts:
        return "http.413#limit"
    return error.code.value


def _slug(fact: Fact) -> str:
    """A fact in the form that the key of a row has: `not-TLS` for `not TLS`."""
    return str(fact).replace(" ", "-")
