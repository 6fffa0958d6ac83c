"""What an image says of itself after pixels were masked.

DICOM PS3.15 §E.3.1 asks for Burned In Annotation `NO`. What was computed from the pixels before is
removed: it may be false now, and nothing requires it (PS3.3 §C.7.6.3). Nothing is written into
Derivation Description and Derivation Code Sequence: both are optional, and no code of CID 7203 says
that annotation was removed (113047, Pixel by pixel mask, stands among arithmetic on images). That
pixels were cleaned is in the De-identification Method Code Sequence. What a file says of a lossy
compression stays: pixels that were lost once stay lost.
"""

from __future__ import annotations

from typing import Final

from gantry.engine.deidentify import encode
from gantry.engine.deidentify.facts import BURNED_IN, IMAGE_TYPE, SOP_CLASS, Facts
from gantry.engine.deidentify.walked import Insertion

# Smallest and largest value: valid, in the image, in the series, in the plane.
COMPUTED: Final = (
    0x00280104, 0x00280105, 0x00280106, 0x00280107, 0x00280108, 0x00280109, 0x00280110, 0x00280111,
)  # fmt: skip
OF_MASKS: Final = frozenset({*COMPUTED, BURNED_IN, IMAGE_TYPE})
# Grows with every change to what is said here: an upload that an earlier build began is never
# continued with other bytes (`PrivacyProfile.rules_sha256`).
AFTER_MASKS: Final = 2
# Images with a Frame Type for each frame, which must agree with Image Type (PS3.3 §C.8.16.1). What
# such a file must and may say of its acquisition depends on both: they stay.
_WITH_FRAME_TYPES: Final = frozenset(
    f"1.2.840.10008.5.1.4.1.1.{one}"
    for one in (
        "2.1", "2.2", "4.1", "4.2", "4.3", "4.4", "6.2", "6.3", "12.1.1", "12.2.1", "13.1.1",
        "13.1.2", "13.1.3", "13.1.4", "13.1.5", "14.1", "14.2", "30", "66.4", "66.7", "66.8",
        "77.1.5.4", "77.1.5.7", "77.1.5.8", "77.1.6", "128.1", "130",
    )
)  # fmt: skip


def after_masks(facts: Facts, *, explicit: bool) -> list[Insertion]:
    """The elements that take the place of those of the source; an empty one: there is none."""
    made = [Insertion(tag, b"") for tag in COMPUTED]
    made.append(Insertion(BURNED_IN, encode.element(BURNED_IN, "CS", b"NO", explicit=explicit)))
    if facts.text(SOP_CLASS) not in _WITH_FRAME_TYPES:
        kinds = facts.raw(IMAGE_TYPE).split(b"\\")[1:] or [b"SECONDARY"]
        value = b"\\".join([b"DERIVED", *kinds])
        made.append(
            Insertion(IMAGE_TYPE, encode.element(IMAGE_TYPE, "CS", value, explicit=explicit))
        )
    return made
