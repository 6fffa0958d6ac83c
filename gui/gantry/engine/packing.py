"""Packs one parcel and verifies its archive; packs again if that fails.

If files have changed since the scan, their headers are read again first: they may now belong to
another study or patient.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gantry.engine.archive.pack import pack
from gantry.engine.archive.settle import SETTLE_SECONDS, wait_until_quiet
from gantry.engine.archive.source import SourceReader, source_failed
from gantry.engine.archive.verify import verify
from gantry.engine.cancel import CancelToken
from gantry.engine.clock import Clock
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.events import Progress
from gantry.engine.files import unlink_retry
from gantry.engine.identity import is_same_image, is_same_patient
from gantry.engine.instance import Instance, Source
from gantry.engine.intake.header.header import header_of
from gantry.engine.intake.skipped import NotTaken
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.rewriters import RewriterOf, rewriter_for
from gantry.engine.zip_members import DAMAGED

# Errors that a further attempt can't fix.
_FINAL = frozenset(
    {
        ErrorCode.SOURCE_MISSING,
        ErrorCode.SOURCE_DENIED,
        ErrorCode.SOURCE_PASSWORD,
        ErrorCode.NOTHING_TO_SEND,
        ErrorCode.TREATMENT_UNKNOWN,
        ErrorCode.TREATMENT_FAILED,
        ErrorCode.TREATMENT_HELD,
    }
)
_FULL_WAIT, _LONGEST_WAIT = 5.0, 30.0
_UNQUIET = frozenset({ErrorCode.SOURCE_CHANGED, ErrorCode.SOURCE_BUSY})

OnFailure = Callable[[int, str, GantryError, float | None], None]


@dataclass(frozen=True, slots=True)
class PackOptions:
    """How a parcel is packed.

    Attributes:
        attempts: the most attempts.
        level: compression, 0 to 3.
        settle: seconds for which changed source files must stay unchanged.
        room: seconds to wait for free space; meanwhile delivered archives leave the spool, and the
            user may free some.
    """

    attempts: int = 3
    level: int = 1
    settle: float = SETTLE_SECONDS
    room: float = 600.0


@dataclass(frozen=True, slots=True)
class Verified:
    """A verified archive, the attempt that made it, and how long its two steps took."""

    archive: Archive
    attempt: int
    pack_seconds: float
    verify_seconds: float


def pack_and_verify(
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
    rewriter_of: RewriterOf = rewriter_for,
) -> Verified:
    """Packs into `folder` and verifies, in up to `options.attempts` attempts.

    `on_failure(attempt, step, error, wait)` is called for each failed attempt; `wait` is None after
    the last.

    Raises:
        GantryError: the last attempt's.
        Cancelled: nothing is left in `folder`.
    """
    options = options or PackOptions()
    clock, waits = token.clock, _Waits(options, token.clock)
    attempt = first_attempt
    while True:
        on_attempt(attempt)
        step = "pack"
        try:
            begun = clock.now()
            archive = pack(
                parcel,
                folder,
                progress=progress,
                token=token,
                level=options.level,
                threads=threads(),
                is_same=is_same_image(parcel),
                rewriter_of=rewriter_of,
            )
            packed, step = clock.now(), "verify"
            archive = _verify_or_drop(archive, progress, token)
            return Verified(archive, attempt, packed - begun, clock.now() - packed)
        except GantryError as error:
            token.raise_if_over()  # a hung share may respond long after the parcel has ended
            code, wait = error.code, waits.after(error, attempt)
            on_failure(attempt, step, error, wait)
            if wait is None:
                raise
        attempt += code is not ErrorCode.SPOOL_FULL  # a full disk is not the archive's fault
        progress.packed = progress.verified = 0
        if code in _UNQUIET:
            parcel = _read_again_when_quiet(parcel, token, options.settle)
        else:
            token.wait(wait)


class _Waits:
    """How long to wait after failed attempts, and when to stop."""

    def __init__(self, options: PackOptions, clock: Clock) -> None:
        self._options, self._clock = options, clock
        self._full_since: float | None = None

    def after(self, error: GantryError, attempt: int) -> float | None:
        """Seconds until the next attempt; None: there is none."""
        if error.code is ErrorCode.SPOOL_FULL:
            now = self._clock.now()
            self._full_since = now if self._full_since is None else self._full_since
            return _FULL_WAIT if now - self._full_since < self._options.room else None
        self._full_since = None
        is_rescan = error.facts.get("reason") == "rescan"
        is_last = error.code in _FINAL or is_rescan or attempt >= self._options.attempts
        return None if is_last else min(2.0 ** (attempt - 1), _LONGEST_WAIT)


def _verify_or_drop(archive: Archive, progress: Progress, token: CancelToken) -> Archive:
    """Verifies an archive, and deletes one that is not verified."""
    try:
        return verify(archive.path, expected=archive, progress=progress, token=token)
    except BaseException:
        unlink_retry(archive.path)
        raise


def _read_again_when_quiet(parcel: Parcel, token: CancelToken, settle: float) -> Parcel:
    """Waits until the parcel's files stop changing, then reads the headers of changed ones again.

    Raises:
        GantryError: a file is gone, never stops changing, is no longer DICOM, or now belongs to
            another study or patient (which takes a new scan).
        Cancelled: the token was cancelled.
    """
    sources = wait_until_quiet([f.source for f in parcel.files], token, settle=settle)
    reader = SourceReader(token)  # opens a ZIP once for all its members
    try:
        fresh = tuple(
            known if source == known.source else _read_again(parcel, known, source, reader)
            for known, source in zip(parcel.files, sources, strict=True)
        )
    finally:
        reader.close()
    return dataclasses.replace(parcel, files=fresh)


def _read_again(parcel: Parcel, known: Instance, source: Source, reader: SourceReader) -> Instance:
    try:
        with reader.open(source)[0] as stream:
            header = header_of(stream, source)
    except (NotTaken, OSError, *DAMAGED) as error:
        raise source_failed(
            ErrorCode.SOURCE_CHANGED, source, type(error).__name__, reason="rescan"
        ) from error
    fresh = header.instance
    if fresh.study_instance_uid != known.study_instance_uid:
        raise source_failed(
            ErrorCode.SOURCE_CHANGED, source, "belongs to another study now", reason="rescan"
        )
    if not is_same_patient(parcel, known, header):
        raise source_failed(
            ErrorCode.SOURCE_CHANGED, source, "belongs to another patient now", reason="rescan"
        )
    return fresh
