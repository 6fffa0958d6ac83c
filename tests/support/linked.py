"""A study whose objects refer to each other: structures, plan, dose, segmentation, presentation,
key objects, report, concatenation, registration, frames of reference.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from pydicom import Dataset, FileMetaDataset, dcmread
from pydicom.dataset import FileDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

ROOT = "1.2.826.0.1.3680043.99.21"
STUDY, FRAME = f"{ROOT}.1", f"{ROOT}.2"
MR, ENHANCED = "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.4.1"
IMAGES = [f"{ROOT}.3.{number}" for number in range(3)]
STRUCTURES, PLAN, DOSE = f"{ROOT}.4.1", f"{ROOT}.4.2", f"{ROOT}.4.3"
RT = "1.2.840.10008.5.1.4.1.1.481"
WELL_KNOWN = "1.2.840.10008."


def linked(*, implicit: bool = False) -> list[bytes]:
    """The files."""
    made = [_image(number) for number in range(len(IMAGES))]
    made += [_structures(), _plan(), _dose(), _segmentation(), _presentation(), _key_objects()]
    made += [_report(), _registration(), *map(_concatenated, range(2))]
    return [_written(ds, implicit=implicit) for ds in made]


def uids(data: bytes) -> dict[tuple[object, ...], list[str]]:
    """Every UID of a file that is not registered by DICOM, by its place."""
    ds = dcmread(io.BytesIO(data))
    found = dict(_uids(ds, ()))
    if "MediaStorageSOPInstanceUID" in ds.file_meta:
        found["meta",] = [str(ds.file_meta.MediaStorageSOPInstanceUID)]
    return found


def _uids(ds: Dataset, place: tuple[object, ...]) -> Iterator[tuple[tuple[object, ...], list[str]]]:
    for element in ds:
        here = (*place, int(element.tag))
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                yield from _uids(item, (*here, number))
        elif element.VR == "UI" and element.value:
            values = [element.value] if isinstance(element.value, str) else element.value
            own = [str(uid) for uid in values if not uid.startswith(WELL_KNOWN)]
            if own:
                yield here, own


def _begun(sop_class: str, sop: str, modality: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(sop_class), UID(sop)
    ds = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID, ds.SOPInstanceUID, ds.Modality = UID(sop_class), UID(sop), modality
    ds.StudyInstanceUID, ds.SeriesInstanceUID = STUDY, f"{ROOT}.5.{sum(map(ord, modality))}"
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = "Hidden^Name", "HID4711", "19500102"
    ds.StudyDate, ds.StudyTime, ds.Manufacturer = "20250304", "101010", "Maker"
    return ds


def _item(**values: object) -> Dataset:
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def _to(sop_class: str, sop: str) -> Dataset:
    return _item(ReferencedSOPClassUID=sop_class, ReferencedSOPInstanceUID=sop)


def _series(images: list[Dataset]) -> Dataset:
    return _item(SeriesInstanceUID=_image(0).SeriesInstanceUID, ReferencedSOPSequence=images)


def _image(number: int) -> FileDataset:
    ds = _begun(MR, IMAGES[number], "MR")
    ds.FrameOfReferenceUID, ds.InstanceNumber = FRAME, number + 1
    source = _to(MR, IMAGES[number - 1])
    source.PurposeOfReferenceCodeSequence = [_item(CodeValue="121311", CodeMeaning="Localizer")]
    ds.ReferencedImageSequence = [source]
    ds.SourceImageSequence = [_to(MR, IMAGES[number - 2])]
    ds.IrradiationEventUID = [f"{ROOT}.6.1", f"{ROOT}.6.2"]
    # What nobody knows: a UID outside the standard's own list, nested, and one in a private block.
    inner = _item(ReferencedImageEvidenceSequence=[_to(MR, IMAGES[0])])
    ds.AnatomicRegionSequence = [inner]
    ds.private_block(0x0011, "ACME", create=True).add_new(0x01, "UI", STUDY)
    ds.Rows = ds.Columns = 2
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation, ds.SamplesPerPixel = 15, 0, 1
    ds.PhotometricInterpretation, ds.PixelData = "MONOCHROME2", bytes(8)
    ds["PixelData"].VR = "OW"
    return ds


def _structures() -> FileDataset:
    ds = _begun(f"{RT}.3", STRUCTURES, "RTSTRUCT")
    series = _item(
        SeriesInstanceUID=_image(0).SeriesInstanceUID,
        ContourImageSequence=[_to(MR, sop) for sop in IMAGES],
    )
    study = _to("1.2.840.10008.3.1.2.3.1", STUDY)
    study.RTReferencedSeriesSequence = [series]
    frame = _item(FrameOfReferenceUID=FRAME, RTReferencedStudySequence=[study])
    ds.ReferencedFrameOfReferenceSequence = [frame]
    ds.StructureSetROISequence = [_item(ROINumber=1, ReferencedFrameOfReferenceUID=FRAME)]
    contours = [_item(ContourImageSequence=[_to(MR, sop)]) for sop in IMAGES]
    ds.ROIContourSequence = [_item(ReferencedROINumber=1, ContourSequence=contours)]
    return ds


def _plan() -> FileDataset:
    ds = _begun(f"{RT}.5", PLAN, "RTPLAN")
    ds.FrameOfReferenceUID = FRAME
    ds.ReferencedStructureSetSequence = [_to(f"{RT}.3", STRUCTURES)]
    ds.ReferencedDoseSequence = [_to(f"{RT}.2", DOSE)]
    return ds


def _dose() -> FileDataset:
    ds = _begun(f"{RT}.2", DOSE, "RTDOSE")
    ds.FrameOfReferenceUID = FRAME
    ds.ReferencedRTPlanSequence = [_to(f"{RT}.5", PLAN)]
    ds.ReferencedStructureSetSequence = [_to(f"{RT}.3", STRUCTURES)]
    return ds


def _segmentation() -> FileDataset:
    ds = _begun("1.2.840.10008.5.1.4.1.1.66.4", f"{ROOT}.7", "SEG")
    ds.FrameOfReferenceUID = FRAME
    series = _item(SeriesInstanceUID=_image(0).SeriesInstanceUID)
    series.ReferencedInstanceSequence = [_to(MR, sop) for sop in IMAGES]
    ds.ReferencedSeriesSequence = [series]
    ds.DimensionOrganizationSequence = [_item(DimensionOrganizationUID=f"{ROOT}.8")]
    ds.DimensionIndexSequence = [_item(DimensionOrganizationUID=f"{ROOT}.8")]
    ds.SegmentSequence = [_item(SegmentNumber=1, TrackingUID=f"{ROOT}.9")]
    ds.PerFrameFunctionalGroupsSequence = [
        _item(DerivationImageSequence=[_item(SourceImageSequence=[_to(MR, sop)])]) for sop in IMAGES
    ]
    return ds


def _presentation() -> FileDataset:
    ds = _begun("1.2.840.10008.5.1.4.1.1.11.1", f"{ROOT}.10", "PR")
    series = _item(SeriesInstanceUID=_image(0).SeriesInstanceUID)
    series.ReferencedImageSequence = [_to(MR, sop) for sop in IMAGES]
    ds.ReferencedSeriesSequence = [series]
    ds.DisplayedAreaSelectionSequence = [_item(ReferencedImageSequence=[_to(MR, IMAGES[1])])]
    return ds


def _key_objects() -> FileDataset:
    ds = _begun("1.2.840.10008.5.1.4.1.1.88.59", f"{ROOT}.11", "KO")
    series = _series([_to(MR, IMAGES[2])])
    evidence = _item(StudyInstanceUID=STUDY, ReferencedSeriesSequence=[series])
    ds.CurrentRequestedProcedureEvidenceSequence = [evidence]
    image = _item(RelationshipType="CONTAINS", ValueType="IMAGE")
    image.ReferencedSOPSequence = [_to(MR, IMAGES[2])]
    ds.ContentSequence = [image]
    return ds


def _report() -> FileDataset:
    ds = _begun("1.2.840.10008.5.1.4.1.1.88.33", f"{ROOT}.12", "SR")
    series = _series([_to(MR, sop) for sop in IMAGES])
    evidence = _item(StudyInstanceUID=STUDY, ReferencedSeriesSequence=[series])
    ds.CurrentRequestedProcedureEvidenceSequence = [evidence]
    ds.PertinentOtherEvidenceSequence = [
        _item(StudyInstanceUID=STUDY, ReferencedSeriesSequence=[series])
    ]
    region = _item(ValueType="SCOORD3D", ReferencedFrameOfReferenceUID=FRAME)
    chosen = _item(ValueType="IMAGE", ReferencedSOPSequence=[_to(MR, IMAGES[0])])
    group = _item(ValueType="CONTAINER", ContentSequence=[region, chosen])
    ds.ContentSequence = [group, _item(ValueType="UIDREF", UID=f"{ROOT}.9")]
    return ds


def _registration() -> FileDataset:
    ds = _begun("1.2.840.10008.5.1.4.1.1.66.1", f"{ROOT}.13", "REG")
    ds.FrameOfReferenceUID = FRAME
    images = [_to(MR, sop) for sop in IMAGES]
    ds.RegistrationSequence = [_item(FrameOfReferenceUID=FRAME, ReferencedImageSequence=images)]
    return ds


def _concatenated(part: int) -> FileDataset:
    ds = _begun(ENHANCED, f"{ROOT}.14.{part}", "MR")
    ds.FrameOfReferenceUID, ds.ConcatenationUID = FRAME, f"{ROOT}.15"
    ds.SOPInstanceUIDOfConcatenationSource = f"{ROOT}.16"
    ds.InConcatenationNumber, ds.InConcatenationTotalNumber = part + 1, 2
    shared = _item(ReferencedImageSequence=[_to(MR, sop) for sop in IMAGES])
    ds.SharedFunctionalGroupsSequence = [shared]
    return ds


def _written(ds: FileDataset, *, implicit: bool) -> bytes:
    syntax = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    ds.file_meta.TransferSyntaxUID = syntax
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()
