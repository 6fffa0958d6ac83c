"""Reads with pydicom what the walker can't: the same elements, in bounded memory and time."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.tag import BaseTag

from gantry.engine.intake.header import tags
from gantry.engine.intake.header.charsets import read_again
from gantry.engine.intake.header.values import KIND, Value, as_text, converted, mend_pydicom
from gantry.engine.intake.header.window import BoundedReader
from gantry.engine.intake.skipped import NotTaken, SkipReason

mend_pydicom()

_VRS: Final = frozenset(vr.decode() for vr in tags.SHORT_VRS | tags.LONG_VRS)
_WANTED: Final[list[BaseTag | int]] = list(tags.WANTED)


@dataclass(slots=True)
class PydicomResult:
    """The result of reading with pydicom.

    Attributes:
        cut: the file ends before its data do.
        empty: it has no data set.
        odd: some VR is invalid, or pydicom continued in implicit VR.
        broken: what follows the header can't be read.
        guessed: the character set of its text, as in `About`.
        pixels: where the pixel data begin, and their length; None if there are none.
    """

    values: dict[int, Value]
    transfer_syntax: str
    media_class: str
    cut: bool
    empty: bool = False
    odd: bool = False
    broken: bool = False
    guessed: str = ""
    pixels: tuple[int, int] | None = None


def read_by_pydicom(stream: io.RawIOBase | io.BufferedIOBase, *, whole: bool) -> PydicomResult:
    """Reads a file from its beginning; `whole` means that `stream` ends where the file does.

    Raises:
        NotTaken: pydicom can't, or would need too much.
    """

    def read(stop: _Stop) -> PydicomResult:
        reader = stop.reader = BoundedReader(stream, whole=whole)
        source = cast(BinaryIO, reader)
        with _guarded(reader):
            ds = read_partial(
                source,
                stop,
                force=True,
                specific_tags=_WANTED,
            )
            meta = ds.file_meta
            handed = _handed(ds, reader, stop)
            handed.transfer_syntax = as_text(converted(lambda: meta.get("TransferSyntaxUID")))
            handed.media_class = as_text(converted(lambda: meta.get("MediaStorageSOPClassUID")))
            return handed

    return _as_far_as_it_goes(read)


def read_inflated(data: bytes, *, whole: bool) -> PydicomResult:
    """Reads the data set of a deflated file that was inflated within bounds.

    Raises:
        NotTaken: as above.
    """

    def read(stop: _Stop) -> PydicomResult:
        reader = stop.reader = BoundedReader(io.BytesIO(data), whole=whole)
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
            return _handed(ds, reader, stop)

    return _as_far_as_it_goes(read)


class _Stop:
    """Tells pydicom where to stop; notes what it meets."""

    def __init__(self, *, at_pixels: bool) -> None:
        self._at_pixels = at_pixels
        self._explicit = False
        self.reader: BoundedReader | None = None
        self.empty, self.odd = True, False
        self.pixels: tuple[int, int] | None = None

    def __call__(self, tag: BaseTag, vr: str | None, length: int, /) -> bool:
        self.empty = False
        self._explicit = self._explicit or vr is not None
        self.odd = self.odd or (self._explicit if vr is None else vr not in _VRS)
        if self._at_pixels:
            if tag not in (0x7FE00008, 0x7FE00009, 0x7FE00010):
                return False
            if self.reader is not None:
                self.pixels = self.reader.tell(), length
            return True
        return tag >> 16 > tags.LAST_GROUP


def _as_far_as_it_goes(read: Callable[[_Stop], PydicomResult]) -> PydicomResult:
    """Reads up to the pixel data, since elements may be out of order; otherwise only the header.

    A file that is damaged or cut after its header still belongs in the catalog.
    """
    failed: NotTaken | None = None
    try:
        full = read(_Stop(at_pixels=True))
    except NotTaken as reason:
        if reason.reason is SkipReason.TOO_DEEP:
            raise
        failed = reason
    else:
        # pydicom returns an empty data set for some damage after the header
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
    if not failed and full.values:
        return full
    header.broken = failed is not None
    return header


def _handed(ds: Dataset, reader: BoundedReader, stop: _Stop) -> PydicomResult:
    elements = {tag: _with_vr(ds, tag) for tag in tags.WANTED if tag in ds}
    raw = {tag: one.value for tag, one in elements.items() if isinstance(one.value, bytes)}
    if tags.CHARACTER_SET not in raw:  # it was converted while reading
        raw[tags.CHARACTER_SET] = as_text(ds.get("SpecificCharacterSet")).encode()
    values: dict[int, Value] = {
        tag: KIND[tag](converted(lambda tag=tag: ds[tag].value))  # type: ignore[misc]
        for tag in elements
    }
    guessed = read_again(raw, values)
    return PydicomResult(
        values, "", "", reader.cut, stop.empty, stop.odd, guessed=guessed, pixels=stop.pixels
    )


def _with_vr(ds: Dataset, tag: int) -> DataElement:
    """An element as it was read; an invalid VR is replaced by the standard's."""
    raw: object = ds.get_item(tag)
    if isinstance(raw, RawDataElement) and raw.VR is not None and raw.VR not in _VRS:
        ds[tag] = raw._replace(VR=dictionary_VR(tag))
    return ds.get_item(tag)


@contextmanager
def _guarded(reader: BoundedReader) -> Iterator[None]:
    """Turns whatever pydicom raises into NotTaken: the file can't be read."""
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
