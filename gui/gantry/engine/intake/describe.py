"""Makes a header of the values that were read; what a whole series shares is made once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from gantry.engine.instance import Geometry, Instance, Source
from gantry.engine.intake import tags
from gantry.engine.intake.elements import Elements
from gantry.engine.intake.values import Value, valid_uid, values_of

# What mostly differs from file to file of a series; everything else is looked up as one.
_OWN: Final = (
    tags.SOP_INSTANCE, tags.INSTANCE_NUMBER, tags.POSITION, tags.ECHO_TIME, tags.ECHO_NUMBERS,
    tags.TRIGGER_TIME, tags.B_VALUE, tags.TEMPORAL_POSITION,
)  # fmt: skip
_SHARED: Final = tuple(tag for tag in tags.WANTED if tag not in _OWN)


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


@dataclass(frozen=True, slots=True)
class _Shared:
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


def header_from_elements(
    source: Source, found: Elements, transfer_syntax: str, *, program: bool
) -> Header:
    """The header of a file that the walker went through.

    Raises LookupError, TypeError or ValueError for a character set that is none.
    """
    get = found.values.get
    shared = _shared_of(tuple([get(tag) for tag in _SHARED]), found.little, found.implicit)
    own = values_of(found.values, _OWN, little=found.little, implicit=found.implicit)
    return _header(source, shared, own, transfer_syntax, found.cut_short, program)


def header_from_values(
    source: Source,
    values: Mapping[int, Value],
    transfer_syntax: str,
    *,
    cut_short: bool,
    program: bool,
) -> Header:
    """The header of a file that pydicom read."""
    return _header(source, _shared(values), values, transfer_syntax, cut_short, program)


@lru_cache(maxsize=1024)
def _shared_of(raw: tuple[bytes | None, ...], little: bool, implicit: bool) -> _Shared:
    present = {tag: data for tag, data in zip(_SHARED, raw, strict=True) if data is not None}
    return _shared(values_of(present, _SHARED, little=little, implicit=implicit))


def _shared(values: Mapping[int, Value]) -> _Shared:
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
    return _Shared(
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


def _header(
    source: Source,
    shared: _Shared,
    own: Mapping[int, Value],
    transfer_syntax: str,
    cut_short: bool,
    program: bool,
) -> Header:
    get = own.get
    sop, fault = _placing(cast(str, get(tags.SOP_INSTANCE) or ""), "SOPInstanceUID")
    if shared.fault:
        fault = f"{shared.fault},{fault}" if fault else shared.fault
    geometry = None
    position = cast("tuple[float, ...] | None", get(tags.POSITION))
    if position is not None or shared.orientation is not None or shared.frames != 1:
        geometry = Geometry(
            position if position is not None and len(position) == 3 else None,
            shared.orientation,
            shared.spacing,
            shared.frames,
            _joined(get(tags.ECHO_NUMBERS), get(tags.ECHO_TIME)),
            shared.acquisition,
            _joined(get(tags.TEMPORAL_POSITION), get(tags.TRIGGER_TIME)),
            _joined(get(tags.B_VALUE)),
            shared.image_type,
        )
    instance = Instance(
        source,
        sop,
        shared.sop_class_uid,
        shared.series_uid,
        shared.study_uid,
        transfer_syntax,
        cast("int | None", get(tags.INSTANCE_NUMBER)),
        shared.rows,
        shared.columns,
        geometry,
        shared.burned_in,
        fault,
        cut_short,
        False,
        program,
    )
    return Header(instance, shared.about)


def _joined(*parts: Value) -> str:
    """A text that is equal where these values are."""
    return "/".join([str(part) for part in parts if part is not None and part != ""])
