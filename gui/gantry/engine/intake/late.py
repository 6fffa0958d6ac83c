"""Finds files that arrived in dropped folders after they were read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from pathlib import Path

from gantry.engine.cancel import CancelToken
from gantry.engine.files import extended
from gantry.engine.intake.catalog import Catalog
from gantry.engine.intake.skipped import Skipped
from gantry.engine.intake.walk import Root, walk


def met(catalog: Catalog, skipped: Iterable[Skipped]) -> set[str]:
    """The paths that a scan met."""
    found = {i.source.path for s in catalog.series for i in s.instances}
    return found | {one.path for one in skipped}


def late_files(
    roots: Mapping[str, float], known: Set[str], own: Set[str], token: CancelToken
) -> list[str]:
    """The regular files that the scan did not meet and that are newer than the scan.

    Args:
        roots: the dropped paths, and when reading each started, in seconds since 1970.
        known: what the scan met.
        own: folders that Gantry itself writes to; files that appear there are not sources.

    Raises:
        Cancelled: by the token.
    """
    inside_own = tuple(os.path.join(folder, "") for folder in own)  # noqa: PTH118
    found = []
    seen: dict[str, int] = {}
    for path, since in roots.items():
        # A root that can't be read hides no late file of the others.
        with suppress(OSError, ValueError):
            for file in walk(Root(path), seen, lambda _: None, token):
                if file.path in known or file.path.startswith(inside_own):
                    continue
                with suppress(OSError):
                    status = Path(extended(file.path)).lstat()
                    if max(status.st_mtime, status.st_ctime) >= since:
                        found.append(file.path)
    return found
