"""What travels: a parcel's files, the archive made of them, and the receipt that comes back."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from gantry.engine.instance import Instance


class ParcelState(StrEnum):
    """A parcel's state only moves forward; Retry puts `failed` or `cancelled` back to `waiting`."""

    WAITING = "waiting"
    PACKING = "packing"
    VERIFIED = "verified"
    SENDING = "sending"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SPLIT = "split"  # too big for the destination: its files travel as smaller parcels

    @property
    def is_final(self) -> bool:
        return self in (
            ParcelState.DELIVERED,
            ParcelState.FAILED,
            ParcelState.CANCELLED,
            ParcelState.SPLIT,
        )


class ParcelRule(StrEnum):
    """What one parcel holds."""

    STUDY = "study"
    SERIES = "series"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is packed as one archive.

    Attributes:
        id: ULID; also the archive's name and the idempotency key.
        study_uid: Study Instance UID; "" where the files have none, or have several (rule patient).
        label: modality, date and description for people; may hold patient data, so it stays in
            the history and on the screen.
        patient_id: exact (history keeps a salted hash, and the text for the screen).
        size: bytes of all files.
    """

    id: str
    study_uid: str
    files: tuple[Instance, ...]
    label: str = ""
    patient_id: str = ""
    patient_name: str = ""
    size: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(f.size for f in self.files))


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A member of an archive, as its manifest lists it."""

    name: str
    size: int
    sha256: str
    sop_instance_uid: str
    series_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished archive that was proved good.

    Attributes:
        path: the `<parcel>.tar.gz` in the spool.
        size: bytes of the archive.
        sha256: hex digest of the archive.
        content: bytes of all members together.
    """

    parcel: str
    path: Path
    size: int
    sha256: str
    study_uid: str
    files: tuple[PackedFile, ...]

    @property
    def content(self) -> int:
        return sum(f.size for f in self.files)


class Outcome(StrEnum):
    """What a destination says of an archive or an instance; only the first two are delivered."""

    STORED = "stored"
    ALREADY_THERE = "already there"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def is_delivered(self) -> bool:
        return self in (Outcome.STORED, Outcome.ALREADY_THERE)


@dataclass(frozen=True, slots=True)
class InstanceOutcome:
    """What a destination says of one instance."""

    sop_instance_uid: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a destination answered; kept in the history for good.

    Attributes:
        destination: the destination's URL, without user and password.
        time: RFC 3339 UTC.
        status: the HTTP (or DIMSE) status; None where there is none.
        sha256, size: of the archive that was sent.
        outcome: of the archive as a whole.
        location: the server's own id or address of what it stored.
        body: the first 4 KiB of the answer, control characters cleaned.
        proof: how arrival was proved (`receiver's sha-256`, `read back`, `QIDO-RS` …).
        instances: for destinations that take instances.
    """

    destination: str
    time: str
    status: int | None
    sha256: str
    size: int
    outcome: Outcome
    location: str = ""
    body: str = ""
    proof: str = ""
    instances: tuple[InstanceOutcome, ...] = field(default=())
