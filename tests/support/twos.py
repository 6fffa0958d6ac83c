"""Two archives that could be confused: of one study, of one size, of one name, of one UID."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path

import pydicom
from pydicom.uid import generate_uid
from ulid import ULID

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.parcel import Archive
from gantry.engine.transfer.size_limit import split
from support.dicom import make_instance, make_study
from support.shipments import archive_of, parcel_of


def _series(folder: Path, study: str, number: int, instances: int) -> list[Path]:
    series = generate_uid()
    return [
        make_instance(
            folder / f"IM{n:04d}",
            study=study,
            series=series,
            number=n,
            size=64,
            SeriesNumber=number,
            StudyID="41",
        )
        for n in range(1, instances + 1)
    ]


def of_one_study(folder: Path, *, instances: int = 3) -> tuple[Archive, Archive]:
    """Two series of one study, with as many files each and archives of the same size."""
    study = generate_uid()
    by_size: dict[int, Archive] = {}
    for number in range(100, 300):  # noise packs to sizes that differ by a few bytes
        paths = _series(folder / str(number), study, number, instances)
        archive = archive_of(paths, folder / "spool")
        other = by_size.setdefault(archive.size, archive)
        if other is not archive:
            return other, archive
    raise AssertionError("no two archives of one size")


def halves(folder: Path, *, instances: int = 6) -> tuple[Archive, Archive]:
    """A series that was cut in two, as after a 413."""
    whole = parcel_of(make_study(folder / "whole", instances=instances, size=64, StudyID="41"))
    parts = split(whole, whole.size // 2 + 8192)
    assert [len(p.files) for p in parts] == [instances // 2] * 2
    (folder / "spool").mkdir(parents=True, exist_ok=True)
    made = [pack(part, folder / "spool", threads=1) for part in parts]
    one, two = (verify(archive.path, expected=archive) for archive in made)
    return one, two


def corrected(folder: Path, *, instances: int = 3) -> tuple[Archive, Archive]:
    """The same instances twice: the second time only their pixels differ."""
    paths = make_study(folder / "old", instances=instances, size=64, StudyID="41")
    renewed = []
    for path in paths:
        ds = pydicom.dcmread(path)
        ds.PixelData = ds.PixelData[::-1]
        renewed.append(folder / "new" / path.name)
        renewed[-1].parent.mkdir(parents=True, exist_ok=True)
        ds.save_as(renewed[-1])
    return archive_of(paths, folder / "spool"), archive_of(renewed, folder / "spool")


def of_one_name(folder: Path) -> tuple[Archive, Archive]:
    """One parcel packed twice, its source files having changed between."""
    parcel = str(ULID())
    made = []
    for number, archive in enumerate(corrected(folder)):
        named = archive.path.parent / str(number) / f"{parcel}.tar.gz"
        named.parent.mkdir()
        archive.path.rename(named)
        made.append(dataclasses.replace(archive, parcel=parcel, path=named))
    return made[0], made[1]


def pixels(data: bytes) -> bytes:
    """The pixels of a DICOM file's bytes."""
    ds = pydicom.dcmread(io.BytesIO(data), force=True)
    return bytes(ds.PixelData)


def pixels_of(folder: Path) -> dict[str, bytes]:
    """SOP Instance UID -> pixels, of all DICOM files in a folder."""
    read = [pydicom.dcmread(path) for path in folder.rglob("IM*")]
    return {str(ds.SOPInstanceUID): bytes(ds.PixelData) for ds in read}
