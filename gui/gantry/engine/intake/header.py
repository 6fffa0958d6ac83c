"""Reads the part of a DICOM file that the catalog needs, fast; its values are pydicom's."""

from __future__ import annotations

import io
import os
import sys
from typing import TYPE_CHECKING, Final, Literal

from gantry.engine import files
from gantry.engine.instance import Source
from gantry.engine.intake import tags
from gantry.engine.intake.alike import START, Alike, Kinds
from gantry.engine.intake.describe import (
    About,
    Header,
    SeriesValues,
    header_from_values,
    header_with,
    own_values,
    series_values,
)
from gantry.engine.intake.elements import Elements, HandOver, NeedMore, walk
from gantry.engine.intake.meta import DEFLATED, encoding_of, read_meta
from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.intake.values import quiet_pydicom, valid_uid
from gantry.engine.intake.window import MOST_READ, Window, inflate
from gantry.engine.lazy import load

if TYPE_CHECKING:
    from gantry.engine.intake.fallback import Handed

__all__ = ["About", "Header", "IsZip", "header_of", "read_header", "source_of"]

DICOMDIR_CLASS: Final = "1.2.840.10008.1.3.10"
_MEDIA_CLASS, _TRANSFER_SYNTAX = 0x0002, 0x0010  # elements of group 0002
_ORDERS: Final[tuple[Literal["little", "big"], ...]] = ("little", "big")

_kinds = Kinds()

quiet_pydicom()


class IsZip(NotTaken):
    """No DICOM but an archive that may hold some."""

    def __init__(self) -> None:
        super().__init__(SkipReason.NOT_DICOM, "ZIP archive")


def read_header(path: str) -> Header:
    """Reads one file.

    Raises:
        NotTaken: it is no DICOM, or none that can be understood.
        OSError: the system refused.
    """
    with files.open_shared(path) as stream:
        return header_of(stream, source_of(path, os.fstat(stream.fileno())))


def source_of(path: str, status: os.stat_result) -> Source:
    """The source that an open file is."""
    ctime = 0 if os.name == "nt" else status.st_ctime_ns
    return Source(path, status.st_size, status.st_mtime_ns, ctime)


def header_of(stream: io.RawIOBase | io.BufferedIOBase, source: Source) -> Header:
    """Reads an open file, or an open member of a ZIP, from its beginning.

    Raises:
        NotTaken, OSError: as `read_header`.
    """
    window = Window(stream, source.size)
    buffer = window.buffer
    if not buffer:
        raise NotTaken(SkipReason.EMPTY)
    prefixed = buffer[128:132] == b"DICM"
    if not prefixed and buffer.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise IsZip
    if not prefixed and not _looks_like_dicom(buffer):
        raise NotTaken(SkipReason.NOT_DICOM)
    program = prefixed and buffer.startswith((b"MZ", b"\x7fELF"))
    if prefixed and (header := _walked(window, source, program)):
        return header
    return _handed_over(stream, window, source, prefixed=prefixed, program=program)


def _walked(window: Window, source: Source, program: bool) -> Header | None:
    """By the walker; None where pydicom is to read it."""
    try:
        if alike := _kinds.match(window.buffer, window.size):
            return _like(alike, source, program)
        while True:
            try:
                meta, starts = read_meta(window.buffer, START)
                if _uid(meta.get(_MEDIA_CLASS, b"")) == DICOMDIR_CLASS:
                    raise NotTaken(SkipReason.DICOMDIR)
                syntax = sys.intern(_uid(meta.get(_TRANSFER_SYNTAX, b"")))
                implicit, little = encoding_of(syntax)
                pos = starts[-1]
                if syntax == DEFLATED:
                    return _inflated(window, pos, source, program)
                found = walk(window.buffer, pos, window.size, implicit, little)
                if not _is_placed(found):
                    return None
                series = series_values(found)
                _kinds.learn(window.buffer, starts, found, syntax, series)
                return _made(found, series, source, syntax, program)
            except NeedMore:
                if not window.grow():
                    return None
    except (HandOver, LookupError, TypeError, ValueError):  # the latter: a strange character set
        return None


def _like(alike: Alike, source: Source, program: bool) -> Header:
    """The header of a file that is like one before."""
    kind = alike.kind
    implicit = kind.found.implicit
    if kind.known is None:
        kind.known = own_values(kind.common, little=True, implicit=implicit)
    own = kind.known | own_values(alike.own, little=True, implicit=implicit)
    return header_with(source, kind.series, own, kind.transfer_syntax, alike.cut_short, program)


def _made(
    found: Elements, series: SeriesValues, source: Source, syntax: str, program: bool
) -> Header:
    own = own_values(found.values, little=found.little, implicit=found.implicit)
    return header_with(source, series, own, syntax, found.cut_short, program)


def _is_placed(found: Elements) -> bool:
    """Whether the UIDs are where they belong; else they may be missing, or come later."""
    return all(tag in found.values for tag in tags.PLACING)


def _inflated(window: Window, start: int, source: Source, program: bool) -> Header:
    """Deflated transfer syntax: the rest of the file in bounds, by the walker or by pydicom."""
    data, whole = inflate(window, start)
    try:
        found = walk(data, 0, len(data) if whole else len(data) + 1, False, True)
        if _is_placed(found):
            return _made(found, series_values(found), source, DEFLATED, program)
    except (HandOver, NeedMore, LookupError, TypeError, ValueError):
        pass
    load("pydicom")
    from gantry.engine.intake.fallback import read_inflated

    return _described(read_inflated(data, whole=whole), source, DEFLATED, True, program)


def _uid(data: bytes) -> str:
    return data.rstrip(b"\0 ").decode("ascii", "replace")


def _handed_over(
    stream: io.RawIOBase | io.BufferedIOBase,
    window: Window,
    source: Source,
    *,
    prefixed: bool,
    program: bool,
) -> Header:
    """By pydicom: from the file itself, or from the beginning of a ZIP's member."""
    load("pydicom")
    from gantry.engine.intake.fallback import read_by_pydicom

    if source.member:
        data = window.all_bounded(MOST_READ + 1)
        handed = read_by_pydicom(io.BytesIO(data), whole=len(data) <= MOST_READ)
    elif isinstance(stream, io.RawIOBase):
        buffered = io.BufferedReader(stream, 64 * 1024)
        try:
            handed = read_by_pydicom(buffered, whole=True)
        finally:
            buffered.detach()
    else:
        handed = read_by_pydicom(stream, whole=True)
    if handed.media_class == DICOMDIR_CLASS:
        raise NotTaken(SkipReason.DICOMDIR)
    return _described(handed, source, handed.transfer_syntax, prefixed, program)


def _described(
    handed: Handed, source: Source, transfer_syntax: str, prefixed: bool, program: bool
) -> Header:
    if prefixed and handed.empty:
        raise NotTaken(SkipReason.TRUNCATED, "nothing behind the preamble")
    header = header_from_values(
        source,
        handed.values,
        transfer_syntax if valid_uid(transfer_syntax) else "",
        cut_short=handed.cut,
        program=program,
    )
    instance = header.instance
    if not prefixed and not (
        instance.sop_instance_uid
        or instance.sop_class_uid
        or instance.series_instance_uid
        or instance.study_instance_uid
    ):
        raise NotTaken(SkipReason.NOT_DICOM)
    return header


def _looks_like_dicom(buffer: bytes) -> bool:
    """Whether a file without preamble begins with an element of group 0002 or 0008 (or a command).

    Only a first sieve: such a file is taken if it then has a valid UID.
    """
    if len(buffer) < 8:
        return False
    vr = buffer[4:6]
    known_vr = vr in tags.SHORT_VRS or vr in tags.LONG_VRS
    for order in _ORDERS:
        group = int.from_bytes(buffer[0:2], order)
        element = int.from_bytes(buffer[2:4], order)
        if group not in (0x0000, 0x0002, 0x0004, 0x0008) or element > 0x2000:
            continue
        if known_vr:
            return True
        if order == "little" and int.from_bytes(buffer[4:8], "little") <= 0x4000:
            return any(buffer[:16])  # not a block of zeros
    return False
