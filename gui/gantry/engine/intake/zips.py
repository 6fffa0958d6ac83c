"""Reads ZIP archives without unpacking them, bounded against bombs and hostile names."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.header.header import Header, IsArchive, IsZip, header_of, source_of
from gantry.engine.intake.skipped import NotTaken, Skipped, SkipReason
from gantry.engine.intake.walk import junk
from gantry.engine.zip_decoders import MethodUnknown
from gantry.engine.zip_locks import PasswordNeeded
from gantry.engine.zip_members import DAMAGED, Members

MOST_MEMBERS: Final = 200_000
LONGEST_DIRECTORY: Final = 24 << 20  # bytes of the central directory: zipfile holds it in memory
MOST_RATIO: Final = 200  # unpacked to packed …
RATIO_FROM: Final = 1 << 30  # … once the unpacked size is this large
_END, _END_SIZE = b"PK\x05\x06", 22
_END_64, _END_64_SIZE, _LOCATOR_SIZE = b"PK\x06\x06", 56, 20


def read_zip(path: str, token: CancelToken) -> Iterator[Header | Skipped]:
    """The headers of a ZIP's members, and the members that are skipped; writes nothing.

    Raises:
        OSError: the system refused.
        Cancelled: by the token.
    """
    with files.open_shared(path) as raw, io.BufferedReader(raw, 64 * 1024) as stream:
        whole = source_of(path, os.fstat(raw.fileno()))
        try:
            _check_directory(stream, whole.size)
            archive = Members(stream)
            members = _members(archive, whole.size)
        except NotTaken as not_taken:
            yield Skipped(path, "", not_taken.reason, not_taken.detail)
            return
        except DAMAGED as error:
            yield Skipped(path, "", SkipReason.ZIP_DAMAGED, type(error).__name__)
            return
        encrypted = 0
        for label, info in members:
            token.check()
            try:
                if reason := refused(info.filename):
                    raise NotTaken(reason)
                source = replace(whole, size=info.file_size, member=label)
                with archive.open(label) as member:
                    yield header_of(member, source)
            except IsArchive as archived:
                yield Skipped(path, label, nested(info.filename, archived))
            except NotTaken as not_taken:
                yield Skipped(path, label, not_taken.reason, not_taken.detail)
            except PasswordNeeded:
                encrypted += 1
            except MethodUnknown as unknown:
                yield Skipped(path, label, SkipReason.ZIP_METHOD, str(unknown))
            except DAMAGED as error:
                yield Skipped(path, label, SkipReason.ZIP_DAMAGED, type(error).__name__)
        if encrypted:
            yield Skipped(
                path,
                "",
                SkipReason.ZIP_ENCRYPTED,
                f"{encrypted} {'file' if encrypted == 1 else 'files'}",
            )


def outside(name: str) -> bool:
    r"""Whether a name from an archive or a DICOMDIR leads elsewhere: `..\x`, `/x`, `C:x`, `a:b`."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or ":" in name or "\0" in name


def _members(opened: Members, size: int) -> list[tuple[str, zipfile.ZipInfo]]:
    archive, members = opened.archive, list(opened)
    if len(members) > MOST_MEMBERS:
        raise NotTaken(SkipReason.ZIP_LIMIT, f"more than {MOST_MEMBERS} files")
    unpacked = sum(info.file_size for _, info in members)
    if unpacked > RATIO_FROM and unpacked > MOST_RATIO * size:
        raise NotTaken(SkipReason.ZIP_LIMIT, f"unpacks to {unpacked} bytes")
    # overlapping members are a bomb that no ratio shows
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise NotTaken(SkipReason.ZIP_LIMIT, "its files overlap")
        end = info.header_offset + 30 + info.compress_size
    return members


def nested(name: str, archive: IsArchive) -> SkipReason:
    """The reason to skip an archive within an archive; a sheet in a document is a ZIP, too."""
    suffix = PurePosixPath(name).suffix.casefold()
    is_part = isinstance(archive, IsZip) and suffix not in ("", ".zip", ".exe")
    return SkipReason.NOT_DICOM if is_part else SkipReason.ZIP_NESTED


def refused(name: str) -> SkipReason | None:
    """Why a member is skipped, judged by its name."""
    if outside(name):
        return SkipReason.OUTSIDE
    folders, _, name = name.rpartition("/")
    if junk(name) or any(junk(folder, folder=True) for folder in folders.split("/")):
        return SkipReason.JUNK
    return None


def _check_directory(stream: io.BufferedIOBase, size: int) -> None:
    """Bounds the central directory before zipfile reads it whole (APPNOTE 4.3.14 to 4.3.16)."""
    tail_size = min(size, _END_SIZE + 0xFFFF + _LOCATOR_SIZE + _END_64_SIZE)
    stream.seek(size - tail_size)
    tail = stream.read(tail_size)
    at = tail.rfind(_END)
    if at < 0 or at + _END_SIZE > len(tail):
        raise NotTaken(SkipReason.ZIP_DAMAGED, "no end of central directory")
    (length,) = struct.unpack_from("<L", tail, at + 12)
    at_64 = at - _LOCATOR_SIZE - _END_64_SIZE
    if at_64 >= 0 and tail[at_64 : at_64 + 4] == _END_64:
        length = max(length, *struct.unpack_from("<Q", tail, at_64 + 40))
    if length > LONGEST_DIRECTORY and not (length == 0xFFFFFFFF and at_64 < 0):
        raise NotTaken(SkipReason.ZIP_LIMIT, "too many files")
    stream.seek(0)
