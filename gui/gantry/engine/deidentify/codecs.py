"""Codecs of lossless syntaxes, frame by frame: RLE, JPEG-LS and JPEG 2000.

Each keeps to the stream that it replaces: bits per sample, sign, transform of colors. There is no
encoder for JPEG lossless and high-throughput JPEG 2000 in what Gantry depends on.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from gantry.engine.deidentify.layout import Layout
from gantry.engine.deidentify.masking import Pixels
from gantry.engine.deidentify.segments import JPEG, JPEG_2000, jpeg_2000_segments, jpeg_segments
from gantry.engine.deidentify.walked import NotWalked

_JPEG: Final = (JPEGBaseline8Bit, JPEGExtended12Bit)
_JPEG_LS: Final = (JPEGLSLossless, JPEGLSNearLossless)
# SOF, of which JPEG-LS has its own (ISO/IEC 10918-1 §B.2.2, 14495-1 §C.2.2).
_FRAME_HEADERS: Final = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_MOST_OFFSET: Final = 1 << 14  # of an image within the grid of JPEG 2000
_STYLE, _COMPONENT_STYLE, _SIZE, _CAPABILITIES, _SCAN = 0x52, 0x53, 0x51, 0x50, 0xDA


class Frame(NamedTuple):
    """A decoded frame.

    Attributes:
        pixels: unsigned, of the shape (rows, columns, samples).
        bits: of a sample.
        like: what the encoder must know of the stream.
    """

    pixels: Pixels
    bits: int
    like: int


class Codec(Protocol):
    """Decodes and encodes frames; may raise anything on a stream that it doesn't know."""

    def decode(self, stream: bytes) -> Frame: ...

    def encode(self, frame: Frame) -> bytes: ...


def codec_of(syntax: str, layout: Layout) -> Codec | None:
    """The codec of a transfer syntax; None if there is none here."""
    try:
        if syntax == RLELossless:
            return _Rle(layout)
        if syntax in _JPEG_LS:
            return _JpegLs(layout)
        if syntax in (JPEG2000Lossless, JPEG2000):
            return _Jpeg2000(layout)
    except ImportError:  # they come with the window
        return None
    return None


def is_lossy(syntax: str, stream: bytes) -> bool:
    """Whether pixels were lost when a stream was made, as far as its headers tell.

    Raises:
        NotWalked: the stream is damaged.
    """
    if syntax in _JPEG:
        return True
    if syntax in _JPEG_LS:
        scans = [one for one in jpeg_segments(stream) if one.marker == _SCAN]
        return any(stream[after - 3] for _, _, after in scans)  # NEAR (ISO/IEC 14495-1 §C.2.3)
    if syntax in (JPEG2000Lossless, JPEG2000, HTJ2K):
        return not _Style(stream[max(stream.find(JPEG_2000), 0) :]).reversible  # it may be in boxes
    return False


def check_header(syntax: str, stream: bytes, layout: Layout) -> None:
    """Refuses a stream of which a decoder would take too much memory or time.

    Raises:
        NotWalked: its header states a larger image; or it is JPEG-LS without its end, on which
            CharLS can take a quarter of a minute for a thousand pixels.
    """
    if stream.startswith(JPEG_2000):
        wide, high = (int.from_bytes(stream[at : at + 4], "big") for at in (8, 12))
        if wide > layout.columns + _MOST_OFFSET or high > layout.rows + _MOST_OFFSET:
            raise NotWalked("size")
    elif stream.startswith(JPEG):
        try:
            for marker, value, _ in jpeg_segments(stream):
                high, wide = (
                    int.from_bytes(stream[value + i : value + i + 2], "big") for i in (1, 3)
                )
                if marker in _FRAME_HEADERS and (high > layout.rows or wide > layout.columns):
                    raise NotWalked("size")
        except NotWalked as error:
            if syntax in _JPEG_LS or str(error) == "size":
                raise


class _Style:
    """What the headers of a JPEG 2000 stream say of its coding (ISO/IEC 15444-1 §A.6).

    Attributes:
        reversible: all of it is.
        plain: one style for all components, and not high-throughput.
    """

    def __init__(self, stream: bytes) -> None:
        if not stream.startswith(JPEG_2000):
            raise NotWalked("no codestream")
        transforms, transformed, self.plain = [], [], True
        for marker, value, after in jpeg_2000_segments(stream):
            if marker == _STYLE:
                transformed.append(stream[value + 4])
                transforms.append(stream[value + 9])
            elif marker == _COMPONENT_STYLE:
                self.plain = False
                wide = 2 if int.from_bytes(stream[value : value + 2], "big") else 1
                transforms.append(stream[value + wide + 5])
            elif marker == _CAPABILITIES:
                self.plain = False
            elif marker == _SIZE:
                parts = [stream[at : at + 3] for at in range(value + 36, after, 3)]
                self.plain = self.plain and len(set(parts)) == 1 and parts[0][1:] == b"\1\1"
                self.bits = (parts[0][0] & 0x7F) + 1
                self.signed = bool(parts[0][0] & 0x80)
        if not transforms:
            raise NotWalked("no style")
        self.reversible = all(one == 1 for one in transforms)
        self.plain = self.plain and len(set(transformed)) == 1
        self.mixes_colors = transformed[0] if transformed else 0


class _Rle:
    """pydicom's: where all are, and the same bytes with and without the other codecs."""

    def __init__(self, layout: Layout) -> None:
        if layout.allocated not in (8, 16, 32):
            raise NotWalked("bits")
        self._shape = layout.rows, layout.columns, layout.samples
        self._bits = layout.allocated
        self._options: dict[str, Any] = {
            "rows": layout.rows,
            "columns": layout.columns,
            "samples_per_pixel": layout.samples,
            "number_of_frames": 1,
            "bits_allocated": layout.allocated,
            "bits_stored": layout.allocated,
            "pixel_representation": 0,
            "photometric_interpretation": "RGB" if layout.samples == 3 else "MONOCHROME2",
            "planar_configuration": 0,
        }
        self._source: dict[str, Any] = {
            "transfer_syntax_uid": RLELossless,
            "pixel_keyword": "PixelData",
        }

    def decode(self, stream: bytes) -> Frame:
        pixels, _ = get_decoder(RLELossless).as_array(
            encapsulate([stream]),
            raw=True,
            decoding_plugin="pydicom",
            **self._source,
            **self._options,
        )
        return Frame(pixels.reshape(self._shape).astype(f"<u{self._bits // 8}"), self._bits, 0)

    def encode(self, frame: Frame) -> bytes:
        return get_encoder(RLELossless).encode(
            frame.pixels.tobytes(), encoding_plugin="pydicom", validate=False, **self._options
        )


class _JpegLs:
    """CharLS. A stream knows no sign; its colors are by plane or by pixel."""

    def __init__(self, layout: Layout) -> None:
        import jpeg_ls  # type: ignore[import-untyped]  # noqa: PLC0415 - comes with the window

        self._library, self._layout = jpeg_ls, layout

    def decode(self, stream: bytes) -> Frame:
        layout = self._layout
        check_header(JPEGLSLossless, stream, layout)
        buffer, info = self._library.decode_pixel_data(stream)
        bits = info["bits_per_sample"]
        stated = info["height"], info["width"], info["components"]
        if stated != (layout.rows, layout.columns, layout.samples) or info["allowed_lossy_error"]:
            raise NotWalked("JPEG-LS")
        # The sign is in the highest bit, of which the stream may have fewer than are stored.
        least = layout.stored if layout.signed else 1
        if not least <= bits <= layout.allocated or layout.high != layout.stored - 1:
            raise NotWalked("bits")
        pixels: Pixels = np.frombuffer(buffer, "<u2" if bits > 8 else "u1")
        by_plane = layout.samples > 1 and info["interleave_mode"] == 0
        if by_plane:
            shape = (layout.samples, layout.rows, layout.columns)
            pixels = pixels.reshape(shape).transpose(1, 2, 0)
        return Frame(pixels.reshape(stated), bits, 0 if by_plane or layout.samples == 1 else 2)

    def encode(self, frame: Frame) -> bytes:
        layout = self._layout
        by_plane = layout.samples > 1 and frame.like == 0
        made = frame.pixels.transpose(2, 0, 1) if by_plane else frame.pixels
        stream: bytes = self._library.encode_buffer(
            made.tobytes(),
            layout.rows,
            layout.columns,
            layout.samples,
            frame.bits,
            lossy_error=0,
            interleave_mode=frame.like,
        )
        return bytes(stream)


class _Jpeg2000:
    """OpenJPEG, reversible only."""

    def __init__(self, layout: Layout) -> None:
        from openjpeg.utils import decode, encode_buffer  # noqa: PLC0415 - comes with the window

        self._decode, self._encode, self._layout = decode, encode_buffer, layout

    def decode(self, stream: bytes) -> Frame:
        style, layout = _Style(stream), self._layout
        if not style.reversible or not style.plain or layout.high != layout.stored - 1:
            raise NotWalked("JPEG 2000")
        check_header(JPEG2000, stream, layout)
        pixels = self._decode(stream)
        shape = (layout.rows, layout.columns, layout.samples)
        if pixels.shape[:2] != shape[:2] or pixels.size != layout.samples * shape[0] * shape[1]:
            raise NotWalked("size")
        size = pixels.dtype.itemsize
        kept = (1 << style.bits) - 1
        unsigned = pixels.reshape(shape).view(f"<u{size}")
        return Frame(
            unsigned & unsigned.dtype.type(kept), style.bits, style.signed << 1 | style.mixes_colors
        )

    def encode(self, frame: Frame) -> bytes:
        layout, pixels = self._layout, frame.pixels
        signed, mixes_colors = bool(frame.like & 2), frame.like & 1
        if signed:  # OpenJPEG takes the sign from the whole container
            size = pixels.dtype.itemsize * 8
            shift = size - frame.bits
            samples = ((pixels << shift).view(f"<i{size // 8}") >> shift).tobytes()
        else:
            samples = pixels.tobytes()
        stream: bytes = self._encode(
            samples,
            layout.columns,
            layout.rows,
            layout.samples,
            frame.bits,
            signed,
            photometric_interpretation=mixes_colors,  # 1: RGB, the only one that it mixes
            use_mct=bool(mixes_colors),
        )
        return bytes(stream)
