"""The events of a running job. `sink(event)` is called on the worker's thread and must be quick.

An event is emitted after what it claims is safely on disk (or at the destination); the history
commits it before `sink` returns, so a kill at any point leaves a state to resume from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gantry.engine.content import Treatment
from gantry.engine.errors import GantryError
from gantry.engine.parcel import Archive, Parcel, ParcelState, Receipt


@dataclass(frozen=True, slots=True)
class JobStarted:
    """A job was created; its parcels must be stored before anything is packed.

    `options` were given for this job only, in addition to the destination's; no secrets.
    """

    job: str
    destination: str
    url: str
    parcels: tuple[Parcel, ...]
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JobResumed:
    """An unfinished job is resumed; `parcels` are all of its parcels, even finished ones."""

    job: str
    destination: str
    url: str
    parcels: tuple[Parcel, ...]


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
    """How far a resumable send got; `state` is opaque text of the destination."""

    job: str
    parcel: str
    state: str


@dataclass(frozen=True, slots=True)
class BodyHandedOver:
    """Whether the destination may have all of a parcel without having confirmed it.

    `whole` becomes true before the last byte is sent, for a destination that can't always be asked
    what it holds; false once its answer says that it didn't store the parcel.
    """

    job: str
    parcel: str
    whole: bool


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """A step failed. `wait` is the seconds until it is retried; None: it is not."""

    job: str
    parcel: str
    attempt: int
    step: str  # "pack", "verify", "send"
    error: GantryError
    wait: float | None


@dataclass(frozen=True, slots=True)
class ParcelArrived:
    """The destination accepted everything that was packed.

    `state` is `delivered`, `accepted` (not proved) or `incomplete` (files could not be read).
    """

    job: str
    parcel: str
    attempt: int
    receipt: Receipt
    seconds: float
    state: ParcelState = ParcelState.DELIVERED


@dataclass(frozen=True, slots=True)
class ParcelUnclear:
    """The parcel may have arrived, and the destination can't be asked: it is never sent again
    unless the user wants it. `error` has the code UNCLEAR."""

    job: str
    parcel: str
    error: GantryError


@dataclass(frozen=True, slots=True)
class ParcelHeld:
    """Files of the parcel must not be sent as they would be, so nothing of it was.

    `error` has the code TREATMENT_HELD; `held.files_in` reads the files from it.
    """

    job: str
    parcel: str
    error: GantryError


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
    """A parcel was too large for the destination; `parts`, new parcels of the job, replace it.

    `limit` is what the destination accepts, in bytes; a guess if `is_known` is false.
    """

    job: str
    parcel: str
    parts: tuple[Parcel, ...]
    limit: int
    is_known: bool
    error: GantryError


@dataclass(frozen=True, slots=True)
class ParcelRetried:
    """A parcel waits again.

    `another_copy`: the user wants it sent although it may have arrived. `treatment`: how its files
    are rewritten from now on; None: as before.
    """

    job: str
    parcel: str
    another_copy: bool = False
    treatment: Treatment | None = None


@dataclass(frozen=True, slots=True)
class JobDone:
    """All parcels are in a final state."""

    job: str
    delivered: int
    failed: int
    cancelled: int
    seconds: float
    accepted: int = 0
    incomplete: int = 0
    unclear: int = 0
    held: int = 0

    @property
    def is_trouble(self) -> bool:
        """Whether something did not arrive, not for certain, or not completely."""
        return bool(self.failed or self.unclear or self.incomplete or self.held)


Event = (
    JobStarted
    | JobResumed
    | ParcelPacking
    | ParcelVerified
    | ParcelSending
    | SendPosition
    | BodyHandedOver
    | AttemptFailed
    | ParcelArrived
    | ParcelUnclear
    | ParcelHeld
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

    Bytes of source for packing and verifying, bytes on the wire for sending; `handed_over` means
    that everything was sent and the answer is pending.
    """

    packed: int = 0
    verified: int = 0
    sent: int = 0
    to_send: int = 0
    handed_over: bool = False
