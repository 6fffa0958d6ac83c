"""12-bit JPEG (process 4) for pydicom, which doesn't pass it to GDCM although GDCM can decode it.

The module is a plug-in in pydicom's sense: `is_available`, `DECODER_DEPENDENCIES` and a function
that decodes one frame.
"""

from __future__ import annotations

import gdcm  # type: ignore[import-untyped]
from pydicom.pixels.decoders.base import DecodeRunner, JPEGExtended12BitDecoder
from pydicom.uid import JPEGExtended12Bit

DECODER_DEPENDENCIES = {JPEGExtended12Bit: ("gdcm>=3.0.10",)}
_LABEL = "gantry"


def register() -> None:
    """Makes pydicom use it if its own plug-ins fail."""
    if _LABEL not in JPEGExtended12BitDecoder.available_plugins:
        JPEGExtended12BitDecoder.add_plugin(_LABEL, (__name__, "decode_frame"))


def is_available(uid: str) -> bool:
    """Whether it decodes this transfer syntax."""
    return uid in DECODER_DEPENDENCIES


def decode_frame(source: bytes, runner: DecodeRunner) -> bytes:
    """One frame's samples, little endian, 16 bits each.

    Raises:
        NotImplementedError: not 12 bits of one sample: pydicom's other plug-ins do those.
        ValueError: GDCM returned less than a frame.
    """
    if runner.bits_stored <= 8 or runner.samples_per_pixel != 1:
        raise NotImplementedError
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(source)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((runner.columns, runner.rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(str(runner.photometric_interpretation))
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    syntax = gdcm.TransferSyntax.GetTSType(str(JPEGExtended12Bit))
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    stored = runner.bits_stored
    signed = runner.pixel_representation
    image.SetPixelFormat(gdcm.PixelFormat(1, 16, stored, stored - 1, signed))
    # GDCM's binding returns bytes as text.
    frame: bytes = image.GetBuffer().encode("utf-8", "surrogateescape")
    if len(frame) != runner.rows * runner.columns * 2:
        raise ValueError("not a whole frame")
    runner.set_option("bits_allocated", 16)
    return frame
