"""Sweeps the spool, which contains archives until they are sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from contextlib import suppress
from pathlib import Path

from gantry.engine.files import unlink_retry

# Only Gantry's own names: a spool folder that the user chose may contain other files.
_OURS = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.(?:tar\.gz(\.part)?|dcm(\.part))")


def sweep(
    folder: Path,
    needed: Callable[[], Set[str]],
    *,
    keep_delivered: bool = False,
    is_ours: Callable[[str, bool], bool] = lambda parcel, is_half: True,
) -> list[str]:
    """Deletes archives and `.part` files of parcels that are not `needed`; returns their names.

    `needed` is called after the folder was listed: another process records a job before it creates
    the first file, so every listed file is known by then. With `keep_delivered`, finished archives
    stay, whatever home they belong to. What can't be deleted now is left for the next time. In a
    folder that several homes may have used, `is_ours` says whose a parcel is, by its id and whether
    its archive is unfinished.
    """
    swept = []
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return []  # does not exist yet, or is gone with its drive
    keep = needed()
    for path in found:
        match = _OURS.fullmatch(path.name)
        if match is None or match[1] in keep:
            continue
        is_half = bool(match[2] or match[3])
        if (keep_delivered and not is_half) or not is_ours(match[1], is_half):
            continue
        with suppress(OSError):
            unlink_retry(path, seconds=1.0)
            swept.append(path.name)
    return swept
