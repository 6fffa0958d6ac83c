"""Real archives of synthetic DICOM, and shipments as a job would hand them to a destination."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import pydicom
from ulid import ULID

from gantry.engine.archive.pack import pack
from gantry.engine.archive.read import iter_members
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.events import Progress
from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.transfer.destination import Shipment
from support.dicom import make_study


def parcel_of(paths: Sequence[Path]) -> Parcel:
    """A parcel of these files, their headers read by pydicom."""
    instances = []
    for path in paths:
        status = path.stat()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some tests cut a header on purpose
            ds = pydicom.dcmread(path, stop_before_pixels=True, force=True)
            meta = getattr(ds, "file_meta", None)
        syntax = str(meta.get("TransferSyntaxUID", "")) if meta else ""
        instances.append(
            Instance(
                Source(str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns),
                sop_instance_uid=str(ds.get("SOPInstanceUID", "")),
                sop_class_uid=str(ds.get("SOPClassUID", "")),
                series_instance_uid=str(ds.get("SeriesInstanceUID", "")),
                study_instance_uid=str(ds.get("StudyInstanceUID", "")),
                transfer_syntax_uid=syntax or "1.2.840.10008.1.2",
                instance_number=int(ds.get("InstanceNumber", 0) or 0),
            )
        )
    studies = {i.study_instance_uid for i in instances}
    return Parcel(str(ULID()), studies.pop() if len(studies) == 1 else "", tuple(instances))


def archive_of(paths: Sequence[Path], spool: Path) -> Archive:
    """The packed and verified archive of these files."""
    spool.mkdir(parents=True, exist_ok=True)
    packed = pack(parcel_of(paths), spool, threads=1)
    return verify(packed.path, expected=packed)


def make_archive(folder: Path, **study: object) -> Archive:
    """The archive of a study that is made as `make_study` is told."""
    return archive_of(make_study(folder / "source", **study), folder / "spool")  # type: ignore[arg-type]


class Positions(list[str]):
    """What `Shipment.save` was given; `after` raises once so many were kept, as a kill would."""

    def __init__(self) -> None:
        super().__init__()
        self.hook: Callable[[str], None] = lambda state: None

    def __call__(self, state: str) -> None:
        self.append(state)
        self.hook(state)


class EndsAfter(CancelToken):
    """A token that is cancelled at its n-th check."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self._left = checks

    def check(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.cancel()
        super().check()


def shipment_of(
    archive: Archive,
    *,
    position: str = "",
    save: Callable[[str], None] = lambda state: None,
    token: CancelToken | None = None,
) -> Shipment:
    """A shipment with its own counters and token."""
    token = token or CancelToken()
    return Shipment(
        archive,
        Progress(),
        token,
        position=position,
        save=save,
        members=lambda: iter_members(archive.path, token, archive.files),
    )
