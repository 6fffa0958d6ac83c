"""Writes `gantry/engine/deidentify/standard.py`: table E.1-1 of DICOM PS3.15 in compact form.

Two sources are compared (packaging/privacy/README.md): where both have a row, their basic actions
must be the same, or nothing is written.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE.parent / "gui/gantry/engine/deidentify/standard.py"
EDITION = "2026c"
# An option's column in the older edition, what it says, and the letter that stands for it.
OPTIONS = (
    ("rtnLongFullDatesOpt", "K", "f"),
    ("rtnLongModifDatesOpt", "C", "m"),
    ("cleanDescOpt", "C", "d"),
    ("rtnUIDsOpt", "K", "u"),
    ("rtnDevIdOpt", "K", "v"),
    ("rtnDevIdOpt", "C", "V"),
    ("rtnPatCharsOpt", "K", "p"),
    ("rtnPatCharsOpt", "C", "P"),
    ("rtnInstIdOpt", "K", "i"),
    ("cleanGraphOpt", "C", "g"),
    ("cleanStructContOpt", "C", "s"),
)
HEAD = '''"""Table E.1-1 of DICOM PS3.15, generated: what the standard does to each element.

Written by packaging/privacy_table.py, which names the sources. A row is the element's tag, the
action of the Basic Application Level Confidentiality Profile, and the options that change it.

Actions: X remove, Z empty, D dummy, U consistent UID, or several of them with `/`.
Options: f retain full dates, m modified dates, d clean descriptors, u retain UIDs, v retain device
identity (V: clean it), p retain patient characteristics (P: clean them), i retain institution,
g clean graphics, s clean structured content.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple

EDITION: Final = "{edition}"


class Row(NamedTuple):
    """What the table says of one element."""

    basic: str
    options: str


@cache
def table() -> dict[int, Row]:
    """Every row by its tag."""
    rows: dict[int, Row] = {{}}
    for line in _ROWS.splitlines():
        group, *elements = line.split()
        for element in elements:
            number, basic, options = element.split(":")
            rows[int(group + number, 16)] = Row(basic, options)
    return rows


_ROWS: Final = """\\
{rows}"""
'''


def rows() -> dict[str, tuple[str, str]]:
    """Tag as eight hex digits → basic action, option letters. Private and repeating groups, which
    are rows too, have rules of their own."""
    newer: dict[str, str] = json.loads((HERE / "privacy/e1-1-2026c.json").read_text())
    older = {
        row["id"].upper(): row
        for row in json.loads((HERE / "privacy/e1-1-2024e.json").read_text())
        if re.fullmatch("[0-9a-f]{8}", row["id"].lower())
    }
    found = {}
    for tag, basic in newer.items():
        if "mask" in tag:
            continue
        key = tag.replace(",", "").upper()
        row = older.pop(key, None)
        if row is not None and row["basicProfile"] != basic:
            raise SystemExit(f"({tag}): {row['basicProfile']} in 2024e, {basic} in {EDITION}")
        letters = "".join(
            letter
            for column, says, letter in OPTIONS
            if row is not None and row.get(column) == says
        )
        found[key] = (basic, letters)
    if older:
        raise SystemExit(f"not in {EDITION}: {', '.join(sorted(older))}")
    return found


def module() -> str:
    """The text of standard.py."""
    groups: dict[str, list[str]] = {}
    for key, (basic, letters) in sorted(rows().items()):
        groups.setdefault(key[:4], []).append(f"{key[4:]}:{basic}:{letters}")
    lines: list[str] = []
    for group, elements in groups.items():
        lines += [
            f"{group} {part}"
            for part in textwrap.wrap(" ".join(elements), 94, break_on_hyphens=False)
        ]
    return HEAD.format(edition=EDITION, rows="\n".join(lines) + "\n")


if __name__ == "__main__":
    OUT.write_text(module(), encoding="utf-8", newline="\n")
    print(f"{OUT.name}: {len(rows())} rows of {EDITION}")
    sys.exit()
