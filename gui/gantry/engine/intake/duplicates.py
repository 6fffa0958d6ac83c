"""Tells whether two files under one SOP Instance UID are the same, byte for byte."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.instance import Instance, Source
from gantry.engine.intake.build import source_key

_BLOCK = 1 << 20


class Known:
    """Which instances have each SOP Instance UID; not thread-safe."""

    def __init__(self) -> None:
        self._by_uid: dict[str, dict[str, Instance]] = {}

    def add(self, instance: Instance) -> None:
        if uid := instance.sop_instance_uid:
            self._by_uid.setdefault(uid, {})[source_key(instance)] = instance

    def remove(self, instance: Instance) -> None:
        uid = instance.sop_instance_uid
        if others := self._by_uid.get(uid):
            others.pop(source_key(instance), None)
            if not others:
                del self._by_uid[uid]

    def candidates(self, instance: Instance) -> tuple[Instance, ...]:
        """The instances that it may be a copy of: same UID, same size, another place."""
        others = self._by_uid.get(instance.sop_instance_uid)
        if not others:
            return ()
        here, size = source_key(instance), instance.source.size
        return tuple(o for key, o in others.items() if o.source.size == size and key != here)


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
