"""Why an archive is refused: the exact reason, the place, and the member."""

from __future__ import annotations

from enum import StrEnum

from gantry.engine.archive.names import is_ours
from gantry.engine.errors import ErrorCode, Fact, GantryError


class Damage(StrEnum):
    """The values of `facts["reason"]`. Stable: messages and logs refer to them."""

    NOT_GZIP = "not a gzip file"
    GZIP_HEADER = "gzip header damaged"
    GZIP_DATA = "compressed data damaged"
    GZIP_CHECKSUM = "gzip checksum wrong"
    TRUNCATED = "truncated"
    TRAILING_DATA = "data after the end"
    TAR_HEADER = "member header damaged"
    TAR_PADDING = "padding damaged"
    TAR_END_MISSING = "end of the tar missing"
    NOT_A_FILE = "member is not a regular file"
    UNSAFE_NAME = "member name not allowed"
    DUPLICATE = "duplicate member"
    TOO_MANY = "too many members"
    MANIFEST_MISSING = "manifest missing"
    MANIFEST_NOT_LAST = "member after the manifest"
    MANIFEST_INVALID = "manifest invalid"
    REPORT_INVALID = "report invalid"
    MISSING = "member missing"
    EXTRA = "member not in the manifest"
    SIZE = "member has another size"
    CONTENT = "member has another content"
    NOT_AS_PACKED = "differs from what was packed"


def damaged(reason: Damage, at: int, member: str = "", detail: str = "") -> GantryError:
    """Returns the error to raise; `at` is a byte of the file, or of its tar if a member is named.

    A member name from an unknown archive may contain a patient's name: it goes into `private`,
    unless Gantry itself could have chosen it.
    """
    facts: dict[str, Fact] = {"reason": str(reason), "at": at}
    private: dict[str, Fact] = {}
    if member:
        facts["member"] = member if is_ours(member) else "(foreign name)"
        private["member"] = member
    return GantryError(
        ErrorCode.ARCHIVE_DAMAGED, facts=facts, private=private, detail=detail, transient=True
    )
