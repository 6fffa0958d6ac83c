"""Data sets of every layout, each value a token: for tests that any layout must pass."""

from __future__ import annotations

import io
import random
import struct
import zlib
from dataclasses import dataclass, field

from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    MRImageStorage,
)

from gantry.engine.deidentify.private import safe_vr

SYNTAXES = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
)
CHARSETS = ("", "ISO_IR 100", "ISO_IR 192", "GB18030", "\\ISO 2022 IR 87")
_LONG = {"OB", "OW", "SQ", "UN", "UT", "UC", "UR"}
_UNDEFINED = 0xFFFFFFFF
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"

# Texts of the table, outside it, and of a later edition; binary ones; sequences of several kinds.
_TEXTS = (
    (0x00080080, "LO"), (0x00080090, "PN"), (0x00081030, "LO"), (0x0008103E, "LO"),
    (0x00081070, "PN"), (0x00100032, "TM"), (0x001021B0, "LT"),
    (0x00104000, "LT"), (0x00181030, "LO"), (0x0010FFF0, "LO"), (0x00189999, "UT"),
    (0x00281055, "LO"), (0x0040A160, "UT"), (0x60000022, "LO"), (0x0040A123, "PN"),
)  # fmt: skip
_SEQUENCES = (
    0x00081140, 0x00082218, 0x0040A730, 0x00283000, 0x52009229, 0x00400275, 0x00880200, 0x00400555,
)  # fmt: skip
_GROUPS = (0x0009, 0x0011, 0x0019, 0x0029, 0x0043, 0x2001, 0x2005, 0x7053)
_CREATORS = (
    "ACME", "SIEMENS MR HEADER", "SIEMENS MR HEADER ", "GEMS_PARM_01", "Philips Imaging DD 001", "",
)  # fmt: skip


@dataclass
class Layout:
    """A file that was drawn, and what was hidden in it."""

    syntax: UID
    data: bytes = b""
    tokens: list[bytes] = field(default_factory=list)

    def left_in(self, data: bytes) -> list[bytes]:
        return [token for token in self.tokens if token in data.upper()]


Element = tuple[int, str, bytes | list["Items"], bool]
Items = list[Element]


class _Draw:
    def __init__(self, chance: random.Random, syntax: UID) -> None:
        # In Big Endian, pydicom can't read what is hidden in UN: such a file is held.
        self.chance, self.hides = chance, syntax != ExplicitVRBigEndian
        self.tokens: list[bytes] = []

    def token(self) -> bytes:
        number = len(self.tokens)
        text = ""
        for _ in range(4):
            number, letter = divmod(number, len(_LETTERS))
            text += _LETTERS[letter]
        token = b"QZ" + text.encode() + b"VX"
        self.tokens.append(token)
        return token

    def items(self, depth: int) -> Items:
        chance = self.chance
        found: dict[int, Element] = {}
        for tag, vr in chance.choices(_TEXTS, k=chance.randint(0, 4)):
            value = b"101112" if vr == "TM" else self.token()
            found[tag] = (tag, vr, value, False)
        if depth:
            for tag in chance.sample(_SEQUENCES, chance.randint(0, 2)):
                inner = [self.items(depth - 1) for _ in range(chance.randint(0, 2))]
                found[tag] = (tag, "SQ", inner, chance.choice((False, True)))
        for group in chance.sample(_GROUPS, chance.randint(0, 2)):
            for element in self.private(group, depth):
                found[element[0]] = element
        return [found[tag] for tag in sorted(found)]

    def private(self, group: int, depth: int) -> Items:
        chance, made = self.chance, list[Element]()
        blocks = chance.sample(range(0x10, 0x100), chance.randint(1, 2))
        for block in blocks:
            creator = chance.choice(_CREATORS)
            if creator:
                made.append((group << 16 | block, "LO", creator.encode(), False))
            for element in chance.sample(range(0x100), chance.randint(0, 3)):
                tag = group << 16 | block << 8 | element
                kind = chance.choice(("LO", "UN", "SQ", "OB", "hidden"))
                if kind == "SQ" and depth:
                    made.append((tag, "SQ", [self.items(depth - 1)], chance.choice((False, True))))
                elif kind == "hidden" and depth and self.hides:
                    made.append((tag, "UN", [self.items(depth - 1)], chance.choice((False, True))))
                elif kind in ("LO", "UN", "OB"):
                    stays = safe_vr(creator, group, tag & 0xFFFF) is not None
                    made.append((tag, kind, b"00000012" if stays else self.token(), False))
        return made


def layout(seed: int) -> Layout:
    """A file of any depth, VR, character set, order of blocks, kind of lengths and byte order.

    A seed gives the same file in every run. Hypothesis, although derandomized, does not: it also
    draws numbers that it finds in the modules that happen to be loaded.
    """
    chance = random.Random(seed)
    syntax = SYNTAXES[seed % len(SYNTAXES)]
    drawing = _Draw(chance, syntax)
    charset = chance.choice(CHARSETS)
    own: Items = [
        (0x00080016, "UI", str(MRImageStorage).encode(), False),
        (0x00080018, "UI", b"1.2.826.0.1.3680043.99.1", False),
        (0x00080020, "DA", b"19531117", False),
        (0x00080060, "CS", b"MR", False),
        (0x00100010, "PN", drawing.token() + b"^" + drawing.token(), False),
        (0x00100020, "LO", drawing.token(), False),
        (0x0020000D, "UI", b"1.2.826.0.1.3680043.99.2", False),
        (0x0020000E, "UI", b"1.2.826.0.1.3680043.99.3", False),
    ]
    drawing.tokens += [b"19531117", b"1.2.826.0.1.3680043.99."]
    if charset:
        own.append((0x00080005, "CS", charset.encode(), False))
    found = {element[0]: element for element in (*drawing.items(chance.randint(0, 4)), *own)}
    big = syntax == ExplicitVRBigEndian
    body = _written([found[tag] for tag in sorted(found)], big, syntax != ImplicitVRLittleEndian)
    if syntax == DeflatedExplicitVRLittleEndian:
        packer = zlib.compressobj(wbits=-15)
        body = packer.compress(body) + packer.flush()
    ae = drawing.token()
    meta = _written(
        [
            (0x00020002, "UI", str(MRImageStorage).encode(), False),
            (0x00020003, "UI", b"1.2.826.0.1.3680043.99.1", False),
            (0x00020010, "UI", str(syntax).encode(), False),
            (0x00020016, "AE", ae, False),
        ],
        False,
        True,
    )
    length = struct.pack("<HH2sHI", 2, 0, b"UL", 4, len(meta))
    preamble = drawing.token().ljust(128, b"\0")
    return Layout(syntax, preamble + b"DICM" + length + meta + body, drawing.tokens)


def _written(elements: Items, big: bool, explicit: bool) -> bytes:
    order, out = ">" if big else "<", io.BytesIO()
    for tag, vr, value, undefined in elements:
        if isinstance(value, list):
            # What is hidden in UN is written with implicit VRs (DICOM PS3.5 §6.2.2, note 2).
            hidden = vr == "UN"
            inner = explicit and not hidden
            data = b"".join(_item(item, big and not hidden, inner, undefined) for item in value)
            undefined = undefined or hidden
            if undefined:
                data += struct.pack(f"{'<' if hidden else order}HHI", 0xFFFE, 0xE0DD, 0)
        else:
            pad = b"\0" if vr in ("UI", "OB", "UN") else b" "
            data = value + pad if len(value) & 1 else value
        length = _UNDEFINED if undefined else len(data)
        out.write(struct.pack(f"{order}HH", tag >> 16, tag & 0xFFFF))
        if not explicit:
            out.write(struct.pack(f"{order}I", length))
        elif vr in _LONG:
            out.write(vr.encode() + struct.pack(f"{order}HI", 0, length))
        else:
            out.write(vr.encode() + struct.pack(f"{order}H", length))
        out.write(data)
    return out.getvalue()


def _item(elements: Items, big: bool, explicit: bool, undefined: bool) -> bytes:
    order = ">" if big else "<"
    data = _written(elements, big, explicit)
    if not undefined:
        return struct.pack(f"{order}HHI", 0xFFFE, 0xE000, len(data)) + data
    end = struct.pack(f"{order}HHI", 0xFFFE, 0xE00D, 0)
    return struct.pack(f"{order}HHI", 0xFFFE, 0xE000, _UNDEFINED) + data + end
