"""Looks into ZIP archives without unpacking them, bounded against bombs and hostile names."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, cast

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.header import Header, IsZip, header_of, source_of
from gantry.engine.intake.skipped import NotTaken, Skipped, SkipReason
from gantry.engine.intake.walk import junk

MOST_MEMBERS: Final = 200_000
LONGEST_DIRECTORY: Final = 24 << 20  # bytes of the central directory: zipfile holds it in memory
MOST_RATIO: Final = 200  # unpacked to packed …
RATIO_FROM: Final = 1 << 30  # … once the unpacked size is so large
# Of others Python unpacks 4 KB at a time into whatever comes of it, which may be gigabytes.
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_END, _END_SIZE = b"PK\x05\x06", 22
_END_64, _END_64_SIZE, _LOCATOR_SIZE = b"PK\x06\x06", 56, 20


def read_zip(path: str, token: CancelToken) -> Iterator[Header | Skipped]:
    """The headers of a ZIP's members, and what of it is not taken; nothing is written anywhere.

    Raises:
        OSError: the system refused.
        Cancelled: by the token.
    """
    with files.open_shared(path) as raw, io.BufferedReader(raw, 64 * 1024) as stream:
        whole = source_of(path, os.fstat(raw.fileno()))
        try:
            _check_directory(stream, whole.size)
            archive = zipfile.ZipFile(stream)
            members = _members(archive, whole.size)
        except NotTaken as not_taken:
            yield Skipped(path, "", not_taken.reason, not_taken.detail)
            return
        except (zipfile.BadZipFile, ValueError, struct.error, NotImplementedError) as error:
            yield Skipped(path, "", SkipReason.ZIP_DAMAGED, type(error).__name__)
            return
        encrypted = 0
        for info in members:
            token.check()
            if info.flag_bits & 0x1:
                encrypted += 1
                continue
            try:
                if reason := _refused(info, archive):
                    raise NotTaken(reason)
                source = replace(whole, size=info.file_size, member=info.filename)
                with archive.open(info) as member:
                    yield header_of(cast(io.BufferedIOBase, member), source)
            except IsZip:
                yield Skipped(path, info.filename, SkipReason.ZIP_NESTED)
            except NotTaken as not_taken:
                yield Skipped(path, info.filename, not_taken.reason, not_taken.detail)
            except NotImplementedError:
                yield Skipped(path, info.filename, SkipReason.ZIP_METHOD)
            except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
                detail = type(error).__name__
                yield Skipped(path, info.filename, SkipReason.ZIP_DAMAGED, detail)
        if encrypted:
            yield Skipped(path, "", SkipReason.ZIP_ENCRYPTED, f"{encrypted} files")


def outside(name: str) -> bool:
    r"""Whether a name from an archive or a DICOMDIR leads elsewhere: `..\x`, `/x`, `C:x`, `a:b`."""
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or ":" in name or "\0" in name


def _members(archive: zipfile.ZipFile, size: int) -> list[zipfile.ZipInfo]:
    members = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if len(members) > MOST_MEMBERS:
        raise NotTaken(SkipReason.ZIP_LIMIT, f"more than {MOST_MEMBERS} files")
    unpacked = sum(info.file_size for info in members)
    if unpacked > RATIO_FROM and unpacked > MOST_RATIO * size:
        raise NotTaken(SkipReason.ZIP_LIMIT, f"unpacks to {unpacked} bytes")
    # members that lie over one another are a bomb that no ratio shows
    end = 0
    for info in sorted(archive.infolist(), key=lambda info: info.header_offset):
        if info.header_offset < end:
            raise NotTaken(SkipReason.ZIP_LIMIT, "its files overlap")
        end = info.header_offset + 30 + info.compress_size
    return members


def _refused(info: zipfile.ZipInfo, archive: zipfile.ZipFile) -> SkipReason | None:
    if outside(info.filename):
        return SkipReason.OUTSIDE
    if info.compress_type not in _METHODS:
        return SkipReason.ZIP_METHOD
    folders, _, name = info.filename.rpartition("/")
    if junk(name) or any(junk(folder, folder=True) for folder in folders.split("/")):
        return SkipReason.JUNK
    if archive.NameToInfo[info.filename] is not info:
        return SkipReason.ZIP_DAMAGED  # a later member has the same name: only that is reachable
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
