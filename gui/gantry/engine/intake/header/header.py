"""Reads the part of a DICOM file that the catalog needs, fast, with the same values as pydicom."""

from __future__ import annotations

import io
import os
import sys
from typing import Final, Literal

from gantry.engine import files
from gantry.engine.instance import Instance, Source
from gantry.engine.intake.header import tags
from gantry.engine.intake.header.describe import (
    About,
    Header,
    header_with,
    own_values,
    series_values,
)
from gantry.engine.intake.header.elements import Elements, HandOver, NeedMore, OddVr, walk
from gantry.engine.intake.header.header_cache import START, Alike, HeaderKinds
from gantry.engine.intake.header.meta import DEFLATED, encoding_of, read_meta
from gantry.engine.intake.header.open_file import DICOMDIR_CLASS, OpenFile, cut_short, made
from gantry.engine.intake.header.slow_readers import (
    described,
    read_slowly,
    rescued,
    rescued_or,
)
from gantry.engine.intake.header.values import quiet_pydicom
from gantry.engine.intake.header.window import Window, inflate
from gantry.engine.intake.kinds import archive_kind, is_zip
from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.lazy import load

__all__ = [
    "About",
    "Header",
    "IsArchive",
    "IsTar",
    "IsZip",
    "header_of",
    "read_header",
    "source_of",
]

_MEDIA_CLASS, _TRANSFER_SYNTAX = 0x0002, 0x0010  # elements of group 0002
_ORDERS: Final[tuple[Literal["little", "big"], ...]] = ("little", "big")

_kinds = HeaderKinds()

quiet_pydicom()


class IsArchive(NotTaken):
    """Not DICOM, but an archive that may contain some."""

    def __init__(self, detail: str = "archive") -> None:
        super().__init__(SkipReason.NOT_DICOM, detail)


class IsZip(IsArchive):
    """A ZIP."""

    def __init__(self) -> None:
        super().__init__("ZIP archive")


class IsTar(IsArchive):
    """A tar, usually compressed."""

    def __init__(self) -> None:
        super().__init__("tar archive")


def read_header(path: str) -> Header:
    """Reads one file.

    Raises:
        NotTaken: it is not DICOM, or can't be understood.
        OSError: the system refused.
    """
    with files.open_shared(path) as stream:
        return header_of(stream, source_of(path, os.fstat(stream.fileno())))


def source_of(path: str, status: os.stat_result) -> Source:
    """The `Source` of an open file."""
    ctime = 0 if os.name == "nt" else status.st_ctime_ns
    return Source(path, status.st_size, status.st_mtime_ns, ctime)


def header_of(stream: io.RawIOBase | io.BufferedIOBase, source: Source) -> Header:
    """Reads an open file, or an open member of a ZIP, from its beginning.

    A file is refused only if the UIDs that place it can't be read.

    Raises:
        NotTaken, OSError: as `read_header`.
    """
    window = Window(stream, source.size, seeks=not source.member)
    buffer = window.buffer
    if not buffer:
        raise NotTaken(SkipReason.EMPTY)
    prefixed = buffer[128:132] == b"DICM"
    if not prefixed and is_zip(buffer, stream, whole=not source.member):
        raise IsZip
    if not prefixed and buffer.startswith(b"DICM\2\0"):
        raise NotTaken(SkipReason.DAMAGED, "the preamble is missing")
    if not prefixed and not _looks_like_dicom(buffer):
        kind = archive_kind(buffer, stream, whole=not source.member)
        raise IsTar if kind is SkipReason.ARCHIVE_TAR else NotTaken(kind or SkipReason.NOT_DICOM)
    file = OpenFile(window, source, prefixed, prefixed and buffer.startswith((b"MZ", b"\x7fELF")))
    try:
        if prefixed and (header := _walked(file)):
            return header
    except OddVr:
        if (header := rescued(file)) and not header.instance.fault:
            return header
    except NotTaken as refused:
        return rescued_or(refused, file)
    return read_slowly(stream, file)


def begins_alike(begin: bytes, size: int, known: Instance) -> bool:
    """Whether a file of `size` bytes that begins like this surely has `known`'s patient and UIDs.

    Costs a few microseconds for a file like one that this thread read before. For any other, and if
    anything is unusual, the answer is False: ask `header_of`.
    """
    alike = _kinds.match(begin, size) if begin[128:132] == b"DICM" else None
    if alike is None:
        return False
    series, shared = alike.kind.series, known.shared
    sop = alike.own.get(tags.SOP_INSTANCE) or alike.kind.common.get(tags.SOP_INSTANCE, b"")
    return _uid(sop) == known.sop_instance_uid and (
        (series.who, series.study_uid, series.series_uid, series.sop_class_uid)
        == (shared.who, shared.study_instance_uid, shared.series_instance_uid, shared.sop_class_uid)
        and alike.kind.transfer_syntax == shared.transfer_syntax_uid
    )


def _walked(file: OpenFile) -> Header | None:
    """Reads with the walker; None if pydicom must read it. Raises OddVr and NotTaken."""
    window = file.window
    try:
        if alike := _kinds.match(window.buffer, window.size):
            return _like(alike, file)
        while True:
            try:
                meta, starts = read_meta(window.buffer, START)
                if _uid(meta.get(_MEDIA_CLASS, b"")) == DICOMDIR_CLASS:
                    raise NotTaken(SkipReason.DICOMDIR)
                syntax = sys.intern(_uid(meta.get(_TRANSFER_SYNTAX, b"")))
                implicit, little = encoding_of(syntax)
                pos = starts[-1]
                if syntax == DEFLATED:
                    return _inflated(file, pos)
                found = walk(window.buffer, pos, window.size, implicit, little)
                if not _is_placed(found):
                    return None
                series = series_values(found)
                short = cut_short(window, found.end, found, series, syntax)
                _kinds.learn(window.buffer, starts, found, syntax, series)
                return made(found, series, file, syntax, short)
            except NeedMore:
                if not window.grow():
                    return None
    except OddVr:
        raise
    except (HandOver, LookupError, TypeError, ValueError):  # the latter: a strange character set
        return None


def _like(alike: Alike, file: OpenFile) -> Header:
    """The header of a file that is like an earlier one."""
    kind = alike.kind
    found, series, syntax = kind.found, kind.series, kind.transfer_syntax
    short = cut_short(file.window, alike.end, found, series, syntax, kind.pixels)
    implicit = found.implicit
    if kind.known is None:
        kind.known = own_values(kind.common, little=True, implicit=implicit)
    own = kind.known | own_values(alike.own, little=True, implicit=implicit)
    return header_with(file.source, series, own, syntax, short, file.program)


def _is_placed(found: Elements) -> bool:
    """Whether the UIDs are where they belong; otherwise they may be missing, or come later."""
    return all(tag in found.values for tag in tags.PLACING)


def _inflated(file: OpenFile, start: int) -> Header:
    """Deflated transfer syntax: inflates the rest within bounds, for the walker or pydicom."""
    data, whole, cut = inflate(file.window, start)
    size = len(data) if whole or cut else sys.maxsize  # what wasn't found may come later
    window = Window(io.BytesIO(data), size, len(data))
    window.size = size
    inner = OpenFile(window, file.source, True, file.program)
    try:
        found = walk(data, 0, size, False, True)
        if _is_placed(found):
            series = series_values(found)
            short = cut or cut_short(window, found.end, found, series, DEFLATED)
            return made(found, series, file, DEFLATED, short)
    except OddVr:
        if (header := rescued(inner, 0)) and not header.instance.fault:
            return header
    except (HandOver, NeedMore, LookupError, TypeError, ValueError):
        pass
    load("pydicom")
    from gantry.engine.intake.header.fallback import read_inflated  # noqa: PLC0415 - pydicom: 120 ms

    try:
        return described(read_inflated(data, whole=whole), inner, DEFLATED)
    except NotTaken as refused:
        return rescued_or(refused, inner, 0)


def _uid(data: bytes) -> str:
    return data.rstrip(b"\0 ").decode("ascii", "replace")


def _looks_like_dicom(buffer: bytes) -> bool:
    """Whether a file without preamble begins with an element of group 0002 or 0008 (or a command).

    Only a first check: such a file is taken if it then has a valid UID.
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
