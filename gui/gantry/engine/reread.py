"""A parcel whose files changed since the scan, seen anew: their headers may say something else."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from typing import cast

from gantry.engine import files
from gantry.engine.archive.quiet import wait_until_quiet
from gantry.engine.archive.source import failed
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode
from gantry.engine.instance import Instance, Source
from gantry.engine.intake.header import header_of
from gantry.engine.intake.skipped import NotTaken
from gantry.engine.parcel import Parcel


def when_quiet(parcel: Parcel, token: CancelToken, settle: float) -> Parcel:
    """Waits until nothing is written to the parcel's files, then reads the changed ones again.

    Raises:
        GantryError: a file is gone, never comes to rest, is no DICOM any more, or belongs to
            another study now (that is for a new scan to sort out).
        Cancelled: the token was cancelled.
    """
    sources = wait_until_quiet([f.source for f in parcel.files], token, settle=settle)
    fresh = tuple(
        known if source == known.source else _read_again(known, source)
        for known, source in zip(parcel.files, sources, strict=True)
    )
    return dataclasses.replace(parcel, files=fresh)


def _read_again(known: Instance, source: Source) -> Instance:
    try:
        with files.open_shared(source.path) as stream:
            if source.member:
                with zipfile.ZipFile(stream) as archive, archive.open(source.member) as member:
                    fresh = header_of(cast(io.BufferedIOBase, member), source).instance
            else:
                fresh = header_of(stream, source).instance
    except (NotTaken, OSError, KeyError, zipfile.BadZipFile) as error:
        raise failed(
            ErrorCode.SOURCE_CHANGED, source, type(error).__name__, reason="rescan"
        ) from error
    if fresh.study_instance_uid != known.study_instance_uid:
        raise failed(
            ErrorCode.SOURCE_CHANGED, source, "belongs to another study now", reason="rescan"
        )
    return fresh
