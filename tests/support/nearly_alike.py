"""Files of one series that differ in little: what was done to one must not decide for another.

Each change is one that a memory of earlier files could overlook: another patient, another character
set of the same bytes, a private block that moved, a value that only this file may not say.
"""

from __future__ import annotations

import base64
import io
import zlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from pydicom import Dataset, FileMetaDataset
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.tag import BaseTag
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, MRImageStorage

from gantry.engine.deidentify.pseudonyms import Key, patient_identity, subject_of

KEY: Final = Key(b"k" * 32)
_ROOT: Final = "1.2.826.0.1.3680043.99.77"
_TAKEN: Final = date(2026, 3, 5)
_NAME: Final = "Mühlbacher^Ida".encode("latin-1")
# Dates of the patient move by these days with `research`.
_DAYS: Final = timedelta(days=subject_of(KEY, patient_identity("", "PID4711", "", "", "")).days)
_STAYS: Final = "TransmitCoilName"  # its text stays in every profile


def slice_of(number: int, change: Callable[[Dataset], None] | None = None) -> bytes:
    """One MR slice; `change` makes it differ from the others of its series."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    ds.SpecificCharacterSet, ds.ImageType = "ISO_IR 100", ["ORIGINAL", "PRIMARY", "M"]
    ds.SOPClassUID, ds.SOPInstanceUID = MRImageStorage, f"{_ROOT}.3.{number}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{_ROOT}.1", f"{_ROOT}.2"
    ds.FrameOfReferenceUID, ds.Modality, ds.Manufacturer = f"{_ROOT}.4", "MR", "Maker"
    ds.StudyDate = ds.SeriesDate = f"{_TAKEN:%Y%m%d}"
    ds.ContentDate, ds.ContentTime = "20260306", f"1011{number % 60:02d}.25"
    ds.AccessionNumber, ds.InstitutionName = "ACC0815", "Hospital of Mark"
    ds.StudyDescription, ds.SeriesDescription = "Head of Mark", f"T1 sag {number}"
    ds.add_new(0x00100010, "PN", _NAME)
    ds.PatientID, ds.PatientBirthDate, ds.PatientSex, ds.PatientAge = (
        "PID4711", "19500117", "F", "093Y",
    )  # fmt: skip
    ds.SequenceName, ds.SliceThickness, ds.EchoTime = "*se2d1", 5, 8.9 + number
    ds.ReceiveCoilName, ds.TransmitCoilName = "HEAD", "BODY"
    ds.SoftwareVersions = ["E11", "5.1.7"]
    ds.SeriesNumber, ds.InstanceNumber, ds.SliceLocation = 2, number, number * 5
    ds.ImagePositionPatient = [number, 0.5, -7.25]
    ds.ReferencedImageSequence = [_reference(number + 1), _reference(number + 2)]
    ds.RequestAttributesSequence = [Dataset()]
    ds.RequestAttributesSequence[0].RequestedProcedureID = "R-4711"
    _add_private(ds, 0x10, "SIEMENS MR HEADER")
    ds.Rows = ds.Columns = 8
    ds.BitsAllocated = ds.BitsStored = 16
    ds.HighBit, ds.PixelRepresentation, ds.SamplesPerPixel = 15, 0, 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.PixelData = bytes([number % 256, 1]) * 64
    ds["PixelData"].VR = "OW"
    if change is not None:
        change(ds)
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = (
        ds.SOPClassUID, ds.SOPInstanceUID,
    )  # fmt: skip
    out = io.BytesIO()
    ds.save_as(out, enforce_file_format=True)
    return out.getvalue()


def _reference(number: int) -> Dataset:
    ds = Dataset()
    ds.ReferencedSOPClassUID = MRImageStorage
    ds.ReferencedSOPInstanceUID = f"{_ROOT}.3.{number}"
    return ds


def _add_private(ds: Dataset, block: int, creator: str) -> None:
    ds.add_new(0x00190000 | block, "LO", creator)
    ds.add_new(0x00190000 | block << 8 | 0x0C, "IS", "1000")
    ds.add_new(0x00190000 | block << 8 | 0x0D, "CS", "DIRECTIONAL")
    ds.add_new(0x00190000 | block << 8 | 0x99, "LO", "a name: Bench")


def _without_private(ds: Dataset) -> None:
    for tag in [element.tag for element in ds if element.tag.is_private]:
        del ds[tag]


def _private(block: int, creator: str) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        _without_private(ds)
        _add_private(ds, block, creator)

    return change


def _set(**values: object) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        for keyword, value in values.items():
            setattr(ds, keyword, value)

    return change


def with_raw(tag: int, vr: str, value: bytes, *, inside: bool = False) -> Callable[[Dataset], None]:
    """Bytes that pydicom would refuse as a value of this VR: an even number of them."""
    assert not len(value) & 1

    def change(ds: Dataset) -> None:
        where = ds.ReferencedImageSequence[0] if inside else ds
        where[tag] = RawDataElement(BaseTag(tag), vr, len(value), value, 0, False, True)

    return change


def _stays(text: str, **values: object) -> Callable[[Dataset], None]:
    return _set(**{_STAYS: text}, **values)


def _delete(keyword: str) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        delattr(ds, keyword)

    return change


def _implicit(ds: Dataset) -> None:
    assert isinstance(ds, FileDataset)
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian


def _undefined_lengths(ds: Dataset) -> None:
    for element in ds:
        if element.VR == "SQ":
            element.is_undefined_length = True


def _nested_name(ds: Dataset) -> None:
    item = ds.ReferencedImageSequence[1]
    item.PatientName, item.PatientID, item.ContentDate = "Someone^Else", "PID4711", "20240229"


def _trailing(ds: Dataset) -> None:
    ds.add_new(0xFFFCFFFC, "OB", b"of Ida M\xfchlbacher")


def _already_marked(ds: Dataset) -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "1", "99X", "earlier"
    ds.PatientIdentityRemoved, ds.DeidentificationMethodCodeSequence = "NO", [code]


def _own_uid(ds: Dataset) -> None:
    ds.SequenceName = str(ds.SOPInstanceUID)


def _says(text: str) -> Callable[[Dataset], None]:
    """In a text that stays and has room for a new UID."""
    return _set(SoftwareVersions=["E11", text])


def _says_its_own(ds: Dataset) -> None:
    ds.SoftwareVersions = ["E11", f"of {ds.SOPInstanceUID}."]


def _says_it_inside(ds: Dataset) -> None:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator = "1", "99X"
    code.CodeMeaning = f"Slice {ds.SOPInstanceUID}"
    ds.AnatomicRegionSequence = [code]


def _says_its_frame_implicitly(ds: Dataset) -> None:
    _implicit(ds)
    ds.SoftwareVersions = f"of {ds.FrameOfReferenceUID}"


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


CHANGES: Final[dict[str, Callable[[Dataset], None]]] = {
    "another patient": _set(PatientID="PID4712", PatientName="Zwack^Otto"),
    "another ID": _set(PatientID="PID4712"),
    "another name": _set(PatientName="Zwack^Otto"),
    "another issuer": _set(IssuerOfPatientID="elsewhere"),
    "no ID": _set(PatientID=""),
    "no ID, another birth date": _set(PatientID="", PatientBirthDate="19610203"),
    "another study": _set(StudyInstanceUID=f"{_ROOT}.9"),
    "another series": _set(SeriesInstanceUID=f"{_ROOT}.8"),
    "another character set": _set(SpecificCharacterSet="ISO_IR 101"),
    "no character set": _delete("SpecificCharacterSet"),
    "another frame": _set(FrameOfReferenceUID=f"{_ROOT}.7"),
    "another class": _set(Modality="OT"),
    "burned in": _set(BurnedInAnnotation="YES"),
    "another image type": _set(ImageType=["DERIVED", "SECONDARY"]),
    "a longer description": _set(SeriesDescription="T2 ax of somebody"),
    "a partial date": _set(ContentDate="202603"),
    "no date": _set(ContentDate=""),
    "a younger patient": _set(PatientAge="042Y"),
    "an element more": _set(ProtocolName="t1 brain of Mark"),
    "an element less": _delete("ContentDate"),
    "no private elements": _without_private,
    "a private block that moved": _private(0x11, "SIEMENS MR HEADER"),
    "the block of another creator": _private(0x10, "ACME"),
    "a creator with a blank": _private(0x10, "SIEMENS MR HEADER "),
    "implicit VRs": _implicit,
    "undefined lengths": _undefined_lengths,
    "somebody in a sequence": _nested_name,
    "an item less": lambda ds: ds.ReferencedImageSequence.pop(),
    "no item": _set(ReferencedImageSequence=[]),
    "trailing bytes": _trailing,
    "already marked": _already_marked,
    # UIDs in texts that stay: those that are known become the new ones.
    "its own UID in a longer text": _says_its_own,
    "its own UID in a text of a sequence": _says_it_inside,
    "its series' UID": _says(f"{_ROOT}.2"),
    "its study's UID, twice": _set(SoftwareVersions=[f"{_ROOT}.1"] * 2),
    "its frame's UID in implicit VRs": _says_its_frame_implicitly,
    "the UID of a slice that is a plain one": _says(f"{_ROOT}.3.5"),
    "the UID of a slice that says its own": _says(f"{_ROOT}.3.51"),
    "the UID of a slice of another series": _says(f"{_ROOT}.2.7"),
    "a UID that begins in the same way": _says(f"{_ROOT}.20"),
    "a UID and the name": _says(f"Ida {_ROOT}.2"),
    "a UID in a text that is too long for it": _says("x" * 30 + f" {_ROOT}.2"),
    # Where others have a number or a time.
    "words for a time": with_raw(0x00080033, "TM", b"by MUELLER"),
    "words for a position": with_raw(0x00201041, "DS", b"see Meier 17.3. "),
    "words for a number": with_raw(0x00200013, "IS", b"no. 5 "),
    "words for an age": with_raw(0x00101010, "AS", b"MY D"),
    "words for an echo time": with_raw(0x00180081, "DS", b"E e "),
    "an echo time with an exponent": with_raw(0x00180081, "DS", b"8.9e+1\\-1E-2"),
    "words for a time zone": with_raw(0x00080201, "SH", b"Meier "),
    "words for a class": with_raw(0x00081150, "UI", b"of Meier", inside=True),
    "words for a ratio": with_raw(0x00280034, "IS", b"1\\Meier "),
    "words in a private number": with_raw(0x0019100C, "IS", b"Meier "),
    # What may stay in others, but not here; and the reverse.
    "the name in a text that stays": _stays("by IDA"),
    "the name as in another character set": _stays(
        "by Mćhlbacher", SpecificCharacterSet="ISO_IR 192"
    ),
    "the ID in a text that stays": _stays("PID 4711"),
    "the name of the other patient": _stays("for Zwack"),
    "it is the other patient's": _stays("for Zwack", PatientID="PID4712", PatientName="Zwack^Otto"),
    "its own accession number": _set(AccessionNumber="BODY77"),
    "a coil called as another's accession number": _stays("BODY77"),
    "both": _stays("BODY77", AccessionNumber="BODY77"),
    "what all say is its accession number": _set(AccessionNumber="DIRECTIONAL"),
    "its own UID in a text that stays": _own_uid,
    "another's UID in a text that stays": _stays(f"{_ROOT}.3.5"),
    "in Base64": _stays(base64.b64encode(b"seen: MUEHLBACHER, 1950-01-17").decode()),
    "compressed": lambda ds: ds.add_new(0x00282000, "OB", zlib.compress(b"of Ida Muehlbacher")),
    "escaped": _stays("&#73;da"),
    # A date that is shifted to the birth date of the patient, and that date in files without one.
    "a date that becomes another": _set(ContentDate=_day(date(1950, 1, 17) - _DAYS)),
    "a coil called as the birth date": _stays("19500117"),
    "both dates": _stays("19500117", ContentDate=_day(date(1950, 1, 17) - _DAYS)),
    "both dates, another element": _stays("19500117", SeriesDate=_day(date(1950, 1, 17) - _DAYS)),
}  # fmt: skip


def files() -> dict[str, bytes]:
    """Plain slices, and one for each change, by its name."""
    plain = {f"slice {number}": slice_of(number) for number in range(1, 9)}
    changed = {
        name: slice_of(20 + number, change) for number, (name, change) in enumerate(CHANGES.items())
    }
    return plain | changed
