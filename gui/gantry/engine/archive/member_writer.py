"""Writes members into the tar in the form in which they are sent, and lists them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from gantry.engine.archive import manifest, tar
from gantry.engine.archive.gzip_writer import BLOCK, LARGEST, GzipWriter, Then
from gantry.engine.archive.names import MANIFEST, REPORT, MemberNames
from gantry.engine.cancel import CancelToken
from gantry.engine.content import Data, Identity
from gantry.engine.instance import Instance
from gantry.engine.parcel import PackedFile, Parcel, ReadFile
from gantry.engine.times import planned
from gantry.engine.uids import is_uid


class MemberWriter:
    """One archive's members: their names, headers and bytes, then the manifest.

    Attributes:
        files: what was written, in order; filled as the members' hashes become known, complete when
            `gz` is flushed.
    """

    def __init__(self, gz: GzipWriter, parcel: Parcel, token: CancelToken) -> None:
        self._gz, self._parcel, self._token = gz, parcel, token
        self._names = MemberNames(self._sha256_of)
        self._hashes: dict[str, str] = {}  # of the members on which another one's name depends
        self._studies: set[str] = set()
        self.files: list[PackedFile] = []

    @property
    def study_uid(self) -> str:
        """Study Instance UID of all members, as sent; "" if they have several, or none."""
        uid = next(iter(self._studies)) if len(self._studies) == 1 else ""
        return uid if is_uid(uid) else ""

    def is_given(self, identity: Identity) -> bool:
        """Whether `name` will look at another member, which invalidates the `room` of `gz`."""
        return self._names.is_given(identity)

    def name(self, identity: Identity, sha256: Callable[[], str]) -> str | None:
        """As `MemberNames.give`."""
        return self._names.give(identity, sha256)

    def header(self, instance: Instance, name: str, size: int) -> bytes:
        """A member's header. The time of a de-identified file would tell when it was made."""
        mtime = instance.source.mtime_ns // 1_000_000_000
        if self._parcel.treatment.deidentified:
            mtime = int(planned(self._parcel.id).timestamp())
        return tar.header(name, size, mtime)

    def listing(
        self,
        number: int,
        name: str,
        identity: Identity,
        size: int,
        read: ReadFile | None = None,
    ) -> Then:
        """Returns a callback that lists the member once its SHA-256 is known."""
        self._studies.add(identity.study_instance_uid if read else self._parcel.study_uid)

        def then(sha256: str) -> None:
            self.files.append(
                PackedFile(
                    name,
                    size,
                    sha256,
                    _uid(identity.sop_instance_uid),
                    _uid(identity.series_instance_uid),
                    _uid(identity.sop_class_uid),
                    _uid(identity.transfer_syntax_uid),
                    number,
                    read,
                )
            )

        return then

    def write(self, head: bytes, parts: Sequence[Data], size: int, then: Then) -> None:
        """Adds a member whose bytes are outside the archive's blocks."""
        self._gz.write(head)
        if size < LARGEST:
            room, at = self._gz.room(size + 1), 0
            for part in parts:
                room[at : at + len(part)] = part
                at += len(part)
            self._gz.taken(size, then)
            self._gz.write(tar.padding(size))
            return
        for part in parts:
            view = memoryview(part)
            for start in range(0, len(view), BLOCK):
                self._token.check()
                self._gz.write(view[start : start + BLOCK])
        self._gz.write(tar.padding(size))
        self._gz.flush()
        then(sha256_of(parts))

    def end(self, report: bytes = b"") -> None:
        """Ends the tar with the report on the de-identification, if any, and the manifest."""
        self._gz.flush()
        entry = None
        if report:
            entry = manifest.ReportEntry(REPORT, len(report), sha256_of((report,)))
            mtime = int(planned(self._parcel.id).timestamp())
            self._gz.write(tar.header(REPORT, len(report), mtime))
            self._gz.write(report)
            self._gz.write(tar.padding(len(report)))
        lines = manifest.Builder(
            self._parcel.id,
            self.study_uid,
            self.files,
            self._parcel.treatment.deidentified,
            self._parcel.labels,
            entry,
        )
        self._gz.write(tar.header(MANIFEST, lines.size, int(lines.created.timestamp())))
        for line in lines.lines():
            self._gz.write(line)
        self._gz.write(tar.padding(lines.size))
        self._gz.write(tar.end(self._gz.position))

    def _sha256_of(self, name: str) -> str:
        if name not in self._hashes:
            self._gz.flush()
            fresh = self.files[len(self._hashes) :]
            self._hashes |= {f.name: f.sha256 for f in fresh}
        return self._hashes[name]


def sha256_of(parts: Iterable[Data]) -> str:
    """SHA-256 of these parts, one after another."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _uid(value: str) -> str:
    return str(value) if is_uid(value) else ""
