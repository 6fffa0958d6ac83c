"""Hashes a path or a Patient ID for logs and searches."""

from __future__ import annotations

import hashlib
import hmac


def salted(salt: bytes, value: str) -> str:
    """16 hex digits: HMAC-SHA-256 with the salt, cut. The history can resolve a path's."""
    data = value.encode("utf-8", "surrogatepass")
    return hmac.new(salt, data, hashlib.sha256).hexdigest()[:16]
