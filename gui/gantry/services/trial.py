"""Sends a tiny test upload, on the user's request, to destinations that allow it.

The file is a synthetic image of a patient called Gantry^Test, 16 × 16 pixels, so that a server that
inspects archives finds DICOM there.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from ulid import ULID

from gantry.engine.archive.pack import pack
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.instance import Instance, Source
from gantry.engine.lazy import load
from gantry.engine.parcel import Parcel
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.registry import KINDS
from gantry.engine.trial import Trial
from gantry.services.policy import check_place

if TYPE_CHECKING:
    from gantry.services.named_destinations import Place
    from gantry.services.services import Services
    from gantry.store.settings import SavedDestination

_SIDE = 16


def try_out(
    services: Services,
    place: Place,
    token: CancelToken,
    credentials: Credentials | None = None,
    saved: SavedDestination | None = None,
) -> Trial:
    """Sends a test upload. For a worker thread.

    Raises:
        GantryError: CALL_INVALID: the destination accepts no test upload; POLICY_FORBIDS;
            POLICY_INVALID; or there was no answer.
        Cancelled.
    """
    check_place(place)
    destination = services.destinations.open(place, credentials, saved)
    try:
        if not destination.features.tries_out:
            schemes = [s for kind in KINDS if kind.features.tries_out for s in kind.schemes]
            facts: dict[str, str | int | float] = {
                "option": "--try", "wanted": f"an {' or '.join(schemes)} address",
            }  # fmt: skip
            raise GantryError(ErrorCode.CALL_INVALID, facts=facts)
        with tempfile.TemporaryDirectory(prefix="gantry-test-") as name:
            folder = Path(name)
            packed = pack(_parcel(folder), folder, token=token, threads=1)
            archive = verify(packed.path, expected=packed)
            return destination.try_out(Shipment(archive, Progress(), token))
    finally:
        destination.close()


def _parcel(folder: Path) -> Parcel:
    load("pydicom")
    from pydicom.dataset import Dataset, FileMetaDataset  # noqa: PLC0415 - pydicom: 120 ms
    from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid  # noqa: PLC0415 - pydicom: 120 ms

    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    ds.StudyInstanceUID, ds.SeriesInstanceUID = generate_uid(), generate_uid()
    ds.PatientName, ds.PatientID, ds.PatientBirthDate, ds.PatientSex = "Gantry^Test", "TEST", "", ""
    ds.StudyDate, ds.StudyTime, ds.StudyID, ds.AccessionNumber = "", "", "", ""
    ds.StudyDescription, ds.Modality, ds.ConversionType = "Test upload", "OT", "SYN"
    ds.ReferringPhysicianName, ds.SeriesNumber, ds.InstanceNumber = "", 1, 1
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.Rows = ds.Columns = _SIDE
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    ds.PixelData = bytes(range(_SIDE * _SIDE))
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    path = folder / "test.dcm"
    ds.save_as(path, enforce_file_format=True)
    status = path.stat()
    instance = Instance(
        Source(str(path), status.st_size, status.st_mtime_ns, status.st_ctime_ns),
        sop_instance_uid=str(ds.SOPInstanceUID),
        sop_class_uid=str(ds.SOPClassUID),
        series_instance_uid=str(ds.SeriesInstanceUID),
        study_instance_uid=str(ds.StudyInstanceUID),
        transfer_syntax_uid=str(ExplicitVRLittleEndian),
        instance_number=1,
    )
    return Parcel(str(ULID()), str(ds.StudyInstanceUID), (instance,))
