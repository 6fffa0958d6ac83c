"""Decides what is done to each element of a file, by tag and VR.

The order: group lengths, elements that are never touched, the profile's own rules (by tag, then by
VR), the table with its options, repeating groups, UIDs, unlisted text (which is removed), unlisted
bytes. Private elements are decided by their creator: the profile's own rules, then private.py.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from pydicom.datadict import dictionary_VR, keyword_for_tag

from gantry.engine.deidentify.actions import Action
from gantry.engine.deidentify.private import safe_vr
from gantry.engine.deidentify.profile import ANY_ELEMENT, Dates, Options, Texts
from gantry.engine.deidentify.standard import Row, table

TEXT_VRS: Final = frozenset({"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT"})
_DATE_VRS: Final = frozenset({"DA", "DT", "TM"})
_BYTE_VRS: Final = frozenset({"OB", "UN"})

ANY_VR: Final = "*"
PATIENT_NAME: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
PATIENT_AGE: Final = 0x00101010
TEXT_VALUE: Final = 0x0040A160
UNFORMATTED_TEXT: Final = 0x00700006
TIME_ZONE: Final = 0x00080201

# Never touched: what the rest of a file is read by.
_NEVER: Final = frozenset(
    {
        0x00080005,  # Specific Character Set
        0x00080008,  # Image Type
        0x00080102,  # Coding Scheme Designator
        0x00080103,  # Coding Scheme Version
        0x0008010C,  # Coding Scheme UID
        0x00080117,  # Context UID
        0x00080118,  # Mapping Resource UID
        0x00020010,  # Transfer Syntax UID
        0x00282000,  # ICC Profile
        0x00283006,  # LUT Data
        0x54001010,  # Waveform Data
        0x7FE00001,  # Extended Offset Table
        0x7FE00002,
        0x7FE00003,
        0x7FE00008,  # Float Pixel Data
        0x7FE00009,
        0x7FE00010,  # Pixel Data
    }
)
# Never touched either, unless they claim to be text: layout, bits, range, palettes of pixels.
_LAYOUT: Final = frozenset(
    {
        *range(0x00280002, 0x0028000B),
        0x00280010,  # Rows
        0x00280011,  # Columns
        0x00280034,  # Pixel Aspect Ratio
        *range(0x00280100, 0x00280122),
        *range(0x00281101, 0x00281104),
        *range(0x00281201, 0x00281204),
        *range(0x00281221, 0x00281224),
    }
)
# No rule may name them: who the patient and the file are, and how the file was de-identified.
_FIXED: Final = frozenset(
    {
        PATIENT_NAME,
        PATIENT_ID,
        0x00080018,  # SOP Instance UID
        0x0020000D,  # Study Instance UID
        0x0020000E,  # Series Instance UID
        0x00120062,
        0x00120063,
        0x00120064,
        0x00280303,
    }
)
# Text outside the table that is technical: codes, makers, coils, filters, kernels, methods.
_TECHNICAL_TAGS: Final = """
00080070 00080100 00080101 00080102 00080103 00080104 00080112 00080115 00080119 00080120
0008010E 00080122 00081090 00082120 00082127 00180024 00180031 00180085 00181016 00181018
00181019 00181020 00181022 00181023 00181040 00181061 00181064 00181070 00181085 00181160
00181161 00181180 001811A4 001811B0 00181210 00181250 00181251 00181260 00181261 00185020
0018702A 0018702B 00189005 00189041 00189046 00189047 00189050 00189175 00189252 0018925B
0018925E 00189320 00189524 00189525 00189526 0020103F 00201040 00209056 00209213 00209238
00209421 00281054 00283004 00420012 00420014 00480106 00540018 00541101 00541103 00541104
00541105 00620005 00620009 00660031 00660036 006A000E
"""
TECHNICAL: Final = frozenset(int(tag, 16) for tag in _TECHNICAL_TAGS.split())
# Text outside the table that its module demands (type 1): it can't be empty.
_DEMANDED: Final = frozenset({0x0040A160, 0x00620020, 0x30020002})
# One device's own numbers and names, and rooms, stay out even where its identity is retained.
_SERIAL: Final = frozenset(
    {
        0x00081010,  # StationName
        0x00160051,  # LensSerialNumber
        0x00181000,  # DeviceSerialNumber
        0x00181002,  # DeviceUID
        0x00181004,  # PlateID
        0x00181005,  # GeneratorID
        0x00181007,  # CassetteID
        0x00181008,  # GantryID
        0x00181009,  # UniqueDeviceIdentifier
        0x0018100A,  # UDISequence
        0x0018100B,  # ManufacturerDeviceClassUID
        0x0018700A,  # DetectorID
        0x00189367,  # XRaySourceID
        0x00189371,  # XRayDetectorID
        0x00321020,  # ScheduledStudyLocation
        0x00400010,  # ScheduledStationName
        0x00400011,  # ScheduledProcedureStepLocation
        0x00400242,  # PerformedStationName
        0x30080105,  # SourceSerialNumber
        0x300A00B2,  # TreatmentMachineName
        0x30100043,  # ManufacturerDeviceIdentifier
    }
)
# A sequence of which anything stays is cleaned inside, even one that a profile keeps.
_INTO_ITEMS: Final = frozenset({Action.DUMMY, Action.UID, Action.KEEP, Action.CLEAN})

# Of an element: tag, VR, where its value begins, whether its length has four bytes, what is done
# to it, whether a report shows it.
Head = tuple[int, str, int, bool, Action, bool]


@cache
def dictionary_vr(tag: int) -> str:
    """The VR of a standard element, also of a repeating group; "UN" for an unknown one."""
    try:
        return dictionary_VR(tag)[:2]
    except KeyError:
        return "UN"


@cache
def names_a_class(tag: int) -> bool:
    """Whether a UID element names a class, a syntax or a scheme, not something of this patient."""
    return keyword_for_tag(tag).endswith(("ClassUID", "SyntaxUID", "ClassesSupported"))


def is_never_touched(tag: int, vr: str) -> bool:
    """Whether a file is read by an element, so that no rule applies to it."""
    if tag in _LAYOUT:
        return vr not in TEXT_VRS
    return tag in _NEVER or (vr == "UI" and names_a_class(tag) and tag not in table())


def is_fixed(tag: int) -> bool:
    """Whether a profile's own rules can't change an element."""
    groups = (0x0000, 0x0002, 0x7FE0, 0xFFFE)
    return (
        tag in _FIXED
        or tag >> 16 in groups
        or not tag & 0xFFFF
        or is_never_touched(tag, dictionary_vr(tag))
    )


class Rules:
    """The rules of one profile. Each decision is made once and remembered.

    Attributes:
        heads: by tag and VR as they are in a file, what the walk remembers of them.
    """

    def __init__(self, options: Options) -> None:
        self.heads: dict[bytes, Head] = {}
        self.options = options
        self._table = table()
        self._decided: dict[tuple[int, str], Action] = {}

    def action(self, tag: int, vr: str) -> Action:
        """What is done to a standard element."""
        known = self._decided.get((tag, vr))
        if known is None:
            known = self._decided[tag, vr] = self._decide(tag, vr)
        return known

    def own(self, tag: int, vr: str) -> Action | None:
        """What the profile's own rules do to a standard element; None: there is none for it.

        A rule by VR keeps nothing that only claims this VR: a birth date as LO is no description.
        """
        if tag in _FIXED:
            return None
        if (own := self.options.own.get(tag)) is not None:
            return own
        own = self.options.own_vr.get(vr)
        if own in (None, Action.REMOVE, Action.EMPTY):
            return own
        if tag >> 24 in (0x50, 0x60):  # curves and overlays go as a whole
            return None
        return own if dictionary_vr(tag) in (vr, "UN") else None

    def own_private(self, creator: str, tag: int) -> Action | None:
        """What the profile's own rules do to a private element; None: there is none for it."""
        rules, name = self.options.own_private, creator.strip(" \0").upper()
        own = rules.get((name, tag >> 8 & 0xFFFF00 | tag & 0xFF))
        return own if own is not None else rules.get((name, ANY_ELEMENT))

    def private_vr(self, creator: str, tag: int) -> str | None:
        """The VR with which a private element may stay; ANY_VR; None: it goes."""
        if self.options.own_private and (own := self.own_private(creator, tag)) is not None:
            return ANY_VR if own is Action.KEEP else None
        return safe_vr(creator, tag >> 16, tag & 0xFFFF) if self.options.safe_private else None

    def private_action(self, vr: str) -> Action:
        """What is done to a private element that stays: its UIDs and dates are treated as those
        that the table does not list."""
        return self._unlisted(0, vr) if vr in _DATE_VRS or vr == "UI" else Action.KEEP

    def strict(self, tag: int) -> Action:
        """What the table does where an option can't do its part, such as with half a date."""
        if self._is_description(tag):
            return Action.DUMMY  # its module demands it
        row = self._table.get(tag)
        return _basic(row.basic) if row else Action.EMPTY

    def _is_description(self, tag: int) -> bool:
        """Whether an option makes an element a text like descriptions."""
        if tag == TEXT_VALUE:
            return self.options.structured_content
        return tag == UNFORMATTED_TEXT and self.options.graphics

    def _decide(self, tag: int, vr: str) -> Action:
        if not tag & 0xFFFF:
            return Action.REMOVE  # the length of a group: retired, and no longer true
        if is_never_touched(tag, vr):
            return Action.KEEP
        if tag in (PATIENT_NAME, PATIENT_ID):
            return Action.PATIENT
        if (own := self.own(tag, vr)) is not None:
            return Action.INSIDE if vr == "SQ" and own in _INTO_ITEMS else own
        row = self._table.get(tag)
        if self._is_description(tag) and vr in TEXT_VRS:
            return Action.DUMMY if self.options.texts is Texts.EMPTY else Action.CLEAN
        if row is not None:
            return self._listed(tag, vr, row)
        return self._unlisted(tag, vr)

    def _listed(self, tag: int, vr: str, row: Row) -> Action:
        action = self._optional(tag, vr, row.options) or _basic(row.basic)
        if action is Action.UID and vr == "UI" and self.options.uids:
            return Action.KEEP_UID
        if vr == "SQ":
            return Action.INSIDE if action in _INTO_ITEMS else action
        if action is Action.UID and vr != "UI":
            return Action.REMOVE  # not what the table speaks of
        return action

    def _optional(self, tag: int, vr: str, letters: str) -> Action | None:
        """What the chosen options do to a listed element; None: none of them speaks of it."""
        options = self.options
        if "u" in letters and options.uids and vr in ("UI", "SQ"):
            return Action.KEEP_UID if vr == "UI" else Action.INSIDE
        if "s" in letters and options.structured_content and vr == "SQ":
            return Action.INSIDE
        if "f" in letters and options.dates is Dates.KEPT:
            return Action.KEEP
        if "m" in letters and options.dates is Dates.SHIFTED and (vr in _DATE_VRS or vr == "SH"):
            return Action.SHIFT if vr in ("DA", "DT") else Action.KEEP
        if "p" in letters and options.patient_characteristics:
            return Action.AGE if tag == PATIENT_AGE else Action.KEEP
        if "i" in letters and options.institution:
            return Action.KEEP
        if "v" in letters and options.device and tag not in _SERIAL and vr != "UI":
            return Action.KEEP
        cleans = options.texts is not Texts.EMPTY  # what `reviewed` asks about, `cleaned` cleans
        if cleans and "d" in letters and (vr in TEXT_VRS or vr == "SQ"):
            return Action.CLEAN
        if cleans and "P" in letters and options.patient_characteristics and vr in TEXT_VRS:
            return Action.CLEAN
        return None

    def _unlisted(self, tag: int, vr: str) -> Action:
        group = tag >> 16
        if group & 0xFF00 in (0x5000, 0x6000):
            return Action.REMOVE  # curves and overlays: one without its data breaks its module
        if vr == "SQ":
            return Action.INSIDE
        if vr == "UI":
            return Action.KEEP_UID if self.options.uids else Action.UID
        if vr in _DATE_VRS:
            if self.options.dates is Dates.KEPT:
                return Action.KEEP
            if self.options.dates is Dates.SHIFTED:
                return Action.KEEP if vr == "TM" else Action.SHIFT
            return Action.EMPTY
        if vr in TEXT_VRS:
            if tag in TECHNICAL:
                return Action.KEEP
            return Action.DUMMY if tag in _DEMANDED else Action.EMPTY
        return Action.OPAQUE if vr in _BYTE_VRS else Action.KEEP


def _basic(actions: str) -> Action:
    """The strictest of several actions that every object may have: D if D is among them, otherwise
    Z, otherwise X. So nothing that a module requires is ever missing.
    """
    if "U" in actions:
        return Action.UID if actions == "U" else Action.INSIDE
    if "D" in actions:
        return Action.DUMMY
    return Action.EMPTY if "Z" in actions else Action.REMOVE
