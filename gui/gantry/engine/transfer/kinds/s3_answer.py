"""Parses S3's answers: the error of a refusal, an object's size and checksums."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.text import drop_hidden
from gantry.engine.times import now
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.answer_xml import parse_xml, text_of

_CLOCK = "RequestTimeTooSkewed"
# S3 answers 403 or 400 where others answer 401, 507 or 413.
_SIGN_IN = frozenset({
    "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken",
    "TokenRefreshRequired", "ExpiredTokenException", "InvalidClientTokenId", "NotSignedUp",
})  # fmt: skip
_FULL = frozenset({"QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity", "StorageFull"})
_PASSES = frozenset({"InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout"})


@dataclass(frozen=True, slots=True)
class Said:
    """ETag and SHA-256 checksum of an answer; "" if it has none."""

    etag: str = ""
    checksum: str = ""
    is_encrypted: bool = False


def said_in(answer: Answer) -> Said:
    """ETag and checksum in the answer to a PUT, a HEAD or a CompleteMultipartUpload."""
    etag, checksum = (answer.headers.get(n, "") for n in ("etag", "x-amz-checksum-sha256"))
    encrypted = any(name.startswith("x-amz-server-side-encryption") for name in answer.headers)
    try:
        root = parse_xml(answer)
    except ValueError:
        return Said(etag, checksum, encrypted)
    return Said(
        text_of(root, "ETag") or etag, text_of(root, "ChecksumSHA256") or checksum, encrypted
    )


def length_of(answer: Answer) -> int | None:
    """The object's size by Content-Length; None if missing or invalid."""
    values = {v.strip() for v in answer.headers.get("content-length", "").split(",")}
    value = values.pop() if len(values) == 1 else ""
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 19 else None


def failure_of(answer: Answer, document: ElementTree.Element | None = None) -> GantryError:
    """The error of an answer, with S3's own code as `reason`."""
    error = answer.error()
    if document is None:
        try:
            document = parse_xml(answer)
        except ValueError:
            return error
    code, message = text_of(document, "Code")[:60], text_of(document, "Message")
    if not code:
        return error
    words = drop_hidden(f"{code}: {message}" if message else code, 300)
    facts = {**error.facts, "reason": code}
    which, transient = error.code, error.transient
    if answer.status == 200:
        which, transient = ErrorCode.HTTP_UNEXPECTED, code in _PASSES
    if code in _SIGN_IN:
        which, transient = ErrorCode.HTTP_401, False
    elif code in _FULL:
        which, transient = ErrorCode.HTTP_507, False
    elif code == _CLOCK:
        which = ErrorCode.CLOCK_WRONG
        facts |= {"ours": now(), "theirs": answer.headers.get("date", "")}
    elif code == "EntityTooLarge":
        which = ErrorCode.HTTP_413
        limit = text_of(document, "MaxSizeAllowed")
        if limit.isdecimal():
            facts["limit"] = int(limit)
    return GantryError(
        which,
        facts=facts,
        private={**error.private, "words": words},
        detail=error.detail,
        transient=transient,
        retry_after=error.retry_after,
    )
