"""Tells whether two files under one SOP Instance UID are the same, byte for byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.instance import Source

_BLOCK = 1 << 20


def same_content(one: Source, other: Source, token: CancelToken) -> bool:
    """Whether two sources hold the same bytes; reads both side by side, up to a difference.

    Raises:
        OSError, ValueError: one can't be read.
        Cancelled: by the token.
    """
    with _opened(one) as a, _opened(other) as b:
        while True:
            token.check()
            left = _read(a)
            if left != _read(b):
                return False
            if not left:
                return True


@contextmanager
def _opened(source: Source) -> Iterator[io.BufferedIOBase]:
    with files.open_shared(source.path) as raw, io.BufferedReader(raw) as stream:
        if not source.member:
            yield stream
            return
        try:
            with zipfile.ZipFile(stream) as archive, archive.open(source.member) as member:
                yield member  # type: ignore[misc]
        except (zipfile.BadZipFile, KeyError, EOFError, RuntimeError, NotImplementedError) as error:
            raise ValueError(type(error).__name__) from None


def _read(stream: io.BufferedIOBase) -> bytes:
    """A whole block, although members of ZIPs give less at a time."""
    parts = []
    left = _BLOCK
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
