"""Checks that the files a DICOMDIR lists exist (DICOM PS3.3 §F, PS3.10 §8).

References are relative to the medium's root. A DICOMDIR may be below that, as Philips' DIRFILEs
are, and copying changes names: their case, `;1` and trailing dots (ISO 9660 §7.5).
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from gantry.engine import files
from gantry.engine.intake.header.window import BoundedReader
from gantry.engine.intake.skipped import NotTaken, Skipped, SkipReason
from gantry.engine.intake.zips import outside
from gantry.engine.lazy import load

LARGEST: Final = 16 << 20
MOST_MISSING: Final = 20_000  # references that are followed up
MOST_PARENTS: Final = 8
_RECORDS: Final = 0x00041220
_VERSION: Final = re.compile(r";\d*$")


def check_dicomdir(path: str) -> Iterator[Skipped]:
    """Lists the DICOMDIR itself, and those of its references that lead nowhere.

    The files it refers to are in its folder and below, and are found by walking that: a file that
    was found elsewhere, with the UID that its record names, is not missing.

    Raises OSError if the system refuses.
    """
    try:
        references = list(_references(path))
    except NotTaken as not_taken:
        yield Skipped(path, "", SkipReason.DICOMDIR, f"not readable: {not_taken.reason}")
        return
    yield Skipped(path, "", SkipReason.DICOMDIR, f"{len(references)} references")
    folder = Path(path).parent
    roots = [str(root) for root in (folder, *folder.parents)][: 1 + MOST_PARENTS]
    listed: dict[str, dict[str, str]] = {}
    told = 0
    for parts, uid in references:
        name = "/".join(parts)
        if not parts or any(outside(part) or "/" in part or "\\" in part for part in parts):
            reason = SkipReason.OUTSIDE
        elif any(_exists(root, parts, listed) for root in roots):
            continue
        else:
            reason = SkipReason.NOT_ON_MEDIUM
        told += 1
        if told > MOST_MISSING:
            return
        yield Skipped(path, name, reason, "reference of a DICOMDIR", uid)


def _references(path: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The parts of each listed file's name, and its SOP Instance UID."""
    load("pydicom")
    from pydicom import dcmread  # noqa: PLC0415 - pydicom: 120 ms
    from pydicom.multival import MultiValue  # noqa: PLC0415 - pydicom: 120 ms

    with files.open_shared(path) as raw, io.BufferedReader(raw, 64 * 1024) as stream:
        if os.fstat(raw.fileno()).st_size > LARGEST:
            raise NotTaken(SkipReason.TOO_LARGE)
        try:
            reader = cast(BinaryIO, BoundedReader(stream))
            ds = dcmread(reader, force=True, specific_tags=[_RECORDS])
            for record in ds.get("DirectoryRecordSequence") or ():
                value = record.get("ReferencedFileID")
                if value:
                    parts = value if isinstance(value, MultiValue | list) else [value]
                    uid = str(record.get("ReferencedSOPInstanceUIDInFile") or "")
                    yield tuple(str(part).strip() for part in parts), uid
        except NotTaken:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise NotTaken(SkipReason.DAMAGED, type(error).__name__) from None


def _exists(folder: str, parts: tuple[str, ...], listed: dict[str, dict[str, str]]) -> bool:
    """Whether a referenced file exists; copying may have changed its name."""
    for part in parts:
        names = listed.get(folder)
        if names is None:
            try:
                with os.scandir(files.extended(folder)) as entries:
                    names = {
                        _plain(entry.name): entry.name
                        for entry in entries
                        if not entry.is_symlink()
                    }
            except OSError:
                names = {}
            listed[folder] = names
        name = names.get(_plain(part))
        if name is None:
            return False
        folder = f"{folder}{os.sep}{name}"
    return True


def _plain(name: str) -> str:
    """A name without the parts that copying changes."""
    return _VERSION.sub("", name).rstrip(". ").casefold()
