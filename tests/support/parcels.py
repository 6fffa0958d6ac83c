"""Makes parcels of plain files, for tests that don't care what DICOM is in them."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable
from pathlib import Path

from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import Parcel

STUDY, SERIES = "1.2.826.0.1.3680043.10.1", "1.2.826.0.1.3680043.10.1.7"
MR_IMAGE, EXPLICIT_LITTLE = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.1.2.1"


def source_of(path: Path, member: str = "", size: int | None = None) -> Source:
    """The file as a scan would see it now."""
    status = path.stat()
    return Source(
        str(path),
        status.st_size if size is None else size,
        status.st_mtime_ns,
        0 if os.name == "nt" else status.st_ctime_ns,
        member,
    )


def instance_of(source: Source, sop: str, series: str = SERIES) -> Instance:
    return Instance(source, sop, MR_IMAGE, series, STUDY, EXPLICIT_LITTLE)


def parcel_of(instances: Iterable[Instance], name: str = "01JTESTPARCEL0000000000000") -> Parcel:
    return Parcel(name, STUDY, tuple(instances), label="Head", patient_id="CANARY-ID-7391")


def write_files(folder: Path, contents: Iterable[bytes]) -> list[Path]:
    """Files named as a careless archive would: by the patient."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[Path] = []
    for number, content in enumerate(contents, 1):
        path = folder / f"Kanarienvogel Zwölfelf {number:04d}.dcm"
        path.write_bytes(content)
        paths.append(path)
    return paths


def parcel_with(folder: Path, contents: Iterable[bytes]) -> Parcel:
    """A parcel of one series, a file for each content."""
    paths = write_files(folder, contents)
    return parcel_of(instance_of(source_of(p), f"{SERIES}.{n}") for n, p in enumerate(paths, 1))


def image_like(size: int, seed: int = 1) -> bytes:
    """Bytes that shrink to about a half, as MR and CT do."""
    return random.Random(seed).randbytes((size + 1) // 2).hex().encode()[:size]


def dense(size: int, seed: int = 1) -> bytes:
    """Bytes that can't shrink, as JPEG 2000 can't."""
    return random.Random(seed).randbytes(size)
