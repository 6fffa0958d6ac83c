"""Why a file is skipped: lists every file of a drop that is not in the catalog."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gantry.engine import files
from gantry.engine.os_errors import is_denied, is_gone, is_held, is_in_cloud, windows_number


class SkipReason(StrEnum):
    """Stable: sentences and translations refer to these names."""

    # What it is
    NOT_DICOM = "not-dicom"
    EMPTY = "empty"
    JUNK = "junk"  # .DS_Store, Thumbs.db and other files that systems leave behind
    DICOMDIR = "dicomdir"  # an index of files: read, not sent
    LINK = "link"  # leads elsewhere; its target is found by itself, or is outside
    SPECIAL = "special"  # pipe, device, socket
    DUPLICATE = "duplicate"  # another file has the same UID and the same bytes
    CLOUD = "cloud"  # a placeholder: its bytes are still in the cloud
    # What is wrong with it
    TRUNCATED = "truncated"  # ends within the header
    DAMAGED = "damaged"
    TOO_DEEP = "too-deep"  # sequences (or folders) nested beyond reason
    TOO_LARGE = "too-large"  # a header beyond all bounds
    STILL_WRITING = "still-writing"  # incomplete, and another program is writing it
    # What the system said
    MISSING = "missing"
    GONE = "gone"  # was read, and no longer exists: moved, renamed or deleted since
    DENIED = "denied"
    LOCKED = "locked"
    UNREADABLE = "unreadable"
    ROOT_GONE = "root-gone"  # stick pulled, share lost: one for the whole dropped path
    # Archives and DICOMDIR
    NOT_ON_MEDIUM = "not-on-medium"  # a DICOMDIR lists it, and it is missing
    OUTSIDE = "outside"  # a reference or a member name that leads outside its root
    ZIP_DAMAGED = "zip-damaged"
    ZIP_ENCRYPTED = "zip-encrypted"
    ZIP_NESTED = "zip-nested"
    ZIP_LIMIT = "zip-limit"  # bomb, too many members, too large
    ZIP_METHOD = "zip-method"  # a compression method that can't be read here
    ARCHIVE_7Z = "archive-7z"
    ARCHIVE_RAR = "archive-rar"
    ARCHIVE_OTHER = "archive-other"  # of a kind that Python can't open, or a CD image
    ARCHIVE_TAR = "archive-tar"  # damaged, or larger than it may be
    ARCHIVE_PACKED = "archive-packed"  # a single compressed DICOM file (.dcm.gz)
    # The rest
    STOPPED = "stopped"  # a dropped path that was not read completely
    INTERNAL = "internal"  # a fault of the program; `detail` has its type


# Not skipped on purpose: what could not be read, and what begins as DICOM and can't be taken.
TROUBLE: Final = frozenset(
    {
        SkipReason.TRUNCATED,
        SkipReason.DAMAGED,
        SkipReason.TOO_DEEP,
        SkipReason.TOO_LARGE,
        SkipReason.MISSING,
        SkipReason.NOT_ON_MEDIUM,
        SkipReason.GONE,
        SkipReason.DENIED,
        SkipReason.LOCKED,
        SkipReason.UNREADABLE,
        SkipReason.ROOT_GONE,
        SkipReason.STILL_WRITING,
        SkipReason.CLOUD,
        SkipReason.INTERNAL,
        # an archive, or a member of one, that may hold DICOM
        SkipReason.OUTSIDE,
        SkipReason.ZIP_DAMAGED,
        SkipReason.ZIP_ENCRYPTED,
        SkipReason.ZIP_NESTED,
        SkipReason.ZIP_LIMIT,
        SkipReason.ZIP_METHOD,
        SkipReason.ARCHIVE_7Z,
        SkipReason.ARCHIVE_RAR,
        SkipReason.ARCHIVE_OTHER,
        SkipReason.ARCHIVE_TAR,
        SkipReason.ARCHIVE_PACKED,
    }
)


# Of these, files that could not be read and may belong to a study that is sent
UNREAD: Final = frozenset(
    {
        SkipReason.TRUNCATED,
        SkipReason.DAMAGED,
        SkipReason.TOO_DEEP,
        SkipReason.TOO_LARGE,
        SkipReason.DENIED,
        SkipReason.LOCKED,
        SkipReason.UNREADABLE,
        SkipReason.ROOT_GONE,
        SkipReason.STILL_WRITING,
        SkipReason.CLOUD,
        SkipReason.INTERNAL,
        SkipReason.ZIP_DAMAGED,
        SkipReason.ZIP_ENCRYPTED,
        SkipReason.ZIP_NESTED,
        SkipReason.ZIP_LIMIT,
        SkipReason.ZIP_METHOD,
        SkipReason.ARCHIVE_TAR,
    }
)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file (or a folder, a link, a member of a ZIP) that is not in the catalog.

    Attributes:
        path: as the system names it; may hold patient data and surrogate escapes.
        member: the name inside the ZIP at `path`, or "".
        detail: technical, short, without values from the file.
        uid: the SOP Instance UID of a file that a DICOMDIR lists.
        is_folder: whether it is a folder that could not be opened.
        generation: of the dropped path for which it was met, see `Root`.
    """

    path: str
    member: str
    reason: SkipReason
    detail: str = ""
    uid: str = ""
    is_folder: bool = field(default=False, compare=False)
    generation: int = field(default=0, compare=False)

    @property
    def place(self) -> str:
        """As `Source.place`."""
        return f"{self.path}\0{self.member}" if self.member else self.path


class NotTaken(Exception):
    """A file can't be taken; the scan lists it and continues."""

    def __init__(self, reason: SkipReason, detail: str = "") -> None:
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail


def reason_of(error: OSError) -> SkipReason:
    """Why the system refused a file."""
    if is_held(error):
        return SkipReason.LOCKED
    if is_in_cloud(error):
        return SkipReason.CLOUD
    if isinstance(error, files.NotAFile):
        return SkipReason.SPECIAL
    if isinstance(error, FileNotFoundError):
        return SkipReason.MISSING
    if is_denied(error):
        return SkipReason.DENIED
    if error.errno == errno.ELOOP:
        return SkipReason.LINK
    return SkipReason.UNREADABLE


def detail_of(error: OSError) -> str:
    """The error's name or number; never its text, which contains the path."""
    if windows := windows_number(error):
        return f"WinError {windows}"
    return errno.errorcode.get(error.errno or 0, "")


def may_be_gone(error: OSError) -> bool:
    """Whether the error is one that a removed stick or a lost share causes."""
    return is_gone(error) or error.errno in (errno.EIO, errno.ENOENT)
