"""Writes a certificate to a file, with its signature beside it."""

from __future__ import annotations

import os
from pathlib import Path

from gantry.engine.errors import ErrorCode, GantryError
from gantry.services.document import Document, page_of
from gantry.services.signing import private_key, remove_signature, write_signature
from gantry.store.atomic import write_atomically

_PAGES = (".html", ".htm")


def is_writable(path: Path) -> bool:
    """Whether a certificate can be written in the format that the name of a file says."""
    return path.suffix.lower() in _PAGES


def write_certificate(document: Document, path: Path, key: Path | None = None) -> Path | None:
    """Writes it for this user only, and signs it if there is a key; returns the signature's path.

    A signature of an earlier file of that name is removed first: it would not fit any more.

    Raises:
        GantryError: EXPORT_FAILED; SIGNING_KEY, and nothing was written.
    """
    signing = None if key is None else private_key(key)
    data = page_of(document).encode()
    try:
        remove_signature(path)
        write_atomically(path, data)
        return None if signing is None else write_signature(path, data, signing)
    except OSError as error:
        raise GantryError(
            ErrorCode.EXPORT_FAILED,
            private={"path": os.fsdecode(error.filename or path)},
            detail=type(error).__name__,
        ) from error
