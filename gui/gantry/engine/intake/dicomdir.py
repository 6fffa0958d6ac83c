"""Follows a DICOMDIR's references, inside its own folder only (DICOM PS3.3 §F, PS3.10 §8)."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, cast

from gantry.engine import files
from gantry.engine.intake.skipped import NotTaken, Skipped, SkipReason
from gantry.engine.intake.window import BoundedReader
from gantry.engine.intake.zips import outside
from gantry.engine.lazy import load

LARGEST: Final = 16 << 20
MOST_TOLD: Final = 100  # missing references told one by one
_RECORDS, _FILE_ID = 0x00041220, 0x00041500


def check_dicomdir(path: str) -> Iterator[Skipped]:
    """The DICOMDIR itself, and what of its references can't be had.

    What it refers to lies in its folder and below, and is found by walking that.

    Raises OSError where the system refuses.
    """
    try:
        references = list(_references(path))
    except NotTaken as not_taken:
        yield Skipped(path, "", SkipReason.DICOMDIR, f"not readable: {not_taken.reason}")
        return
    yield Skipped(path, "", SkipReason.DICOMDIR, f"{len(references)} references")
    folder = str(Path(path).parent)
    listed: dict[str, dict[str, str]] = {}
    told = 0
    for parts in references:
        name = "/".join(parts)
        if not parts or any(outside(part) or "/" in part or "\\" in part for part in parts):
            reason = SkipReason.OUTSIDE
        elif _exists(folder, parts, listed):
            continue
        else:
            reason = SkipReason.MISSING
        told += 1
        if told > MOST_TOLD:
            return
        yield Skipped(path, name, reason, "reference of a DICOMDIR")


def _references(path: str) -> Iterator[tuple[str, ...]]:
    load("pydicom")
    from pydicom import dcmread
    from pydicom.multival import MultiValue

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
                    yield tuple(str(part).strip() for part in parts)
        except NotTaken:
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise NotTaken(SkipReason.DAMAGED, type(error).__name__) from None


def _exists(folder: str, parts: tuple[str, ...], listed: dict[str, dict[str, str]]) -> bool:
    """Whether a referenced file is there; the case of names may have been lost on the way."""
    for part in parts:
        names = listed.get(folder)
        if names is None:
            try:
                with os.scandir(files.extended(folder)) as entries:
                    names = {
                        entry.name.casefold(): entry.name
                        for entry in entries
                        if not entry.is_symlink()
                    }
            except OSError:
                names = {}
            listed[folder] = names
        name = names.get(part.casefold())
        if name is None:
            return False
        folder = f"{folder}{os.sep}{name}"
    return True
