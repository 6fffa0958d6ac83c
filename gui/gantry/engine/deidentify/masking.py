"""Masks: which pixels become black, in pixels that are not compressed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gantry.engine.deidentify.facts import Region
from gantry.engine.deidentify.layout import YBR_422, Layout, black_of
from gantry.engine.deidentify.recipes import Rectangle
from gantry.engine.deidentify.walked import NotWalked

Pixels = NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class Masks:
    """What to do to the pixels of every frame.

    Attributes:
        rectangles: they become black.
        regions: if not empty, all outside them becomes black.
        overlays: bits of each sample that hold an overlay; they become 0.
    """

    rectangles: tuple[Rectangle, ...] = ()
    regions: tuple[Region, ...] = ()
    overlays: int = 0


class Painter:
    """Applies masks to the frames of an image.

    Attributes:
        area: which pixels become black, by row and column.

    Raises:
        NotWalked: an overlay is among the bits of the value. Its methods: it is not known what
            black is.
    """

    def __init__(self, masks: Masks, layout: Layout) -> None:
        self._layout, self._overlays = layout, masks.overlays
        self.area = area_of(masks, layout.rows, layout.columns)
        self._black: dict[int, list[int]] = {}
        if masks.overlays & layout.stored_bits or masks.overlays >> layout.allocated:
            raise NotWalked("overlay")

    def black(self, bits: int) -> list[int]:
        """A black pixel, its samples as unsigned numbers of so many bits."""
        if bits not in self._black:
            layout = self._layout
            if bits < layout.stored:  # a stream may have fewer
                layout = replace(layout, stored=bits, high=bits - 1)
            values = black_of(layout) if self.area.any() else (0,) * layout.samples
            self._black[bits] = [value & ((1 << bits) - 1) for value in values]
        return self._black[bits]

    def paint(self, frame: Pixels, bits: int) -> Pixels:
        """A frame with its masks, of the shape (rows, columns, samples)."""
        made = frame & frame.dtype.type(self._kept(bits))
        made[self.area] = self.black(bits)
        return made

    def has_painted(self, old: Pixels, new: Pixels, bits: int) -> bool:
        """Whether a frame is black inside and equal outside: compared without painting."""
        if old.shape != new.shape or old.dtype != new.dtype:
            return False
        outside = ~self.area
        black = np.array(self.black(bits), new.dtype)
        kept = old[outside] & old.dtype.type(self._kept(bits))
        return bool((new[outside] == kept).all() and (new[self.area] == black).all())

    def _kept(self, bits: int) -> int:
        return ((1 << bits) - 1) & ~self._overlays

    def native(self, pixels: bytes | memoryview) -> bytes:
        """Pixel data that is not compressed, with masks in every frame.

        Raises:
            NotWalked: it isn't stored in a way that is known.
        """
        layout = self._layout
        if layout.allocated == 1:
            return self._single_bits(pixels)
        if layout.allocated not in (8, 16, 32) or layout.photometric in ("YBR_RCT", "YBR_ICT"):
            raise NotWalked("bits" if layout.samples == 1 else "photometric interpretation")
        halved = layout.photometric in YBR_422
        per_pixel = 2 if halved else layout.samples
        count = layout.frames * layout.rows * layout.columns * per_pixel
        size = count * layout.allocated // 8
        _check_end(pixels, size)
        values = np.frombuffer(pixels[:size], f"<u{layout.allocated // 8}").copy()
        values &= values.dtype.type(self._kept(layout.allocated))
        black = self.black(layout.allocated)
        if halved:
            self._halved(values, black)
        elif layout.planar:
            shape = (layout.frames, layout.samples, layout.rows, layout.columns)
            for sample, value in enumerate(black):
                values.reshape(shape)[:, sample, self.area] = value
        else:
            shape = (layout.frames, layout.rows, layout.columns, layout.samples)
            values.reshape(shape)[:, self.area] = black
        return values.tobytes() + bytes(len(pixels) - size)

    def _halved(self, values: Pixels, black: list[int]) -> None:
        """Two pixels share their colors: the mask widens to whole pairs, as the colors of one would
        show in the other."""
        layout = self._layout
        if layout.columns % 2 or layout.planar:
            raise NotWalked("columns")
        pairs = self.area[:, ::2] | self.area[:, 1::2]
        shape = (layout.frames, layout.rows, layout.columns // 2, 4)
        values.reshape(shape)[:, pairs] = [black[0], *black]

    def _single_bits(self, pixels: bytes | memoryview) -> bytes:
        """One bit per pixel, the first one lowest; a frame may begin within a byte."""
        layout = self._layout
        if layout.samples != 1:
            raise NotWalked("bits")
        count = layout.frames * layout.rows * layout.columns
        size = (count + 7) // 8
        _check_end(pixels, size)
        bits = np.unpackbits(np.frombuffer(pixels[:size], np.uint8), bitorder="little")
        bits[:count].reshape(layout.frames, layout.rows, layout.columns)[:, self.area] = self.black(
            1
        )
        bits[count:] = 0
        return np.packbits(bits, bitorder="little").tobytes() + bytes(len(pixels) - size)


def area_of(masks: Masks, rows: int, columns: int) -> NDArray[np.bool_]:
    """Which pixels become black."""
    area = np.full((rows, columns), bool(masks.regions))
    for left, top, right, bottom in masks.regions:
        area[top : bottom + 1, left : right + 1] = False
    for left, top, right, bottom in masks.rectangles:
        area[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    return area


def _check_end(pixels: bytes | memoryview, size: int) -> None:
    """Pixels that the file does not speak of, such as a frame too many, can't be masked."""
    if not size or len(pixels) < size:
        raise NotWalked("fewer pixels than stated")
    if any(pixels[size:]):
        raise NotWalked("more pixels than stated")
