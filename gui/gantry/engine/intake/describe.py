"""Makes a header of the values that were read; what a whole series shares is made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from gantry.engine.instance import Instance, Shared, Source, divided, shared_once
from gantry.engine.intake import tags
from gantry.engine.intake.elements import Elements
from gantry.engine.intake.values import Value, valid_uid, values_of

# What mostly differs from file to file of a series; everything else is looked up as one.
_OWN: Final = (
    tags.SOP_INSTANCE, tags.INSTANCE_NUMBER, tags.POSITION, tags.ECHO_TIME, tags.ECHO_NUMBERS,
    tags.TRIGGER_TIME, tags.B_VALUE, tags.TEMPORAL_POSITION,
)  # fmt: skip
_SERIES: Final = tuple(tag for tag in tags.WANTED if tag not in _OWN)


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of its patient, study and series; one object for the files of a series.

    Attributes:
        patient_name: as pydicom writes it: `Family^Given=表意=phonetic`.
        study_date, series_date, birth_date, study_time: as in the file.
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


@dataclass(frozen=True, slots=True)
class Header:
    """What a file says of itself; text is decoded, and cleaned of control characters."""

    instance: Instance
    about: About


@dataclass(frozen=True, slots=True, eq=False)
class SeriesValues:
    """What the files of a series mostly say alike, and the instances share."""

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


def series_values(found: Elements) -> SeriesValues:
    """Of what the walker went through; mostly the same object for the same values.

    Raises LookupError, TypeError or ValueError for a character set that is none.
    """
    get = found.values.get
    return _series_of(tuple([get(tag) for tag in _SERIES]), found.little, found.implicit)


def own_values(raw: Mapping[int, bytes], *, little: bool, implicit: bool) -> dict[int, Value]:
    """What differs from file to file; raises as `series_values`."""
    return values_of(raw, _OWN, little=little, implicit=implicit)


def header_from_values(
    source: Source,
    values: Mapping[int, Value],
    transfer_syntax: str,
    *,
    cut_short: bool,
    program: bool,
) -> Header:
    """The header of a file that pydicom read."""
    return header_with(source, _series(values), values, transfer_syntax, cut_short, program)


@lru_cache(maxsize=1024)
def _series_of(raw: tuple[bytes | None, ...], little: bool, implicit: bool) -> SeriesValues:
    present = {tag: data for tag, data in zip(_SERIES, raw, strict=True) if data is not None}
    return _series(values_of(present, _SERIES, little=little, implicit=implicit))


def _series(values: Mapping[int, Value]) -> SeriesValues:
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
    return SeriesValues(
        About(
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
        ),
        study,
        series,
        sop_class if valid_uid(sop_class) else "",
        ",".join(filter(None, (study_fault, series_fault))),
        number(tags.ROWS) or 0,
        number(tags.COLUMNS) or 0,
        text(tags.BURNED_IN).upper() == "YES",
        orientation if orientation is not None and len(orientation) == 6 else None,
        spacing[0] if spacing else None,
        number(tags.FRAMES) or 1,
        "" if acquisition is None else str(acquisition),
        tuple(text(tags.IMAGE_TYPE).split("\\")),
    )


def _placing(uid: str, keyword: str) -> tuple[str, str]:
    """A UID, "" if it is none, and what is wrong with it."""
    if not uid:
        return "", f"missing:{keyword}"
    return (uid, "") if valid_uid(uid) else ("", f"invalid:{keyword}")


def header_with(
    source: Source,
    series: SeriesValues,
    own: Mapping[int, Value],
    transfer_syntax: str,
    cut_short: bool,
    program: bool,
) -> Header:
    """Brings together what a file's series says and what it says for itself."""
    get = own.get
    sop, fault = _placing(cast(str, get(tags.SOP_INSTANCE) or ""), "SOPInstanceUID")
    position = cast("tuple[float, ...] | None", get(tags.POSITION))
    folder, name = divided(source.place)
    shared = _shared(
        series, folder, transfer_syntax, fault, cut_short, program, position is not None
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
) -> Shared:
    if series.fault:
        fault = f"{series.fault},{fault}" if fault else series.fault
    return shared_once(
        Shared(
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
        )
    )


def _joined(one: Value, other: Value = None) -> str:
    """A text that is equal where these values are."""
    if one is None and other is None:
        return ""
    return "/".join([str(part) for part in (one, other) if part is not None and part != ""])
