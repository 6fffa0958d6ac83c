"""A document in blocks, the same for a page and for paper; and the page made of it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gantry.engine.text import mark_hidden

_STYLE: Final = """
body { font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "Microsoft YaHei", "Noto Sans CJK SC",
  sans-serif; color: #1c2330; background: #fff; max-width: 60rem; margin: 2.5rem auto;
  padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
p { margin: .4rem 0; } .note { border-left: 4px solid #b7791f; padding: .3rem .8rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.5rem; margin: .5rem 0; }
dt { color: #556070; } dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th { text-align: left; color: #556070; font-weight: 600; }
th, td { border-bottom: 1px solid #d9dee6; padding: .25rem .8rem .25rem 0; vertical-align: top;
  overflow-wrap: anywhere; }
td.n, th.n { text-align: right; padding-right: 0; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
code { font: .92em ui-monospace, Consolas, "DejaVu Sans Mono", monospace; }
@media print { body { margin: 0; max-width: none; font-size: 10pt; } tr { break-inside: avoid; }
  h2 { break-after: avoid; } thead { display: table-header-group; } }
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; with `note`, one that the reader should not miss."""

    text: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values, one pair per line."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a line of titles; numbers are at the right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | int, ...], ...]


Block = Heading | Paragraph | Pairs | Table


@dataclass(frozen=True, slots=True)
class Document:
    """What is written, in one language.

    Attributes:
        language: "en" or "zh_CN".
        blocks: their texts are as they were found: whatever shows them makes them harmless.
    """

    title: str
    language: str
    blocks: tuple[Block, ...]


def page_of(document: Document) -> str:
    """The page: complete in itself, without script, and fit to print."""
    parts = [f"<h1>{shown(document.title)}</h1>", *map(_part, document.blocks)]
    return page(shown(document.title), document.language, parts)


def page(title: str, language: str, parts: Iterable[str]) -> str:
    """A whole page around parts in HTML; the title is in HTML, too."""
    lang = html.escape(language.replace("_", "-"))
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def moment(text: str) -> str:
    """An RFC 3339 time for people: UTC, to the second."""
    return f"{text[:10]} {text[11:19]} UTC" if text.endswith("Z") and len(text) > 19 else text


def shown(text: str) -> str:
    """Text from anywhere as HTML that displays it."""
    return html.escape(mark_hidden(text))


def cell(value: str | int) -> str:
    """A cell of a table."""
    if isinstance(value, int):
        return f'<td class="n">{value:,}</td>'
    return f"<td>{shown(value)}</td>"


def _part(block: Block) -> str:
    match block:
        case Heading(text):
            return f"<h2>{shown(text)}</h2>"
        case Paragraph(text, note):
            return f'<p class="note">{shown(text)}</p>' if note else f"<p>{shown(text)}</p>"
        case Pairs(rows):
            lines = (f"<dt>{shown(name)}</dt><dd>{shown(value)}</dd>" for name, value in rows)
            return f"<dl>{''.join(lines)}</dl>"
        case Table(columns, rows):
            body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
            head = "".join(_title(name, [row[n] for row in rows]) for n, name in enumerate(columns))
            return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _title(name: str, column: Sequence[str | int]) -> str:
    kind = ' class="n"' if any(isinstance(value, int) for value in column) else ""
    return f"<th{kind}>{shown(name)}</th>"
