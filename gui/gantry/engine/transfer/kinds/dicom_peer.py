"""The peer that a `dicom:` URL names."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.transfer.dicom.negotiation import Peer

DEFAULT_PORT = 104


def parse_peer(url: str) -> Peer:
    """Parses a `dicom:` URL.

    Raises:
        GantryError: DESTINATION_INVALID with the fact `reason`: "AE title", "host".
    """
    parts = urlsplit(url)
    called = unquote(parts.username or "").strip()
    calling = parse_qs(parts.query).get("calling", ["GANTRY"])[0].strip()
    for title in (called, calling):
        # PS3.5 §6.2, AE: 16 characters, no backslash, no control characters
        if not 1 <= len(title) <= 16 or not title.isascii() or "\\" in title:
            raise GantryError(
                ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "AE title"}
            )
    if not parts.hostname:
        raise GantryError(ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "host"})
    return Peer(parts.hostname, parts.port or DEFAULT_PORT, called, calling)
