"""Reads headers that the walker can't: with pydicom, or like dcmtk, as far as possible."""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Final

from gantry.engine.intake.header import tags
from gantry.engine.intake.header.describe import (
    Header,
    header_with,
    series_from_values,
    series_values,
)
from gantry.engine.intake.header.elements import Elements, HandOver
from gantry.engine.intake.header.header_cache import START
from gantry.engine.intake.header.open_file import DICOMDIR_CLASS, OpenFile, cut_short, made
from gantry.engine.intake.header.pixels import pixels_fall_short
from gantry.engine.intake.header.rescue import Flaw, rescue, syntax_of
from gantry.engine.intake.header.window import MOST_READ
from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.lazy import load
from gantry.engine.uids import is_uid

if TYPE_CHECKING:
    from gantry.engine.intake.header.fallback import PydicomResult

_RESCUED: Final = frozenset(
    (SkipReason.TRUNCATED, SkipReason.DAMAGED, SkipReason.TOO_DEEP, SkipReason.TOO_LARGE)
)


def read_slowly(stream: io.RawIOBase | io.BufferedIOBase, file: OpenFile) -> Header:
    """Reads with pydicom: from the file itself, or from the beginning of a ZIP's member."""
    load("pydicom")
    from gantry.engine.intake.header.fallback import read_by_pydicom  # noqa: PLC0415 - pydicom: 120 ms

    try:
        if file.source.member:
            data = file.window.all_bounded(MOST_READ + 1)
            handed = read_by_pydicom(io.BytesIO(data), whole=len(data) <= MOST_READ)
        elif isinstance(stream, io.RawIOBase):
            buffered = io.BufferedReader(stream, 64 * 1024)
            try:
                handed = read_by_pydicom(buffered, whole=True)
            finally:
                buffered.detach()
        else:
            handed = read_by_pydicom(stream, whole=True)
        file.window.moved()
        if handed.media_class == DICOMDIR_CLASS:
            raise NotTaken(SkipReason.DICOMDIR)
        header = described(handed, file, handed.transfer_syntax)
    except NotTaken as refused:
        file.window.moved()
        return rescued_or(refused, file)
    if handed.odd or handed.broken or header.instance.fault:
        better = rescued(file)
        if better and not better.instance.fault:
            return better
    return header


def described(handed: PydicomResult, file: OpenFile, transfer_syntax: str) -> Header:
    """Makes the header from what pydicom read. Raises NotTaken."""
    if file.prefixed and handed.empty:
        raise NotTaken(SkipReason.TRUNCATED, "nothing after the preamble")
    series = series_from_values(handed.values, handed.guessed)
    syntax = transfer_syntax if is_uid(transfer_syntax) else ""
    short = handed.cut
    if handed.pixels:
        start, length = handed.pixels
        short = short or pixels_fall_short(file.window, start, length, series.promised, syntax)
    flaw = Flaw.BROKEN if handed.broken else Flaw.ODD if handed.odd else Flaw.NONE
    header = header_with(file.source, series, handed.values, syntax, short, file.program, flaw)
    instance = header.instance
    if not file.prefixed and not (
        instance.sop_instance_uid
        or instance.sop_class_uid
        or instance.series_instance_uid
        or instance.study_instance_uid
    ):
        raise NotTaken(SkipReason.NOT_DICOM)
    return header


def rescued_or(refused: NotTaken, file: OpenFile, start: int | None = None) -> Header:
    """Rescues a file that pydicom refused, if the UIDs that place it can be read.

    Raises:
        NotTaken: they can't.
    """
    if refused.reason not in _RESCUED:
        raise refused
    header = rescued(file, start)
    if header is not None and not header.instance.fault:
        return header
    if header is None and not file.prefixed:  # it only began like DICOM
        raise NotTaken(SkipReason.NOT_DICOM)
    raise refused


def rescued(file: OpenFile, start: int | None = None) -> Header | None:
    """Reads as dcmtk does; None if it has no UID."""
    window = file.window
    if start is None:
        start = START if file.prefixed else 0
    found = rescue(window, start)
    elements = Elements(found.values, found.little, found.implicit, found.end)
    try:
        series = series_values(elements)
    except (LookupError, TypeError, ValueError):  # a strange character set
        found.values.pop(tags.CHARACTER_SET, None)
        series = series_values(elements)
    syntax = syntax_of(found)
    short = found.cut
    if not short and found.flaw is not Flaw.BROKEN:
        with contextlib.suppress(HandOver, NotTaken):
            short = cut_short(window, found.end, elements, series, syntax)
    syntax = syntax if is_uid(syntax) else ""
    header = made(elements, series, file, syntax, short, found.flaw)
    instance = header.instance
    uids = (instance.sop_instance_uid, instance.series_instance_uid, instance.study_instance_uid)
    return header if any(uids) else None
