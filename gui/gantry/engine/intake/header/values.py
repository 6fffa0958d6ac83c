"""Turns raw element values into clean text and numbers; pydicom converts the unusual ones.

Both paths end in the same three functions, so a value never depends on the path. pydicom is
imported when it is first needed: most scans don't need it, and the import takes longer than many of
them.
"""

from __future__ import annotations

import logging
import math
import struct
import warnings
from collections.abc import Callable, Iterable, Mapping, MutableSequence
from typing import Final

from gantry.engine.intake.header import tags
from gantry.engine.lazy import load
from gantry.engine.text import mark_hidden

Value = str | int | tuple[float, ...] | None

LONGEST_TEXT: Final = 1024
_INT32: Final = 1 << 31
_SEVERAL: Final = (MutableSequence, tuple)  # pydicom's MultiValue is one of the former
_us: Final = {True: struct.Struct("<H").unpack, False: struct.Struct(">H").unpack}
_fd: Final = {True: struct.Struct("<d").unpack, False: struct.Struct(">d").unpack}


def mend_pydicom() -> None:
    """Lets pydicom strip the escape sequence of ISO 2022 IR 58, which Python does not know."""
    load("pydicom")
    from pydicom import charset  # noqa: PLC0415 - pydicom: 120 ms

    handled = tuple(name for name in charset.handled_encodings if name != "iso_ir_58")
    charset.handled_encodings = handled  # type: ignore[assignment]


def _is_critical(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.CRITICAL


def quiet_pydicom() -> None:
    """Silences pydicom, whose warnings quote values: none must reach a log or a terminal."""
    # Not by its level, which pydicom resets when it is imported.
    logging.getLogger("pydicom").addFilter(_is_critical)
    warnings.filterwarnings("ignore", module=r"pydicom(\.|$)")


def clean(text: str) -> str:
    """A header's text as one displayable line.

    >>> clean("Doe^John\\r\\n")
    'Doe^John'
    """
    return mark_hidden(text)[:LONGEST_TEXT].strip()


def as_text(value: object) -> str:
    """Text from any value that pydicom gives; several values are joined by a backslash."""
    if value is None:
        return ""
    if isinstance(value, _SEVERAL):
        return clean("\\".join("" if part is None else str(part) for part in value))
    return clean(str(value).rstrip("\0 "))


def as_int(value: object) -> int | None:
    """A single whole number of 32 bits, or None."""
    if isinstance(value, int) and -_INT32 <= value < _INT32:
        return int(value)
    return None


def as_floats(value: object) -> tuple[float, ...] | None:
    """Finite numbers, or None if there are none or any of them is not a number."""
    parts = value if isinstance(value, _SEVERAL) else (value,)
    try:
        numbers = tuple(float(part) for part in parts)
    except (TypeError, ValueError, OverflowError):
        return None
    return numbers if numbers and all(map(math.isfinite, numbers)) else None


_KINDS: Final[dict[bytes, Callable[[object], Value]]] = {
    b"IS": as_int, b"US": as_int, b"DS": as_floats, b"FD": as_floats,
}  # fmt: skip
KIND: Final[dict[int, Callable[[object], Value]]] = {
    tag: _KINDS.get(vr, as_text) for tag, vr in tags.WANTED.items() if tag != tags.ECHO_NUMBERS
} | {tags.ECHO_NUMBERS: as_text}


def _plain_charset(raw: bytes) -> bool:
    """Whether bytes below 128 are ASCII: true of all character sets of DICOM, not of Python."""
    parts = raw.split(b"\\")
    return all(part.strip(b" \0").decode("latin-1") in tags.CHARACTER_SETS for part in parts)


def values_of(
    raw: Mapping[int, bytes], which: Iterable[int], *, little: bool, implicit: bool
) -> dict[int, Value]:
    """Reads the raw values of these elements; what pydicom can't convert becomes None.

    Raises whatever pydicom raises for a character set that it can't use.
    """
    found: dict[int, Value] = {}
    slow: list[int] = []
    charset = raw.get(tags.CHARACTER_SET, b"")
    plain = not charset or _plain_charset(charset)
    wanted, kinds = tags.WANTED, KIND
    for tag in which:
        data = raw.get(tag)
        if not data:
            continue
        kind = kinds[tag]
        if kind is as_text:
            if plain and data.isascii():
                text = data.rstrip(b"\0 ").decode("ascii")
                # "=" separates the scripts of a name; several values are stripped one by one
                if text.isprintable() and (
                    ("\\" not in text or " " not in text) and "=" not in text
                ):
                    found[tag] = text.strip()
                    continue
        elif kind is as_floats:
            if wanted[tag] == b"DS":
                try:
                    numbers = tuple(map(float, data.split(b"\\")))
                except ValueError:
                    slow.append(tag)
                    continue
                found[tag] = numbers if all(map(math.isfinite, numbers)) else None
                continue
            if len(data) == 8:
                found[tag] = as_floats(_fd[little](data))
                continue
        elif wanted[tag] == b"US":
            if len(data) == 2:
                found[tag] = _us[little](data)[0]
                continue
        else:
            digits = data.strip(b" ")
            if digits.isdigit() and len(digits) < 10:
                found[tag] = int(digits)
                continue
        slow.append(tag)
    if slow:
        _convert(raw, slow, found, little=little, implicit=implicit)
    return found


def _convert(
    raw: Mapping[int, bytes],
    which: list[int],
    found: dict[int, Value],
    *,
    little: bool,
    implicit: bool,
) -> None:
    """Lets pydicom convert these elements."""
    mend_pydicom()
    from pydicom.charset import convert_encodings  # noqa: PLC0415 - pydicom: 120 ms
    from pydicom.dataelem import RawDataElement, convert_raw_data_element  # noqa: PLC0415 - pydicom: 120 ms
    from pydicom.tag import BaseTag  # noqa: PLC0415 - pydicom: 120 ms

    def element(tag: int) -> object:
        data, vr = raw[tag], tags.WANTED[tag].decode()
        piece = RawDataElement(
            BaseTag(tag), None if implicit else vr, len(data), data, 0, implicit, little
        )
        return convert_raw_data_element(piece, encoding=encodings).value

    encodings: str | list[str] = "iso8859"
    if raw.get(tags.CHARACTER_SET):
        encodings = list(convert_encodings(element(tags.CHARACTER_SET)))  # type: ignore[arg-type]
    for tag in which:
        value = converted(lambda tag=tag: element(tag))  # type: ignore[misc]
        found[tag] = KIND[tag](value)


def converted(read: Callable[[], object]) -> object:
    """A value as pydicom converts it; None if it can't, which it says with many exceptions."""
    try:
        value = read()
        str(value)  # a name is only decoded now
    except Exception:  # noqa: BLE001
        return None
    return value
