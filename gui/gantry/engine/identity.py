"""Checks that bytes about to be sent belong to the image, and the patient, that the scan found.

Size and times can't prove it: a program may replace a file with another patient's within one tick
of the clock, or set the times back. So the header is read again from the bytes themselves.
"""

from __future__ import annotations

import io
from collections.abc import Callable

from gantry.engine.instance import Instance
from gantry.engine.intake.header.describe import Header
from gantry.engine.intake.header.header import begins_alike, header_of
from gantry.engine.intake.header.window import FIRST_READ
from gantry.engine.intake.skipped import NotTaken
from gantry.engine.parcel import Parcel


def is_same_image(parcel: Parcel) -> Callable[[Instance, memoryview], bool]:
    """For `pack`: whether a file that begins with these bytes is the one that was planned."""

    def is_same(known: Instance, begin: memoryview) -> bool:
        if begins_alike(bytes(begin[:FIRST_READ]), known.size, known):
            return True
        try:
            found = header_of(_Bytes(begin), known.source)
        except (NotTaken, OSError, EOFError):
            # Without a header from the scan there is no patient to compare; see `Instance.who`.
            return not known.who
        fresh = found.instance
        return _uids(fresh) == _uids(known) and is_same_patient(parcel, known, found)

    return is_same


def is_same_patient(parcel: Parcel, known: Instance, found: Header) -> bool:
    """Whether a header names the patient to whom the scan assigned the file.

    For a file from an older history, only the parcel's patient is known.
    """
    if known.who:
        return found.instance.who == known.who
    if parcel.patient_id:
        return found.about.patient_id == parcel.patient_id
    return not parcel.patient_name or found.about.patient_name == parcel.patient_name


def _uids(instance: Instance) -> tuple[str, ...]:
    return (
        instance.sop_instance_uid, instance.sop_class_uid, instance.series_instance_uid,
        instance.study_instance_uid, instance.transfer_syntax_uid,
    )  # fmt: skip


class _Bytes(io.RawIOBase):
    """Presents bytes as a file, from which the header reader takes only what it needs."""

    def __init__(self, data: memoryview) -> None:
        super().__init__()
        self._data, self._at = data, 0

    def read(self, size: int = -1, /) -> bytes:
        end = len(self._data) if size < 0 else self._at + size
        part = bytes(self._data[self._at : end])
        self._at += len(part)
        return part

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        part = self._data[self._at : self._at + len(buffer)]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._data)}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
