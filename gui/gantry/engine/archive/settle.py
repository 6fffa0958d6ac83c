"""Waits until sources that are being written stop changing."""

from __future__ import annotations

import os
from collections.abc import Iterable

from gantry.engine.archive.source import (
    SourceReader,
    is_written,
    open_held,
    refreshed,
    source_failed,
)
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.instance import Source

SETTLE_SECONDS = 3.0
LONGEST_SECONDS = 600.0

Look = dict[str, os.stat_result | None]


def wait_until_quiet(
    sources: Iterable[Source],
    token: CancelToken,
    *,
    settle: float = SETTLE_SECONDS,
    longest: float = LONGEST_SECONDS,
) -> tuple[Source, ...]:
    """Waits until, for `settle` seconds, no file has changed and none was open elsewhere.

    Returns the sources as they are then. If one differs from what was given, read its header again
    before it is packed: its UIDs may have changed.

    Args:
        longest: seconds after which it gives up.

    Raises:
        GantryError: SOURCE_MISSING, SOURCE_GONE, SOURCE_DENIED, SOURCE_UNREADABLE at once;
            SOURCE_BUSY for a source that never stopped changing.
        Cancelled: the token was cancelled.
    """
    clock = token.clock
    given = tuple(sources)
    end = clock.now() + longest
    latest, moved = _look(given, token), ""
    since = clock.now()
    while clock.now() - since < settle:
        if clock.now() >= end:
            moving = next((s for s in given if s.path == moved), given[0])
            raise source_failed(ErrorCode.SOURCE_BUSY, moving, "still being written")
        token.wait(min(settle / 4, 1.0))
        before, latest = latest, _look(given, token)
        if path := _moving(before, latest):
            moved, since = path, clock.now()
    return _refreshed(given, latest, token)


def _look(sources: tuple[Source, ...], token: CancelToken) -> Look:
    """The state of every file; None for one that another program writes or holds."""
    look: Look = {}
    for source in sources:
        if source.path in look:
            continue
        token.check()
        try:
            with open_held(source, token, seconds=0) as file:
                status = os.fstat(file.fileno())
        except GantryError as error:
            if error.code != ErrorCode.SOURCE_LOCKED:
                raise
            look[source.path] = None
        else:
            look[source.path] = None if is_written(source, status) else status
    return look


def _moving(before: Look, after: Look) -> str:
    """A file that has changed or is being written; "" if there is none."""
    for path, new in after.items():
        old = before[path]
        if old is None or new is None:
            return path
        if (old.st_size, old.st_mtime_ns, old.st_ctime_ns) != (
            new.st_size, new.st_mtime_ns, new.st_ctime_ns,
        ):  # fmt: skip
            return path
    return ""


def _refreshed(sources: tuple[Source, ...], latest: Look, token: CancelToken) -> tuple[Source, ...]:
    reader = SourceReader(token)
    result: list[Source] = []
    try:
        for source in sources:
            status = latest[source.path]
            assert status is not None, "a quiet file has a state"
            size = reader.member_size(source) if source.member else status.st_size
            result.append(refreshed(source, status, size))
    finally:
        reader.close()
    return tuple(result)
