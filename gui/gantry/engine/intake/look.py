"""What a scan's worker does with a file: read its header, or say why not; look again if fresh."""

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
from gantry.engine.instance import Instance
from gantry.engine.intake.describe import Header
from gantry.engine.intake.dicomdir import check_dicomdir
from gantry.engine.intake.duplicates import same_content
from gantry.engine.intake.header import IsZip, header_of, source_of
from gantry.engine.intake.skipped import NotTaken, Skipped, SkipReason, detail_of, reason_of
from gantry.engine.intake.walk import Found
from gantry.engine.intake.zips import read_zip

RECENT_SECONDS: Final = 10.0  # changed so lately, a file is looked at again at the end
LOOK_AGAIN_AFTER: Final = 0.2  # seconds
_BUSY_SECONDS: Final = 1.0
_UNFINISHED: Final = (
    SkipReason.EMPTY, SkipReason.TRUNCATED, SkipReason.DAMAGED, SkipReason.NOT_DICOM,
    SkipReason.LOCKED,
)  # fmt: skip
_PLAIN: Final = frozenset((SkipReason.NOT_DICOM, SkipReason.EMPTY, SkipReason.JUNK))
ZIP_BATCH: Final = 256
Send = Callable[["Seen"], None]


@dataclass(slots=True)
class Taken:
    """A header, and where it is from.

    Attributes:
        real: the file's path without links.
        inode: of a file that has several names, else None.
    """

    header: Header
    real: str
    inode: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """A file that may still be written: what it looked like, and what was made of it."""

    found: Found
    size: int
    mtime_ns: int
    looked: float
    outcome: Taken | Skipped


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether a header's file is a copy of one that was taken before."""

    taken: Taken
    against: tuple[Instance, ...]
    same_as: Instance | None


@dataclass(slots=True)
class Seen:
    """What came of some files; `folders` are to be walked as well."""

    files: int = 0
    taken: list[Taken] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    recent: list[Recent] = field(default_factory=list)
    compared: list[Compared] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)


def look(batch: list[Found], token: CancelToken, send: Send) -> Seen:
    """Looks into files. What a large ZIP holds is sent on the way, the rest returned.

    Raises:
        Cancelled: by the token.
    """
    seen = Seen()
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


def look_again(batch: list[Recent], token: CancelToken) -> Seen:
    """Looks at recent files once more: one that has changed since is being written.

    Raises:
        Cancelled: by the token.
    """
    seen = Seen()
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


def compare(taken: Taken, against: tuple[Instance, ...], token: CancelToken) -> Seen:
    """Compares a file with those that it may be a copy of; one that can't be read is none.

    Raises:
        Cancelled: by the token.
    """
    same_as = None
    for other in against:
        try:
            if same_content(taken.header.instance.source, other.source, token):
                same_as = other
                break
        except Cancelled:
            raise
        except Exception:  # noqa: BLE001 (whatever a damaged ZIP makes its reader raise)
            continue
    return Seen(compared=[Compared(taken, against, same_as)])


def _look_into(found: Found, seen: Seen, token: CancelToken, send: Send) -> None:
    path = found.path
    looked = time.monotonic()
    with _open(path) as stream:
        status = os.fstat(stream.fileno())
        try:
            header = header_of(stream, source_of(path, status))
        except IsZip:
            header = None
        except NotTaken as not_taken:
            if not_taken.reason is SkipReason.DICOMDIR:
                seen.skipped += check_dicomdir(path)
                if path == found.root.path:  # dropped for what it refers to
                    seen.folders.append(str(Path(path).parent))
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
    if header is None:
        _look_into_zip(found, seen, token, send)
        return
    if files.is_fresh(status) and files.probe_writer(path):
        header = replace(header, instance=header.instance.seen_changing())
    inode = (status.st_dev, status.st_ino) if status.st_nlink > 1 and status.st_ino else None
    taken = Taken(header, found.real, inode)
    seen.taken.append(taken)
    if _is_recent(status):
        seen.recent.append(_recent(found, status, looked, taken))


def _open(path: str) -> io.FileIO:
    try:
        return files.open_shared(path)
    except OSError as error:
        if not files.is_held(error):
            raise
    return files.retry_held(lambda: files.open_shared(path), seconds=_BUSY_SECONDS)


def _look_into_zip(found: Found, seen: Seen, token: CancelToken, send: Send) -> None:
    """Adds what a ZIP holds. A document that happens to be a ZIP is one file without DICOM."""
    seen.files -= 1  # its members count, not itself
    skipped: list[Skipped] = []
    part, any_taken = Seen(), False
    for outcome in read_zip(found.path, token):
        if isinstance(outcome, Skipped):
            skipped.append(outcome)
            continue
        any_taken = True
        part.files += 1
        part.taken.append(Taken(outcome, f"{found.real}\0{outcome.instance.source.member}"))
        if part.files >= ZIP_BATCH:
            send(part)
            part = Seen()
    send(part)
    is_archive = found.path.casefold().endswith(".zip") and skipped
    if any_taken or is_archive or not _PLAIN.issuperset(s.reason for s in skipped):
        seen.files += len(skipped)
        seen.skipped += skipped
    else:
        seen.files += 1
        detail = "ZIP archive without DICOM"
        seen.skipped.append(Skipped(found.path, "", SkipReason.NOT_DICOM, detail))


def _changing(found: Found) -> Taken | Skipped:
    """A file that grows before our eyes, as far as it is there."""
    try:
        with files.open_shared(found.path) as stream:
            header = header_of(stream, source_of(found.path, os.fstat(stream.fileno())))
    except NotTaken:
        return Skipped(found.path, "", SkipReason.STILL_WRITING)
    return Taken(replace(header, instance=header.instance.seen_changing()), found.real)


def _is_recent(status: os.stat_result) -> bool:
    return time.time() - status.st_mtime < RECENT_SECONDS


def _recent(
    found: Found, status: os.stat_result, looked: float, outcome: Taken | Skipped
) -> Recent:
    return Recent(found, status.st_size, status.st_mtime_ns, looked, outcome)


def _internal(found: Found, error: Exception) -> Skipped:
    return Skipped(found.path, "", SkipReason.INTERNAL, type(error).__name__)
