"""Searches a whole file, in the parts of which it is made, and says where something was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gantry.engine.deidentify.encode import FRAGMENTS
from gantry.engine.deidentify.layers import comments
from gantry.engine.deidentify.needles import Needle
from gantry.engine.deidentify.places import PIXELS, SHORT, Places, is_readable
from gantry.engine.deidentify.residue import Counts, search

COMMENT: Final = "comment"
AFTER: Final = "after the image"
Part = bytes | memoryview


class FileHit(NamedTuple):
    """A needle that was found in a file.

    Attributes:
        path: tags that lead to the place, each as eight hex digits; then how the value is hidden
            there, if it is: "comment", "after the image", or a name of a layer (layers.py).
    """

    kind: str
    masked: str
    path: tuple[str, ...]


def hits(
    parts: list[Part],
    needles: Iterable[Needle],
    *,
    native: int,
    compressed: int,
    explicit: bool,
    own: Iterable[bytes] = (),
    has_meta: bool = True,
    image_bytes: int = 0,
) -> Iterator[FileHit]:
    """Every needle that occurs in a file, each once per layer.

    Args:
        parts: the whole file, in order.
        native: which part is pixel data that is not compressed, and is not searched; 0: none.
        compressed: which part is compressed pixel data, of which the comments are searched.
        explicit: whether the data set's VRs are explicit.
        own: values that Gantry itself wrote, lower case.
        has_meta: whether preamble and group 0002 come first.
        image_bytes: the size of the native part that is an image; what follows is searched. 0: all.
    """
    wanted = list(needles)
    pixels = native or compressed
    head = b"".join(parts[:pixels] if pixels else parts)
    places = Places(head, explicit=explicit, own=own, has_meta=has_meta)
    yield from _in_elements(head, places, wanted)
    if not pixels:
        return
    if tail := b"".join(parts[pixels + 1 :]):
        places = Places(tail, explicit=explicit, own=own, has_meta=False)
        yield from _in_elements(tail, places, wanted)
    if compressed:
        yield from _in_pixels(comments(parts[compressed][FRAGMENTS:]), COMMENT, wanted)
    elif image_bytes and len(parts[native]) > image_bytes + 1:
        yield from _in_pixels(bytes(parts[native][image_bytes:]), AFTER, wanted)


def _in_pixels(said: bytes, what: str, wanted: list[Needle]) -> Iterator[FileHit]:
    for hit in search(said, wanted, _is_text(said)):
        yield FileHit(hit.kind, hit.masked, (PIXELS, hit.within or what))


def _in_elements(data: bytes, places: Places, wanted: list[Needle]) -> Iterator[FileHit]:
    for hit in search(data, wanted, places.counts):
        place = places.at(hit.offset)
        path = place.path if place else ()
        yield FileHit(hit.kind, hit.masked, (*path, hit.within) if hit.within else path)


def _is_text(data: bytes) -> Counts:
    return lambda needle, start, end: end - start >= SHORT or is_readable(data, start, end)
