"""Frames of compressed pixel data: their fragments, and the tables that say where they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Final

import numpy as np
from pydicom.encaps import generate_fragmented_frames, parse_basic_offsets

from gantry.engine.deidentify import encode
from gantry.engine.deidentify.layout import OFFSET_LENGTHS, OFFSETS, TOTAL_LENGTH, Layout
from gantry.engine.deidentify.walked import NotWalked

_MOST_OFFSET: Final = 0xFFFFFFFF
Fragments = tuple[bytes, ...]


class Frames:
    """The frames of a data set.

    Attributes:
        found: the fragments of each.

    Raises:
        NotWalked: it is not known which fragments are a frame.
    """

    def __init__(self, data: memoryview, pixels: memoryview, layout: Layout) -> None:
        value = bytes(pixels)
        self._tables = {tag: place for tag, place in layout.places.items() if tag <= TOTAL_LENGTH}
        self._has_offsets = bool(parse_basic_offsets(value))
        offsets, lengths = (
            bytes(data[place.value : place.after]) if (place := self._tables.get(tag)) else b""
            for tag in (OFFSETS, OFFSET_LENGTHS)
        )
        extended = (offsets, lengths) if offsets and lengths else None
        self.found = list(
            generate_fragmented_frames(
                value, number_of_frames=layout.frames, extended_offsets=extended
            )
        )
        if len(self.found) != layout.frames or not all(map(any, self.found)):
            raise NotWalked("frames")

    def encapsulated(self, frames: Sequence[Fragments]) -> tuple[bytes, dict[int, bytes]]:
        """Other frames in the same form: items with their end, and the values of the tables that
        the data set has, by tag."""
        padded = [[one + b"\0" * (len(one) % 2) for one in fragments] for fragments in frames]
        sizes = [sum(len(one) + 8 for one in fragments) for fragments in padded]
        begins = list(accumulate(sizes[:-1], initial=0))
        has_offsets = self._has_offsets and begins[-1] <= _MOST_OFFSET
        table = np.array(begins, "<u4").tobytes() if has_offsets else b""
        items = [_item(table), *(_item(one) for fragments in padded for one in fragments)]
        lengths = [size - 8 for size in sizes]  # such a frame has one fragment
        values = {
            OFFSETS: np.array(begins, "<u8").tobytes(),
            OFFSET_LENGTHS: np.array(lengths, "<u8").tobytes(),
            TOTAL_LENGTH: sum(len(one) for fragments in padded for one in fragments).to_bytes(
                8, "little"
            ),
        }
        known = {tag: values[tag] for tag in self._tables}
        return b"".join((*items, encode.SEQUENCE_END)), known


def _item(fragment: bytes) -> bytes:
    return encode.SHORT.pack(0xFFFE, 0xE000, len(fragment)) + fragment
