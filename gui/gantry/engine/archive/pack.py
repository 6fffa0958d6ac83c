"""Packs a parcel: each source read once, into a `<parcel>.tar.gz` that is whole or not there."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from gantry.engine.archive import manifest, tar
from gantry.engine.archive.names import MANIFEST, Names, needs_hash, usable_uid
from gantry.engine.archive.source import READ, OpenSource, SourceReader, compare_path, failed
from gantry.engine.archive.squeeze import GzipWriter
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.files import extended, replace_retry, sync_folder, unlink_retry
from gantry.engine.instance import Instance
from gantry.engine.parcel import Archive, PackedFile, Parcel

WHOLE = 16 << 20  # sources up to here are in memory before their header is written
RESERVE = 256 << 20  # what the spool's disk keeps free for everyone else
_CHECK_SPACE_EVERY = 32 << 20
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FULL_WINDOWS = {39, 112}


def cores() -> int:
    """The cores that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def pack(
    parcel: Parcel,
    folder: Path,
    *,
    progress: Progress | None = None,
    token: CancelToken | None = None,
    level: int = 1,
    threads: int | None = None,
    free_reserve: int = RESERVE,
) -> Archive:
    """Writes the archive as `.part`, syncs it, renames it, syncs the folder.

    What is returned is not proved yet: that is `verify(archive.path, expected=archive)`.

    Args:
        level: ISA-L's, 0 (fastest) to 3.
        threads: cores to use in all; None: all there are.
        free_reserve: bytes that must stay free on the spool's disk.

    Raises:
        GantryError: SOURCE_* with the file's path in `private`; NOTHING_TO_SEND; SPOOL_FULL with
            the facts `needed` and `free`; SPOOL_UNWRITABLE. No `.part` is left.
        Cancelled: the token was cancelled. No `.part` is left.
    """
    token = token or CancelToken()
    progress = progress or Progress()
    progress.packed = 0
    if not parcel.files:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    final = folder / f"{parcel.id}.tar.gz"
    part = folder / f"{parcel.id}.tar.gz.part"
    with _part(part, parcel.size, free_reserve) as spool:
        gz = GzipWriter(spool.write, level=level, threads=max(1, threads or cores()))
        try:
            packer = _Packer(gz, SourceReader(token), progress, token)
            files = packer.add_all(parcel.files)
            gz.write(_member(MANIFEST, manifest.build(parcel.id, parcel.study_uid, files)))
            gz.write(tar.end(gz.position))
            gz.close()
        finally:
            gz.stop()
        spool.finish(final)
    uid = str(parcel.study_uid) if usable_uid(parcel.study_uid) else ""
    return Archive(parcel.id, final, gz.size, gz.sha256, uid, tuple(files))


class _Packer:
    """Puts sources into the tar, one after another."""

    def __init__(
        self, gz: GzipWriter, reader: SourceReader, progress: Progress, token: CancelToken
    ) -> None:
        self._gz, self._reader = gz, reader
        self._progress, self._token = progress, token
        self._names = Names()

    def add_all(self, instances: tuple[Instance, ...]) -> list[PackedFile]:
        """Adds all sources, and proves at the end that none changed since it was read."""
        try:
            files = [f for i in instances if (f := self._add(i)) is not None]
            for instance in instances:
                self._token.check()
                compare_path(instance.source)
        finally:
            self._reader.close()
        return files

    def _add(self, instance: Instance) -> PackedFile | None:
        self._token.check()
        size = instance.source.size
        if size <= WHOLE:
            return self._add_whole(instance)
        sha256 = None
        if needs_hash(instance) or self._names.is_taken(instance):
            sha256 = self._hash(instance)  # the one case in which a file is read twice
            name = self._names.give(instance, sha256)
            if name is None:
                self._progress.packed += size
                return None
        else:
            name = self._names.reserve(instance)
        return self._add_streaming(instance, name, sha256)

    def _add_whole(self, instance: Instance) -> PackedFile | None:
        """Takes the bytes first; only then is a header made, from the bytes in hand."""
        with OpenSource(self._reader, instance.source) as source:
            data = source.read(instance.source.size + 1)
            while more := source.read(READ):
                data += more
            source.finish()
        sha256 = hashlib.sha256(data).hexdigest()
        name = self._names.give(instance, sha256)
        if name is not None:
            mtime = instance.source.mtime_ns // 1_000_000_000
            self._gz.write(tar.header(name, len(data), mtime))
            self._gz.write(data)
            self._gz.write(tar.padding(len(data)))
        self._progress.packed += len(data)
        return None if name is None else _packed(instance, name, sha256)

    def _add_streaming(self, instance: Instance, name: str, known: str | None) -> PackedFile:
        """For a file too big for memory: the header promises the scanned size, and a source that
        doesn't keep the promise ends the whole attempt, so no torn member can get out."""
        digest = hashlib.sha256()
        mtime = instance.source.mtime_ns // 1_000_000_000
        with OpenSource(self._reader, instance.source) as source:
            self._gz.write(tar.header(name, instance.source.size, mtime))
            while data := source.read(READ):
                self._token.check()
                digest.update(data)
                self._gz.write(data)
                self._progress.packed += len(data)
            source.finish()
        self._gz.write(tar.padding(instance.source.size))
        sha256 = digest.hexdigest()
        if known is None:
            self._names.settle(instance, sha256)
        elif sha256 != known:
            raise failed(ErrorCode.SOURCE_CHANGED, instance.source, "content")
        return _packed(instance, name, sha256)

    def _hash(self, instance: Instance) -> str:
        digest = hashlib.sha256()
        with OpenSource(self._reader, instance.source) as source:
            while data := source.read(READ):
                self._token.check()
                digest.update(data)
            source.finish()
        return digest.hexdigest()


class _Spool:
    """The `.part` being written. Its failures are the spool's, never the sources'."""

    def __init__(self, part: Path, reserve: int) -> None:
        self._part, self._reserve = part, reserve
        self._file: FileIO | None = None
        self._unchecked = 0

    def open(self, needed: int) -> None:
        with self._explained():
            self._part.parent.mkdir(parents=True, exist_ok=True)
            unlink_retry(self._part)
            self._check_space(needed)
            # O_EXCL: never through a link that someone else put there.
            self._file = FileIO(extended(self._part), "xb")

    def write(self, data: bytes) -> None:
        assert self._file is not None
        with self._explained():
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) or 0 :]
            self._unchecked += len(data)
            if self._unchecked >= _CHECK_SPACE_EVERY:
                self._unchecked = 0
                self._check_space(0)

    def finish(self, final: Path) -> None:
        """Makes the archive durable under its name."""
        assert self._file is not None
        with self._explained():
            os.fsync(self._file.fileno())
            self._file.close()
            replace_retry(self._part, final)
            sync_folder(final.parent)

    def abandon(self) -> None:
        """Deletes what was written; an error here must not hide the one that led to it."""
        with suppress(OSError):
            if self._file:
                self._file.close()
        with suppress(OSError):
            unlink_retry(self._part)

    def _check_space(self, needed: int) -> None:
        free = shutil.disk_usage(extended(self._part.parent)).free
        if free < needed + self._reserve:
            raise self._full(needed + self._reserve, free)

    def _full(self, needed: int, free: int) -> GantryError:
        return GantryError(
            ErrorCode.SPOOL_FULL,
            facts={"needed": needed, "free": free},
            private={"folder": str(self._part.parent)},
            transient=True,
        )

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            windows = getattr(error, "winerror", None)
            if error.errno in _FULL or windows in _FULL_WINDOWS:
                free = 0
                with suppress(OSError):
                    free = shutil.disk_usage(extended(self._part.parent)).free
                raise self._full(self._reserve, free) from error
            raise GantryError(
                ErrorCode.SPOOL_UNWRITABLE,
                private={"folder": str(self._part.parent)},
                detail=f"errno {error.errno}" + (f", WinError {windows}" if windows else ""),
                transient=True,
            ) from error


@contextmanager
def _part(part: Path, needed: int, reserve: int) -> Iterator[_Spool]:
    spool = _Spool(part, reserve)
    try:
        spool.open(needed)
        yield spool
    except BaseException:
        spool.abandon()
        raise


def _member(name: str, data: bytes) -> bytes:
    return tar.header(name, len(data), int(time.time())) + data + tar.padding(len(data))


def _packed(instance: Instance, name: str, sha256: str) -> PackedFile:
    def uid(value: str) -> str:
        return str(value) if usable_uid(value) else ""

    return PackedFile(
        name,
        instance.source.size,
        sha256,
        uid(instance.sop_instance_uid),
        uid(instance.series_instance_uid),
        uid(instance.sop_class_uid),
        uid(instance.transfer_syntax_uid),
    )
