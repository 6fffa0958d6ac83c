"""Builds a header from the values that were read; what a series shares is built once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Final, cast

from gantry.engine.instance import Instance, Source
from gantry.engine.intake.header import tags
from gantry.engine.intake.header.charsets import read_again
from gantry.engine.intake.header.elements import Elements
from gantry.engine.intake.header.pixels import Promise, promise
from gantry.engine.intake.header.values import Value, values_of
from gantry.engine.shared_values import SharedValues, divided, shared_once
from gantry.engine.uids import is_uid

# What usually differs between the files of a series; everything else is looked up as one.
_OWN: Final = (
    tags.SOP_INSTANCE, tags.INSTANCE_NUMBER, tags.POSITION, tags.ECHO_TIME, tags.ECHO_NUMBERS,
    tags.TRIGGER_TIME, tags.B_VALUE, tags.TEMPORAL_POSITION,
)  # fmt: skip
_SERIES: Final = tuple(tag for tag in tags.WANTED if tag not in _OWN)


@dataclass(frozen=True, slots=True)
class About:
    """What a file says about its patient, study and series; one object for the files of a series.

    Attributes:
        patient_name: as pydicom writes it: `Family^Given=表意=phonetic`.
        study_date, series_date, birth_date, study_time: as in the file.
        guessed: the character set of its text, if it is not the one that the file declares.
        issuer: who gave the Patient ID; another issuer's same ID is another patient's.
    """

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
    guessed: str = ""
    issuer: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says about itself; text is decoded and stripped of control characters."""

    instance: Instance
    about: About


@dataclass(frozen=True, slots=True, eq=False)
class SeriesValues:
    """The values that are usually the same in all files of a series; the instances share them."""

    about: About
    study_uid: str
    series_uid: str
    sop_class_uid: str
    fault: str
    rows: int
    columns: int
    burned_in: bool
    orientation: tuple[float, float, float, float, float, float] | None
    spacing: float | None
    frames: int
    acquisition: str
    image_type: tuple[str, ...]
    who: str
    promised: Promise
    images: int
    time_points: int


def series_values(found: Elements) -> SeriesValues:
    """Builds them from what the walker read; usually the same object for the same values.

    Raises LookupError, TypeError or ValueError for an invalid character set.
    """
    get = found.values.get
    return _series_of(tuple([get(tag) for tag in _SERIES]), found.little, found.implicit)


def own_values(raw: Mapping[int, bytes], *, little: bool, implicit: bool) -> dict[int, Value]:
    """The values that differ from file to file; raises as `series_values`."""
    return values_of(raw, _OWN, little=little, implicit=implicit)


def series_from_values(values: Mapping[int, Value], guessed: str) -> SeriesValues:
    """Builds them from what pydicom read; `guessed` is the character set, as in `About`."""
    return _series(values, guessed)


@lru_cache(maxsize=1024)
def _series_of(raw: tuple[bytes | None, ...], little: bool, implicit: bool) -> SeriesValues:
    present = {tag: data for tag, data in zip(_SERIES, raw, strict=True) if data is not None}
    values = values_of(present, _SERIES, little=little, implicit=implicit)
    return _series(values, read_again(present, values))


def _series(values: Mapping[int, Value], guessed: str) -> SeriesValues:
    def text(tag: int) -> str:
        return cast(str, values.get(tag) or "")

    def number(tag: int) -> int | None:
        return cast("int | None", values.get(tag))

    study, study_fault = _placing(text(tags.STUDY_INSTANCE), "StudyInstanceUID")
    series, series_fault = _placing(text(tags.SERIES_INSTANCE), "SeriesInstanceUID")
    sop_class = text(tags.SOP_CLASS)
    orientation = cast("tuple[float, ...] | None", values.get(tags.ORIENTATION))
    spacing = cast("tuple[float, ...] | None", values.get(tags.SLICE_SPACING))
    acquisition = number(tags.ACQUISITION_NUMBER)
    about = About(
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
        guessed,
        text(tags.ISSUER),
    )
    rows, columns = number(tags.ROWS) or 0, number(tags.COLUMNS) or 0
    frames = number(tags.FRAMES) or 1
    return SeriesValues(
        about,
        study,
        series,
        sop_class if is_uid(sop_class) else "",
        ",".join(filter(None, (study_fault, series_fault))),
        rows,
        columns,
        text(tags.BURNED_IN).upper() == "YES",
        orientation if orientation is not None and len(orientation) == 6 else None,
        spacing[0] if spacing else None,
        frames,
        "" if acquisition is None else str(acquisition),
        tuple(text(tags.IMAGE_TYPE).split("\\")),
        who_of(about),
        promise(
            sop_class,
            rows,
            columns,
            number(tags.SAMPLES) or 0,
            number(tags.BITS) or 0,
            frames,
            text(tags.COLOURS).upper(),
        ),
        number(tags.IMAGES) or 0,
        number(tags.TIME_POINTS) or 0,
    )


def who_of(about: About) -> str:
    """A hash of the patient that a header names: 16 hex digits."""
    named = "\0".join((about.patient_id, about.patient_name, about.birth_date))
    return blake2b(named.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _placing(uid: str, keyword: str) -> tuple[str, str]:
    """A UID, "" if it is invalid, and what is wrong with it."""
    if not uid:
        return "", f"missing:{keyword}"
    return (uid, "") if is_uid(uid) else ("", f"invalid:{keyword}")


def header_with(
    source: Source,
    series: SeriesValues,
    own: Mapping[int, Value],
    transfer_syntax: str,
    cut_short: bool,
    program: bool,
    flaw: str = "",
) -> Header:
    """Combines the values of a file's series with its own."""
    get = own.get
    sop, fault = _placing(cast(str, get(tags.SOP_INSTANCE) or ""), "SOPInstanceUID")
    position = cast("tuple[float, ...] | None", get(tags.POSITION))
    folder, name = divided(source.place)
    shared = _shared(
        series, folder, transfer_syntax, fault, cut_short, program, position is not None, flaw
    )
    instance = Instance.of(
        shared,
        (
            name,
            sop,
            source.size,
            source.mtime_ns,
            source.ctime_ns,
            cast("int | None", get(tags.INSTANCE_NUMBER)),
            position if position is not None and len(position) == 3 else None,
            _joined(get(tags.ECHO_NUMBERS), get(tags.ECHO_TIME)),
            _joined(get(tags.TEMPORAL_POSITION), get(tags.TRIGGER_TIME)),
            _joined(get(tags.B_VALUE)),
        ),
    )
    return Header(instance, series.about)


@lru_cache(maxsize=1024)
def _shared(
    series: SeriesValues,
    folder: str,
    transfer_syntax: str,
    fault: str,
    cut_short: bool,
    program: bool,
    has_position: bool,
    flaw: str,
) -> SharedValues:
    if series.fault:
        fault = f"{series.fault},{fault}" if fault else series.fault
    return shared_once(
        SharedValues(
            folder,
            series.sop_class_uid,
            series.series_uid,
            series.study_uid,
            transfer_syntax,
            series.rows,
            series.columns,
            series.burned_in,
            fault,
            cut_short,
            False,
            program,
            has_position or series.orientation is not None or series.frames != 1,
            series.orientation,
            series.spacing,
            series.frames,
            series.acquisition,
            series.image_type,
            series.who,
            flaw,
            series.images,
            series.time_points,
        )
    )


def _joined(one: Value, other: Value = None) -> str:
    """A text that is equal if and only if these values are."""
    if one is None and other is None:
        return ""
    return "/".join([str(part) for part in (one, other) if part is not None and part != ""])
