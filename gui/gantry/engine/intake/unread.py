"""Finds the studies to which an unreadable file may belong."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping

from gantry.engine.intake.catalog_nodes import SeriesNode
from gantry.engine.intake.skipped import Skipped, SkipReason

_WHOLE_ZIP = (SkipReason.ZIP_DAMAGED, SkipReason.ZIP_ENCRYPTED, SkipReason.ZIP_LIMIT)


def placed(
    unread: Iterable[Skipped], series: Iterable[SeriesNode], roots: Iterable[str]
) -> Mapping[SeriesNode, tuple[str, ...]]:
    """Maps each series to the places of the files that may belong to it.

    Those are the files in one of its folders, or in the same ZIP. A folder that could not be
    opened, or of which no file could be read, belongs to the only study found next to it; if there
    are several, nobody can tell.

    Args:
        roots: the dropped paths; what is outside them says nothing.
    """
    by_folder: defaultdict[str, set[SeriesNode]] = defaultdict(set)
    for one in series:
        for folder in {instance.shared.folder for instance in one.instances}:
            by_folder[folder].add(one)
    inside = tuple(os.path.join(root, "") for root in roots)  # noqa: PTH118
    found: defaultdict[SeriesNode, set[str]] = defaultdict(set)
    for skipped in unread:
        for one in _near(skipped, by_folder, inside):
            found[one].add(skipped.place)
    return {one: tuple(sorted(places)) for one, places in found.items()}


def _near(
    skipped: Skipped, by_folder: Mapping[str, set[SeriesNode]], roots: tuple[str, ...]
) -> set[SeriesNode]:
    if skipped.member or skipped.reason in _WHOLE_ZIP:
        return {
            one
            for folder, many in by_folder.items()
            if skipped.path.startswith(folder.partition("\0")[0])
            for one in many
            if any(i.source.path == skipped.path for i in one.instances)
        }
    if skipped.reason is SkipReason.ROOT_GONE:
        return _below(os.path.join(skipped.path, ""), by_folder)  # noqa: PTH118
    path = skipped.path if skipped.is_folder else os.path.dirname(skipped.path)  # noqa: PTH120
    folder = os.path.join(path, "")  # noqa: PTH118
    if beside := by_folder.get(folder):
        return beside
    above = os.path.join(os.path.dirname(os.path.dirname(folder)), "")  # noqa: PTH118, PTH120
    if not above.startswith(roots):
        return set()
    near = _below(above, by_folder)
    return near if len({one.study for one in near}) == 1 else set()


def _below(folder: str, by_folder: Mapping[str, set[SeriesNode]]) -> set[SeriesNode]:
    return {one for name, many in by_folder.items() if name.startswith(folder) for one in many}
