"""Packs a parcel: reads each source once, into a `<parcel>.tar.gz` that is complete or absent."""

from __future__ import annotations

import hashlib
import mmap
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from gantry.engine.archive import tar
from gantry.engine.archive.gzip_writer import BLOCK, LARGEST, GzipWriter
from gantry.engine.archive.helpers import Helpers, cores
from gantry.engine.archive.member_writer import MemberWriter, sha256_of
from gantry.engine.archive.part_file import PartFile, part_file
from gantry.engine.archive.source import OpenSource, SourceReader, compare_path, source_failed
from gantry.engine.cancel import CancelToken
from gantry.engine.content import (
    Change,
    Identity,
    Rewriter,
    Rewritten,
    identity_of,
)
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.held import HeldFile, held_error
from gantry.engine.instance import Instance, Source
from gantry.engine.parcel import Archive, Parcel, ReadFile
from gantry.engine.rewriters import RewriterOf, rewriter_for

_LONGEST_HEADER = 16 << 20  # as in the scan
_MOST_IN_MEMORY = 64 << 20  # of a file that a rewriter needs in one piece

IsSame = Callable[[Instance, memoryview], bool]


def pack(
    parcel: Parcel,
    folder: Path,
    *,
    progress: Progress | None = None,
    token: CancelToken | None = None,
    level: int = 1,
    threads: int | None = None,
    free_reserve: int | None = None,
    is_same: IsSame = lambda instance, begin: True,
    rewriter_of: RewriterOf = rewriter_for,
) -> Archive:
    """Writes the archive as a `.part` file, syncs it, renames it, and syncs the folder.

    The result is not verified yet: call `verify(archive.path, expected=archive)`.

    Args:
        level: ISA-L's, 0 (fastest) to 3.
        threads: cores to use in total; None: all.
        free_reserve: bytes that must stay free on the spool's disk; None: what `reserve_for` says.
        is_same: whether a file that begins with these bytes is the image that the scan found.
        rewriter_of: makes the rewriter for the parcel's treatment.

    Raises:
        GantryError: SOURCE_* with the file's path in `private`; NOTHING_TO_SEND; SPOOL_FULL with
            the facts `needed` and `free`; SPOOL_UNWRITABLE; TREATMENT_UNKNOWN; TREATMENT_FAILED
            with the file's path in `private`; TREATMENT_HELD, for all files that are held. No
            `.part` is left.
        Cancelled: the token was cancelled. No `.part` is left.
    """
    token = token or CancelToken()
    progress = progress or Progress()
    progress.packed = 0
    if not parcel.files:
        raise GantryError(ErrorCode.NOTHING_TO_SEND)
    rewriter = rewriter_of(parcel.treatment)
    final = folder / f"{parcel.id}.tar.gz"
    part = folder / f"{parcel.id}.tar.gz.part"
    with part_file(part, parcel.size, free_reserve) as spool:
        helpers = Helpers(threads or cores())
        try:
            gz = GzipWriter(spool.write, helpers, level=level)
            members = MemberWriter(gz, parcel, token)
            packer = _Packer(gz, members, spool, rewriter, progress, token, is_same)
            packer.add_all(parcel.files)
            packer.check_held(len(parcel.files))
            summary = rewriter.summary()
            members.end(summary.sent if summary and parcel.treatment.deidentified else b"")
            gz.close()
        finally:
            helpers.stop()
        spool.finish(final)
    return Archive(
        parcel.id,
        final,
        gz.size,
        gz.sha256,
        members.study_uid,
        tuple(members.files),
        parcel.treatment.deidentified,
        packer.changes,
        summary,
        parcel.labels,
        parcel.modality,
    )


class _Packer:
    """Adds a parcel's files to the tar, one after another, in the form in which they are sent.

    Attributes:
        changes: how often the rewriter made each kind of change.
    """

    def __init__(
        self,
        gz: GzipWriter,
        members: MemberWriter,
        spool: PartFile,
        rewriter: Rewriter,
        progress: Progress,
        token: CancelToken,
        is_same: IsSame,
    ) -> None:
        self._gz, self._spool = gz, spool
        self._rewriter = rewriter
        self._is_same = is_same
        self._progress, self._token = progress, token
        self._reader = SourceReader(token)
        self._members = members
        self.changes: Counter[Change] = Counter()
        self._held: list[HeldFile] = []
        self._skipped = 0
        self._first_held: GantryError | None = None

    def add_all(self, instances: Sequence[Instance]) -> None:
        """Adds all sources, and checks at the end that none has changed since it was read."""
        try:
            for number, instance in enumerate(instances):
                self._token.check()
                self._add(number, instance)
            for instance in instances:
                self._token.check()
                compare_path(instance.source)
        finally:
            self._reader.close()

    def check_held(self, count: int) -> None:
        """Raises TREATMENT_HELD for all files that are held; NOTHING_TO_SEND if nothing is left."""
        if self._first_held is not None:
            raise held_error(self._first_held, self._held)
        if self._skipped and self._skipped == count:
            raise GantryError(ErrorCode.NOTHING_TO_SEND)

    def _add(self, number: int, instance: Instance) -> None:
        identity = self._rewriter.unchanged(instance)
        if identity is None:
            self._add_rewritten(number, instance)
        elif tar.BLOCK + instance.size < LARGEST:
            self._add_whole(number, instance, identity)
        else:
            self._add_streaming(number, instance, identity)

    def _add_whole(self, number: int, instance: Instance, identity: Identity) -> None:
        """Reads the bytes first; they and their header count only after the file was checked."""
        of = instance.source
        at = tar.BLOCK  # the length of any header of a name by UIDs or SHA-256
        room = self._gz.room(at + of.size + 1)
        with OpenSource(self._reader, of) as source:
            while count := source.readinto(room[at:]):
                at += count
            source.finish()
        data = room[tar.BLOCK : at]
        self._check_same(instance, data, whole=True)
        # Looking at the member that has the same name takes the room away.
        kept = memoryview(bytes(data)) if self._members.is_given(identity) else data
        name = self._members.name(identity, lambda: hashlib.sha256(kept).hexdigest())
        self._progress.packed += of.size
        if name is None:
            return
        head = self._members.header(instance, name, of.size)
        then = self._members.listing(number, name, identity, of.size)
        if kept is not data:
            self._members.write(head, (kept,), of.size, then)
            return
        room[: tar.BLOCK] = head
        self._gz.taken(tar.BLOCK)
        self._gz.taken(of.size, then)
        self._gz.write(tar.padding(of.size))

    def _add_streaming(self, number: int, instance: Instance, identity: Identity) -> None:
        """For a file too large for memory: the header promises the scanned size, and a source
        that doesn't keep the promise ends the whole attempt, so no torn member can be sent."""
        of = instance.source
        hashed: list[str] = []

        def sha256() -> str:
            hashed.append(self._hash(of))  # the one case in which a file is read twice
            return hashed[0]

        name = self._members.name(identity, sha256)
        if name is None:
            self._progress.packed += of.size
            return
        digest = hashlib.sha256()
        begin, checked = bytearray(), False
        with OpenSource(self._reader, of) as source:
            self._gz.write(self._members.header(instance, name, of.size))
            while count := source.readinto(room := self._gz.room(BLOCK)):
                self._token.check()
                if not checked:  # usually known after the first block; a header may be long
                    begin += room[:count]
                    whole = len(begin) >= min(of.size, _LONGEST_HEADER)
                    checked = self._check_same(instance, memoryview(bytes(begin)), whole=whole)
                digest.update(room[:count])
                self._gz.taken(count)
                self._progress.packed += count
            source.finish()
        if hashed and hashed[0] != digest.hexdigest():
            raise source_failed(ErrorCode.SOURCE_CHANGED, of, "content")
        self._gz.write(tar.padding(of.size))
        self._gz.flush()
        self._members.listing(number, name, identity, of.size)(digest.hexdigest())

    def _add_rewritten(self, number: int, instance: Instance) -> None:
        data = self._whole(instance)
        self._check_same(instance, data, whole=True)
        digest = hashlib.sha256(data).hexdigest()
        try:
            sent = self._rewritten(instance, data)
        except GantryError as error:
            if error.code is not ErrorCode.TREATMENT_HELD:
                raise
            # The others are looked at too: the user decides about all of them at once.
            self._hold(number, error, digest)
            self._progress.packed += instance.size
            return
        self._progress.packed += instance.size
        self._skipped += not sent.parts
        if self._held or not sent.parts:
            return
        name = self._members.name(sent.identity, lambda: sha256_of(sent.parts))
        if name is None:
            return
        self.changes.update(sent.tallies)
        read = ReadFile(len(data), digest, identity_of(instance))
        size = sum(map(len, sent.parts))
        then = self._members.listing(number, name, sent.identity, size, read)
        self._members.write(self._members.header(instance, name, size), sent.parts, size, then)

    def _hold(self, number: int, error: GantryError, digest: str) -> None:
        self._first_held = self._first_held or error
        rule, place = str(error.facts.get("reason", "")), str(error.facts.get("place", ""))
        value = str(error.private.get("value", ""))
        self._held.append(HeldFile(number, rule, place, value, digest[:32]))

    def _rewritten(self, instance: Instance, data: memoryview) -> Rewritten:
        try:
            return self._rewriter.rewrite(instance, data)
        except GantryError:
            raise
        except Exception as error:  # its text may quote the file
            name = type(error).__name__
            raise source_failed(ErrorCode.TREATMENT_FAILED, instance.source, name) from error

    def _whole(self, instance: Instance) -> memoryview:
        """All bytes of a source: in memory, or in a temporary file that is deleted with it."""
        of = instance.source
        with OpenSource(self._reader, of) as source:
            if of.size <= _MOST_IN_MEMORY:
                buffer, at = memoryview(bytearray(of.size + 1)), 0
                while count := source.readinto(buffer[at:]):
                    self._token.check()
                    at += count
                source.finish()
                return buffer[:at]
            with self._spool.temporary() as file:
                buffer = memoryview(bytearray(BLOCK))
                while count := source.readinto(buffer):
                    self._token.check()
                    with self._spool.explained():
                        file.write(buffer[:count])
                source.finish()
                with self._spool.explained():
                    file.flush()
                return memoryview(mmap.mmap(file.fileno(), of.size, access=mmap.ACCESS_READ))

    def _hash(self, of: Source) -> str:
        digest = hashlib.sha256()
        with OpenSource(self._reader, of) as source:
            while count := source.readinto(room := self._gz.room(BLOCK)):
                self._token.check()
                digest.update(room[:count])
            source.finish()
        return digest.hexdigest()

    def _check_same(self, instance: Instance, begin: memoryview, *, whole: bool) -> bool:
        """Checks that the bytes belong to the image that the scan found, not to another."""
        if self._is_same(instance, begin):
            return True
        if whole:
            raise source_failed(
                ErrorCode.SOURCE_CHANGED, instance.source, "another image now", reason="rescan"
            )
        return False
