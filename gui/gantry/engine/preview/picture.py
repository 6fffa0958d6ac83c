"""Makes a picture of one frame, with pydicom and the installed decoders."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.processing import apply_color_lut, convert_color_space
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from gantry.engine import jpeg_12
from gantry.engine.preview.contents import NoPicture, Picture
from gantry.engine.preview.frame_display import Array, FrameDisplay

MOST_FRAME_BYTES = 512 << 20


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
    frame = max(0, min(frame, frames - 1))
    pixels = _decode(dataset, syntax, frame)
    kind = str(dataset.get("PhotometricInterpretation") or "MONOCHROME2")
    display = FrameDisplay(dataset, frame)
    try:
        about = {
            "kind": display.kind,
            "windows": display.windows,
            "shape": display.shape,
            "lut": display.lut,
            "inverted": kind == "MONOCHROME1",
            "aspect": display.aspect,
            "frames": max(1, frames),
            "rows": rows,
            "columns": columns,
            "transfer_syntax": syntax.name,
        }
        if kind == "PALETTE COLOR":
            pixels = apply_color_lut(pixels, dataset)
        if pixels.ndim == 3:
            return _colour(pixels, about, longest)
        return _grey(pixels, display, about, longest)
    except (ValueError, AttributeError, TypeError, IndexError, NotImplementedError) as error:
        raise NotShown(NoPicture.DAMAGED, type(error).__name__) from error


def _syntax(dataset: Dataset) -> UID:
    """The transfer syntax of the file; without a file meta group, as it was read (PS3.5 §10.1)."""
    meta = getattr(dataset, "file_meta", None)
    if named := (meta.get("TransferSyntaxUID") if meta is not None else None):
        return UID(named)
    implicit, little = dataset.original_encoding
    syntax = ImplicitVRLittleEndian if implicit or not little else ExplicitVRLittleEndian
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    return syntax


def _decode(dataset: Dataset, syntax: UID, frame: int) -> Array:
    jpeg_12.register()
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
        # Decoders raise all kinds of exceptions; this process exists to contain them.
        if syntax.is_encapsulated and int(dataset.get("BitsAllocated") or 8) == 1:
            # The decoders take whole bytes only: that says nothing about the file.
            raise NotShown(NoPicture.UNSUPPORTED, syntax.name) from error
        raise NotShown(NoPicture.DAMAGED, type(error).__name__) from error
    return pixels


def _colour(pixels: Array, about: dict[str, Any], longest: int) -> Picture:
    if pixels.dtype != np.uint8:
        top = max(1.0, float(pixels.max()))
        pixels = (pixels.astype(np.float32) * (255.0 / top)).astype(np.uint8)
    small = np.ascontiguousarray(_smaller(pixels[..., :3], longest))
    return Picture(
        width=small.shape[1], height=small.shape[0], colour=True, data=small.tobytes(),
        low=0.0, high=255.0, **about,
    )  # fmt: skip


def _grey(pixels: Array, display: FrameDisplay, about: dict[str, Any], longest: int) -> Picture:
    small = _smaller(pixels, longest)
    values = display.modality_values(small)
    padding = display.padding(small)
    real = values if padding is None else values[~padding]
    # Not the extremes: a metal clip or a border must not turn the rest grey.
    low, high = (float(v) for v in np.percentile(real, (0.5, 99.5)))
    if high <= low:
        low, high = float(real.min()), float(real.max())
    if high <= low:
        high = low + (abs(low) * 1e-3 or 1.0)
    if padding is not None:  # it is background, whatever its value
        values[padding] = real.max() if about["inverted"] else real.min()
    data = np.ascontiguousarray(values, dtype="<f4").tobytes()
    return Picture(
        width=small.shape[1], height=small.shape[0], colour=False, data=data,
        low=low, high=high, **about,
    )  # fmt: skip


def _smaller(pixels: Array, longest: int) -> Array:
    """Takes every n-th pixel: averaging would change the values."""
    step = -(-max(pixels.shape[0], pixels.shape[1]) // max(1, longest))
    return pixels[::step, ::step] if step > 1 else pixels
