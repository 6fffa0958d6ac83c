"""A data set as lines for people: every element, sequences opened, text in its own alphabet."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pydicom import Dataset
from pydicom.dataelem import DataElement
from pydicom.multival import MultiValue

from gantry.engine.preview.contents import Tag

MOST_TAGS = 20_000
LONGEST_VALUE = 2_000  # characters
_MOST_DEPTH = 32
_BYTES_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN", "OB or OW", "US or SS or OW"})


def list_tags(dataset: Dataset) -> tuple[tuple[Tag, ...], bool]:
    """At most `MOST_TAGS` lines, and whether there are more."""
    lines = tuple(islice(_lines(dataset, 0), MOST_TAGS + 1))
    return lines[:MOST_TAGS], len(lines) > MOST_TAGS


def _lines(dataset: Dataset, depth: int) -> Iterator[Tag]:
    meta: Dataset | None = getattr(dataset, "file_meta", None) if depth == 0 else None
    for part in (meta, dataset):
        if part is not None:
            for key in sorted(part.keys()):
                yield from _element(part, key, depth)


def _element(dataset: Dataset, key: int, depth: int) -> Iterator[Tag]:
    code = f"({key >> 16:04X},{key & 0xFFFF:04X})"
    private = bool((key >> 16) & 1)
    try:
        element = dataset[key]
        name = str(element.name)
        if element.VR == "SQ":
            items = list(element.value) if element.value is not None else []
            yield Tag(depth, code, "SQ", name, f"{len(items)}", private)
            if depth < _MOST_DEPTH:
                for number, item in enumerate(items, start=1):
                    yield Tag(depth + 1, "", "", f"{number}", "", private)
                    yield from _lines(item, depth + 2)
            return
        yield Tag(depth, code, str(element.VR), name, _value(element), private)
    except Exception as error:  # noqa: BLE001 - pydicom raises all kinds on a broken element
        yield Tag(depth, code, "??", "", f"⚠ {type(error).__name__}", private)


def _value(element: DataElement) -> str:
    value = element.value
    if value is None:
        return ""
    if element.VR in _BYTES_VRS or isinstance(value, bytes):
        return _bytes_text(bytes(value) if isinstance(value, (bytes, bytearray)) else b"")
    # A person name can be iterated, too: letter by letter.
    if not isinstance(value, (MultiValue, list, tuple)):
        return _clean(_text(value))
    parts = [_text(part) for part in islice(value, LONGEST_VALUE)]
    return _clean("\\".join(parts))


def _text(value: object) -> str:
    name = getattr(value, "name", None)
    # A UID says its name, too: few know them by heart.
    if isinstance(value, str) and name and name != value and value[:2] in ("1.", "0.", "2."):
        return f"{value}  {name}"
    return str(value)


def _bytes_text(value: bytes) -> str:
    head = " ".join(f"{byte:02x}" for byte in value[:16])
    return f"{head}{' …' if len(value) > 16 else ''} [{len(value)}]" if value else "[0]"


def _clean(text: str) -> str:
    """One line, bounded, without what would turn or hide its neighbours."""
    short = text[:LONGEST_VALUE]
    kept = "".join(
        c if c.isprintable() else "↵" if c in "\r\n" else " " for c in short.replace("\r\n", "\n")
    )
    return kept + (" …" if len(text) > LONGEST_VALUE else "")
