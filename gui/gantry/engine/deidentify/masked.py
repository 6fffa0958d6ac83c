"""Masks the pixels of a data set, in their own syntax where nothing is lost by it.

Native, RLE, JPEG-LS and JPEG 2000 without loss stay what they are. Of a compressed image, only the
frames that a mask changes are encoded, and each is decoded again and compared. All others that can
be decoded become Explicit VR Little Endian.
"""

from __future__ import annotations

from collections.abc import Mapping

from gantry.engine.deidentify import encode
from gantry.engine.deidentify.codecs import Codec, Frame, codec_of
from gantry.engine.deidentify.encode import UNDEFINED
from gantry.engine.deidentify.frames import Fragments, Frames
from gantry.engine.deidentify.layout import PIXEL_DATA, Element, Layout, layout_of
from gantry.engine.deidentify.masking import Masks, Painter
from gantry.engine.deidentify.unpack import unpacked
from gantry.engine.deidentify.walked import NotWalked

_LOSSLESS_ONLY = ("1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90")
_NATIVE = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1")


def masked(data: memoryview, start: int, syntax: str, masks: Masks) -> tuple[memoryview, int, str]:
    """A data set with masks in all its frames.

    Returns:
        Bytes, where the data set begins in them, and its transfer syntax.

    Raises:
        NotWalked: its pixels are not stored in a way that can be masked.
    """
    explicit = syntax != _NATIVE[0]
    layout = layout_of(data, start, explicit=explicit)
    if syntax not in _NATIVE:
        try:
            return _in_own_syntax(data, start, syntax, masks, layout), 0, syntax
        except Exception:  # noqa: BLE001 - whatever a codec raises: it is unpacked instead
            pass
        data, start, syntax = unpacked(data, start, syntax, layout)
        layout = layout_of(data, start, explicit=True)
    place = layout.places[PIXEL_DATA]
    made = Painter(masks, layout).native(data[place.value : place.after])
    return (
        _with(data, start, {PIXEL_DATA: (place, data[place.begin : place.value], made)}),
        0,
        syntax,
    )


def _in_own_syntax(
    data: memoryview, start: int, syntax: str, masks: Masks, layout: Layout
) -> memoryview:
    """The data set with the frames that change encoded again.

    Raises:
        NotWalked: pixels would be lost, or what was encoded is not what was meant.
    """
    codec = codec_of(syntax, layout)
    if codec is None or (syntax not in _LOSSLESS_ONLY and layout.lossy == "01"):
        raise NotWalked("syntax")
    painter, place = Painter(masks, layout), layout.places[PIXEL_DATA]
    frames = Frames(data, data[place.value : place.after], layout)
    made = [_painted(fragments, codec, painter) for fragments in frames.found]
    items, tables = frames.encapsulated(made)
    head = encode.head(PIXEL_DATA, place.vr, UNDEFINED, explicit=True)
    new = {PIXEL_DATA: (place, head, items)}
    for tag, value in tables.items():
        table = layout.places[tag]
        new[tag] = (table, encode.head(tag, table.vr, len(value), explicit=True), value)
    return _with(data, start, new)


def _painted(fragments: Fragments, codec: Codec, painter: Painter) -> Fragments:
    """A frame with its masks; one that has them already stays as it is."""
    old = codec.decode(b"".join(fragments))
    if painter.has_painted(old.pixels, old.pixels, old.bits):
        return fragments
    made = codec.encode(Frame(painter.paint(old.pixels, old.bits), old.bits, old.like))
    new = codec.decode(made)
    if new.bits != old.bits or not painter.has_painted(old.pixels, new.pixels, old.bits):
        raise NotWalked("not what was meant")
    return (made,)


def _with(
    data: memoryview, start: int, new: Mapping[int, tuple[Element, bytes | memoryview, bytes]]
) -> memoryview:
    """The data set with other values of some elements."""
    parts: list[bytes | memoryview] = []
    pos = start
    for _, (place, head, value) in sorted(new.items()):
        parts += [data[pos : place.begin], head, value]
        pos = place.after
    return memoryview(b"".join((*parts, data[pos:])))
