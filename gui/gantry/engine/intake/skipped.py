"""Why a file is not taken: every one that a drop held and the catalog does not is listed so."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from enum import StrEnum

from gantry.engine import files


class SkipReason(StrEnum):
    """Stable: sentences and translations refer to these names."""

    # What it is
    NOT_DICOM = "not-dicom"
    EMPTY = "empty"
    JUNK = "junk"  # .DS_Store, Thumbs.db and other files that systems leave behind
    DICOMDIR = "dicomdir"  # an index of files: read, not sent
    LINK = "link"  # leads elsewhere; what it leads to is found by itself, or lies outside
    SPECIAL = "special"  # pipe, device, socket
    DUPLICATE = "duplicate"  # another file has the same UID and the same bytes
    CLOUD = "cloud"  # a placeholder: its bytes are still with the cloud drive
    # What is wrong with it
    TRUNCATED = "truncated"  # ends within the header
    DAMAGED = "damaged"
    TOO_DEEP = "too-deep"  # sequences (or folders) nested beyond reason
    TOO_LARGE = "too-large"  # a header beyond all bounds
    STILL_WRITING = "still-writing"  # incomplete, and another program is at it
    # What the system said
    MISSING = "missing"
    DENIED = "denied"
    LOCKED = "locked"
    UNREADABLE = "unreadable"
    ROOT_GONE = "root-gone"  # stick pulled, share lost: one for the whole dropped path
    # Archives and DICOMDIR
    OUTSIDE = "outside"  # a reference or a member name that leaves its root
    ZIP_DAMAGED = "zip-damaged"
    ZIP_ENCRYPTED = "zip-encrypted"
    ZIP_NESTED = "zip-nested"
    ZIP_LIMIT = "zip-limit"  # bomb, too many members, too large
    ZIP_METHOD = "zip-method"  # a compression that can't be read here
    # The rest
    INTERNAL = "internal"  # a fault of the program; `detail` has its type


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file (or a folder, a link, a member of a ZIP) that is not in the catalog.

    Attributes:
        path: as the system names it; may hold patient data and surrogate escapes.
        member: the name inside the ZIP at `path`, or "".
        detail: technical, short, without values from the file.
    """

    path: str
    member: str
    reason: SkipReason
    detail: str = ""

    @property
    def place(self) -> str:
        """As `Source.place`."""
        return f"{self.path}\0{self.member}" if self.member else self.path


class NotTaken(Exception):
    """A file can't be taken; the scan lists it and goes on."""

    def __init__(self, reason: SkipReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


# Windows: network path not found, network name gone, unexpected network error, device missing
_GONE_WINDOWS = (53, 55, 59, 64, 67, 1167)
_GONE_POSIX = (errno.EIO, errno.ENODEV, errno.ENXIO, errno.ENOTCONN, errno.ESTALE, errno.ENOENT)
_CLOUD_WINDOWS = range(358, 405)  # ERROR_CLOUD_FILE_…


def reason_of(error: OSError) -> SkipReason:
    """Why the system refused a file."""
    windows = getattr(error, "winerror", None)
    if files.is_held(error):
        return SkipReason.LOCKED
    if windows is not None and windows in _CLOUD_WINDOWS:
        return SkipReason.CLOUD
    if isinstance(error, FileNotFoundError):
        return SkipReason.MISSING
    if isinstance(error, PermissionError):
        return SkipReason.DENIED
    if error.errno == errno.ELOOP:
        return SkipReason.LINK
    return SkipReason.UNREADABLE


def detail_of(error: OSError) -> str:
    """The error's name or number; never its text, which holds the path."""
    windows = getattr(error, "winerror", None)
    if windows is not None:
        return f"WinError {windows}"
    return errno.errorcode.get(error.errno or 0, "")


def may_be_gone(error: OSError) -> bool:
    """Whether the error is one that a pulled stick or a lost share gives."""
    windows = getattr(error, "winerror", None)
    return windows in _GONE_WINDOWS or error.errno in _GONE_POSIX
