"""A job: its parcels, their destination, where an earlier run left them, and its options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from gantry.engine.packing import PackOptions
from gantry.engine.parcel import Archive, Parcel, ParcelState
from gantry.engine.transfer.retry import RetryPolicy


@dataclass(frozen=True, slots=True)
class JobOptions:
    """Options of a job. Zero workers means as many as there are cores; more are never started.

    Attributes:
        split: whether a parcel that is too large for the destination is split into smaller ones.
        limit: bytes that the destination is known to accept, from an earlier job; 0: unknown.
        ahead: how many verified archives may wait in the spool for sending.
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
    """Where an earlier run left a parcel.

    Attributes:
        was_sent: a send was started at some time: part of it may have arrived.
        handed_over: as in `Shipment`.
    """

    state: ParcelState
    attempt: int = 0
    send_attempt: int = 0
    position: str = ""
    archive: Archive | None = None
    was_sent: bool = False
    handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """One press of Send.

    Attributes:
        id: ULID.
        destination: its display name.
        resumed: by parcel id; empty for a new job.
        options: given for this job only, in addition to the destination's; no secrets.
    """

    id: str
    destination: str
    url: str
    parcels: tuple[Parcel, ...]
    resumed: dict[str, Resumed] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
