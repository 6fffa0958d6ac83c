"""Turns raw element values into clean text and numbers; what isn't plain goes through pydicom.

Both ways end in the same three functions, so a value never depends on which way it came. pydicom
is imported when it is first needed: most scans don't, and it takes longer than many of them.
"""

from __future__ import annotations

import logging
import math
import re
import struct
import warnings
from collections.abc import Callable, Iterable, Mapping, MutableSequence
from typing import Final

from gantry.engine.intake import tags
from gantry.engine.lazy import load

Value = str | int | tuple[float, ...] | None

LONGEST_TEXT: Final = 1024
_INT32: Final = 1 << 31
_SEVERAL: Final = (MutableSequence, tuple)  # pydicom's MultiValue is one of the former
# Controls, line and paragraph separators, what turns the writing direction, lone surrogates.
_UNREADABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_UID: Final = re.compile(r"[0-9]+(\.[0-9]+)*")
_us: Final = {True: struct.Struct("<H").unpack, False: struct.Struct(">H").unpack}
_fd: Final = {True: struct.Struct("<d").unpack, False: struct.Struct(">d").unpack}


def _is_critical(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.CRITICAL


def quiet_pydicom() -> None:
    """pydicom's warnings quote values, patients' too: none may reach a log or a terminal."""
    # Not by its level, which pydicom sets anew when it is imported.
    logging.getLogger("pydicom").addFilter(_is_critical)
    warnings.filterwarnings("ignore", module=r"pydicom(\.|$)")


def clean(text: str) -> str:
    """One plain line: white space for line ends and tabs, `�` for what can't or mustn't be shown.

    >>> clean("Doe^John\\r\\n")
    'Doe^John'
    """
    if not text.isprintable():
        text = _UNREADABLE.sub(lambda m: " " if m[0] in "\t\n\r\v\f\u2028\u2029" else "�", text)
    return text[:LONGEST_TEXT].strip()


def valid_uid(text: str) -> bool:
    """Whether a UID is safe and usable: digits and dots, 64 at most (PS3.5 §9.1).

    Leading zeros, which the standard forbids and scanners write, are let through.
    """
    return len(text) <= 64 and _UID.fullmatch(text) is not None


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
    """Finite numbers, or None if there is none or any of them is no number."""
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
    """Whether bytes below 128 are ASCII: so in all of DICOM's, not in all that Python knows."""
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
                # "=" parts the scripts of a name; several values are stripped one by one
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
    load("pydicom")
    from pydicom.charset import convert_encodings
    from pydicom.dataelem import RawDataElement, convert_raw_data_element
    from pydicom.tag import BaseTag

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
    """A value as pydicom gives it; None where it can't, which it says by many exceptions."""
    try:
        value = read()
        str(value)  # a name is only decoded now
    except Exception:  # noqa: BLE001
        return None
    return value
