"""What Gantry writes into a file to say how it was de-identified, and the file's beginning."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from gantry import __version__
from gantry.engine.content import Identity
from gantry.engine.deidentify import encode
from gantry.engine.deidentify.after_masks import after_masks
from gantry.engine.deidentify.codes import CODE_MEANINGS, method_codes
from gantry.engine.deidentify.facts import Facts
from gantry.engine.deidentify.profile import Dates, Options
from gantry.engine.deidentify.standard import EDITION
from gantry.engine.deidentify.walk import CODES
from gantry.engine.deidentify.walked import Insertion

# Gantry's own root for the implementation class (DICOM PS3.7 §D.3.3.2), a UUID of its own.
_IMPLEMENTATION: Final = b"2.25.260327264436894364189283423468218357413"
_META_START: Final = bytes(128) + b"DICM\x02\0\0\0UL\x04\0"


def _code_bytes(options: Options, *, explicit: bool) -> list[bytes]:
    return [
        encode.element(0x00080100, "SH", code.encode(), explicit=explicit)
        + encode.element(0x00080102, "SH", b"DCM", explicit=explicit)
        + encode.element(0x00080104, "LO", CODE_MEANINGS[code].encode(), explicit=explicit)
        for code in method_codes(options)
    ]


def code_items(options: Options, *, explicit: bool) -> bytes:
    """What is added to a De-identification Method Code Sequence that is there."""
    items = _code_bytes(options, explicit=explicit)
    return b"".join(encode.ITEM + item + encode.ITEM_END for item in items)


def markers(options: Options, facts: Facts, *, masked: bool, explicit: bool) -> list[Insertion]:
    """The elements that say how the file was de-identified (DICOM PS3.15 §E.1.1)."""
    changed = {Dates.TABLE: b"REMOVED", Dates.SHIFTED: b"MODIFIED", Dates.KEPT: b"UNMODIFIED"}
    method = f"Gantry {__version__} PS3.15-{EDITION}".encode()
    values = [
        (0x00120062, "CS", b"YES"),
        (0x00120063, "LO", method),
        (0x00280303, "CS", changed[options.dates]),
    ]
    codes = encode.sequence(CODES, _code_bytes(options, explicit=explicit), explicit=explicit)
    made = [Insertion(t, encode.element(t, vr, v, explicit=explicit)) for t, vr, v in values]
    if masked:
        made += after_masks(facts, explicit=explicit)
    return sorted([*made, Insertion(CODES, codes)])


def meta(identity: Identity, syntax: str) -> bytes:
    """Makes preamble and group 0002, without anything of the source's (DICOM PS3.10 §7.1)."""
    before, after = _meta_around(identity.sop_class_uid, syntax)
    instance = encode.element(0x00020003, "UI", identity.sop_instance_uid.encode(), explicit=True)
    length = (len(before) + len(instance) + len(after)).to_bytes(4, "little")
    return b"".join((_META_START, length, before, instance, after))


@lru_cache(maxsize=64)
def _meta_around(sop_class: str, syntax: str) -> tuple[bytes, bytes]:
    """Group 0002 without its length, before and after the SOP Instance UID."""
    before = encode.element(0x00020001, "OB", b"\0\1", explicit=True) + encode.element(
        0x00020002, "UI", sop_class.encode(), explicit=True
    )
    after = (
        encode.element(0x00020010, "UI", syntax.encode(), explicit=True),
        encode.element(0x00020012, "UI", _IMPLEMENTATION, explicit=True),
        encode.element(0x00020013, "SH", f"GANTRY {__version__}".encode(), explicit=True),
    )
    return before, b"".join(after)
