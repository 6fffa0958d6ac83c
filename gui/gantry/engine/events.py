"""What a running job says. `sink(event)` is called on the worker's thread and must be quick.

An event is sent after what it claims is safely on disk (or at the destination); the history
commits it before `sink` returns, so a kill at any point leaves a state to carry on from.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gantry.engine.errors import GantryError
from gantry.engine.parcel import Archive, Parcel, Receipt


@dataclass(frozen=True, slots=True)
class JobStarted:
    """A job was made; its parcels are to be kept before anything is packed."""

    job: str
    destination: str
    url: str
    parcels: tuple[Parcel, ...]


@dataclass(frozen=True, slots=True)
class JobResumed:
    """An unfinished job goes on."""

    job: str


@dataclass(frozen=True, slots=True)
class ParcelPacking:
    job: str
    parcel: str
    attempt: int


@dataclass(frozen=True, slots=True)
class ParcelVerified:
    """The archive is in the spool, synced, renamed, read back and equal to its manifest."""

    job: str
    parcel: str
    attempt: int
    archive: Archive
    pack_seconds: float
    verify_seconds: float


@dataclass(frozen=True, slots=True)
class ParcelSending:
    job: str
    parcel: str
    attempt: int


@dataclass(frozen=True, slots=True)
class SendPosition:
    """How far a resumable send got: `state` is the destination's own, opaque text."""

    job: str
    parcel: str
    state: str


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """A step went wrong. `wait` is the seconds until it is tried again; None: it is not."""

    job: str
    parcel: str
    attempt: int
    step: str  # "pack", "verify", "send"
    error: GantryError
    wait: float | None


@dataclass(frozen=True, slots=True)
class ParcelDelivered:
    job: str
    parcel: str
    attempt: int
    receipt: Receipt
    seconds: float


@dataclass(frozen=True, slots=True)
class ParcelFailed:
    job: str
    parcel: str
    error: GantryError


@dataclass(frozen=True, slots=True)
class ParcelCancelled:
    job: str
    parcel: str


@dataclass(frozen=True, slots=True)
class ParcelSplit:
    """A parcel was too big for the destination; `parts`, new parcels of the job, take its place.

    `limit` is what the destination takes, in bytes; a guess where `is_known` is false.
    """

    job: str
    parcel: str
    parts: tuple[Parcel, ...]
    limit: int
    is_known: bool
    error: GantryError


@dataclass(frozen=True, slots=True)
class ParcelRetried:
    """A failed or cancelled parcel waits again."""

    job: str
    parcel: str


@dataclass(frozen=True, slots=True)
class JobDone:
    """All parcels are in a final state."""

    job: str
    delivered: int
    failed: int
    cancelled: int
    seconds: float


Event = (
    JobStarted
    | JobResumed
    | ParcelPacking
    | ParcelVerified
    | ParcelSending
    | SendPosition
    | AttemptFailed
    | ParcelDelivered
    | ParcelFailed
    | ParcelCancelled
    | ParcelSplit
    | ParcelRetried
    | JobDone
)
Sink = Callable[[Event], None]


@dataclass(slots=True)
class Progress:
    """A parcel's counters: one worker writes, anyone samples.

    Bytes of source for packing and proving, bytes on the wire for sending; `handed_over` means
    that all is sent and the answer is awaited.
    """

    packed: int = 0
    verified: int = 0
    sent: int = 0
    to_send: int = 0
    handed_over: bool = False
