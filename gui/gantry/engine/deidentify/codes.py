"""The codes that say which options of DICOM PS3.15 were used (CID 7050)."""

from __future__ import annotations

from typing import Final

from gantry.engine.deidentify.profile import Dates, Options, Texts

CODE_MEANINGS: Final = {
    "113100": "Basic Application Confidentiality Profile",
    "113101": "Clean Pixel Data Option",
    "113103": "Clean Graphics Option",
    "113104": "Clean Structured Content Option",
    "113105": "Clean Descriptors Option",
    "113106": "Retain Longitudinal Temporal Information Full Dates Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
    "113109": "Retain Device Identity Option",
    "113110": "Retain UIDs Option",
    "113111": "Retain Safe Private Option",
    "113112": "Retain Institution Identity Option",
}


def method_codes(options: Options) -> list[str]:
    """The codes for the options of a profile."""
    found = ["113100", "113101"]
    if options.graphics:
        found.append("113103")
    if options.structured_content:
        found.append("113104")
    if options.texts is not Texts.EMPTY:
        found.append("113105")
    if options.dates is Dates.KEPT:
        found.append("113106")
    if options.dates is Dates.SHIFTED:
        found.append("113107")
    for chosen, code in (
        (options.patient_characteristics, "113108"),
        (options.device, "113109"),
        (options.uids, "113110"),
        (options.safe_private, "113111"),
        (options.institution, "113112"),
    ):
        if chosen:
            found.append(code)
    return found
