"""Compares two DICOM files with the same SOP Instance UID, as far as possible."""

from __future__ import annotations

import tempfile
import warnings
from typing import IO, TYPE_CHECKING

from gantry.engine.transfer.destination import Shipment

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

IN_MEMORY = 8 << 20  # a larger instance is kept in a file beside the archive

_BLOCK = 1 << 18
_PREAMBLE = 132
_LONG = (b"OB", b"UN", b"OW", b"UT")
_SYNTAX = b"\x02\x00\x10\x00"
MOST_PARSED = 256 << 20  # bytes of a file that is read into memory to be compared


def temporary(shipment: Shipment) -> IO[bytes]:
    """A temporary file for this send, deleted when it is closed."""
    return tempfile.SpooledTemporaryFile(
        max_size=IN_MEMORY,
        dir=str(shipment.archive.path.parent),
        prefix=f"{shipment.archive.parcel}.",
        suffix=".part",
    )


def same_content(ours: IO[bytes], theirs: IO[bytes], syntax: str = "") -> bool | None:
    """True: the same bytes, or data sets (PS3.10 §7.2) with the same elements. False: they differ.
    None: it can't be told, because the server keeps it in another transfer syntax, or it is too
    large.

    Args:
        syntax: Transfer Syntax UID of `ours`, if the file itself doesn't say.
    """
    our_start, our_syntax = _data_set(ours)
    their_start, their_syntax = _data_set(theirs)
    our_syntax = our_syntax or syntax
    alike = not our_syntax or not their_syntax or our_syntax == their_syntax
    if alike and _same_bytes(ours, our_start, theirs, their_start):
        return True
    if max(_size(ours), _size(theirs)) > MOST_PARSED:
        return None
    try:
        if _elements(ours) == _elements(theirs):
            return True
    except Exception:  # noqa: BLE001 - pydicom raises many kinds; what can't be read isn't the same
        return False if alike else None
    return False if alike else None


def _same_bytes(ours: IO[bytes], our_start: int, theirs: IO[bytes], their_start: int) -> bool:
    ours.seek(our_start)
    theirs.seek(their_start)
    while True:
        block = ours.read(_BLOCK)
        if block != theirs.read(_BLOCK):
            return False
        if not block:
            return True


def _data_set(file: IO[bytes]) -> tuple[int, str]:
    """Where the data set begins, and the Transfer Syntax UID that the file meta names."""
    file.seek(0)
    if file.read(_PREAMBLE)[128:] != b"DICM":
        return 0, ""
    at, syntax = _PREAMBLE, ""
    while True:
        file.seek(at)
        head = file.read(12)
        if head[:2] != b"\x02\x00" or len(head) < 8:
            return at, syntax
        if head[4:6] in _LONG:
            start, length = 12, int.from_bytes(head[8:12], "little")
        else:
            start, length = 8, int.from_bytes(head[6:8], "little")
        if head[:4] == _SYNTAX:
            file.seek(at + start)
            syntax = file.read(min(length, 64)).decode("ascii", "replace").strip("\0 ")
        at += start + length


def _size(file: IO[bytes]) -> int:
    return file.seek(0, 2)


def _elements(file: IO[bytes]) -> Dataset:
    from pydicom import dcmread  # noqa: PLC0415 - pydicom: 120 ms
    from pydicom.dataset import Dataset  # noqa: PLC0415 - pydicom: 120 ms

    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = dcmread(file, force=True)
        # Group lengths depend on the encoding, not the content.
        return Dataset({element.tag: element for element in found if element.tag.element})
