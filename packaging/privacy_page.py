"""Writes docs/privacy-elements.md: what each profile does to each element, from the rules.

    python packaging/privacy_page.py [--check]

`tests/test_documented_privacy.py` says when the page is stale.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pydicom.datadict import dictionary_description

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "privacy-elements.md"
sys.path.insert(0, str(ROOT / "gui"))

from gantry.engine.deidentify import private, rules  # noqa: E402
from gantry.engine.deidentify.actions import Action  # noqa: E402
from gantry.engine.deidentify.profile import PROFILES  # noqa: E402
from gantry.engine.deidentify.standard import EDITION, table  # noqa: E402

_HEAD = """\
# What is done to each element

<!-- written by packaging/privacy_page.py from gui/gantry/engine/deidentify -->

This page is written from the rules that the program applies, for the profiles `basic` and
`research`. [privacy.md](privacy.md) explains them. The words:

| word | what it means |
| --- | --- |
| removed | the element is not in the result |
| emptied | the element is there, without a value |
| replaced | a fixed value that says nothing: `REMOVED`, 1 January 1900, 0 |
| pseudonym | the patient's new name |
| new UID | a UID from the key; the same one in every place |
| date shifted | whole days earlier, by the same number for all dates of a patient |
| age limited | kept; from 90 years on, 90 |
| text cleaned | only words of a technical dictionary stay; without any, as in `basic` |
| cleaned inside | a sequence: each element in it by its own rule |
| kept | unchanged; a number, age, date or time only if it has no words |

## In numbers
"""
_OTHERS = """
## Elements outside the table

| elements | `basic` | `research` |
| --- | --- | --- |
"""
# Outside the table, by what they are: a text, and the VR that stands for them.
_KINDS = (
    ("UIDs that name an object", "UI"), ("dates", "DA"), ("times", "TM"),
    ("text, but for the list below", "LO"), ("sequences", "SQ"),
    ("coded values (CS), numbers", "US"),
)  # fmt: skip
_UNLISTED = 0x0010FFF0


def page() -> str:
    """The whole page."""
    parts = [_HEAD, *_numbers(), _OTHERS.rstrip(), *_others(), *_texts(), *_private(), *_rows()]
    return "\n".join(parts) + "\n"


def _actions(tag: int, vr: str) -> list[Action]:
    return [rules.Rules(PROFILES[name].options).action(tag, vr) for name in ("basic", "research")]


def _numbers() -> Iterator[str]:
    counts = [Counter[Action](), Counter[Action]()]
    for tag in table():
        for count, action in zip(counts, _actions(tag, rules.dictionary_vr(tag)), strict=True):
            count[action] += 1
    yield f"Of the {len(table())} elements of table E.1-1 (DICOM PS3.15, edition {EDITION}):\n"
    yield "| | `basic` | `research` |\n| --- | ---: | ---: |"
    for action in Action:
        if any(count[action] for count in counts):
            yield f"| {action.value} | {counts[0][action]} | {counts[1][action]} |"


def _others() -> Iterator[str]:
    for said, vr in _KINDS:
        basic, research = _actions(_UNLISTED, vr)
        yield f"| {said} | {basic.value} | {research.value} |"
    yield "| UIDs that name a class or a transfer syntax | kept | kept |"
    yield "| overlays, curves | removed | removed |"
    yield "| bytes of unknown kind (OB, UN) | kept if no text can be read in them | the same |"
    yield "| private elements | removed | removed, but for the list below |"


def _texts() -> Iterator[str]:
    yield "\nText outside the table that both profiles keep, because it is technical:\n"
    names = sorted(_name(tag) for tag in rules.TECHNICAL)
    yield ", ".join(names) + "."


def _private() -> Iterator[str]:
    yield "\nPrivate elements that `research` keeps, known by their creator:\n"
    yield "| creator | elements |\n| --- | --- |"
    for (creator, group), elements in private.SAFE.items():
        listed = ", ".join(f"({group:04X},xx{element:02X})" for element in elements)
        yield f"| {creator} | {listed} |"


def _rows() -> Iterator[str]:
    yield "\n## Table E.1-1\n"
    yield "| tag | element | table | `basic` | `research` |\n| --- | --- | --- | --- | --- |"
    for tag, row in sorted(table().items()):
        basic, research = _actions(tag, rules.dictionary_vr(tag))
        number = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
        yield f"| {number} | {_name(tag)} | {row.basic} | {basic.value} | {research.value} |"


def _name(tag: int) -> str:
    try:
        return dictionary_description(tag)
    except KeyError:
        return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def main() -> int:
    if "--check" in sys.argv:
        fresh = PAGE.exists() and PAGE.read_text(encoding="utf-8") == page()
        print(f"{PAGE.name}: {'fresh' if fresh else 'stale'}")
        return 0 if fresh else 1
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
    print(f"{PAGE.name}: {len(table())} elements")
    return 0


if __name__ == "__main__":
    sys.exit(main())
