"""Makes a small study to try Gantry with: synthetic and valid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gantry.engine.lazy import load

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

SLICES = 24
SIDE = 128


def make_sample(folder: Path) -> Path:
    """Writes two series of CT slices of a synthetic head; returns the folder.

    For a worker thread. Raises OSError.
    """
    load("pydicom")
    import numpy as np  # noqa: PLC0415 - numpy: 60 ms
    from pydicom.dataset import Dataset, FileMetaDataset  # noqa: PLC0415 - pydicom: 120 ms
    from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid  # noqa: PLC0415 - pydicom: 120 ms

    folder.mkdir(parents=True, exist_ok=True)
    study, frame_of_reference = generate_uid(), generate_uid()
    y, x = np.mgrid[-1.0 : 1.0 : SIDE * 1j, -1.0 : 1.0 : SIDE * 1j]
    noise = np.random.default_rng(7)
    for number, (name, kernel) in enumerate((("Head", 12.0), ("Head sharp", 30.0)), start=1):
        series = generate_uid()
        for slice_ in range(SLICES):
            height = (slice_ + 0.5) / SLICES * 2 - 1
            picture = _slice(x, y, height) + noise.normal(0, kernel, (SIDE, SIDE))
            ds = Dataset()
            ds.SpecificCharacterSet = "ISO_IR 192"
            ds.ImageType = ["DERIVED", "SECONDARY", "AXIAL"]
            ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
            ds.StudyDate = ds.SeriesDate = ds.ContentDate = "20260105"
            ds.StudyTime = ds.SeriesTime = ds.ContentTime = "090000"
            ds.AccessionNumber = ""
            ds.Modality = "CT"
            ds.Manufacturer = "Gantry sample"
            ds.ReferringPhysicianName = ""
            ds.StudyDescription, ds.SeriesDescription = "Sample study", name
            ds.PatientName, ds.PatientID = "Sample^Sam", "SAMPLE-1"
            ds.PatientBirthDate, ds.PatientSex = "19700101", "O"
            ds.BodyPartExamined = "HEAD"
            ds.SliceThickness, ds.KVP = "5", "120"
            ds.PatientPosition = "HFS"
            ds.StudyInstanceUID, ds.SeriesInstanceUID = study, series
            ds.StudyID, ds.SeriesNumber, ds.AcquisitionNumber = "1", number, 1
            ds.InstanceNumber = slice_ + 1
            ds.ImagePositionPatient = [-112.0, -112.0, slice_ * 5.0]
            ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
            ds.FrameOfReferenceUID, ds.PositionReferenceIndicator = frame_of_reference, ""
            ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
            ds.Rows = ds.Columns = SIDE
            ds.PixelSpacing = [1.75, 1.75]
            ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
            ds.PixelRepresentation = 0
            ds.WindowCenter, ds.WindowWidth = "40", "120"
            ds.RescaleIntercept, ds.RescaleSlope, ds.RescaleType = "-1024", "1", "HU"
            ds.PixelData = np.clip(picture + 1024, 0, 4095).astype("<u2").tobytes()
            ds.file_meta = FileMetaDataset()
            ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            path = folder / f"series {number}" / f"slice {slice_ + 1:03d}.dcm"
            path.parent.mkdir(exist_ok=True)
            ds.save_as(path, enforce_file_format=True)
    return folder


def _slice(x: Array, y: Array, height: float) -> Array:
    """Hounsfield units of a head of ellipsoids, cut at `height` (-1 to 1)."""
    import numpy as np  # noqa: PLC0415 - numpy: 60 ms

    values = np.full(x.shape, -1000.0)
    for centre_x, centre_y, centre_z, wide, deep, high, units in (
        (0.0, 0.0, 0.0, 0.72, 0.92, 0.98, 700.0),
        (0.0, 0.0, 0.0, 0.66, 0.86, 0.92, 36.0),
        (-0.13, -0.05, 0.1, 0.09, 0.30, 0.40, 6.0),
        (0.13, -0.05, 0.1, 0.09, 0.30, 0.40, 6.0),
        (0.30, 0.25, -0.1, 0.13, 0.10, 0.20, 68.0),
        (0.0, -0.62, -0.55, 0.20, 0.16, 0.22, -950.0),
        (0.0, 0.55, -0.3, 0.28, 0.16, 0.25, 42.0),
    ):
        inside = (
            ((x - centre_x) / wide) ** 2
            + ((y - centre_y) / deep) ** 2
            + ((height - centre_z) / high) ** 2
        ) < 1
        values[inside] = units
    return values
