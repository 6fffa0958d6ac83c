"""The facts about a file that are needed before it is rewritten: its patient and its picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from gantry.engine.deidentify.steps import elements, items

DIRECTORY: Final = 0x00041220
CHARACTER_SET: Final = 0x00080005
IMAGE_TYPE: Final = 0x00080008
SOP_CLASS: Final = 0x00080016
SOP_INSTANCE: Final = 0x00080018
MANUFACTURER: Final = 0x00080070
MODEL: Final = 0x00081090
STATION: Final = 0x00081010
MODALITY: Final = 0x00080060
CONVERSION_TYPE: Final = 0x00080064
PATIENT_NAME: Final = 0x00100010
PATIENT_ID: Final = 0x00100020
ISSUER: Final = 0x00100021
BIRTH_DATE: Final = 0x00100030
REGIONS: Final = 0x00186011
STUDY: Final = 0x0020000D
SERIES: Final = 0x0020000E
POSITION: Final = 0x00200032
FRAME_OF_REFERENCE: Final = 0x00200052
SAMPLES: Final = 0x00280002
PHOTOMETRIC: Final = 0x00280004
PLANAR: Final = 0x00280006
FRAMES: Final = 0x00280008
ROWS: Final = 0x00280010
COLUMNS: Final = 0x00280011
BITS: Final = 0x00280100
BITS_STORED: Final = 0x00280101
SIGNED: Final = 0x00280103
BURNED_IN: Final = 0x00280301
_REGION_EDGES: Final = (0x00186018, 0x0018601A, 0x0018601C, 0x0018601E)
WANTED: Final = frozenset(value for value in list(globals().values()) if isinstance(value, int))
_LAST: Final = max(WANTED)

Region = tuple[int, int, int, int]  # left, top, right, bottom; the last two included


class Facts:
    """Values of the top level of a data set.

    Attributes:
        regions: of ultrasound, those that hold echo data (DICOM PS3.3 §C.8.5.5).
    """

    def __init__(self, found: dict[int, bytes], regions: list[Region]) -> None:
        self._found, self.regions = found, regions

    def changed(self, values: dict[int, bytes]) -> Facts:
        """The facts about a file that differs from this one in some values."""
        return Facts({**self._found, **values}, self.regions)

    def has(self, tag: int) -> bool:
        return tag in self._found

    def raw(self, tag: int) -> bytes:
        return self._found.get(tag, b"").strip(b" \0")

    def text(self, tag: int) -> str:
        """A value to compare, not to display: non-ASCII characters are escaped."""
        return self.raw(tag).decode("ascii", "surrogateescape")

    def texts(self, tag: int) -> list[str]:
        return [part.strip() for part in self.text(tag).split("\\")]

    def number(self, tag: int, default: int = 0) -> int:
        """An unsigned short, or an integer string."""
        value = self._found.get(tag, b"")
        if tag == FRAMES:
            return int(value) if value.strip(b" \0").isdigit() else default
        return int.from_bytes(value[:2], "little") if value else default

    @property
    def frames(self) -> int:
        return self.number(FRAMES, 1)

    @property
    def image_bytes(self) -> int:
        """The size of the pixel data, if they are not compressed; 0: unknown."""
        pixels = self.number(ROWS) * self.number(COLUMNS) * self.frames
        # Two pixels share their colors where these are halved.
        halved = self.text(PHOTOMETRIC).endswith("_422")
        samples = 2 if halved else self.number(SAMPLES, 1)
        return (pixels * samples * self.number(BITS) + 7) // 8


def facts_of(data: memoryview, start: int, *, explicit: bool) -> Facts:
    """Reads the facts of a data set in Little Endian.

    Raises:
        NotWalked: it isn't laid out as it should be.
    """
    found: dict[int, bytes] = {}
    regions: list[Region] = []
    for tag, _, value, after in elements(data, start, len(data), explicit=explicit, last=_LAST):
        if tag == REGIONS:
            regions = list(_regions(data, value, after, explicit=explicit))
        elif tag == DIRECTORY:
            found[tag] = b""
        elif tag in WANTED:
            found[tag] = bytes(data[value:after])
    return Facts(found, [r for r in regions if r[0] < r[2] and r[1] < r[3]])


def _regions(data: memoryview, pos: int, end: int, *, explicit: bool) -> Iterator[Region]:
    for start, after in items(data, pos, end, explicit=explicit):
        edges = {
            tag: int.from_bytes(data[value : value + 4], "little")
            for tag, _, value, _ in elements(data, start, after, explicit=explicit)
            if tag in _REGION_EDGES
        }
        if len(edges) == len(_REGION_EDGES):
            left, top, right, bottom = (edges[tag] for tag in _REGION_EDGES)
            yield left, top, right, bottom
