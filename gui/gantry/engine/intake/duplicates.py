"""Tells whether two files under one SOP Instance UID are the same, byte for byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.instance import Instance, Source

_BLOCK = 1 << 20


class Known:
    """Which instances have each SOP Instance UID; not thread-safe."""

    def __init__(self) -> None:
        self._by_uid: dict[str, tuple[Instance, ...]] = {}

    def add(self, instance: Instance, uid: str) -> None:
        if uid:
            self._by_uid[uid] = (*self._by_uid.get(uid, ()), instance)

    def remove(self, instance: Instance) -> None:
        here, uid = instance.identity
        others = tuple(o for o in self._by_uid.get(uid, ()) if o.place != here)
        if others:
            self._by_uid[uid] = others
        else:
            self._by_uid.pop(uid, None)

    def candidates(self, instance: Instance, place: str, uid: str) -> tuple[Instance, ...]:
        """The instances that it may be a copy of: same UID, same size, another place."""
        others = self._by_uid.get(uid)
        if not others:
            return ()
        size = instance.size
        return tuple(o for o in others if o.size == size and o.place != place)


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
