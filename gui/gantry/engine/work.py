"""What a job is made of: the parcels in it, where an earlier run left them, and how to work."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, field

from gantry.engine.cancel import CancelToken
from gantry.engine.events import Progress
from gantry.engine.files import unlink_retry
from gantry.engine.packing import PackOptions
from gantry.engine.parcel import Archive, Parcel, ParcelState
from gantry.engine.transfer.retry import RetryPolicy


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How a job works. Zero workers means: as many as cores; more are never started.

    Attributes:
        split: whether a parcel that the destination finds too big is cut into smaller ones.
        limit: bytes that the destination is known to take, from an earlier job; 0: not known.
        ahead: how many proved archives may wait in the spool for sending.
    """

    pack: PackOptions = field(default_factory=PackOptions)
    pack_workers: int = 0
    parallel_sends: int = 2
    keep_delivered: bool = False
    split: bool = False
    limit: int = 0
    ahead: int = 4
    retry: RetryPolicy = field(default_factory=RetryPolicy)

    @property
    def packers(self) -> int:
        cores = os.cpu_count() or 1
        return min(self.pack_workers or cores, cores)


@dataclass(frozen=True, slots=True)
class Resumed:
    """Where an earlier run left a parcel."""

    state: ParcelState
    attempt: int = 0
    send_attempt: int = 0
    position: str = ""
    archive: Archive | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """One press of Send.

    Attributes:
        id: ULID.
        destination: its name for people.
        resumed: by parcel id; empty for a new job.
    """

    id: str
    destination: str
    url: str
    parcels: tuple[Parcel, ...]
    resumed: dict[str, Resumed] = field(default_factory=dict)


@dataclass(slots=True)
class Work:
    """A parcel in work: its token, counters and how far it is."""

    parcel: Parcel
    token: CancelToken
    progress: Progress = field(default_factory=Progress)
    state: ParcelState = ParcelState.WAITING
    attempt: int = 0
    send_attempt: int = 0
    position: str = ""
    archive: Archive | None = None
    unclear: bool = False  # an earlier send may have arrived: ask before sending again

    def drop_archive(self) -> None:
        """What can't be deleted now is swept out at the next job."""
        if self.archive is not None:
            with suppress(OSError):
                unlink_retry(self.archive.path)
            self.archive = None


def restored(parcel: Parcel, token: CancelToken, was: Resumed | None) -> Work:
    """A parcel as an earlier run left it: packed it is sent, half packed it is packed again."""
    work = Work(parcel, token)
    if was is None:
        return work
    work.state = was.state
    work.attempt = was.attempt
    work.position = was.position
    work.send_attempt = was.send_attempt
    work.unclear = was.state is ParcelState.SENDING
    if was.state in (ParcelState.VERIFIED, ParcelState.SENDING):
        work.archive = was.archive
    elif not was.state.is_final:
        work.state = ParcelState.WAITING
        work.attempt = 0
    return work
