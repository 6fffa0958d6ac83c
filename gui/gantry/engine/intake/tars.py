"""Reads tar archives, including Gantry's own, within the same bounds as ZIPs."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from dataclasses import replace

from gantry.engine import files
from gantry.engine.cancel import CancelToken
from gantry.engine.intake.header.header import Header, IsArchive, header_of, source_of
from gantry.engine.intake.skipped import NotTaken, Skipped, SkipReason
from gantry.engine.intake.zips import nested, refused
from gantry.engine.tar_members import TarMembers
from gantry.engine.zip_members import DAMAGED, open_members


def read_tar(path: str, token: CancelToken) -> Iterator[Header | Skipped]:
    """The headers of a tar's members, and the members that are skipped.

    Raises:
        OSError: the system refused.
        Cancelled: by the token.
    """
    with files.open_shared(path) as raw, io.BufferedReader(raw, 1 << 18) as stream:
        whole = source_of(path, os.fstat(raw.fileno()))
        try:
            archive = open_members(stream, path)
        except DAMAGED as error:
            yield Skipped(path, "", SkipReason.ARCHIVE_TAR, type(error).__name__)
            return
        assert isinstance(archive, TarMembers)
        for label, name, size in archive:
            token.check()
            try:
                if reason := refused(name):
                    raise NotTaken(reason)
                source = replace(whole, size=size, member=label)
                with archive.open(label) as member:
                    yield header_of(member, source)
            except IsArchive as archived:
                yield Skipped(path, label, nested(name, archived))
            except NotTaken as not_taken:
                yield Skipped(path, label, not_taken.reason, not_taken.detail)
            except DAMAGED as error:
                yield Skipped(path, label, SkipReason.ARCHIVE_TAR, type(error).__name__)
