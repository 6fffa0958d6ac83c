"""Packs a parcel: each source read once, into a `<parcel>.tar.gz` that is whole or not there."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

from gantry.engine.archive import manifest, tar
from gantry.engine.archive.helpers import Helpers, cores
from gantry.engine.archive.names import MANIFEST, Names, usable_uid
from gantry.engine.archive.source import OpenSource, SourceReader, compare_path, failed
from gantry.engine.archive.squeeze import BLOCK, LARGEST, GzipWriter, Then
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.files import extended, replace_retry, sync_folder, unlink_retry
from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import Archive, PackedFile, Parcel

RESERVE = 256 << 20  # what the spool's disk keeps free for everyone else
_CHECK_SPACE_EVERY = 32 << 20
_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_FULL_WINDOWS = {39, 112}
_FULL_BELOW = 1 << 20


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
        helpers = Helpers(threads or cores())
        try:
            gz = GzipWriter(spool.write, helpers, level=level)
            packer = _Packer(gz, progress, token)
            files = packer.add_all(parcel.files)
            packer.add_manifest(manifest.Builder(parcel.id, parcel.study_uid, files))
            gz.close()
        finally:
            helpers.stop()
        spool.finish(final)
    uid = str(parcel.study_uid) if usable_uid(parcel.study_uid) else ""
    return Archive(parcel.id, final, gz.size, gz.sha256, uid, tuple(files))


class _Packer:
    """Puts sources into the tar, one after another."""

    def __init__(self, gz: GzipWriter, progress: Progress, token: CancelToken) -> None:
        self._gz = gz
        self._progress, self._token = progress, token
        self._reader = SourceReader(token)

    def add_all(self, instances: tuple[Instance, ...]) -> list[PackedFile]:
        """Adds all sources, and proves at the end that none changed since it was read.

        The list is filled as the members' hashes become known, wholly when `gz` is flushed.
        """
        self._names = Names(instances)
        self._files: list[PackedFile] = []
        try:
            for instance in instances:
                self._token.check()
                self._add(instance)
            for instance in instances:
                self._token.check()
                compare_path(instance.source)
        finally:
            self._reader.close()
        self._gz.flush()
        return self._files

    def add_manifest(self, lines: manifest.Builder) -> None:
        """Ends the tar."""
        self._gz.write(tar.header(MANIFEST, lines.size, int(lines.created.timestamp())))
        for line in lines.lines():
            self._gz.write(line)
        self._gz.write(tar.padding(lines.size))
        self._gz.write(tar.end(self._gz.position))

    def _add(self, instance: Instance) -> None:
        source = instance.source
        sha256 = ""
        if self._names.needs_hash(instance):
            sha256 = self._hash(source)  # the one case in which a file is read twice
        name = self._names.give(instance, sha256)
        if name is None:
            self._progress.packed += source.size
            return
        head = tar.header(name, source.size, source.mtime_ns // 1_000_000_000)
        if len(head) + source.size < LARGEST:
            self._add_whole(source, head, lambda sha: self._add_file(instance, name, sha))
        else:
            self._add_streaming(source, head, lambda sha: self._add_file(instance, name, sha))
        if sha256:
            self._gz.flush()
            if self._files[-1].sha256 != sha256:
                raise failed(ErrorCode.SOURCE_CHANGED, source, "content")

    def _add_whole(self, of: Source, head: bytes, then: Then) -> None:
        """Takes the bytes first; they and their header count only once the file was proved."""
        room = self._gz.room(len(head) + of.size + 1)
        with OpenSource(self._reader, of) as source:
            at = len(head)
            while count := source.readinto(room[at:]):
                at += count
            source.finish()
        room[: len(head)] = head
        self._gz.taken(len(head))
        self._gz.taken(of.size, then)
        self._gz.write(tar.padding(of.size))
        self._progress.packed += of.size

    def _add_streaming(self, of: Source, head: bytes, then: Then) -> None:
        """For a file too big for memory: the header promises the scanned size, and a source that
        doesn't keep the promise ends the whole attempt, so no torn member can get out."""
        digest = hashlib.sha256()
        with OpenSource(self._reader, of) as source:
            self._gz.write(head)
            while count := source.readinto(room := self._gz.room(BLOCK)):
                self._token.check()
                digest.update(room[:count])
                self._gz.taken(count)
                self._progress.packed += count
            source.finish()
        self._gz.write(tar.padding(of.size))
        self._gz.flush()
        then(digest.hexdigest())

    def _hash(self, of: Source) -> str:
        digest = hashlib.sha256()
        with OpenSource(self._reader, of) as source:
            while count := source.readinto(room := self._gz.room(BLOCK)):
                self._token.check()
                digest.update(room[:count])
            source.finish()
        return digest.hexdigest()

    def _add_file(self, instance: Instance, name: str, sha256: str) -> None:
        self._files.append(_packed(instance, name, sha256))


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
            self._file = FileIO(extended(self._part), "xb", opener=_private)

    def write(self, data: bytes | memoryview) -> None:
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
            self._part = final  # what `abandon` would have to delete now
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
            free = _FULL_BELOW
            with suppress(OSError):
                free = shutil.disk_usage(extended(self._part.parent)).free
            # A write that only fits in part may be refused as "invalid argument" on Windows.
            if error.errno in _FULL or windows in _FULL_WINDOWS or free < _FULL_BELOW:
                raise self._full(self._reserve, free) from error
            raise GantryError(
                ErrorCode.SPOOL_UNWRITABLE,
                private={"folder": str(self._part.parent)},
                detail=f"errno {error.errno}" + (f", WinError {windows}" if windows else ""),
                transient=True,
            ) from error


def _private(path: str, flags: int) -> int:
    """Opens a new file for this user alone; never through a link that someone else put there."""
    return os.open(path, flags | os.O_EXCL, 0o600)


@contextmanager
def _part(part: Path, needed: int, reserve: int) -> Iterator[_Spool]:
    spool = _Spool(part, reserve)
    try:
        spool.open(needed)
        yield spool
    except BaseException:
        spool.abandon()
        raise


def _packed(instance: Instance, name: str, sha256: str) -> PackedFile:
    def uid(value: str) -> str:
        return str(value) if usable_uid(value) else ""

    return PackedFile(
        name,
        instance.size,
        sha256,
        uid(instance.sop_instance_uid),
        uid(instance.series_instance_uid),
        uid(instance.sop_class_uid),
        uid(instance.transfer_syntax_uid),
    )
