"""The spool holds archives on their way; what nobody needs any more is swept out."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from pathlib import Path

from gantry.engine.files import unlink_retry

# Only names that the packer makes: a spool folder that the user chose may hold other files.
_OURS = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.tar\.gz(\.part)?")


def sweep(
    folder: Path, needed: Callable[[], Set[str]], *, keep_delivered: bool = False
) -> list[str]:
    """Deletes archives and parts of parcels that are not `needed`; returns their names.

    What is needed is asked after the folder was listed: another process writes down a job before
    it makes the first file, so whatever was listed is known by then. With `keep_delivered`
    finished archives stay, whosever they are. What can't be deleted now is left for the next time.
    """
    swept = []
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []  # not there yet, or gone with its drive
    keep = needed()
    for path in found:
        match = _OURS.fullmatch(path.name)
        if match is None or match[1] in keep or (keep_delivered and not match[2]):
            continue
        try:
            unlink_retry(path, seconds=1.0)
        except OSError:
            continue
        swept.append(path.name)
    return swept
