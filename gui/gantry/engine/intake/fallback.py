"""Reads by pydicom what the walker leaves alone: the same elements, in bounded memory and time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag

from gantry.engine.intake import tags
from gantry.engine.intake.skipped import NotTaken, SkipReason
from gantry.engine.intake.values import KIND, Value, as_text, converted
from gantry.engine.intake.window import BoundedReader

_WANTED: Final[list[BaseTag | int]] = list(tags.WANTED)


@dataclass(slots=True)
class Handed:
    """What was read. `cut`: the file ends before its data do; `empty`: it has no data set."""

    values: dict[int, Value]
    transfer_syntax: str
    media_class: str
    cut: bool
    empty: bool = False


def read_by_pydicom(stream: io.RawIOBase | io.BufferedIOBase, *, whole: bool) -> Handed:
    """Reads a file from its beginning; `whole` says that `stream` ends where the file does.

    Raises:
        NotTaken: pydicom can't, or would need too much.
    """

    def read(stop: _Stop) -> Handed:
        reader = BoundedReader(stream, whole=whole)
        source = cast(BinaryIO, reader)
        with _guarded(reader):
            ds = read_partial(
                source,
                stop,
                force=True,
                specific_tags=_WANTED,
            )
            meta = ds.file_meta
            return Handed(
                _values(ds),
                as_text(converted(lambda: meta.get("TransferSyntaxUID"))),
                as_text(converted(lambda: meta.get("MediaStorageSOPClassUID"))),
                reader.cut,
                stop.empty,
            )

    return _as_far_as_it_goes(read)


def read_inflated(data: bytes, *, whole: bool) -> Handed:
    """Reads the data set of a deflated file, inflated before and in bounds.

    Raises:
        NotTaken: as above.
    """

    def read(stop: _Stop) -> Handed:
        reader = BoundedReader(io.BytesIO(data), whole=whole)
        source = cast(BinaryIO, reader)
        with _guarded(reader):
            ds = read_dataset(
                source,
                False,
                True,
                None,
                stop,
                specific_tags=_WANTED,
            )
            return Handed(_values(ds), "", "", reader.cut, stop.empty)

    return _as_far_as_it_goes(read)


class _Stop:
    """Tells pydicom where to stop; notes whether there was any element at all."""

    def __init__(self, *, at_pixels: bool) -> None:
        self._at_pixels = at_pixels
        self.empty = True

    def __call__(self, tag: BaseTag, _vr: str | None, _length: int, /) -> bool:
        self.empty = False
        if self._at_pixels:
            return tag in (0x7FE00008, 0x7FE00009, 0x7FE00010)
        return tag >> 16 > tags.LAST_GROUP


def _as_far_as_it_goes(read: Callable[[_Stop], Handed]) -> Handed:
    """Reads up to the pixel data, since elements may be out of order; else the header alone.

    A file that is damaged or cut behind its header still belongs into the catalog.
    """
    failed: NotTaken | None = None
    try:
        full = read(_Stop(at_pixels=True))
    except NotTaken as reason:
        if reason.reason is SkipReason.TOO_DEEP:
            raise
        failed = reason
    else:
        # pydicom gives an empty data set for some damage behind the header
        if not full.cut and (full.values or full.empty):
            return full
    try:
        header = read(_Stop(at_pixels=False))
    except NotTaken:
        if failed:
            raise failed from None
        raise
    if header.cut:
        raise NotTaken(SkipReason.TRUNCATED, "the file ends within its header")
    return full if not failed and full.values else header


def _values(ds: Dataset) -> dict[int, Value]:
    return {
        tag: KIND[tag](converted(lambda tag=tag: ds[tag].value))  # type: ignore[misc]
        for tag in tags.WANTED
        if tag in ds
    }


@contextmanager
def _guarded(reader: BoundedReader) -> Iterator[None]:
    """pydicom raises whatever its parts raise: all of it says that the file can't be read."""
    damaged = ""
    try:
        yield
    except NotTaken:
        raise
    except RecursionError:
        raise NotTaken(SkipReason.TOO_DEEP, "sequences nested too deep") from None
    except OSError as error:
        if error.errno is not None:  # the system's; pydicom's own have none
            raise
        damaged = "OSError"
    except Exception as error:  # noqa: BLE001
        damaged = type(error).__name__
    if damaged:
        raise NotTaken(SkipReason.TRUNCATED if reader.cut else SkipReason.DAMAGED, damaged)
