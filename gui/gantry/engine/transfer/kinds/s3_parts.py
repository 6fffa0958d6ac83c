"""The parts of an S3 upload: their sizes and digests, and what proves them."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from gantry.engine.cancel import CancelToken
from gantry.engine.files import open_shared
from gantry.engine.parcel import Archive
from gantry.engine.transfer.http.body import archive_changed, missing
from gantry.engine.transfer.kinds.s3_words import S3Proof

SMALLEST_PART = 16 << 20  # S3 accepts parts from 5 MiB; fewer, larger ones spend less time waiting
MOST_PARTS = 10_000
_BLOCK = 1 << 18
_MD5 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Digests:
    """A part's size and digests. S3's ETag is made of MD5; it is not used for security."""

    size: int
    sha256: bytes
    md5: bytes

    @property
    def base64(self) -> str:
        return base64.b64encode(self.sha256).decode()


@dataclass(frozen=True, slots=True)
class Part:
    """A part: the server's ETag and Gantry's digests."""

    etag: str
    digests: Digests

    def is_proved_by(self, etag: str, checksum: str) -> bool:
        """Whether the listed part is this one. An ETag that is not an MD5 proves nothing."""
        if checksum:
            return checksum == self.digests.base64
        return etag.strip('"').lower() == self.digests.md5.hex()

    def is_contradicted_by(self, etag: str) -> bool:
        """Whether an ETag that looks like an MD5 is that of another part."""
        text = etag.strip('"').lower()
        return bool(_MD5.fullmatch(text)) and text != self.digests.md5.hex()


def all_proved(parts: Sequence[Part]) -> bool:
    """Whether S3's ETag of each part is the MD5 of what was sent."""
    return bool(parts) and all(p.is_proved_by(p.etag, "") for p in parts)


def part_size(archive_size: int) -> int:
    """Bytes per part: always the same for one archive, so that an upload can be resumed."""
    mebibyte = 1 << 20
    needed = -(-archive_size // MOST_PARTS)
    return max(SMALLEST_PART, -(-needed // mebibyte) * mebibyte)


def digests_of(
    archive: Archive, start: int, size: int, token: CancelToken | None = None
) -> Digests:
    """Reads a piece of the archive.

    Raises:
        GantryError: ARCHIVE_MISSING, ARCHIVE_DAMAGED.
        Cancelled.
    """
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    left = size
    try:
        with open_shared(archive.path) as file:
            file.seek(start)
            while left:
                if token is not None:
                    token.check()
                block = file.read(min(_BLOCK, left))
                if not block:
                    raise archive_changed(archive, "shorter")
                sha256.update(block)
                md5.update(block)
                left -= len(block)
    except OSError as error:
        raise missing(archive, error) from error
    return Digests(size, sha256.digest(), md5.digest())


def whole_by(parts: Sequence[Part], *, etag: str, checksum: str) -> str:
    """The proof that an object consists of these parts: its SHA-256 checksum, its ETag, or "".

    S3's checksum of a multipart object is that of its parts' checksums, followed by `-N`; its ETag
    likewise with MD5.
    """
    sha256 = [p.digests.sha256 for p in parts]
    md5 = [p.digests.md5 for p in parts]
    count = f"-{len(parts)}"
    composite = base64.b64encode(hashlib.sha256(b"".join(sha256)).digest()).decode()
    sums = {composite + count, composite} if len(parts) > 1 else {parts[0].digests.base64}
    if checksum in sums:
        return S3Proof.CHECKSUM
    joined = hashlib.md5(b"".join(md5), usedforsecurity=False).hexdigest()
    tags = {joined + count} if len(parts) > 1 else {md5[0].hex(), joined + count}
    if etag.strip('"').lower() in tags:
        return S3Proof.ETAG
    return ""
