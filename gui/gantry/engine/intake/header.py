"""Reads the part of a DICOM file that the catalog needs, fast; its values are pydicom's."""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from typing import Final, cast

from gantry.engine import files
from gantry.engine.instance import Geometry, Instance, Source
from gantry.engine.intake import tags
from gantry.engine.intake.elements import (
    DEFLATED,
    HandOver,
    NeedMore,
    encoding_of,
    read_meta,
    walk,
)
from gantry.engine.intake.fallback import Handed, read_by_pydicom, read_inflated
from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.intake.values import Value, quiet_pydicom, valid_uid, values_of
from gantry.engine.intake.window import MOST_READ, Window, inflate

DICOMDIR_CLASS: Final = "1.2.840.10008.1.3.10"
_PLACED: Final = {
    tags.STUDY_INSTANCE: "StudyInstanceUID",
    tags.SERIES_INSTANCE: "SeriesInstanceUID",
    tags.SOP_INSTANCE: "SOPInstanceUID",
}
_UIDS: Final = (*tags.PLACING, tags.SOP_CLASS)

quiet_pydicom()


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself; text is decoded, and cleaned of control characters.

    Attributes:
        instance: what stays of it in the catalog.
        patient_name: as pydicom writes it: `Family^Given=表意=phonetic`.
        study_date, series_date, birth_date, study_time: as in the file.
    """

    instance: Instance
    patient_id: str = ""
    patient_name: str = ""
    birth_date: str = ""
    sex: str = ""
    study_date: str = ""
    study_time: str = ""
    study_description: str = ""
    accession: str = ""
    series_number: int | None = None
    series_description: str = ""
    series_date: str = ""
    modality: str = ""
    body_part: str = ""


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
    if not prefixed and not _looks_like_dicom(buffer):
        raise NotTaken(SkipReason.NOT_DICOM)
    program = prefixed and (buffer.startswith((b"MZ", b"\x7fELF")))
    found = _walked(window, 132 if prefixed else 0)
    if found is None:
        found = _handed_over(stream, window, source)
    if found.media_class == DICOMDIR_CLASS:
        raise NotTaken(SkipReason.DICOMDIR)
    return _header(source, found, prefixed=prefixed, program=program)


def _walked(window: Window, start: int) -> Handed | None:
    """By the walker; None where pydicom is to read it."""
    try:
        while True:
            try:
                return _walk_window(window, start)
            except NeedMore:
                if not window.grow():
                    return None
    except HandOver:
        return None


def _walk_window(window: Window, start: int) -> Handed | None:
    buffer = window.buffer
    meta, pos = read_meta(buffer, start)
    syntax = _uid(meta.get(0x0010, b""))
    implicit, little = encoding_of(syntax)
    size = window.size
    if syntax == DEFLATED:
        buffer, whole = inflate(window, pos)
        pos, size = 0, len(buffer) if whole else len(buffer) + 1
        try:
            found = walk(buffer, pos, size, implicit, little)
            values = values_of(found.values, little=little, implicit=implicit)
        except (HandOver, NeedMore, LookupError, TypeError, ValueError):
            handed = read_inflated(buffer, syntax, whole=whole)
            handed.media_class = _uid(meta.get(0x0002, b""))
            return handed
    else:
        found = walk(buffer, pos, size, implicit, little)
        if not (tags.STUDY_INSTANCE in found.values and tags.SERIES_INSTANCE in found.values):
            media_class = _uid(meta.get(0x0002, b""))
            if media_class != DICOMDIR_CLASS:
                return None  # not there, or not where it belongs
            return Handed({}, syntax, media_class, False)
        try:
            values = values_of(found.values, little=little, implicit=implicit)
        except (LookupError, TypeError, ValueError):  # a character set that isn't one
            return None
    return Handed(values, syntax, _uid(meta.get(0x0002, b"")), found.cut_short)


def _uid(data: bytes) -> str:
    return data.rstrip(b"\0 ").decode("ascii", "replace")


def _handed_over(
    stream: io.RawIOBase | io.BufferedIOBase, window: Window, source: Source
) -> Handed:
    """By pydicom: from the file itself, or from the beginning of a ZIP's member."""
    if source.member:
        data = window.all_bounded(MOST_READ + 1)
        return read_by_pydicom(io.BytesIO(data), whole=len(data) <= MOST_READ)
    if isinstance(stream, io.RawIOBase):
        buffered = io.BufferedReader(stream, 64 * 1024)
        try:
            return read_by_pydicom(buffered, whole=True)
        finally:
            buffered.detach()
    return read_by_pydicom(stream, whole=True)


def _looks_like_dicom(buffer: bytes) -> bool:
    """Whether a file without preamble begins with an element of group 0002 or 0008 (or a command).

    Only a first sieve: such a file is taken if it then has a valid UID.
    """
    if len(buffer) < 8:
        return False
    for little in (True, False):
        order = "little" if little else "big"
        group = int.from_bytes(buffer[0:2], order)  # type: ignore[arg-type]
        element = int.from_bytes(buffer[2:4], order)  # type: ignore[arg-type]
        if group not in (0x0000, 0x0002, 0x0004, 0x0008) or element > 0x2000:
            continue
        vr = buffer[4:6]
        if vr in tags.SHORT_VRS or vr in tags.LONG_VRS:
            return True
        if little and int.from_bytes(buffer[4:8], "little") <= 0x4000 and (group or element == 0):
            return buffer[4:8] != b"\0\0\0\0" or any(buffer[8:16])
    return False


def _header(source: Source, found: Handed, *, prefixed: bool, program: bool) -> Header:
    get = found.values.get
    uids = {tag: cast(str, get(tag) or "") for tag in _UIDS}
    faults = []
    for tag, keyword in _PLACED.items():
        if not uids[tag]:
            faults.append(f"missing:{keyword}")
        elif not valid_uid(uids[tag]):
            faults.append(f"invalid:{keyword}")
            uids[tag] = ""
    if not valid_uid(uids[tags.SOP_CLASS]):
        uids[tags.SOP_CLASS] = ""
    if not any(uids.values()):
        if not prefixed:
            raise NotTaken(SkipReason.NOT_DICOM)
        if found.empty:
            raise NotTaken(SkipReason.TRUNCATED, "nothing behind the preamble")

    def text(tag: int) -> str:
        return cast(str, get(tag) or "")

    def number(tag: int) -> int | None:
        return cast("int | None", get(tag))

    return Header(
        Instance(
            source,
            uids[tags.SOP_INSTANCE],
            uids[tags.SOP_CLASS],
            uids[tags.SERIES_INSTANCE],
            uids[tags.STUDY_INSTANCE],
            found.transfer_syntax if valid_uid(found.transfer_syntax) else "",
            number(tags.INSTANCE_NUMBER),
            number(tags.ROWS) or 0,
            number(tags.COLUMNS) or 0,
            _geometry(found.values),
            text(tags.BURNED_IN).upper() == "YES",
            ",".join(faults),
            found.cut,
            False,
            program,
        ),
        text(tags.PATIENT_ID),
        text(tags.PATIENT_NAME),
        text(tags.BIRTH_DATE),
        text(tags.SEX),
        text(tags.STUDY_DATE),
        text(tags.STUDY_TIME),
        text(tags.STUDY_DESCRIPTION),
        text(tags.ACCESSION),
        number(tags.SERIES_NUMBER),
        text(tags.SERIES_DESCRIPTION),
        text(tags.SERIES_DATE),
        text(tags.MODALITY),
        text(tags.BODY_PART),
    )


def _geometry(values: dict[int, Value]) -> Geometry | None:
    get = values.get
    position = cast("tuple[float, ...] | None", get(tags.POSITION))
    orientation = cast("tuple[float, ...] | None", get(tags.ORIENTATION))
    frames = cast("int | None", get(tags.FRAMES)) or 1
    if position is None and orientation is None and frames == 1:
        return None
    spacing = cast("tuple[float, ...] | None", get(tags.SLICE_SPACING))
    return Geometry(
        position if position is not None and len(position) == 3 else None,
        orientation if orientation is not None and len(orientation) == 6 else None,
        spacing[0] if spacing else None,
        frames,
        _joined(get(tags.ECHO_NUMBERS), get(tags.ECHO_TIME)),
        _joined(get(tags.ACQUISITION_NUMBER)),
        _joined(get(tags.TEMPORAL_POSITION), get(tags.TRIGGER_TIME)),
        _joined(get(tags.B_VALUE)),
        tuple(cast(str, get(tags.IMAGE_TYPE) or "").split("\\")),
    )


def _joined(*parts: Value) -> str:
    """A text that is equal where these values are."""
    return "/".join(
        "\\".join(map(repr, part)) if isinstance(part, tuple) else str(part)
        for part in parts
        if part is not None and part != ""
    )
