"""One frame of an instance as a picture, decoded by pydicom and the decoders installed."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, convert_color_space
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGExtended12Bit

from gantry.engine.preview.contents import NoPicture, Picture

MOST_FRAME_BYTES = 512 << 20
Array = np.ndarray[Any, np.dtype[Any]]


class NotShown(Exception):
    """There is no picture of this file."""

    def __init__(self, reason: NoPicture, detail: str = "") -> None:
        super().__init__(reason.value)
        self.reason, self.detail = reason, detail


def read_picture(dataset: Dataset, frame: int, longest: int) -> Picture:
    """The frame (0…) at most `longest` pixels wide and high.

    Raises:
        NotShown: it has no pixels, or they can't be decoded.
    """
    if not any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise NotShown(NoPicture.NO_PIXELS)
    syntax = _syntax(dataset)
    rows, columns = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
    samples = int(dataset.get("SamplesPerPixel") or 1)
    allocated = int(dataset.get("BitsAllocated") or 8)
    frames = int(dataset.get("NumberOfFrames") or 1)
    if rows <= 0 or columns <= 0:
        raise NotShown(NoPicture.DAMAGED)
    if rows * columns * samples * max(1, allocated // 8) > MOST_FRAME_BYTES:
        raise NotShown(NoPicture.TOO_LARGE)
    pixels = _decode(dataset, syntax, min(frame, frames - 1))
    kind = str(dataset.get("PhotometricInterpretation") or "MONOCHROME2")
    about = _about(dataset, rows, columns, frames, syntax, kind)
    try:
        if kind == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, dataset)
        if pixels.ndim == 3:
            return _colour(pixels, about, longest)
        return _grey(pixels, dataset, about, longest)
    except (ValueError, AttributeError, TypeError, IndexError, NotImplementedError) as error:
        raise NotShown(NoPicture.DAMAGED, type(error).__name__) from error


def _syntax(dataset: Dataset) -> UID:
    """As the file says; without a file meta group, as it was read (PS3.5 §10.1)."""
    meta = getattr(dataset, "file_meta", None)
    if named := (meta.get("TransferSyntaxUID") if meta is not None else None):
        return UID(named)
    implicit, little = dataset.original_encoding
    syntax = ImplicitVRLittleEndian if implicit or not little else ExplicitVRLittleEndian
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    return syntax


def _decode(dataset: Dataset, syntax: UID, frame: int) -> Array:
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise NotShown(NoPicture.UNSUPPORTED, syntax.name) from error
    if not decoder.is_available:
        raise NotShown(NoPicture.UNSUPPORTED, syntax.name)
    try:
        pixels, about = decoder.as_array(dataset, index=frame)
        space = str(about.get("photometric_interpretation", ""))
        if space.startswith("YBR"):
            pixels = convert_color_space(pixels, space, "RGB")
    except Exception as error:
        # Decoders raise all kinds of things; this process is here to hold them.
        if syntax == JPEGExtended12Bit and int(dataset.get("BitsStored") or 0) > 8:
            raise NotShown(NoPicture.UNSUPPORTED, syntax.name) from error
        raise NotShown(NoPicture.DAMAGED, type(error).__name__) from error
    return pixels


def _about(
    dataset: Dataset, rows: int, columns: int, frames: int, syntax: UID, kind: str
) -> dict[str, Any]:
    return {
        "windows": _windows(dataset),
        "inverted": kind == "MONOCHROME1",
        "aspect": _aspect(dataset),
        "frames": max(1, frames),
        "rows": rows,
        "columns": columns,
        "transfer_syntax": syntax.name,
    }


def _colour(pixels: Array, about: dict[str, Any], longest: int) -> Picture:
    if pixels.dtype != np.uint8:
        top = max(1.0, float(pixels.max()))
        pixels = (pixels.astype(np.float32) * (255.0 / top)).astype(np.uint8)
    small = np.ascontiguousarray(_smaller(pixels[..., :3], longest))
    return Picture(
        width=small.shape[1], height=small.shape[0], colour=True, data=small.tobytes(),
        low=0.0, high=255.0, **about,
    )  # fmt: skip


def _grey(pixels: Array, dataset: Dataset, about: dict[str, Any], longest: int) -> Picture:
    small = _smaller(pixels, longest)
    values = apply_modality_lut(small, dataset).astype(np.float32)
    if not np.isfinite(values).all():
        values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    # Not the extremes: a metal clip or a border must not make the rest grey.
    low, high = (float(v) for v in np.percentile(values, (0.5, 99.5)))
    if high <= low:
        low, high = float(values.min()), float(values.max())
    data = np.ascontiguousarray(values, dtype="<f4").tobytes()
    return Picture(
        width=small.shape[1], height=small.shape[0], colour=False, data=data,
        low=low, high=max(high, low + 1e-6), **about,
    )  # fmt: skip


def _smaller(pixels: Array, longest: int) -> Array:
    """Every n-th pixel: a preview is no diagnosis, and means would change the values."""
    step = -(-max(pixels.shape[0], pixels.shape[1]) // max(1, longest))
    return pixels[::step, ::step] if step > 1 else pixels


def _windows(dataset: Dataset) -> tuple[tuple[str, float, float], ...]:
    """Window Center and Width (PS3.3 §C.11.2); enhanced objects keep them in functional groups."""
    holder = dataset
    for group in ("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"):
        for item in (dataset.get(group) or [])[:1]:
            for voi in item.get("FrameVOILUTSequence") or []:
                holder = voi if "WindowCenter" not in dataset else dataset
    centres, widths = _numbers(holder.get("WindowCenter")), _numbers(holder.get("WindowWidth"))
    names = holder.get("WindowCenterWidthExplanation") or ()
    names = [names] if isinstance(names, str) else [str(name) for name in names]
    found = []
    for number, (centre, width) in enumerate(zip(centres, widths, strict=False)):
        if width >= 1:
            found.append((names[number] if number < len(names) else "", centre, width))
    return tuple(found[:16])


def _aspect(dataset: Dataset) -> float:
    for name in ("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"):
        values = _numbers(dataset.get(name))
        if len(values) == 2 and min(values) > 0:
            return min(10.0, max(0.1, values[0] / values[1]))
    return 1.0


def _numbers(value: object) -> list[float]:
    if value is None or value == "":
        return []
    values = value if isinstance(value, (list, tuple)) or hasattr(value, "__iter__") else [value]
    try:
        numbers = [float(v) for v in values]
    except (TypeError, ValueError):
        return []
    return [n for n in numbers if np.isfinite(n)]
