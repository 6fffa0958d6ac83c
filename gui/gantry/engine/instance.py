"""One DICOM instance as the scan found it: where it lies, what its header says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """Where an instance's bytes lie, and what the file looked like when it was scanned.

    Attributes:
        path: the file, as the system names it (may hold surrogate escapes); for a member of a
            ZIP, the ZIP's path.
        size: bytes of the instance (of the member, for a ZIP).
        mtime_ns: modification time of `path`.
        ctime_ns: POSIX change time of `path`; 0 on Windows, where it is the creation time.
        member: the name inside the ZIP at `path`, or "".
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    member: str = ""


@dataclass(frozen=True, slots=True)
class Geometry:
    """What the missing-slice check needs of an instance (DICOM PS3.3 §C.7.6.2)."""

    position: tuple[float, float, float] | None
    orientation: tuple[float, float, float, float, float, float] | None
    spacing: float | None = None
    frames: int = 1
    echo: str = ""
    acquisition: str = ""
    temporal: str = ""
    diffusion: str = ""
    image_type: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. A UID is "" where the file has none or an invalid one: `fault` says which.

    Attributes:
        fault: "" or comma-joined `missing:<keyword>`, `invalid:<keyword>` of the three UIDs that
            place an instance.
        cut_short: the file ends before its data do.
        changing: another program was still writing it when it was scanned.
        program: the preamble starts like a Windows or Linux program.
    """

    source: Source
    sop_instance_uid: str
    sop_class_uid: str
    series_instance_uid: str
    study_instance_uid: str
    transfer_syntax_uid: str
    instance_number: int | None = None
    rows: int = 0
    columns: int = 0
    geometry: Geometry | None = None
    burned_in: bool = False
    fault: str = ""
    cut_short: bool = False
    changing: bool = False
    program: bool = False
