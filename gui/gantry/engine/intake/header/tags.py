"""Which elements the catalog needs, and how each is read (DICOM PS3.6 §6)."""

from __future__ import annotations

from typing import Final

CHARACTER_SET: Final = 0x00080005
IMAGE_TYPE: Final = 0x00080008
SOP_CLASS: Final = 0x00080016
SOP_INSTANCE: Final = 0x00080018
STUDY_DATE: Final = 0x00080020
SERIES_DATE: Final = 0x00080021
STUDY_TIME: Final = 0x00080030
ACCESSION: Final = 0x00080050
MODALITY: Final = 0x00080060
STUDY_DESCRIPTION: Final = 0x00081030
SERIES_DESCRIPTION: Final = 0x0008103E
PATIENT_NAME: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
ISSUER: Final = 0x00100021  # of the Patient ID
BIRTH_DATE: Final = 0x00100030
SEX: Final = 0x00100040
BODY_PART: Final = 0x00180015
ECHO_TIME: Final = 0x00180081
ECHO_NUMBERS: Final = 0x00180086
SLICE_SPACING: Final = 0x00180088
TRIGGER_TIME: Final = 0x00181060
B_VALUE: Final = 0x00189087
STUDY_INSTANCE: Final = 0x0020000D
SERIES_INSTANCE: Final = 0x0020000E
SERIES_NUMBER: Final = 0x00200011
ACQUISITION_NUMBER: Final = 0x00200012
INSTANCE_NUMBER: Final = 0x00200013
POSITION: Final = 0x00200032
ORIENTATION: Final = 0x00200037
TEMPORAL_POSITION: Final = 0x00200100
TIME_POINTS: Final = 0x00200105
IMAGES: Final = 0x00201002  # in the acquisition
SAMPLES: Final = 0x00280002
COLOURS: Final = 0x00280004  # Photometric Interpretation
FRAMES: Final = 0x00280008
ROWS: Final = 0x00280010
COLUMNS: Final = 0x00280011
BITS: Final = 0x00280100  # allocated
BURNED_IN: Final = 0x00280301

LAST_GROUP: Final = 0x0028
PLACING: Final = (SOP_INSTANCE, SERIES_INSTANCE, STUDY_INSTANCE)

# The value representation of each: an element with another one is left to pydicom.
WANTED: Final[dict[int, bytes]] = {
    CHARACTER_SET: b"CS", IMAGE_TYPE: b"CS", SOP_CLASS: b"UI", SOP_INSTANCE: b"UI",
    STUDY_DATE: b"DA", SERIES_DATE: b"DA", STUDY_TIME: b"TM", ACCESSION: b"SH", MODALITY: b"CS",
    STUDY_DESCRIPTION: b"LO", SERIES_DESCRIPTION: b"LO", PATIENT_NAME: b"PN", PATIENT_ID: b"LO",
    ISSUER: b"LO", BIRTH_DATE: b"DA", SEX: b"CS", BODY_PART: b"CS", ECHO_TIME: b"DS",
    ECHO_NUMBERS: b"IS", SLICE_SPACING: b"DS", TRIGGER_TIME: b"DS", B_VALUE: b"FD",
    STUDY_INSTANCE: b"UI", SERIES_INSTANCE: b"UI", SERIES_NUMBER: b"IS",
    ACQUISITION_NUMBER: b"IS", INSTANCE_NUMBER: b"IS", POSITION: b"DS",
    ORIENTATION: b"DS", TEMPORAL_POSITION: b"IS", TIME_POINTS: b"IS", IMAGES: b"IS", SAMPLES: b"US",
    COLOURS: b"CS", FRAMES: b"IS", ROWS: b"US", COLUMNS: b"US", BITS: b"US", BURNED_IN: b"CS",
}  # fmt: skip

# All value representations (PS3.5 §6.2), by the form of their header in explicit VR (§7.1.2).
SHORT_VRS: Final = frozenset(
    b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split()
)
LONG_VRS: Final = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())

# Terms for Specific Character Set (PS3.3 §C.12.1.1.2), and those that scanners write instead.
CHARACTER_SETS: Final = frozenset(
    {"", "GB18030", "GBK", "ISO_IR 192", "ISO 2022 GBK", "ISO 2022 58"}
    | {f"ISO_IR {n}" for n in (6, 13, 100, 101, 109, 110, 126, 127, 138, 144, 148, 166)}
    | {f"ISO 2022 IR {n}" for n in (6, 13, 58, 87, 100, 101, 109, 110, 126, 127, 138, 144, 148)}
    | {f"ISO 2022 IR {n}" for n in (149, 159, 166)}
)
