"""Inspects a file: reads its header, or says why not; inspects a recent file once more later."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from gantry.engine import files
from gantry.engine.cancel import Cancelled, CancelToken
from gantry.engine.instance import Source
from gantry.engine.intake.dicomdir import check_dicomdir
from gantry.engine.intake.duplicates import content_digest
from gantry.engine.intake.header.describe import Header
from gantry.engine.intake.header.header import IsArchive, IsTar, header_of, source_of
from gantry.engine.intake.skipped import NotTaken, Skipped, SkipReason, detail_of, reason_of
from gantry.engine.intake.tars import read_tar
from gantry.engine.intake.walk import FoundFile, Root
from gantry.engine.intake.zips import read_zip
from gantry.engine.os_errors import is_held

RECENT_SECONDS: Final = 10.0  # a file changed this recently is inspected again at the end
LOOK_AGAIN_AFTER: Final = 0.2  # seconds
_BUSY_SECONDS: Final = 1.0
_UNFINISHED: Final = (
    SkipReason.EMPTY, SkipReason.TRUNCATED, SkipReason.DAMAGED, SkipReason.NOT_DICOM,
    SkipReason.LOCKED,
)  # fmt: skip
_PLAIN: Final = frozenset((SkipReason.NOT_DICOM, SkipReason.EMPTY, SkipReason.JUNK))
ZIP_BATCH: Final = 256
Send = Callable[["InspectionResult"], None]


@dataclass(slots=True)
class LocatedHeader:
    """A header, and the file it is from.

    Attributes:
        real: the file's path without links.
        root: the dropped path that it was read for.
        inode: of a file that has several names, otherwise None.
    """

    header: Header
    real: str
    root: Root
    inode: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """A file that may still be written: its state, and its result."""

    found: FoundFile
    size: int
    mtime_ns: int
    looked: float
    outcome: LocatedHeader | Skipped


@dataclass(frozen=True, slots=True)
class Compared:
    """The contents of a file and of those that it may be a copy of.

    Attributes:
        digests: of their contents; b"" for one that can't be read.
        gone: those that no longer exist.
    """

    taken: LocatedHeader
    digests: dict[Source, bytes]
    gone: frozenset[Source]


@dataclass(slots=True)
class InspectionResult:
    """The results of some files; `folders` must be walked as well, each for a dropped path."""

    files: int = 0
    taken: list[LocatedHeader] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    recent: list[Recent] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    folders: list[tuple[str, Root]] = field(default_factory=list)
    gone: list[Source] = field(default_factory=list)


def look(batch: list[FoundFile], token: CancelToken, send: Send) -> InspectionResult:
    """Inspects files. The contents of a large ZIP are sent in between, the rest returned.

    Raises:
        Cancelled: by the token.
    """
    seen = InspectionResult()
    for found in batch:
        token.check()
        if found.root.gone:
            continue
        seen.files += not found.again
        try:
            _look_into(found, seen, token, send)
        except OSError as error:
            if lost := found.root.lost(error):
                seen.skipped.append(lost)
            elif not found.root.gone:
                seen.skipped.append(Skipped(found.path, "", reason_of(error), detail_of(error)))
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 (a fault here must cost one file, not the scan)
            seen.skipped.append(_internal(found, error))
    return seen


def look_again(batch: list[Recent], token: CancelToken) -> InspectionResult:
    """Inspects recent files once more: one that has changed since is being written.

    Raises:
        Cancelled: by the token.
    """
    seen = InspectionResult()
    for recent in batch:
        token.check()
        wait = recent.looked + LOOK_AGAIN_AFTER - time.monotonic()
        if wait > 0:
            token.wait(wait)
        outcome = recent.outcome
        path = recent.found.path
        try:
            status = Path(files.extended(path)).stat()
            if (status.st_size, status.st_mtime_ns) != (recent.size, recent.mtime_ns):
                outcome = _changing(recent.found)
        except OSError as error:
            if isinstance(outcome, Skipped):
                outcome = Skipped(path, "", reason_of(error), detail_of(error))
            else:
                continue  # gone since: reading it for the archive will say so
        if isinstance(outcome, Skipped):
            seen.skipped.append(outcome)
        elif outcome is not recent.outcome:
            seen.taken.append(outcome)
    return seen


def look_for(sources: list[Source], token: CancelToken) -> InspectionResult:
    """Finds the files that no longer exist.

    Raises:
        Cancelled: by the token.
    """
    seen = InspectionResult()
    for source in sources:
        token.check()
        try:
            Path(files.extended(source.path)).stat()
        except (FileNotFoundError, NotADirectoryError):
            seen.gone.append(source)
        except OSError:
            continue  # can't tell whether it is gone: packing will report it
    return seen


def compare(
    taken: LocatedHeader, sources: tuple[Source, ...], token: CancelToken
) -> InspectionResult:
    """Reads a file and those that it may be a copy of, to tell whether it is one.

    Raises:
        Cancelled: by the token.
    """
    digests: dict[Source, bytes] = {}
    gone: set[Source] = set()
    for source in sources:
        try:
            digests[source] = content_digest(source, token)
        except Cancelled:
            raise
        except (FileNotFoundError, NotADirectoryError):
            digests[source] = b""
            gone.add(source)
        except Exception:  # noqa: BLE001 (whatever a damaged ZIP makes its reader raise)
            digests[source] = b""
    return InspectionResult(compared=[Compared(taken, digests, frozenset(gone))])


def _look_into(found: FoundFile, seen: InspectionResult, token: CancelToken, send: Send) -> None:
    path = found.path
    looked = time.monotonic()
    with _open(path) as stream:
        status = os.fstat(stream.fileno())
        try:
            header = header_of(stream, source_of(path, status))
        except IsArchive as archive:
            _look_into_archive(found, seen, token, send, archive)
            return
        except NotTaken as not_taken:
            if not_taken.reason is SkipReason.DICOMDIR:
                seen.skipped += check_dicomdir(path)
                if path == found.root.path:  # dropped for the files it refers to
                    seen.folders.append((str(Path(path).parent), found.root))
                return
            skipped = Skipped(path, "", not_taken.reason, not_taken.detail)
            if not_taken.reason in _UNFINISHED and files.is_fresh(status):
                if files.probe_writer(path):
                    skipped = replace(skipped, reason=SkipReason.STILL_WRITING, detail="")
                elif _is_recent(status):
                    seen.recent.append(_recent(found, status, looked, skipped))
                    return
            seen.skipped.append(skipped)
            return
    if files.is_fresh(status) and files.probe_writer(path):
        header = replace(header, instance=header.instance.seen_changing())
    inode = (status.st_dev, status.st_ino) if status.st_nlink > 1 and status.st_ino else None
    taken = LocatedHeader(header, found.real, found.root, inode)
    seen.taken.append(taken)
    if _is_recent(status):
        seen.recent.append(_recent(found, status, looked, taken))


def _open(path: str) -> io.FileIO:
    try:
        return files.open_shared(path)
    except OSError as error:
        if not is_held(error):
            raise
    return files.retry_held(lambda: files.open_shared(path), seconds=_BUSY_SECONDS)


def _look_into_archive(
    found: FoundFile, seen: InspectionResult, token: CancelToken, send: Send, archive: IsArchive
) -> None:
    """Adds its contents. A document that happens to be a ZIP is one file without DICOM."""
    seen.files -= 1  # its members count, not itself
    skipped: list[Skipped] = []
    part, any_taken = InspectionResult(), False
    read = read_tar if isinstance(archive, IsTar) else read_zip
    for outcome in read(found.path, token):
        if isinstance(outcome, Skipped):
            skipped.append(outcome)
            continue
        any_taken = True
        part.files += 1
        real = f"{found.real}\0{outcome.instance.source.member}"
        part.taken.append(LocatedHeader(outcome, real, found.root))
        if part.files >= ZIP_BATCH:
            send(part)
            part = InspectionResult()
    send(part)
    is_archive = found.path.casefold().endswith(".zip") and skipped
    if any_taken or is_archive or not _PLAIN.issuperset(s.reason for s in skipped):
        seen.files += len(skipped)
        seen.skipped += skipped
    else:
        seen.files += 1
        detail = f"{archive.detail} without DICOM"
        seen.skipped.append(Skipped(found.path, "", SkipReason.NOT_DICOM, detail))


def _changing(found: FoundFile) -> LocatedHeader | Skipped:
    """A file that is growing, as far as it exists."""
    try:
        with files.open_shared(found.path) as stream:
            header = header_of(stream, source_of(found.path, os.fstat(stream.fileno())))
    except NotTaken:
        return Skipped(found.path, "", SkipReason.STILL_WRITING)
    changing = replace(header, instance=header.instance.seen_changing())
    return LocatedHeader(changing, found.real, found.root)


def _is_recent(status: os.stat_result) -> bool:
    return time.time() - status.st_mtime < RECENT_SECONDS


def _recent(
    found: FoundFile, status: os.stat_result, looked: float, outcome: LocatedHeader | Skipped
) -> Recent:
    return Recent(found, status.st_size, status.st_mtime_ns, looked, outcome)


def _internal(found: FoundFile, error: Exception) -> Skipped:
    return Skipped(found.path, "", SkipReason.INTERNAL, type(error).__name__)
