"""The report on a de-identified job: one page for people, and its numbers as JSON."""

from __future__ import annotations

import html
import json
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydicom.datadict import dictionary_description

from gantry.engine.deidentify.pixels import DRAWN, OUTSIDE
from gantry.engine.deidentify.report import SCHEMA, Tally, together
from gantry.engine.errors import ErrorCode, GantryError
from gantry.messages import Translate, identity
from gantry.messages.report import ACTIONS, HELD, KINDS, TEXTS
from gantry.services.document import cell, moment, shown
from gantry.services.document import page as page_around
from gantry.services.named_destinations import PRACTICE_NAME
from gantry.store.atomic import write_atomically
from gantry.store.history import History
from gantry.store.relink import Relink

_SEPARATORS: Final = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Report:
    """What was done in one job.

    Attributes:
        job: its id.
        destination: where it was sent; "": into a folder.
        created: RFC 3339.
        tallies: one for each profile and key.
        alike: groups of original Patient IDs that look like one.
    """

    job: str
    destination: str
    created: str
    tallies: Sequence[Tally]
    alike: Sequence[Sequence[str]] = ()

    def facts(self) -> dict[str, Any]:
        """The numbers as JSON, without patient data."""
        if len(self.tallies) == 1:
            return self.tallies[0].facts()
        return {"schema": SCHEMA, "parts": [tally.facts() for tally in self.tallies]}


def report_of(history: History, relink: Relink, job: str) -> Report | None:
    """The report on a job of the history; None: none of its parcels was de-identified.

    Raises:
        GantryError: the history or the relink table can't be read.
    """
    found = history.job(job)
    tallies = list(_tallies(history.reports(job)))
    if found is None or not tallies:
        return None
    patients = (row.id_old for row in relink.of_job(job, "patient"))
    alike = look_alikes(patients)
    return Report(job, found.destination, found.created, together(tallies), alike)


def _tallies(reports: Iterable[str]) -> Iterator[Tally]:
    """The tallies that can be read: another version may have written the others."""
    for text in reports:
        with suppress(ValueError):
            yield Tally.of(json.loads(text))


def look_alikes(patients: Iterable[str]) -> list[list[str]]:
    """Groups of Patient IDs that differ only in zeros, separators or capital letters."""
    groups: dict[str, set[str]] = {}
    for one in patients:
        plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", one).casefold()).lstrip("0")
        groups.setdefault(plain, set()).add(one)
    return sorted(sorted(group) for group in groups.values() if len(group) > 1)


def write_report(
    report: Report, path: Path, translate: Translate = identity, language: str = "en"
) -> Path | None:
    """Writes the page with the JSON file beside it, or the JSON alone if `path` ends so; for this
    user only. Returns the path of the JSON file beside a page.

    Raises:
        GantryError: EXPORT_FAILED.
    """
    try:
        beside = _beside(path) if path.suffix.lower() in (".html", ".htm") else path
        facts = json.dumps(report.facts(), indent=2, ensure_ascii=False)
        write_atomically(beside, facts.encode() + b"\n")
        if beside != path:
            write_atomically(path, report_page(report, translate, language).encode())
    except OSError as error:
        raise GantryError(
            ErrorCode.EXPORT_FAILED,
            private={"path": os.fsdecode(path)},
            detail=type(error).__name__,
        ) from error
    return beside if beside != path else None


def _beside(page: Path) -> Path:
    """Where the numbers of a page go: never over a file that is something different."""
    file = page.with_suffix(".json")
    if file.exists() and SCHEMA.encode() not in file.read_bytes()[:200]:
        return page.with_name(f"{page.stem}.deidentification.json")
    return file


def report_page(report: Report, translate: Translate = identity, language: str = "en") -> str:
    """The page: complete in itself, without script, and fit to print."""
    page = _Page(translate)
    page.head(report)
    for tally in report.tallies:
        page.tally(tally)
    page.section("limits", page.text("limits_text"))
    for tally in report.tallies:
        page.texts(tally)
    page.alike(report.alike)
    return page_around(page.word("title"), language, page.parts)


class _Page:
    """The parts of a page, in order."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate
        self.parts: list[str] = []

    def word(self, key: str) -> str:
        return html.escape(self._translate(TEXTS[key]))

    def text(self, key: str, kind: str = "") -> str:
        return f'<p class="{kind}">{self.word(key)}</p>' if kind else f"<p>{self.word(key)}</p>"

    def section(self, key: str, *content: str) -> None:
        self.parts += [f"<h2>{self.word(key)}</h2>", *content]

    def head(self, report: Report) -> None:
        self.parts.append(f"<h1>{self.word('title')}</h1>")
        if report.alike or any(tally.texts for tally in report.tallies):
            self.parts.append(self.text("local", "note"))
        is_practice = report.destination == PRACTICE_NAME
        place = self._translate(TEXTS["practice"]) if is_practice else report.destination
        rows = [("job", report.job), ("destination", place)]
        rows.append(("created", moment(report.created)))
        self._list((key, value) for key, value in rows if value)

    def tally(self, tally: Tally) -> None:
        profile = tally.profile
        standard = self._translate(TEXTS["standard"]).format(edition=profile.edition)
        self._list(
            (
                ("profile", profile.profile),
                ("edition", standard),
                ("gantry", profile.gantry),
                ("rules", profile.rules_sha256),
                ("key", tally.key),
            )
        )
        self._results(tally)
        kinds = sorted({*tally.needles, *tally.not_searchable})
        self.section(
            "search",
            self.text("search_text"),
            self._table(
                ("kind", "searched", "not_searchable"),
                (
                    (self._said(KINDS, kind), tally.needles[kind], tally.not_searchable[kind])
                    for kind in kinds
                ),
            ),
        )
        self.section(
            "elements",
            self._table(
                ("tag", "name", "action", "count"),
                (
                    (_tag(tag), _name(tag), self._said(ACTIONS, action), count)
                    for (tag, action), count in sorted(tally.actions.items())
                ),
            ),
        )
        private = sorted(tally.private.items())
        rows = ((creator, _tag(tag), count) for (creator, tag), count in private)
        table = self._table(("creator", "tag", "count"), rows)
        self.section("private", table if private else self.text("private_none"))
        if tally.masks:
            names = {
                OUTSIDE: self._translate(TEXTS["regions"]),
                DRAWN: self._translate(TEXTS["drawn"]),
            }
            images = sorted(tally.masks.items())
            counts = ((names.get(n, n), count, tally.frames.get(n, "—")) for n, count in images)
            self.section("masks", self._table(("mask", "images", "frames"), counts))

    def _results(self, tally: Tally) -> None:
        self.section("results")
        self._list((("written", f"{tally.written:,}"), ("masked", f"{tally.masked:,}")))
        for key, rules in (("held", tally.held), ("skipped", tally.skipped)):
            if rules:
                rows = ((self._said(HELD, rule), count) for rule, count in sorted(rules.items()))
                self.parts.append(self._table((key, "files"), rows))
        if not tally.held:
            self.parts.append(self.text("none_held"))

    def texts(self, tally: Tally) -> None:
        """What may hold patient data: at the end, where it is easily removed."""
        if not tally.texts:
            self.section("texts", self.text("texts_none"))
            return
        rows = ((_tag(t), _name(t), text, n) for (t, text), n in sorted(tally.texts.items()))
        more = ""
        if tally.more_texts:
            said = self._translate(TEXTS["more_texts"]).format(count=f"{tally.more_texts:,}")
            more = f'<p class="note">{html.escape(said)}</p>'
        table = self._table(("tag", "name", "text", "files"), rows)
        self.section("texts", self.text("texts_text"), more, table)

    def alike(self, groups: Sequence[Sequence[str]]) -> None:
        if groups:
            items = ("".join(f"<code>{shown(one)}</code> &emsp; " for one in g) for g in groups)
            lines = "".join(f"<li>{item}</li>" for item in items)
            self.section("alike", self.text("alike_text"), f"<ul>{lines}</ul>")

    def _said(self, words: dict[str, str], key: str) -> str:
        return self._translate(words[key]) if key in words else key

    def _list(self, rows: Iterable[tuple[str, str]]) -> None:
        lines = "".join(f"<dt>{self.word(key)}</dt><dd>{shown(value)}</dd>" for key, value in rows)
        self.parts.append(f"<dl>{lines}</dl>")

    def _table(self, columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
        body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
        numbers = ("count", "files", "images", "frames", "searched", "not_searchable")
        head = "".join(
            f'<th class="n">{self.word(c)}</th>' if c in numbers else f"<th>{self.word(c)}</th>"
            for c in columns
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _tag(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _name(tag: int) -> str:
    if tag >> 16 & 1:
        return "…"
    try:
        return dictionary_description(tag)
    except KeyError:
        return ""
