"""Studies with a different token in every place that may name a patient.

A search for the tokens in the result says which places a de-identification forgot. Depth, VR,
character set, transfer syntax, private blocks and the kind of lengths differ by seed.
"""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field

from pydicom import Dataset, FileMetaDataset
from pydicom.dataset import FileDataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
    RTStructureSetStorage,
)

from gantry.engine.deidentify.pseudonyms import patient_identity

TEXT_PLACES = (
    "AdditionalPatientHistory",
    "StudyDescription",
    "SeriesDescription",
    "ProtocolName",
    "ImageComments",
    "PatientComments",
    "InstitutionName",
    "InstitutionAddress",
    "StationName",
    "DeviceSerialNumber",
    "PatientAddress",
    "PatientTelephoneNumbers",
    "WindowCenterWidthExplanation",
    "DerivationDescription",
    "RequestedProcedureDescription",
    "AdmissionID",
    "OtherPatientIDs",
    "AccessionNumber",
    "StudyID",
    "MedicalAlerts",
    "Occupation",
)
NAME_PLACES = (
    "ReferringPhysicianName",
    "OperatorsName",
    "PerformingPhysicianName",
    "PatientMotherBirthName",
    "OtherPatientNames",
)
DATE_PLACES = (
    "SeriesDate",
    "AcquisitionDate",
    "ContentDate",
    "InstanceCreationDate",
    "LastMenstrualDate",
)
# Sequences that stay, in which something may be hidden at any depth.
HIDING_PLACES = (
    "AnatomicRegionSequence",
    "SharedFunctionalGroupsSequence",
    "ReferencedImageSequence",
    "ModalityLUTSequence",
)


@dataclass
class Planted:
    """Files and what was hidden in them.

    Attributes:
        files: their bytes.
        tokens: token → its place.
        instances: SOP Instance UIDs of the images.
        identity: of the patient, as the engine tells patients apart.
    """

    files: list[bytes] = field(default_factory=list)
    tokens: dict[bytes, str] = field(default_factory=dict)
    instances: list[str] = field(default_factory=list)
    identity: str = ""

    @property
    def days(self) -> list[bytes]:
        """The tokens that are dates."""
        return [token for token in self.tokens if token.isdigit()]

    def left_in(self, data: bytes) -> list[str]:
        """The places whose token is still there."""
        lower = data.lower()
        return [place for token, place in self.tokens.items() if token.lower() in lower]


class _Planter:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.made = Planted()

    def text(self, place: str) -> str:
        letters = "".join(self.random.choices("BCDFGHJKLMNPQRSTVWXZ", k=8))
        self.made.tokens[letters.encode()] = place
        return letters

    def date(self, place: str) -> str:
        day = f"{self.random.randint(1950, 1989)}{self.random.randint(1, 12):02d}17"
        self.made.tokens[day.encode()] = place
        return day

    def uid(self, place: str) -> str:
        uid = (
            f"1.2.826.0.1.3680043.99.{self.random.randrange(10**12)}.{self.random.randrange(10**9)}"
        )
        self.made.tokens[uid.encode()] = place
        return uid


def planted(seed: int, *, implicit: bool = False, images: int = 2) -> Planted:
    """A study of MR images and the structures drawn on them."""
    planter = _Planter(seed)
    made, rng = planter.made, planter.random
    study, series, frame = planter.uid("study"), planter.uid("series"), planter.uid("frame")
    name = f"{planter.text('patient: family')}^{planter.text('patient: given')}"
    patient_id, born = planter.text("patient id"), planter.date("birth date")
    made.identity = patient_identity("", patient_id, name, born, study)
    made.instances = [planter.uid(f"image {n}") for n in range(images)]

    def begun(sop_class: UID, sop: str, modality: str) -> FileDataset:
        meta = FileMetaDataset()
        meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, UID(sop)
        meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
        meta.SourceApplicationEntityTitle = planter.text("source AE")
        preamble = planter.text("preamble").encode().ljust(128, b"\0")
        ds = FileDataset("", {}, file_meta=meta, preamble=preamble)
        ds.SOPClassUID, ds.SOPInstanceUID = sop_class, UID(sop)
        ds.StudyInstanceUID, ds.SeriesInstanceUID = UID(study), UID(series)
        ds.Modality, ds.PatientName, ds.PatientID = modality, name, patient_id
        ds.PatientBirthDate, ds.StudyDate, ds.StudyTime = born, planter.date("study date"), "101112"
        ds.PatientAge, ds.PatientSex, ds.Manufacturer = "093Y", "F", "Maker"
        return ds

    for number, sop in enumerate(made.instances):
        ds = begun(MRImageStorage, sop, "MR")
        if rng.random() < 0.5:
            ds.SpecificCharacterSet = rng.choice(["ISO_IR 192", "ISO_IR 100", "GB18030"])
        for keyword in TEXT_PLACES:
            setattr(ds, keyword, f"at {planter.text(keyword)}"[:16])
        for keyword in NAME_PLACES:
            setattr(ds, keyword, f"{planter.text(keyword)}^A")
        for keyword in DATE_PLACES:
            setattr(ds, keyword, planter.date(keyword))
        ds.AcquisitionDateTime = planter.date("AcquisitionDateTime") + "101112.5+0100"
        ds.FrameOfReferenceUID, ds.InstanceNumber = UID(frame), number + 1
        for place in HIDING_PLACES:
            setattr(ds, place, [_hidden(planter, place, rng.randint(0, 3))])
        ds.ReferencedImageSequence[0].ReferencedSOPClassUID = MRImageStorage
        ds.ReferencedImageSequence[0].ReferencedSOPInstanceUID = UID(rng.choice(made.instances))
        _add_private(planter, ds, rng.randrange(0x10, 0xF0))
        ds.add_new(0x0010FFF0, "LO", planter.text("an element of a later edition"))
        ds.add_new(0x60000022, "LO", planter.text("OverlayDescription"))
        ds.add_new(0x60003000, "OW", planter.text("OverlayData").encode())
        ds.Rows = ds.Columns = 16
        ds.BitsAllocated = ds.BitsStored = 16
        ds.HighBit, ds.PixelRepresentation, ds.SamplesPerPixel = 15, 0, 1
        ds.PhotometricInterpretation = "MONOCHROME2"
        ds.PixelData = rng.randbytes(512)
        ds["PixelData"].VR = "OW"
        ds.add_new(0xFFFCFFFC, "OB", planter.text("trailing padding").encode())
        made.files.append(_written(ds, rng))
    drawn = begun(RTStructureSetStorage, planter.uid("structures"), "RTSTRUCT")
    drawn.StructureSetLabel = planter.text("StructureSetLabel")
    drawn.ROIContourSequence = [_contour(sop) for sop in made.instances]
    made.files.append(_written(drawn, rng))
    return made


def _hidden(planter: _Planter, place: str, depth: int) -> Dataset:
    item = Dataset()
    item.PatientName = f"{planter.text(f'{place}, {depth} deep: PatientName')}^B"
    item.PatientID = planter.text(f"{place}, {depth} deep: PatientID")
    item.FrameComments = planter.text(f"{place}, {depth} deep: FrameComments")
    item.LUTExplanation = planter.text(f"{place}, {depth} deep: LUTExplanation")
    item.ContentDate = planter.date(f"{place}, {depth} deep: ContentDate")
    _add_private(planter, item, 0x10)
    if depth:
        item.AnatomicRegionModifierSequence = [_hidden(planter, place, depth - 1)]
    return item


def _add_private(planter: _Planter, ds: Dataset, block: int) -> None:
    ds.add_new(0x00110000 | block, "LO", f"ACME {planter.text('private creator')}")
    ds.add_new(0x00110000 | block << 8 | 1, "LO", planter.text("private LO"))
    ds.add_new(0x00110000 | block << 8 | 2, "UN", planter.text("private UN").encode())
    inner = Dataset()
    inner.PatientName = planter.text("name in a private sequence")
    ds.add_new(0x00110000 | block << 8 | 3, "SQ", [inner])
    ds.add_new(0x00131099, "LO", planter.text("private, without a creator"))


def _contour(sop: str) -> Dataset:
    image, contour, roi = Dataset(), Dataset(), Dataset()
    image.ReferencedSOPClassUID, image.ReferencedSOPInstanceUID = MRImageStorage, UID(sop)
    contour.ContourImageSequence = [image]
    contour.ContourData = [0, 0, 0]
    roi.ContourSequence = [contour]
    return roi


def _written(ds: FileDataset, rng: random.Random) -> bytes:
    """The file, with sequences and items of defined or undefined length by chance."""
    _choose_lengths(ds, rng)
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _choose_lengths(ds: Dataset, rng: random.Random) -> None:
    for element in ds:
        if element.VR == "SQ" and isinstance(element.value, Sequence):
            element.is_undefined_length = rng.random() < 0.5
            for item in element.value:
                item.is_undefined_length_sequence_item = rng.random() < 0.5
                _choose_lengths(item, rng)
