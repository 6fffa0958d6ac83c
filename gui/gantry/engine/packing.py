"""One parcel packed and proved, in place again when it did not come out right."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gantry.engine.archive.pack import pack
from gantry.engine.archive.quiet import SETTLE_SECONDS
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.files import unlink_retry
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.reread import when_quiet

# An attempt that fails for one of these can't go better the next time.
_FINAL = frozenset({ErrorCode.SOURCE_MISSING, ErrorCode.SOURCE_DENIED, ErrorCode.NOTHING_TO_SEND})
_UNQUIET = frozenset({ErrorCode.SOURCE_CHANGED, ErrorCode.SOURCE_BUSY})

OnFailure = Callable[[int, str, GantryError, float | None], None]


@dataclass(frozen=True, slots=True)
class PackOptions:
    """How a parcel is packed.

    Attributes:
        attempts: how often before it is given up.
        level: compression, 0 to 3.
        settle: seconds for which changed source files must stay as they are.
        room: seconds to wait for free space; delivered archives leave the spool meanwhile, and
            the user may make some.
    """

    attempts: int = 3
    level: int = 1
    settle: float = SETTLE_SECONDS
    room: float = 600.0


@dataclass(frozen=True, slots=True)
class Proved:
    """A proved archive, the attempt that made it, and how long its two steps took."""

    archive: Archive
    attempt: int
    pack_seconds: float
    verify_seconds: float


def pack_and_prove(
    parcel: Parcel,
    folder: Path,
    *,
    token: CancelToken,
    progress: Progress,
    options: PackOptions | None = None,
    threads: Callable[[], int | None] = lambda: None,
    first_attempt: int = 1,
    on_attempt: Callable[[int], None] = lambda attempt: None,
    on_failure: OnFailure = lambda attempt, step, error, wait: None,
) -> Proved:
    """Packs into `folder`, reads back, and does so again up to `options.attempts` times.

    `on_failure(attempt, step, error, wait)` hears of each attempt that failed; `wait` is None
    when there is no other.

    Raises:
        GantryError: the last attempt's.
        Cancelled: nothing is left in `folder`.
    """
    options = options or PackOptions()
    attempt = first_attempt
    full_since: float | None = None
    while True:
        on_attempt(attempt)
        step = "pack"
        archive: Archive | None = None
        try:
            begun = time.monotonic()
            archive = pack(
                parcel,
                folder,
                progress=progress,
                token=token,
                level=options.level,
                threads=threads(),
            )
            packed = time.monotonic()
            step = "verify"
            archive = verify(archive.path, expected=archive, progress=progress, token=token)
            return Proved(archive, attempt, packed - begun, time.monotonic() - packed)
        except GantryError as error:
            _drop(archive)
            unquiet = error.code in _UNQUIET
            full = error.code is ErrorCode.SPOOL_FULL
            if full:
                now = time.monotonic()
                full_since = now if full_since is None else full_since
                final = now - full_since >= options.room
            else:
                full_since = None
                final = error.code in _FINAL or attempt >= options.attempts
            wait = None if final else (5.0 if full else min(2.0 ** (attempt - 1), 30.0))
            on_failure(attempt, step, error, wait)
            if wait is None:
                raise
        except BaseException:
            _drop(archive)
            raise
        attempt += not full  # a full disk is no fault of the archive
        progress.packed = progress.verified = 0
        if unquiet:
            parcel = when_quiet(parcel, token, options.settle)
        else:
            token.wait(wait)


def _drop(archive: Archive | None) -> None:
    if archive is not None:
        unlink_retry(archive.path)
