"""Makes the data of the benchmarks, once for each scratch folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    generate_uid,
)

from gantry.engine.instance import Instance
from support.parcels import instance_of, source_of


def made(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, filled by `make` unless an earlier run did it."""
    whole = folder.with_suffix(".whole")
    if not whole.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        whole.touch()
    return folder


def mr(data: Path | None, scratch: Path, files: int = 384) -> Path:
    """One MR study: the given slices, multiplied with new UIDs and noise, or made ones."""

    def make(folder: Path) -> None:
        slices = _given(data) if data else _made_mr()
        rng = np.random.default_rng(1)
        study, series = generate_uid(), generate_uid()
        first: set[str] = set()
        for number in range(files):
            ds = next(slices)
            if ds.SOPInstanceUID in first:  # a second round: no slice twice
                pixels = np.frombuffer(ds.PixelData, np.uint16)
                noise = rng.integers(0, 2, pixels.shape, np.uint16)
                ds.PixelData = (pixels ^ noise).tobytes()
            first.add(ds.SOPInstanceUID)
            ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
            ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
            ds.save_as(folder / f"IM{number:05d}.dcm")

    return made(scratch / f"mr-{files}", make)


def ct(scratch: Path, files: int = 200) -> Path:
    """One CT study: 512 × 512 × 16 bit, air around a noisy body."""

    def make(folder: Path) -> None:
        rng = np.random.default_rng(2)
        y, x = np.mgrid[-1:1:512j, -1:1:512j]
        body = (x**2 + 1.6 * y**2) < 0.7
        study, series = generate_uid(), generate_uid()
        for number in range(files):
            tissue = 1040 + 60 * np.sin(9 * x + number / 9) + rng.normal(0, 18, x.shape)
            pixels = np.where(body, tissue, 24).clip(0, 4095).astype(np.uint16)
            ds = _dataset(CTImageStorage, study, series, number, pixels.shape)
            ds.PixelData = pixels.tobytes()
            ds.save_as(folder / f"IM{number:05d}", enforce_file_format=True)

    return made(scratch / f"ct-{files}", make)


def dense(scratch: Path, files: int = 800, size: int = 180_000) -> Path:
    """One study whose pixels look like JPEG 2000: nothing shrinks them further."""

    def make(folder: Path) -> None:
        rng = np.random.default_rng(3)
        study, series = generate_uid(), generate_uid()
        for number in range(files):
            ds = _dataset(MRImageStorage, study, series, number, (512, 512))
            ds.file_meta.TransferSyntaxUID = JPEG2000Lossless
            ds.PixelData = encapsulate([rng.bytes(size)])
            ds["PixelData"].VR = "OB"
            ds.save_as(folder / f"IM{number:05d}", enforce_file_format=True)

    return made(scratch / f"dense-{files}", make)


def instances(folder: Path) -> list[Instance]:
    """The folder's files as a scan finds them."""
    found: list[Instance] = []
    for path in sorted(folder.iterdir()):
        ds = dcmread(path, specific_tags=["SOPInstanceUID", "SeriesInstanceUID"])
        sop, series = str(ds.SOPInstanceUID), str(ds.SeriesInstanceUID)
        found.append(instance_of(source_of(path), sop, series))
    return found


def _given(data: Path) -> Iterator[Dataset]:
    paths = sorted(p for p in data.rglob("*") if p.is_file())
    while True:
        for path in paths:
            yield dcmread(path)


def _made_mr() -> Iterator[Dataset]:
    rng = np.random.default_rng(1)
    y, x = np.mgrid[-1:1:320j, -1:1:320j]
    head = (x**2 + y**2) < 0.55
    number = 0
    while True:
        signal = 300 + 200 * np.sin(7 * x + number / 20) * np.cos(5 * y)
        noise = np.abs(rng.normal(0, 6, x.shape))
        pixels = (np.where(head, signal, 0) + noise).clip(0, 4095).astype(np.uint16)
        ds = _dataset(MRImageStorage, "1.2", "1.3", number, pixels.shape)
        ds.PixelData = pixels.tobytes()
        number += 1
        yield ds


def _dataset(
    sop_class: str, study: str, series: str, number: int, shape: tuple[int, ...]
) -> Dataset:
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
    ds.PatientName, ds.PatientID = "Bench^Mark", "BENCH"
    ds.Modality = "CT" if sop_class == CTImageStorage else "MR"
    ds.InstanceNumber = number + 1
    ds.ImagePositionPatient = [0, 0, number]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.PixelSpacing = [1, 1]
    ds.Rows, ds.Columns = shape
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 12, 11, 0
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    return ds
