"""`scan`, `scan-ct`, `scan-enhanced`, `scan-tree`."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path

import data as bench_data
import pydicom
from harness import Row
from pydicom.dataset import Dataset

from gantry.engine.cancel import CancelToken
from gantry.engine.intake.header.header import Header, read_header
from gantry.engine.intake.scan import Scanner, ScanUpdate

# What both read of each file: an attribute of the header, and the keyword of its element.
ABOUT = {
    "patient_id": "PatientID",
    "patient_name": "PatientName",
    "birth_date": "PatientBirthDate",
    "sex": "PatientSex",
    "study_date": "StudyDate",
    "study_time": "StudyTime",
    "study_description": "StudyDescription",
    "accession": "AccessionNumber",
    "series_number": "SeriesNumber",
    "series_description": "SeriesDescription",
    "series_date": "SeriesDate",
    "modality": "Modality",
    "body_part": "BodyPartExamined",
}
INSTANCE = {
    "sop_instance_uid": "SOPInstanceUID",
    "sop_class_uid": "SOPClassUID",
    "series_instance_uid": "SeriesInstanceUID",
    "study_instance_uid": "StudyInstanceUID",
    "instance_number": "InstanceNumber",
    "rows": "Rows",
    "columns": "Columns",
}
PLACE = {"position": "ImagePositionPatient", "orientation": "ImageOrientationPatient"}
KEYWORDS = (*ABOUT.values(), *INSTANCE.values(), *PLACE.values())


def rows(data: Path | None, scratch: Path) -> list[Row]:
    """The rows of reading headers and scanning trees."""
    return [
        _headers("scan", lambda: bench_data.mr(data, scratch), 6),
        _headers("scan-ct", lambda: bench_data.ct(scratch), 6),
        _headers("scan-enhanced", lambda: bench_data.enhanced(scratch), 10),
        _tree(scratch),
    ]


def _headers(name: str, folder: Callable[[], Path], goal: float) -> Row:
    """Headers alone, on one thread, against pydicom; both give the same values."""

    @cache
    def paths() -> list[str]:
        return [str(path) for path in sorted(folder().iterdir())]

    def ours() -> None:
        for path in paths():
            read_header(path)

    def peer() -> None:
        for path in paths():
            by_pydicom(path)

    def same() -> tuple[bool, str]:
        differing = sum(values(read_header(path)) != by_pydicom(path) for path in paths())
        return differing == 0, f"{len(paths())} files, {differing or 'no'} values differ"

    return Row(name, ours, peer, goal, before=paths, check=same)


def by_pydicom(path: str) -> dict[str, object]:
    """What pydicom says of the elements."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        return {keyword: _plain(ds, keyword) for keyword in KEYWORDS}


def _plain(ds: Dataset, keyword: str) -> object:
    value = ds.get(keyword)
    if value is None or value == "":
        return None
    if keyword in PLACE.values():
        return tuple(float(part) for part in value)
    return int(value) if isinstance(value, int) else str(value)


def values(header: Header) -> dict[str, object]:
    """What our header says of them."""
    found: dict[str, object] = {}
    for names, source in ((ABOUT, header.about), (INSTANCE, header.instance)):
        found |= {keyword: getattr(source, name) for name, keyword in names.items()}
    geometry = header.instance.geometry
    found |= {keyword: geometry and getattr(geometry, name) for name, keyword in PLACE.items()}
    return {keyword: None if value in ("", 0) else value for keyword, value in found.items()}


def _tree(scratch: Path) -> Row:
    """A whole scan, to a catalog, against finding the files and reading 4 KB of each."""

    @cache
    def folder() -> Path:
        return bench_data.tree(scratch)

    found: list[int] = []

    def ours() -> None:
        updates: list[ScanUpdate] = []
        scanner = Scanner(updates.append, CancelToken())
        scanner.add([str(folder())])
        found[:] = [scanner.run().instance_count]

    def peer() -> None:
        line = 'find "$1" -type f -print0 | xargs -0 head -q -c 4096 > /dev/null'
        subprocess.run(["bash", "-c", line, "bash", str(folder())], check=True)

    def whole() -> tuple[bool, str]:
        return found == [20_000], f"{found[0]:,} instances in the catalog"

    return Row("scan-tree", ours, peer, 8, within=True, before=folder, check=whole)
