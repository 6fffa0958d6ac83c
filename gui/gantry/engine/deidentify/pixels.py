"""Whether the picture itself may name the patient.

Burned In Annotation = NO proves nothing. The class, the image type and the way the image was
made say whether text is to be expected in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gantry.engine.deidentify.facts import (
    BURNED_IN,
    CONVERSION_TYPE,
    DIRECTORY,
    IMAGE_TYPE,
    MODALITY,
    POSITION,
    SOP_CLASS,
    Facts,
)

_RISKY_CLASSES: Final = (
    "1.2.840.10008.5.1.4.1.1.7",  # secondary capture, and its multi-frame kinds
    "1.2.840.10008.5.1.4.1.1.6.",  # ultrasound
    "1.2.840.10008.5.1.4.1.1.3.",  # ultrasound multi-frame
    "1.2.840.10008.5.1.4.1.1.77.1.",  # visible light: endoscopy, photographs, slides
)
_RISKY_MODALITIES: Final = frozenset({"US", "IVUS", "ES", "XC", "OT", "SC", "SM", "GM", "DOC"})
_RISKY_TYPES: Final = frozenset({"SAVE", "SCREEN SAVE", "SCREEN", "DOSE", "DOSE_INFO"})
_DOCUMENTS: Final = "1.2.840.10008.5.1.4.1.1.104."
_NO_PIXELS: Final = frozenset({"RTSTRUCT", "RTPLAN", "RTDOSE", "SR", "PR", "KO", "SEG", "REG"})


# What masks a picture, by its name in reports.
OUTSIDE: Final = "ultrasound regions"
DRAWN: Final = "drawn masks"


@dataclass(frozen=True, slots=True)
class Risk:
    """Why a picture may name the patient.

    Attributes:
        rule: one of a fixed set of names, such as "burned in", "class", "image type", "document".
    """

    rule: str

    @property
    def is_final(self) -> bool:
        """No mask can help: it isn't a picture."""
        return self.rule in ("document", "index")


def risk_of(facts: Facts) -> Risk | None:
    """Why an instance's picture may name the patient; None: no sign of it."""
    sop_class, modality = facts.text(SOP_CLASS), facts.text(MODALITY).upper()
    if sop_class.startswith(_DOCUMENTS):
        return Risk("document")
    if facts.has(DIRECTORY):
        return Risk("index")
    if facts.text(BURNED_IN).upper() == "YES":
        return Risk("burned in")
    if facts.has(CONVERSION_TYPE):
        return Risk("conversion")
    if modality in _NO_PIXELS:
        return None
    if sop_class.startswith(_RISKY_CLASSES):
        return Risk("class")
    if modality in _RISKY_MODALITIES:
        return Risk("modality")
    types = {one.upper() for one in facts.texts(IMAGE_TYPE)}
    if types & _RISKY_TYPES or ("SECONDARY" in types and not facts.has(POSITION)):
        return Risk("image type")
    return None
