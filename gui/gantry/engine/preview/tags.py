"""Lists a data set as readable lines: every element, sequences expanded, text decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from pydicom import Dataset
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.multival import MultiValue

from gantry.engine.intake.header.charsets import guessed, name_of
from gantry.engine.preview.contents import Tag
from gantry.engine.text import mark_hidden

_LINE_END = re.compile("\r\n|[\r\n]")
MOST_TAGS = 20_000
LONGEST_VALUE = 2_000  # characters
_MOST_DEPTH = 32
_CHARACTER_SET = 0x00080005
_TEXT_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_BYTES_VRS = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN", "OB or OW", "US or SS or OW"})


def list_tags(dataset: Dataset) -> tuple[tuple[Tag, ...], bool]:
    """At most `MOST_TAGS` lines, and whether there are more."""
    lines = tuple(islice(_lines(dataset, 0), MOST_TAGS + 1))
    return lines[:MOST_TAGS], len(lines) > MOST_TAGS


def _lines(dataset: Dataset, depth: int, charset: str = "") -> Iterator[Tag]:
    meta: Dataset | None = getattr(dataset, "file_meta", None) if depth == 0 else None
    if _CHARACTER_SET in dataset:
        charset = _value(dataset[_CHARACTER_SET])
    for part in (meta, dataset):
        if part is not None:
            for key in sorted(part.keys()):
                yield from _element(part, key, depth, charset)


def _element(dataset: Dataset, key: int, depth: int, charset: str) -> Iterator[Tag]:
    code = f"({key >> 16:04X},{key & 0xFFFF:04X})"
    private = bool((key >> 16) & 1)
    try:
        guess = _guessed(dataset, key, charset)
        element = dataset[key]
        name = str(element.name)
        if element.VR == "SQ":
            items = list(element.value) if element.value is not None else []
            yield Tag(depth, code, "SQ", name, f"{len(items)}", private)
            if depth < _MOST_DEPTH:
                for number, item in enumerate(items, start=1):
                    yield Tag(depth + 1, "", "", f"{number}", "", private)
                    yield from _lines(item, depth + 2, charset)
            return
        yield Tag(depth, code, str(element.VR), name, guess or _value(element), private)
    except Exception as error:  # noqa: BLE001 - pydicom raises all kinds on a broken element
        yield Tag(depth, code, "??", "", f"⚠ {type(error).__name__}", private)


def element_text(dataset: Dataset, key: int, charset: str, longest: int) -> tuple[str, str, str]:
    """VR, name and value of one element; of a sequence, the number of its items. Never raises."""
    try:
        guess = _guessed(dataset, key, charset)
        element = dataset[key]
        name = str(element.name)
        if element.VR == "SQ":
            return "SQ", name, f"{len(element.value or ())}"
        value = guess or _value(element)
        return str(element.VR), name, value if len(value) <= longest else f"{value[:longest]} …"
    except Exception as error:  # noqa: BLE001 - pydicom raises all kinds on a broken element
        return "??", "", f"⚠ {type(error).__name__}"


def _guessed(dataset: Dataset, key: int, charset: str) -> str:
    """Text in a character set that the file does not declare, with its name; or ""."""
    raw = dataset.get_item(key)
    value = raw.value if isinstance(raw, RawDataElement) else b""
    if not value or value.isascii() or _vr_of(raw) not in _TEXT_VRS:
        return ""
    guess = guessed([value], charset)
    text = value.decode(guess, "replace").rstrip("\0 ") if guess else ""
    return f"{one_line(text)}  ({name_of(guess)}?)" if guess else ""


def _vr_of(element: RawDataElement | DataElement | None) -> str:
    """The VR of the file, or the dictionary's if it has none."""
    if element is None or element.VR is not None:
        return "" if element is None else str(element.VR)
    try:
        return dictionary_VR(element.tag)
    except KeyError:
        return ""


def _value(element: DataElement) -> str:
    value = element.value
    if value is None:
        return ""
    if element.VR in _BYTES_VRS or isinstance(value, bytes):
        return _bytes_text(bytes(value) if isinstance(value, (bytes, bytearray)) else b"")
    # A person name can be iterated, too: letter by letter.
    if not isinstance(value, (MultiValue, list, tuple)):
        return one_line(_text(value))
    parts = [_text(part) for part in islice(value, LONGEST_VALUE)]
    return one_line("\\".join(parts))


def _text(value: object) -> str:
    name = getattr(value, "name", None)
    # A UID is shown with its name, too.
    if isinstance(value, str) and name and name != value and value[:2] in ("1.", "0.", "2."):
        return f"{value}  {name}"
    return str(value)


def _bytes_text(value: bytes) -> str:
    head = " ".join(f"{byte:02x}" for byte in value[:16])
    return f"{head}{' …' if len(value) > 16 else ''} [{len(value)}]" if value else "[0]"


def one_line(text: str) -> str:
    """One bounded line, without characters that would reverse or hide their neighbours."""
    kept = mark_hidden(_LINE_END.sub("↵", text[:LONGEST_VALUE]))
    return kept + (" …" if len(text) > LONGEST_VALUE else "")
