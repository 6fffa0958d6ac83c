"""Makes the data of the benchmarks, once for each scratch folder."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.errors import InvalidDicomError
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    MRImageStorage,
    RTStructureSetStorage,
    generate_uid,
)

from gantry.engine.instance import Instance
from support.parcels import instance_of, source_of


def made(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, filled by `make` unless an earlier run has filled it."""
    whole = folder.with_suffix(".whole")
    if not whole.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        all_old(folder)
        whole.touch()
    return folder


def mr(data: Path | None, scratch: Path, files: int = 384) -> Path:
    """One MR study: the given slices, multiplied with new UIDs and noise, or synthetic ones."""

    def make(folder: Path) -> None:
        slices = _given(data) if data else _made_mr()
        rng = np.random.default_rng(1)
        study, series = generate_uid(), generate_uid()
        first: set[str] = set()
        for number in range(files):
            ds = next(slices)
            if ds.SOPInstanceUID in first and _is_native(ds):  # a second round: no slice twice
                pixels = np.frombuffer(ds.PixelData, np.uint16)
                noise = rng.integers(0, 2, pixels.shape, np.uint16)
                ds.PixelData = (pixels ^ noise).tobytes()
            first.add(ds.SOPInstanceUID)
            ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
            ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
            ds.save_as(folder / f"IM{number:05d}.dcm", enforce_file_format=True)

    return made(scratch / f"mr-{'given-' if data else ''}{files}", make)


def scanner(data: Path | None, scratch: Path, files: int = 96) -> Path:
    """MR slices with the header of a scanner: people, places, dates, requests, references, private
    elements. Given slices keep their own."""

    def make(folder: Path) -> None:
        for number, path in enumerate(sorted(mr(data, scratch).iterdir())[:files]):
            ds = dcmread(path)
            if data is None:
                _fill_in(ds, number)
            ds.save_as(folder / path.name, enforce_file_format=True)

    return made(scratch / f"scanner-{'given-' if data else ''}{files}", make)


def structures(scratch: Path, files: int = 4, contours: int = 300) -> Path:
    """RT structure sets, each with contours drawn on as many images."""

    def make(folder: Path) -> None:
        for number in range(files):
            ds = _dataset(RTStructureSetStorage, generate_uid(), generate_uid(), number, (1, 1))
            for keyword in ("Rows", "Columns", "PixelSpacing", "BitsAllocated", "BitsStored"):
                delattr(ds, keyword)
            ds.Modality, ds.StructureSetLabel = "RTSTRUCT", "Plan of Mark"
            ds.StructureSetDate, ds.StructureSetTime = "20260102", "101500"
            ds.ROIContourSequence = Sequence([_contours(contours)])
            ds.save_as(folder / f"RS{number:05d}", enforce_file_format=True)

    return made(scratch / f"structures-{files}-{contours}", make)


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


def enhanced(scratch: Path, files: int = 60, frames: int = 80) -> Path:
    """Enhanced multi-frame MR: functional groups for each frame, small pixels."""

    def make(folder: Path) -> None:
        rng = np.random.default_rng(4)
        study, series = generate_uid(), generate_uid()
        for number in range(files):
            ds = _dataset(EnhancedMRImageStorage, study, series, number, (64, 64))
            ds.NumberOfFrames = frames
            ds.SharedFunctionalGroupsSequence = Sequence([_shared_groups()])
            ds.PerFrameFunctionalGroupsSequence = Sequence(
                [_frame_groups(frame) for frame in range(frames)]
            )
            ds.PixelData = rng.integers(0, 4096, (frames, 64, 64), np.uint16).tobytes()
            ds.save_as(folder / f"IM{number:05d}", enforce_file_format=True)

    return made(scratch / f"enhanced-{files}", make)


def tree(scratch: Path, files: int = 20_000) -> Path:
    """A tree of small files: pydicom's own MR slice, a hundred in each series' folder."""

    def make(folder: Path) -> None:
        slice_ = Copier(Path(str(get_testdata_file("MR_small.dcm"))))
        for series in range(files // 100):
            study = series // 10
            inside = folder / f"patient {study // 5 + 1}" / f"study {study + 1}" / f"{series + 1}"
            inside.mkdir(parents=True)
            for number in range(100):
                slice_.copy(inside / f"IM{number:04d}", study, series, series * 100 + number)

    return made(scratch / f"tree-{files}", make)


def many(scratch: Path, files: int = 100_000, series: int = 2_000) -> Path:
    """As many instances as a catalog must hold; hardly more than headers."""

    def make(folder: Path) -> None:
        slice_ = scratch / "many.dcm"
        ds = _dataset(MRImageStorage, generate_uid(), generate_uid(), 0, (4, 4))
        ds.StudyDescription, ds.SeriesDescription = "Head without contrast", "T1 axial"
        ds.PixelData = bytes(32)
        ds.save_as(slice_, enforce_file_format=True)
        copier = Copier(slice_)
        each = files // series
        for number in range(files):
            inside = folder / f"{number // each:04d}"
            if number % each == 0:
                inside.mkdir()
            copier.copy(
                inside / f"{number % each:03d}", number // each // 5, number // each, number
            )

    return made(scratch / f"many-{files}", make)


def studies(data: Path | None, scratch: Path, count: int, size: int) -> Path:
    """`count` MR studies of `size` bytes each: the slices over and over, under new UIDs."""

    def make(folder: Path) -> None:
        copiers = [Copier(path) for path in sorted(mr(data, scratch).iterdir())]
        number = 0
        for study in range(count):
            (folder / f"study {study + 1}").mkdir()
            left = size
            while left > 0:
                copier = copiers[number % len(copiers)]
                copier.copy(folder / f"study {study + 1}" / f"IM{number:06d}", study, study, number)
                left -= copier.size
                number += 1

    name = f"studies-{'given-' if data else ''}{count}-{size // 10**6}"
    return made(scratch / name, make)


class Copier:
    """Copies one slice under other UIDs of the same length: as fast as the disk."""

    def __init__(self, path: Path) -> None:
        ds = dcmread(path, stop_before_pixels=True)
        self._data = path.read_bytes()
        uids = str(ds.StudyInstanceUID), str(ds.SeriesInstanceUID), str(ds.SOPInstanceUID)
        self._uids = [uid.encode() for uid in uids]
        self.size = len(self._data)

    def copy(self, to: Path, study: int, series: int, instance: int) -> None:
        data = self._data
        for old, kind, number in zip(self._uids, (1, 2, 3), (study, series, instance), strict=True):
            new = f"1.2.826.0.1.{kind}.{number + 1_000_000}".encode()
            new += b"1" * (len(old) - len(new))
            data = data.replace(old, new[: len(old)])
        to.write_bytes(data)


def all_old(folder: Path) -> None:
    """Dates the files back by an hour, so that nothing checks whether they still change."""
    then = time.time() - 3600
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


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
        found = False
        for path in paths:
            try:
                ds = dcmread(path)
            except InvalidDicomError:
                continue
            if "PixelData" in ds and "StudyInstanceUID" in ds:
                found = True
                yield ds
        if not found:
            raise SystemExit(f"no images under {data}")


def _is_native(ds: Dataset) -> bool:
    return not ds.file_meta.TransferSyntaxUID.is_encapsulated and len(ds.PixelData) % 2 == 0


def _shared_groups() -> Dataset:
    shared = Dataset()
    measures = Dataset()
    measures.PixelSpacing, measures.SliceThickness = [1, 1], 2
    shared.PixelMeasuresSequence = Sequence([measures])
    timing = Dataset()
    timing.RepetitionTime, timing.FlipAngle, timing.EchoTrainLength = 2000, 90, 1
    shared.MRTimingAndRelatedParametersSequence = Sequence([timing])
    return shared


def _frame_groups(frame: int) -> Dataset:
    groups, content, place, plane, echo = (Dataset() for _ in range(5))
    content.StackID, content.InStackPositionNumber = "1", frame + 1
    content.DimensionIndexValues = [1, frame + 1]
    content.FrameAcquisitionDateTime = f"20260102101500.{frame:06d}"
    place.ImagePositionPatient = [0, 0, frame * 2]
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    echo.EffectiveEchoTime = 30.0
    groups.FrameContentSequence = Sequence([content])
    groups.PlanePositionSequence = Sequence([place])
    groups.PlaneOrientationSequence = Sequence([plane])
    groups.MREchoSequence = Sequence([echo])
    return groups


def _contours(count: int) -> Dataset:
    roi = Dataset()
    roi.ReferencedROINumber, roi.ContourSequence = 1, Sequence()
    for number in range(count):
        contour, image = Dataset(), Dataset()
        image.ReferencedSOPClassUID = MRImageStorage
        image.ReferencedSOPInstanceUID = generate_uid()
        contour.ContourImageSequence = Sequence([image])
        contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", 60
        contour.ContourData = [number % 7 + n / 8 for n in range(180)]
        roi.ContourSequence.append(contour)
    return roi


def _fill_in(ds: Dataset, number: int) -> None:
    """What a scanner writes about people, places, times and the examination."""
    for keyword, value in _SCANNER.items():
        setattr(ds, keyword, value)
    ds.ContentTime = ds.AcquisitionTime = f"1015{number % 60:02d}.{number:06d}"
    ds.SliceLocation = number
    ds.FrameOfReferenceUID = f"{ds.StudyInstanceUID}.1"[:64]
    for keyword, count in (("ReferencedImageSequence", 3), ("RequestAttributesSequence", 1)):
        setattr(ds, keyword, Sequence([Dataset() for _ in range(count)]))
    for image in ds.ReferencedImageSequence:
        image.ReferencedSOPClassUID = MRImageStorage
        image.ReferencedSOPInstanceUID = generate_uid()
    request = ds.RequestAttributesSequence[0]
    request.RequestedProcedureID, request.ScheduledProcedureStepID = "R-4711", "S-4711"
    request.RequestedProcedureDescription = "Head of Mark Bench"
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0E, "FD", [0.6, 0.64, 0.48])
    block.add_new(0x27, "FD", [1.0, 0.0, 0.0, 1.0, 0.0, 1.0])
    block.add_new(0x99, "LO", "a name: Bench")


_SCANNER = {
    "SpecificCharacterSet": "ISO_IR 100", "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
    "InstanceCreationDate": "20260102", "InstanceCreationTime": "101500",
    "StudyDate": "20260102", "SeriesDate": "20260102", "AcquisitionDate": "20260102",
    "ContentDate": "20260102", "StudyTime": "101000", "SeriesTime": "101400",
    "AccessionNumber": "ACC471100815", "Manufacturer": "SIEMENS",
    "InstitutionName": "Hospital of Mark", "InstitutionAddress": "1 Mark Street, Mark",
    "ReferringPhysicianName": "Refer^Anna", "StationName": "MRC35047",
    "StudyDescription": "Head of Mark", "SeriesDescription": "T1 sag", "ProtocolName": "t1_sag",
    "InstitutionalDepartmentName": "Radiology", "PerformingPhysicianName": "Perform^Otto",
    "OperatorsName": "Operate^Ida", "ManufacturerModelName": "TrioTim",
    "PatientBirthDate": "19500117", "PatientSex": "F", "PatientAge": "075Y", "PatientWeight": 70,
    "PatientAddress": "2 Mark Street, Mark", "OtherPatientIDs": "0815-4711",
    "BodyPartExamined": "BRAIN", "ScanningSequence": "SE", "SequenceVariant": "SK",
    "MRAcquisitionType": "2D", "SequenceName": "*se2d1", "SliceThickness": 5,
    "RepetitionTime": 500, "EchoTime": 8.9, "NumberOfAverages": 1, "ImagingFrequency": 123.2,
    "ImagedNucleus": "1H", "EchoNumbers": 1, "MagneticFieldStrength": 3, "EchoTrainLength": 1,
    "DeviceSerialNumber": "35047", "SoftwareVersions": "syngo MR B17", "FlipAngle": 90,
    "PatientPosition": "HFS", "StudyID": "S4711", "SeriesNumber": 2, "AcquisitionNumber": 1,
    "WindowCenter": 300, "WindowWidth": 600, "PerformedProcedureStepStartDate": "20260102",
    "PerformedProcedureStepStartTime": "101000", "PerformedProcedureStepID": "P4711",
    "PerformedProcedureStepDescription": "Head",
}  # fmt: skip


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
