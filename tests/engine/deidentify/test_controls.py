"""Each rule, list and order is held by a test that fails without it (see tests/mutate.py)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import tag_for_keyword

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.needles import needles
from gantry.engine.deidentify.profile import BASIC, RESEARCH, Options
from gantry.engine.deidentify.pseudonyms import Key, Subject
from gantry.engine.deidentify.rules import Rules, is_fixed
from gantry.engine.deidentify.standard import table
from gantry.engine.deidentify.values import Values
from gantry.engine.deidentify.walked import Removed

REPO = Path(__file__).parents[3]
TEXT_VRS = {
    "AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "DA", "DT", "TM", "UI",
}  # fmt: skip
# Of all elements with a text, a date or a UID, those whose value a file may keep.
KEPT_IN_BASIC = """
AffectedSOPClassUID RequestedSOPClassUID SOPClassUID RelatedGeneralSOPClassUID
OriginalSpecializedSOPClassUID Manufacturer CodeValue ExtendedCodeValue CodingSchemeDesignator
CodingSchemeVersion CodeMeaning CodingSchemeUID CodingSchemeURL CodingSchemeRegistry
CodingSchemeName ContextUID MappingResourceUID LongCodeValue URNCodeValue MappingResourceName
StoredInstanceTransferSyntaxUID ManufacturerModelName ReferencedSOPClassUID SOPClassesSupported
StageName ViewName AvailableTransferSyntaxUID SequenceName Radiopharmaceutical ImagedNucleus
SecondaryCaptureDeviceManufacturer SecondaryCaptureDeviceManufacturerModelName
SecondaryCaptureDeviceSoftwareVersions SoftwareVersions VideoImageFormatAcquired
DigitalImageFormatAcquired ContrastBolusRoute TriggerSourceOrType CardiacFramingType
RadiopharmaceuticalRoute PVCRejection FilterType TypeOfFilters CollimatorGridName
PaddleDescription AcquisitionMode ConvolutionKernel ReceiveCoilName TransmitCoilName PlateType
PhosphorType ProcessingFunction DetectorManufacturerName DetectorManufacturerModelName
PulseSequenceName ReceiveCoilManufacturerName MultiCoilConfiguration MultiCoilElementName
TransmitCoilManufacturerName ApplicableSafetyStandardDescription ASLTechniqueDescription
ASLCrusherDescription ASLBolusCutoffTechnique ImageFilter ApplicationName ApplicationVersion
ApplicationManufacturer TargetPositionReferenceIndicator PositionReferenceIndicator StackID
DimensionIndexPrivateCreator FunctionalGroupPrivateCreator DimensionDescriptionLabel RescaleType
ModalityLUTType FlowTransferSyntaxUID MIMETypeOfEncapsulatedDocument ListOfMIMETypes
OpticalPathIdentifier EnergyWindowName AttenuationCorrectionMethod ReconstructionMethod
DetectorLinesOfResponseUsed ScatterCorrectionMethod SegmentLabel SegmentAlgorithmName
AlgorithmVersion AlgorithmName ReferencedOpticalPathIdentifier MACCalculationTransferSyntaxUID
EncryptedContentTransferSyntaxUID
"""
# What `research` keeps beyond those, times apart.
KEPT_IN_RESEARCH = """
TimezoneOffsetFromUTC EthnicGroup LensMake LensModel
XRayDetectorLabel
DeviceDescription
ModifyingSystem SourceManufacturer DeviceLabel

"""
# What may not be changed: the rest of a file is read by it.
NEVER_TOUCHED = """
SpecificCharacterSet ImageType CodingSchemeUID ContextUID MappingResourceUID ICCProfile LUTData
WaveformData ExtendedOffsetTable ExtendedOffsetTableLengths FloatPixelData DoubleFloatPixelData
PixelData CodingSchemeDesignator CodingSchemeVersion EncapsulatedPixelDataValueTotalLength
"""
# Pixels are decoded by them.
LAYOUT = """
SamplesPerPixel SamplesPerPixelUsed PhotometricInterpretation ImageDimensions PlanarConfiguration
NumberOfFrames FrameIncrementPointer FrameDimensionPointer Rows Columns PixelAspectRatio
BitsAllocated BitsStored HighBit PixelRepresentation SmallestImagePixelValue
LargestImagePixelValue PixelPaddingValue PixelPaddingRangeLimit
RedPaletteColorLookupTableDescriptor GreenPaletteColorLookupTableDescriptor
BluePaletteColorLookupTableDescriptor RedPaletteColorLookupTableData
GreenPaletteColorLookupTableData BluePaletteColorLookupTableData
SegmentedRedPaletteColorLookupTableData SegmentedGreenPaletteColorLookupTableData
SegmentedBluePaletteColorLookupTableData
"""
# Who the patient and the file are, and how the file was de-identified.
FIXED = """
PatientName PatientID SOPInstanceUID StudyInstanceUID SeriesInstanceUID PatientIdentityRemoved
DeidentificationMethod DeidentificationMethodCodeSequence
LongitudinalTemporalInformationModified
"""
OWN_NUMBERS = """
StationName DeviceSerialNumber DeviceUID GantryID DetectorID PlateID CassetteID GeneratorID
XRaySourceID XRayDetectorID LensSerialNumber SourceSerialNumber ScheduledStudyLocation
ScheduledStationName ScheduledProcedureStepLocation PerformedStationName TreatmentMachineName
ManufacturerDeviceIdentifier
"""


def _kept(options: Options) -> set[str]:
    rules = Rules(options)
    return {
        keyword
        for tag, (vr, _, _, _, keyword) in DicomDictionary.items()
        if vr in TEXT_VRS and tag >> 16 != 2 and rules.action(tag, vr) is Action.KEEP
    }


def test_the_texts_that_stay_are_these_and_no_others() -> None:
    basic = _kept(BASIC.options)
    assert basic == set(KEPT_IN_BASIC.split())
    more = {k for k in _kept(RESEARCH.options) - basic if _vr(k) != "TM"}
    assert more == set(KEPT_IN_RESEARCH.split())


def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    return tag


def _vr(keyword: str) -> str:
    return DicomDictionary[_tag(keyword)][0][:2]


def test_the_table_does_what_the_standard_says_element_by_element() -> None:
    script = REPO / "packaging" / "privacy_table.py"
    spec = importlib.util.spec_from_file_location("privacy_table", script)
    assert spec is not None
    assert spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = {f"{tag:08X}": (row.basic, row.options) for tag, row in table().items()}
    assert made == module.rows()


@pytest.mark.parametrize("keyword", NEVER_TOUCHED.split())
def test_what_a_file_is_read_by_is_never_touched(keyword: str) -> None:
    tag = _tag(keyword)
    for vr in ("OB", "UI", "LO", "UN"):
        assert Rules(BASIC.options).action(tag, vr) is Action.KEEP
        assert Rules(Options(own={tag: Action.REMOVE})).action(tag, vr) is Action.KEEP


@pytest.mark.parametrize("keyword", LAYOUT.split())
def test_the_layout_of_pixels_is_never_touched_unless_it_claims_to_be_text(keyword: str) -> None:
    tag = _tag(keyword)
    for vr in ("US", "OW", "CS", "UN"):
        rules = Rules(Options(own={tag: Action.REMOVE}, own_vr={vr: Action.REMOVE}))
        assert rules.action(tag, vr) is Action.KEEP
    for vr in ("LO", "PN", "UT"):
        assert Rules(BASIC.options).action(tag, vr) is not Action.KEEP


@pytest.mark.parametrize("keyword", FIXED.split())
def test_no_rule_of_a_profile_changes_who_a_file_is_or_what_it_says_was_done(keyword: str) -> None:
    tag, vr = _tag(keyword), _vr(keyword)
    assert is_fixed(tag)
    for own in (Action.REMOVE, Action.EMPTY, Action.KEEP):
        rules = Rules(Options(own={tag: own}, own_vr={vr: own}))
        assert rules.own(tag, vr) is None
        assert rules.action(tag, vr) is Rules(Options()).action(tag, vr)


@pytest.mark.parametrize(
    "tag",
    [0x00000100, 0x00020016, 0x7FE00020, 0x7FE00010, 0xFFFEE000, 0x00080000, 0x00280010,
     0x00080016],
)  # fmt: skip
def test_no_rule_of_a_profile_may_name_what_a_file_is_read_by(tag: int) -> None:
    assert is_fixed(tag)
    assert not is_fixed(0x00081030)


@pytest.mark.parametrize("vr", ["OB", "UN"])
def test_of_unlisted_bytes_those_that_can_be_read_are_removed(vr: str) -> None:
    rules = Rules(BASIC.options)
    assert rules.action(0x00189999, vr) is Action.OPAQUE
    values = Values(rules, Key(b"k" * 32), Subject("P", -40), b"")
    done = values.new(Action.OPAQUE, 0x00189999, vr, b"\0Smithson\0", nested=False)
    assert done == (Action.REMOVE, None)


@pytest.mark.parametrize("keyword", OWN_NUMBERS.split())
def test_one_devices_own_numbers_and_names_go_even_with_its_identity(keyword: str) -> None:
    tag = _tag(keyword)
    assert Rules(RESEARCH.options).action(tag, _vr(keyword)) is not Action.KEEP


@pytest.mark.parametrize("keyword", ["TextValue", "TrackingID", "RTImageLabel"])
def test_a_text_that_its_module_demands_is_never_empty(keyword: str) -> None:
    action = Rules(BASIC.options).action(_tag(keyword), _vr(keyword))
    assert action not in (Action.EMPTY, Action.REMOVE)


@pytest.mark.parametrize(
    ("keyword", "vr"),
    [("StudyDescription", "LO"), ("FlipAngle", "DS"), ("IconImageSequence", "LO")],
)
def test_a_profiles_own_rule_comes_before_the_table_and_every_default(
    keyword: str, vr: str
) -> None:
    tag = _tag(keyword)
    for own in (Action.REMOVE, Action.EMPTY, Action.DUMMY, Action.KEEP):
        assert Rules(Options(own={tag: own})).action(tag, vr) is own


@pytest.mark.parametrize("own", [Action.KEEP, Action.CLEAN, Action.DUMMY, Action.UID])
def test_a_sequence_that_a_profile_keeps_is_cleaned_inside(own: Action) -> None:
    tag = _tag("IconImageSequence")
    assert Rules(Options(own={tag: own})).action(tag, "SQ") is Action.INSIDE
    assert Rules(Options(own={tag: Action.REMOVE})).action(tag, "SQ") is Action.REMOVE


def test_the_length_of_a_group_goes_whatever_a_profile_says() -> None:
    assert Rules(Options(own={0x00080000: Action.KEEP})).action(0x00080000, "UL") is Action.REMOVE


@pytest.mark.parametrize(
    ("keyword", "value", "kind"),
    [
        *((keyword, b"Longmeadow", "place") for keyword in (
            "InstitutionName", "InstitutionAddress", "ReferringPhysicianAddress",
            "InstitutionalDepartmentName", "StationName", "PatientAddress",
            "ResponsibleOrganization", "RequestingService", "CurrentPatientLocation",
            "PatientInstitutionResidence", "PersonAddress",
        )),
        *((keyword, b"471108", "id") for keyword in (
            "PatientID", "OtherPatientIDs", "MedicalRecordLocator", "AccessionNumber",
            "ClinicalTrialSubjectID", "ClinicalTrialSubjectReadingID", "StudyID", "AdmissionID",
            "ServiceEpisodeID", "DeviceSerialNumber", "DeviceUID", "PlateID", "CassetteID",
            "GantryID", "PatientTelephoneNumbers", "ReferringPhysicianTelephoneNumbers",
            "PersonTelephoneNumbers", "OrderCallbackPhoneNumber", "RequestedProcedureID",
            "ScheduledProcedureStepID", "PerformedProcedureStepID",
            "PlacerOrderNumberImagingServiceRequest", "FillerOrderNumberImagingServiceRequest",
        )),
        *((keyword, b"1.2.276.99", "uid") for keyword in (
            "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID",
        )),
        *((keyword, b"Overton^Kim", "name") for keyword in (
            "PatientName", "OperatorsName", "ReferringPhysicianName", "PatientMotherBirthName",
        )),
        *((keyword, b"19530821", "date") for keyword in (
            "PatientBirthDate", "StudyDate", "SeriesDate", "AcquisitionDateTime",
        )),
    ],
)  # fmt: skip
def test_what_is_searched_for(keyword: str, value: bytes, kind: str) -> None:
    tag = tag_for_keyword(keyword)
    assert tag is not None, keyword
    made = needles([Removed(tag, DicomDictionary[tag][0], value)], [], ())
    assert {needle.kind for needle in made.found} == {kind}


@pytest.mark.parametrize("vr", ["AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"])
def test_a_number_that_is_replaced_becomes_zero_of_its_size(vr: str) -> None:
    values = Values(Rules(BASIC.options), Key(b"k" * 32), Subject("P", -40), b"")
    done = values.new(Action.DUMMY, 0x00189999, vr, b"12345678", nested=False)
    assert done == (Action.DUMMY, bytes(8))
