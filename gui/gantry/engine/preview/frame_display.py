"""How a file wants a frame displayed: rescale, windows, VOI LUT, padding, spacing.

Enhanced objects say so in functional groups, for each frame or for all (PS3.3 §C.7.6.16). Values
for the frame take precedence over those for all, and both over the top level.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.pixels.processing import apply_modality_lut

from gantry.engine.preview.contents import Lut, Shape

Array = np.ndarray[Any, np.dtype[Any]]
_MOST_WINDOWS = 16


class FrameDisplay:
    """How to display one frame (0…)."""

    def __init__(self, dataset: Dataset, frame: int) -> None:
        self._dataset = dataset
        self._groups = tuple(_groups(dataset, frame))
        self._transform = self._macro("PixelValueTransformationSequence", "RescaleSlope")
        self._voi = self._macro("FrameVOILUTSequence", "WindowCenter")

    @property
    def kind(self) -> str:
        """The same for frames whose values can be compared, so that one window fits them all."""
        types = self._dataset.get("ImageType") or ()
        for group in self._groups:
            for name in ("MRImageFrameTypeSequence", "CTImageFrameTypeSequence",
                         "PETFrameTypeSequence"):  # fmt: skip
                for item in (group.get(name) or [])[:1]:
                    types = item.get("FrameType") or types
        kind = [str(t) for t in types][2:] if not isinstance(types, str) else [types]
        transform = self._transform
        if transform is not self._dataset:
            # Frames of one object with different factors hold different quantities; in a series of
            # files (PET) the factor may differ from slice to slice for the same quantity.
            kind += [str(transform.get(name)) for name in ("RescaleSlope", "RescaleIntercept")]
        return "\\".join([*kind, str(transform.get("RescaleType") or "")])

    @property
    def windows(self) -> tuple[tuple[str, float, float], ...]:
        """Name, centre and width (PS3.3 §C.11.2)."""
        voi = self._voi
        names = voi.get("WindowCenterWidthExplanation") or ()
        names = [names] if isinstance(names, str) else [str(name) for name in names]
        pairs = zip(numbers(voi.get("WindowCenter")), numbers(voi.get("WindowWidth")), strict=False)
        found = [
            (names[n] if n < len(names) else "", centre, width)
            for n, (centre, width) in enumerate(pairs)
            if width > 0
        ]
        return tuple(found[:_MOST_WINDOWS])

    @property
    def shape(self) -> Shape:
        """The function that the windows belong to (PS3.3 §C.11.2.1.3)."""
        try:
            return Shape(str(self._voi.get("VOILUTFunction") or "LINEAR").upper())
        except ValueError:
            return Shape.LINEAR

    @property
    def lut(self) -> Lut | None:
        """The first VOI LUT (PS3.3 §C.11.2.1.1)."""
        for item in (self._dataset.get("VOILUTSequence") or [])[:1]:
            described = [int(n) for n in numbers(item.get("LUTDescriptor"))]
            data = item.get("LUTData")
            if len(described) != 3 or data is None:
                continue
            entries = described[0] or 65536
            # As its VR may vary, the first value mapped is signed if the pixels are.
            first = described[1]
            if first > 32767 and int(self._dataset.get("PixelRepresentation") or 0) == 1:
                first -= 65536
            values = _lut_values(data, entries)
            if len(values) == 0:
                continue
            top = max(int(values.max()), (1 << min(16, max(8, described[2]))) - 1)
            scaled = (values.astype(np.float32) * (255.0 / top)).astype(np.uint8)
            return Lut(str(item.get("LUTExplanation") or ""), first, scaled.tobytes())
        return None

    @property
    def aspect(self) -> float:
        """A pixel's height by its width."""
        measures = self._macro("PixelMeasuresSequence", "PixelSpacing")
        for holder, name in ((measures, "PixelSpacing"), (self._dataset, "ImagerPixelSpacing"),
                             (self._dataset, "PixelAspectRatio")):  # fmt: skip
            values = numbers(holder.get(name))
            if len(values) == 2 and min(values) > 0:
                return min(10.0, max(0.1, values[0] / values[1]))
        return 1.0

    def modality_values(self, pixels: Array) -> Array:
        """Stored values after the modality transform (PS3.3 §C.11.1), as 32-bit floats."""
        values = apply_modality_lut(pixels, self._transform).astype(np.float32)
        if not np.isfinite(values).all():
            values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        return values

    def padding(self, pixels: Array) -> Array | None:
        """The stored values that are only padding (PS3.3 §C.7.5.1.1.2); None: there are none."""
        dataset = self._dataset
        names = "PixelPaddingValue", "FloatPixelPaddingValue", "DoubleFloatPixelPaddingValue"
        ends = [n for name in names for n in numbers(dataset.get(name))[:1]]
        if not ends:
            return None
        limits = "PixelPaddingRangeLimit", "FloatPixelPaddingRangeLimit"
        ends += [n for name in limits for n in numbers(dataset.get(name))[:1]]
        if pixels.dtype.kind == "i":  # written as unsigned by some
            half = 1 << (8 * pixels.dtype.itemsize - 1)
            ends = [n - 2 * half if n >= half else n for n in ends]
        mask: Array = (pixels >= min(ends)) & (pixels <= max(ends))
        return mask if mask.any() and not mask.all() else None

    def _macro(self, sequence: str, needed: str) -> Dataset:
        """The functional group that has `needed`, otherwise the top level."""
        for group in self._groups:
            item: Dataset
            for item in (group.get(sequence) or [])[:1]:
                if needed in item:
                    return item
        return self._dataset


def _groups(dataset: Dataset, frame: int) -> Iterator[Dataset]:
    """The frame's own functional groups first, then those that all frames share."""
    own = dataset.get("PerFrameFunctionalGroupsSequence") or []
    if frame < len(own):
        yield own[frame]
    yield from (dataset.get("SharedFunctionalGroupsSequence") or [])[:1]


def _lut_values(data: object, entries: int) -> Array:
    """At most this many values; 8-bit ones are packed in words."""
    if isinstance(data, bytes):
        width = "<u2" if len(data) >= 2 * entries else "u1"
        return np.frombuffer(data[: len(data) // 2 * 2], dtype=width)[:entries]
    values = np.array(numbers(data), dtype=np.float64)
    if len(values) * 2 <= entries + 1 and len(values) > 1:
        return np.ascontiguousarray(values.astype("<u2")).view("u1")[:entries]
    return np.clip(values[:entries], 0, 65535).astype("<u2")


def numbers(value: object) -> list[float]:
    """A multi-valued element's numbers; invalid and infinite ones are ignored."""
    if value is None or value == "":
        return []
    values = value if isinstance(value, (list, tuple)) or hasattr(value, "__iter__") else [value]
    try:
        found = [float(v) for v in values]
    except (TypeError, ValueError):
        return []
    return [n for n in found if np.isfinite(n)]
