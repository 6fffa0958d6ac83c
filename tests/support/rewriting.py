"""A rewriter for tests: new UIDs, another patient's name, a few more bytes."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import pydicom
from pydicom.uid import UID

from gantry.engine import events
from gantry.engine.content import Change, Identity, Profile, Rewritten, Treatment
from gantry.engine.instance import Instance
from gantry.engine.parcel import Archive, Parcel, ReadFile
from gantry.store.history import History
from support.history import archive_of

PROFILE = Profile("test", "2026c", "0.2.0", "f1d0")
RENAMED = Treatment("renaming", PROFILE, "salt")
NAME = "Nobody^At All"
PATIENT_NAME = 0x0010_0010


def new_uid(old: str) -> str:
    """Another UID for this one, the same every time; "" for none."""
    digest = hashlib.sha256(f"salt{old}".encode()).digest()
    return f"2.25.{int.from_bytes(digest[:15])}" if old else ""


class Renaming:
    """Rewrites DICOM files with pydicom; raises ValueError for those numbered `fails_at`."""

    def __init__(self, fails_at: int = 0) -> None:
        self.fails_at = fails_at

    def summary(self) -> None:
        return None

    def unchanged(self, source: Instance) -> Identity | None:
        return None

    def rewrite(self, source: Instance, data: memoryview) -> Rewritten:
        if source.instance_number == self.fails_at:
            raise ValueError("Kanarienvogel can't be renamed")
        ds = pydicom.dcmread(io.BytesIO(data), force=True)
        identity = Identity(
            new_uid(source.sop_instance_uid),
            new_uid(source.series_instance_uid),
            new_uid(source.study_instance_uid),
            source.sop_class_uid,
            source.transfer_syntax_uid,
        )
        ds.PatientName = NAME
        ds.PatientComments = "rewritten"
        for keyword in ("SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID"):
            setattr(ds, keyword, new_uid(str(ds.get(keyword, ""))))
        ds.file_meta.MediaStorageSOPInstanceUID = UID(identity.sop_instance_uid)
        made = io.BytesIO()
        ds.save_as(made)
        whole = made.getvalue()
        return Rewritten((whole[:100], whole[100:]), identity, {Change(PATIENT_NAME, "replace"): 1})


def rewritten_archive(parcel: Parcel, folder: Path = Path("/spool")) -> Archive:
    """The archive that the packer would make of a parcel through such a rewriter; no file."""
    plain = archive_of(parcel, folder)
    files = []
    for source, file in zip(parcel.files, plain.files, strict=True):
        identity = Identity(
            source.sop_instance_uid,
            source.series_instance_uid,
            source.study_instance_uid,
            source.sop_class_uid,
            source.transfer_syntax_uid,
        )
        series, sop = new_uid(file.series_instance_uid), new_uid(file.sop_instance_uid)
        files.append(
            replace(
                file,
                name=f"{series}/{sop}.dcm",
                size=file.size + 11,
                sop_instance_uid=sop,
                series_instance_uid=series,
                read=ReadFile(file.size, "e" + file.sha256[1:], identity),
            )
        )
    return replace(
        plain, files=tuple(files), study_uid=new_uid(parcel.study_uid), deidentified=PROFILE
    )


def verified(job: str, parcel: Parcel) -> events.ParcelVerified:
    """That such an archive was packed."""
    return events.ParcelVerified(job, parcel.id, 1, rewritten_archive(parcel), 1.0, 0.5)


def assert_kept(history: History, parcel: Parcel) -> None:
    """What was read and what is sent of such an archive are both in the history, and apart."""
    wanted = rewritten_archive(parcel)
    archive = history.archive(parcel.id)
    assert archive is not None
    assert archive.files == wanted.files
    assert [(f.source, f.read) for f in archive.files] == [(f.source, f.read) for f in wanted.files]
    assert archive.study_uid == new_uid(parcel.study_uid)
    assert [(r.path, r.sop_instance_uid, r.size) for r in history.sources(parcel.id)] == [
        (f.source.path, f.sop_instance_uid, f.size) for f in parcel.files
    ]
