"""Makes small valid DICOM; its patients carry canary names that no log may ever show."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.fileset import FileSet
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
    generate_uid,
)

CANARY_NAME = "Kanarienvogel^Zwölfelf"
CANARY_ID = "CANARY-ID-7391"
CANARY_BIRTH_DATE = "19031107"
CANARY_ACCESSION = "CANARY-ACC-52"
CANARIES = ("Kanarienvogel", CANARY_ID, CANARY_BIRTH_DATE, CANARY_ACCESSION)


def make_instance(
    path: Path,
    *,
    study: str,
    series: str,
    number: int = 1,
    sop: str = "",
    modality: str = "MR",
    patient_id: str = CANARY_ID,
    patient_name: str = CANARY_NAME,
    size: int = 16,
    implicit: bool = False,
    seed: int | None = None,
    **tags: object,
) -> Path:
    """Writes one instance of `size` × `size` 16-bit noise; extra keywords are DICOM keywords."""
    ds = Dataset()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID = CTImageStorage if modality == "CT" else MRImageStorage
    ds.SOPInstanceUID = sop or new_uid()
    ds.StudyInstanceUID = study
    ds.SeriesInstanceUID = series
    ds.PatientName = patient_name
    ds.PatientID = patient_id
    ds.PatientBirthDate = CANARY_BIRTH_DATE
    ds.PatientSex = "O"
    ds.AccessionNumber = CANARY_ACCESSION
    ds.StudyDate = "20260102"
    ds.StudyTime = "101500"
    ds.StudyDescription = "Head"
    ds.SeriesDescription = "T1 axial"
    ds.SeriesNumber = 1
    ds.Modality = modality
    ds.InstanceNumber = number
    ds.ImagePositionPatient = [0, 0, float(number) * 2]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [1, 1]
    ds.SliceThickness = 2
    ds.Rows = ds.Columns = size
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.BitsAllocated = 16
    ds.BitsStored = 12
    ds.HighBit = 11
    ds.PixelRepresentation = 0
    for keyword, value in tags.items():
        setattr(ds, keyword, value)
    if seed is None:
        seed = int.from_bytes(hashlib.sha256(str(ds.SOPInstanceUID).encode()).digest()[:4])
    noise = np.random.default_rng(seed).integers(0, 4096, (size, size), dtype=np.uint16)
    ds.PixelData = noise.tobytes()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


def new_uid() -> str:
    """A new UID, always of 64 characters: where each later element lies never depends on luck."""
    while len(uid := generate_uid()) < 64:
        pass
    return uid


def cut_in_header(path: Path) -> bytes:
    """The beginning of a made file, up to the middle of its accession number's value.

    A fixed count of bytes may end between two elements, and what ends there is a whole file.
    """
    data = path.read_bytes()
    return data[: data.index(CANARY_ACCESSION.encode()) + 4]


def make_study(
    folder: Path,
    *,
    series: int = 1,
    instances: int = 3,
    study: str = "",
    **kwargs: object,
) -> list[Path]:
    """Writes a study of `series` × `instances` files and returns their paths."""
    study = study or new_uid()
    made: list[Path] = []
    for s in range(series):
        uid = new_uid()
        for n in range(1, instances + 1):
            path = folder / f"series {s + 1}" / f"IM{n:04d}"
            tags = {"SeriesNumber": s + 1, **kwargs}
            made.append(make_instance(path, study=study, series=uid, number=n, **tags))  # type: ignore[arg-type]
    return made


def make_medium(folder: Path, *, instances: int) -> Path:
    """Writes a folder as on a CD, of one study, and returns its DICOMDIR."""
    made = FileSet()
    for path in make_study(folder.parent / "made", instances=instances):
        ds = dcmread(path)
        ds.StudyID = "1"
        made.add(ds)
    made.write(folder)
    made._stage["t"].cleanup()  # a folder of its own that it would leave to the garbage collector
    return folder / "DICOMDIR"
