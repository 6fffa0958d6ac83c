"""How the pixels of an image are stored, and what black is in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import ExplicitVRLittleEndian

from gantry.engine.deidentify.facts import (
    BITS,
    BITS_STORED,
    COLUMNS,
    FRAMES,
    PHOTOMETRIC,
    PLANAR,
    ROWS,
    SAMPLES,
    SIGNED,
)
from gantry.engine.deidentify.steps import elements
from gantry.engine.deidentify.walked import NotWalked

HIGH_BIT: Final = 0x00280102
LOSSY: Final = 0x00282110
OFFSETS: Final = 0x7FE00001
OFFSET_LENGTHS: Final = 0x7FE00002
TOTAL_LENGTH: Final = 0x7FE00003
PIXEL_DATA: Final = 0x7FE00010
_NUMBERS: Final = (SAMPLES, PLANAR, ROWS, COLUMNS, BITS, BITS_STORED, HIGH_BIT, SIGNED)
# Red, green and blue of a palette: how many entries from which value on, and the entries,
# which may be in segments (DICOM PS3.3 §C.7.6.3.1.5).
_PALETTE: Final = {
    0x00281101: "US", 0x00281102: "US", 0x00281103: "US",
    0x00281201: "OW", 0x00281202: "OW", 0x00281203: "OW",
    0x00281221: "OW", 0x00281222: "OW", 0x00281223: "OW",
}  # fmt: skip
_WANTED: Final = frozenset({*_NUMBERS, *_PALETTE, FRAMES, PHOTOMETRIC, LOSSY})
_LUMA: Final = (0.299, 0.587, 0.114)
_MOST: Final = 1 << 30  # bytes of one frame
YBR_422: Final = frozenset({"YBR_FULL_422", "YBR_PARTIAL_422"})


class Element(NamedTuple):
    """Where an element is: its tag and VR begin at `begin`, its value at `value`."""

    vr: str
    begin: int
    value: int
    after: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How pixels are stored (DICOM PS3.5 §8.1).

    Attributes:
        frames: 0 if the file states no number that can be read.
        lossy: what the file says of an earlier compression: "00", "01" or "".
        palette: its elements, as they are.
        places: where pixel data and its offset tables are in the data set, by tag.
    """

    rows: int
    columns: int
    frames: int
    samples: int
    allocated: int
    stored: int
    high: int
    signed: bool
    planar: bool
    photometric: str
    lossy: str
    palette: dict[int, bytes]
    places: dict[int, Element]

    @property
    def stored_bits(self) -> int:
        """The bits of a sample that hold its value."""
        return ((1 << self.stored) - 1) << (self.high + 1 - self.stored)


def layout_of(data: memoryview, start: int, *, explicit: bool) -> Layout:
    """Reads the layout of a data set in Little Endian.

    Raises:
        NotWalked: the data set can't be read, has no pixels, or its numbers contradict each other.
    """
    found: dict[int, bytes] = {}
    places: dict[int, Element] = {}
    begin = start
    for tag, vr, value, after in elements(data, start, len(data), explicit=explicit):
        if tag in _WANTED:
            found[tag] = bytes(data[value:after])
        elif OFFSETS <= tag <= PIXEL_DATA:
            places[tag] = Element(vr, begin, value, after)
        begin = after
    number = {tag: int.from_bytes(found.get(tag, b"")[:2], "little") for tag in _NUMBERS}
    frames = found.get(FRAMES, b"1").strip(b" \0") or b"1"
    allocated = number[BITS]
    stored = number[BITS_STORED] or allocated
    high = number[HIGH_BIT] if HIGH_BIT in found else stored - 1
    made = Layout(
        number[ROWS],
        number[COLUMNS],
        int(frames) if frames.isdigit() else 0,
        number[SAMPLES] or 1,
        allocated,
        stored,
        high,
        bool(number[SIGNED]),
        bool(number[PLANAR]) and number[SAMPLES] > 1,
        _text(found, PHOTOMETRIC),
        _text(found, LOSSY),
        {tag: value for tag, value in found.items() if tag in _PALETTE},
        places,
    )
    if not (made.rows and made.columns and made.frames and PIXEL_DATA in places):
        raise NotWalked("no pixels")
    if not stored - 1 <= high < allocated:
        raise NotWalked("bits")
    if made.rows * made.columns * made.samples * allocated > _MOST * 8:
        raise NotWalked("too many pixels")
    return made


def _text(found: dict[int, bytes], tag: int) -> str:
    return found.get(tag, b"").strip(b" \0").decode("ascii", "replace")


def black_of(layout: Layout) -> tuple[int, ...]:
    """The value of each sample of a black pixel; a negative one is signed.

    Raises:
        NotWalked: it is not known.
    """
    shift = layout.high + 1 - layout.stored
    top = layout.stored - 1 if layout.signed else layout.stored
    kind, samples = layout.photometric, layout.samples
    if kind == "MONOCHROME2" and samples == 1:
        return (-(1 << top) << shift if layout.signed else 0,)
    if kind == "MONOCHROME1" and samples == 1:
        return (((1 << top) - 1) << shift,)
    if kind == "PALETTE COLOR" and samples == 1:
        return (_darkest(layout) << shift,)
    if layout.signed or samples != 3:
        raise NotWalked("photometric interpretation")
    if kind in ("RGB", "YBR_RCT", "YBR_ICT"):  # decoders return the last two as RGB
        return (0, 0, 0)
    if kind in ("YBR_FULL", *YBR_422):
        least = 16 if kind == "YBR_PARTIAL_422" else 0
        middle = 1 << (layout.stored - 1)
        return (least << shift, middle << shift, middle << shift)
    raise NotWalked("photometric interpretation")


def _darkest(layout: Layout) -> int:
    """The pixel value with the darkest color of the palette."""
    palette = Dataset()
    for tag, vr in _PALETTE.items():
        value = layout.palette.get(tag)
        if value is not None:
            words = list(np.frombuffer(value[: len(value) // 2 * 2], "<u2"))
            palette.add_new(tag, vr, value if vr == "OW" else [int(word) for word in words])
    first = int.from_bytes(layout.palette.get(0x00281101, b"")[2:4], "little")
    if layout.signed or first >> layout.stored:
        raise NotWalked("palette")
    count = int.from_bytes(layout.palette.get(0x00281101, b"")[:2], "little") or 1 << 16
    indices = np.arange(first, min(first + count, 1 << layout.stored), dtype=np.uint16)
    palette.PhotometricInterpretation, palette.PixelRepresentation = "PALETTE COLOR", 0
    palette.BitsAllocated = palette.BitsStored = 16
    palette.file_meta = FileMetaDataset()
    palette.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    try:
        colors = apply_color_lut(indices.reshape(1, -1), palette)[0]
    except Exception as error:  # whatever a hostile file brings about
        raise NotWalked("palette") from error
    return int(indices[int(np.argmin(colors[:, :3] @ np.array(_LUMA)))])
