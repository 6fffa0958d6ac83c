"""Small diffusion series as scanners of four makers write them, with b-values and directions in
private elements."""

from __future__ import annotations

import io
import random

from pydicom import Dataset, FileMetaDataset
from pydicom.dataset import FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, MRImageStorage

MAKERS = ("SIEMENS", "GE MEDICAL SYSTEMS", "Philips Medical Systems", "UIH")
VOLUMES = ((0, (0.0, 0.0, 0.0)), (1000, (0.6, 0.64, 0.48)), (700, (0.0, 0.8, -0.6)))
SLICES, SIZE = 4, 16


def diffusion(maker: str) -> list[bytes]:
    """The files of one series: three volumes of four slices; from United Imaging, a grid for each
    volume."""
    rng = random.Random(maker)
    made = []
    for volume, (b_value, direction) in enumerate(VOLUMES):
        if maker == "UIH":
            made.append(_grid(rng, volume, b_value, direction))
            continue
        for slice_ in range(SLICES):
            ds = _image(rng, maker, volume * SLICES + slice_, volume, slice_, SIZE)
            ds.NumberOfTemporalPositions, ds.TemporalPositionIdentifier = 3, volume + 1
            _PRIVATE[maker](ds, b_value, direction)
            made.append(_written(ds))
    return made


def _grid(rng: random.Random, volume: int, b_value: int, direction: tuple[float, ...]) -> bytes:
    ds = _image(rng, "UIH", volume, volume, 0, 2 * SIZE)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "M", "VFRAME"]
    ds.PixelData = rng.randbytes(2 * SIZE * 2 * SIZE * 2)
    block = ds.private_block(0x0065, "Image Private Header", create=True)
    block.add_new(0x09, "FD", float(b_value))
    block.add_new(0x37, "FD", list(direction))
    block.add_new(0x50, "DS", str(SLICES))
    frames = []
    for slice_ in range(SLICES):
        frame = Dataset()
        frame.AcquisitionDate, frame.AcquisitionTime = "20250304", f"10111{slice_}.5"
        frame.ImagePositionPatient = [-16, -16, 3 * slice_]
        frame.PatientName = "Hidden^Name"
        frames.append(frame)
    block.add_new(0x51, "SQ", Sequence(frames))
    return _written(ds)


def _siemens(ds: Dataset, b_value: int, direction: tuple[float, ...]) -> None:
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x0C, "IS", str(b_value))
    block.add_new(0x0D, "CS", "DIRECTIONAL" if b_value else "NONE")
    if b_value:
        block.add_new(0x0E, "FD", list(direction))
        x, y, z = direction
        products = (x * x, x * y, x * z, y * y, y * z, z * z)
        block.add_new(0x27, "FD", [b_value * product for product in products])
    block.add_new(0x99, "LO", "Hidden^Name")


def _ge(ds: Dataset, b_value: int, direction: tuple[float, ...]) -> None:
    block = ds.private_block(0x0019, "GEMS_ACQU_01", create=True)
    for element, value in zip((0xBB, 0xBC, 0xBD), direction, strict=True):
        block.add_new(element, "DS", f"{value:g}")
    block = ds.private_block(0x0043, "GEMS_PARM_01", create=True)
    block.add_new(0x39, "IS", [str(b_value), "8", "0", "0"])
    ds.InPlanePhaseEncodingDirection = "COL"


def _philips(ds: Dataset, b_value: int, direction: tuple[float, ...]) -> None:
    block = ds.private_block(0x2001, "Philips Imaging DD 001", create=True)
    block.add_new(0x03, "FL", float(b_value))
    block.add_new(0x04, "CS", "O" if b_value else "N")
    block.add_new(0x18, "SL", SLICES)
    block = ds.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    for element, value in zip((0xB0, 0xB1, 0xB2), direction, strict=True):
        block.add_new(element, "FL", value)


_PRIVATE = {
    "SIEMENS": _siemens, "GE MEDICAL SYSTEMS": _ge, "Philips Medical Systems": _philips,
}  # fmt: skip


def _image(
    rng: random.Random, maker: str, number: int, volume: int, slice_: int, size: int
) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = UID(f"1.2.826.0.1.3680043.99.7.{number + 1}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = (
        "1.2.826.0.1.3680043.99.5",
        "1.2.826.0.1.3680043.99.6",
    )
    ds.FrameOfReferenceUID = "1.2.826.0.1.3680043.99.8"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = "Hidden^Name", "HID4711", "19500102"
    ds.StudyDate = ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20250304"
    ds.StudyTime = ds.SeriesTime = "101010"
    ds.AcquisitionTime = ds.ContentTime = f"1011{number:02d}.25"
    ds.Manufacturer, ds.ManufacturerModelName, ds.Modality = maker, "Scanner", "MR"
    ds.ImageType = ["ORIGINAL", "PRIMARY", "DIFFUSION", "NONE"]
    ds.SeriesDescription, ds.ProtocolName = "dti of Hidden", "dti"
    ds.SeriesNumber, ds.AcquisitionNumber, ds.InstanceNumber = 3, volume + 1, number + 1
    ds.ScanningSequence, ds.SequenceVariant, ds.MRAcquisitionType = "EP", "SK", "2D"
    ds.SequenceName, ds.RepetitionTime, ds.EchoTime = "*ep_b", "3000", "90"
    ds.MagneticFieldStrength, ds.FlipAngle, ds.PatientPosition = "3", "90", "HFS"
    ds.SliceThickness = ds.SpacingBetweenSlices = "3"
    ds.ImagePositionPatient = [-16, -16, 3 * slice_]
    ds.ImageOrientationPatient, ds.PixelSpacing = [1, 0, 0, 0, 1, 0], [2, 2]
    ds.SliceLocation = 3 * slice_
    ds.Rows = ds.Columns = size
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.PixelData = rng.randbytes(size * size * 2)
    ds["PixelData"].VR = "OW"
    return ds


def _written(ds: FileDataset) -> bytes:
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()
