"""Verifies a finished archive: reads it back from the disk, to its end, against its manifest."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from operator import ne
from pathlib import Path

from gantry.engine.archive import manifest as manifests
from gantry.engine.archive.damage import Damage, damaged
from gantry.engine.archive.gunzip import Inflater
from gantry.engine.archive.manifest import MOST_FILES, FileEntry, Manifest, ReportEntry
from gantry.engine.archive.names import MANIFEST, REPORT, is_ours
from gantry.engine.archive.tar import TarReader
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.events import Progress
from gantry.engine.parcel import Archive

Members = dict[str, tuple[int, bytes]]


def verify(
    path: Path,
    *,
    expected: Archive | None = None,
    progress: Progress | None = None,
    token: CancelToken | None = None,
) -> Archive:
    """Reads the archive once, in bounded memory however hostile it is, and returns what is in it.

    The gzip stream is read to its own end with nothing after it, the tar to its end blocks with
    nothing but NULs after them; every member is a regular file with a safe and unique name; names,
    sizes, SHA-256 and count equal the manifest's. Nothing is extracted.

    Args:
        expected: what `pack` wrote: then manifest and file must equal it, too. None for an archive
            of unknown origin.

    Raises:
        GantryError: ARCHIVE_DAMAGED with the facts `reason` (a `Damage`), `at` (byte) and, if one
            is concerned, `member`; ARCHIVE_FOREIGN; ARCHIVE_MISSING.
        Cancelled: the token was cancelled.
    """
    token = token or CancelToken()
    progress = progress or Progress()
    progress.verified = 0
    with Inflater(path, token) as blocks:
        tar = TarReader(iter(blocks))
        members, report, last = _read(tar, progress)
        found = _manifest(last, members, tar.at)
        _check_report(found, members, report, tar.at)
        _compare(found, members, tar.at)
    size, sha256 = blocks.size, blocks.sha256
    if expected is None:
        files = tuple(found.packed_files())
        return Archive(
            found.parcel,
            path,
            size,
            sha256,
            found.study_uid,
            files,
            found.deidentified,
            labels=found.label_pairs,
        )
    _compare_with_packed(found, size, sha256, expected)
    return replace(expected, path=path)


def _read(tar: TarReader, progress: Progress) -> tuple[Members, bytes, bytes | None]:
    """Size and digest of every member before the manifest; the bytes of report and manifest."""
    members: Members = {}
    report = bytearray()
    last: bytes | None = None
    while (member := tar.next_member()) is not None:
        name, size = member
        if last is not None:
            raise damaged(Damage.MANIFEST_NOT_LAST, tar.at, name)
        if name == MANIFEST:
            if size > manifests.most_bytes(len(members)):
                raise damaged(Damage.MANIFEST_INVALID, tar.at, name, f"{size} bytes")
            last = b"".join(tar.pieces())
            continue
        if name in members:
            raise damaged(Damage.DUPLICATE, tar.at, name)
        if len(members) == MOST_FILES:
            raise damaged(Damage.TOO_MANY, tar.at, detail=f"more than {MOST_FILES}")
        digest = hashlib.sha256()
        for piece in tar.pieces():
            digest.update(piece)
            if name == REPORT and size <= manifests.MOST_REPORT:
                report += piece
            progress.verified += len(piece)
        members[name] = (size, digest.digest())
    return members, bytes(report), last


def _manifest(data: bytes | None, members: Members, at: int) -> Manifest:
    if data is None:
        if members and all(is_ours(name) for name in members):
            raise damaged(Damage.MANIFEST_MISSING, at)
        raise GantryError(ErrorCode.ARCHIVE_FOREIGN, detail="no manifest.json")
    foreign = manifests.foreign_schema(data)
    if foreign is not None:
        facts: dict[str, Fact] = {"reason": "newer"} if manifests.is_newer(foreign) else {}
        raise GantryError(
            ErrorCode.ARCHIVE_FOREIGN, facts=facts, detail="another schema in manifest.json"
        )
    try:
        return manifests.parse(data)
    except ValueError as error:
        raise damaged(Damage.MANIFEST_INVALID, at, MANIFEST, str(error)) from error


def _check_report(manifest: Manifest, members: Members, report: bytes, at: int) -> None:
    """Compares the report with its entry, and takes it from the members: it is no instance."""
    if (entry := manifest.report) is None:
        return
    if (member := members.pop(entry.name, None)) is None:
        raise damaged(Damage.MISSING, at, entry.name)
    _compare_member(entry, *member, at)
    try:
        manifests.check_report(report, manifest.deidentified)
    except ValueError as error:
        raise damaged(Damage.REPORT_INVALID, at, entry.name, str(error)) from error


def _compare(manifest: Manifest, members: Members, at: int) -> None:
    for entry in manifest.entries():
        member = members.pop(entry.name, None)
        if member is None:
            raise damaged(Damage.MISSING, at, entry.name)
        _compare_member(entry, *member, at)
    for name in members:
        raise damaged(Damage.EXTRA, at, name)


def _compare_member(entry: FileEntry | ReportEntry, size: int, digest: bytes, at: int) -> None:
    if size != entry.size:
        raise damaged(Damage.SIZE, at, entry.name, f"{size} bytes, not {entry.size}")
    if digest.hex() != entry.sha256:
        raise damaged(Damage.CONTENT, at, entry.name)


def _compare_with_packed(found: Manifest, size: int, sha256: str, packed: Archive) -> None:
    if (
        (found.parcel, found.study_uid, found.deidentified, found.label_pairs, len(found.files))
        != (packed.parcel, packed.study_uid, packed.deidentified, packed.labels, len(packed.files))
        or any(map(ne, found.packed_files(), packed.files))
    ):  # fmt: skip
        raise damaged(Damage.NOT_AS_PACKED, size, MANIFEST, "manifest")
    if (size, sha256) != (packed.size, packed.sha256):
        raise damaged(Damage.NOT_AS_PACKED, size, detail="size or SHA-256 of the file")
