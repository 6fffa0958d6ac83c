"""A parcel's files, the archive made from them, and the receipt for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from gantry.engine.content import VERBATIM, Change, Identity, Profile, Summary, Treatment
from gantry.engine.instance import Instance
from gantry.engine.patient_values import PatientValues

# Names and values that the user gave, in the order of the names. They may be patient data.
Labels = tuple[tuple[str, str], ...]


class ParcelState(StrEnum):
    """The state of a parcel, and how certain its arrival is.

    It only moves forward. Retry puts `failed`, `cancelled` or `held` back to `waiting`; `unclear`
    only if the user asked for another copy.
    """

    WAITING = "waiting"
    PACKING = "packing"
    VERIFIED = "verified"
    SENDING = "sending"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"  # the server's bare word, or content that could not be compared
    INCOMPLETE = "incomplete"  # everything packed arrived, but some files could not be read
    HELD = "held"  # files of it must not be sent as they would be: the user decides
    UNCLEAR = "unclear"  # it may have arrived, and the destination can't be asked
    FAILED = "failed"
    CANCELLED = "cancelled"
    SPLIT = "split"  # too large for the destination: its files are sent as smaller parcels
    INTERRUPTED = "interrupted"  # never stored: unfinished, and no process is running its job

    @property
    def is_final(self) -> bool:
        """Whether the engine is done with it."""
        return self not in _OPEN

    @property
    def has_arrived(self) -> bool:
        """Whether the destination accepted everything that was packed."""
        return self in (ParcelState.DELIVERED, ParcelState.ACCEPTED, ParcelState.INCOMPLETE)


_OPEN = frozenset(
    {
        ParcelState.WAITING,
        ParcelState.PACKING,
        ParcelState.VERIFIED,
        ParcelState.SENDING,
        ParcelState.INTERRUPTED,
    }
)


_ARRIVED = {ParcelState.DELIVERED, ParcelState.ACCEPTED, ParcelState.INCOMPLETE}
_ASKED = _ARRIVED | {ParcelState.UNCLEAR}
_ENDED = {ParcelState.FAILED, ParcelState.CANCELLED}
_AFTER_SENDING = {ParcelState.SPLIT, ParcelState.UNCLEAR, ParcelState.WAITING}

# The states that may follow each state, as drawn in `parcel_run`; none follow the others.
NEXT: dict[ParcelState, set[ParcelState]] = {
    ParcelState.WAITING: {ParcelState.PACKING} | _ENDED,
    ParcelState.PACKING: {ParcelState.PACKING, ParcelState.VERIFIED, ParcelState.HELD}
    | _ASKED
    | _ENDED,
    ParcelState.VERIFIED: {ParcelState.SENDING} | _ASKED | _ENDED,
    ParcelState.SENDING: {ParcelState.SENDING} | _AFTER_SENDING | _ARRIVED | _ENDED,
    ParcelState.FAILED: {ParcelState.WAITING},
    ParcelState.CANCELLED: {ParcelState.WAITING},
    ParcelState.UNCLEAR: {ParcelState.WAITING},
    ParcelState.HELD: {ParcelState.WAITING, ParcelState.CANCELLED},
}


class ParcelRule(StrEnum):
    """What one parcel contains."""

    STUDY = "study"
    SERIES = "series"
    PATIENT = "patient"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is packed as one archive.

    Attributes:
        id: ULID; also the archive's name and the idempotency key.
        study_uid: Study Instance UID; "" if the files have none, or several (rule patient).
        label: modality, date and description to display; may contain patient data, so it stays in
            the history and on the screen.
        patient_id: exact (the history keeps a salted hash, and the text for display).
        unread: how many of its files could not be read, and are not in `files`.
        treatment: how the files are rewritten before they are sent.
        labels: what the user said about it.
        modality: `MR`, or `CT-SR` if it has several; "" if no file names one.
        known: what all files of the job say of its patient. Not kept, unless the treatment has it.
        identities: of its patient, as pseudonyms see it (`patient_identity`); several if its files
            are of two patients. Not kept.
        size: bytes of all files.
    """

    id: str
    study_uid: str
    files: tuple[Instance, ...]
    label: str = ""
    patient_id: str = ""
    patient_name: str = ""
    unread: int = 0
    treatment: Treatment = VERBATIM
    labels: Labels = ()
    modality: str = ""
    known: PatientValues = field(default=(), compare=False, repr=False, metadata={"kept": False})
    identities: tuple[str, ...] = field(
        default=(), compare=False, repr=False, metadata={"kept": False}
    )
    size: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", sum(f.size for f in self.files))


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What was read for a member; never in an archive, because it identifies the original."""

    size: int
    sha256: str
    identity: Identity


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A member of an archive as it is sent, and as its manifest lists it.

    Attributes:
        source: index of the parcel's file that it was made from; -1 if unknown. Neither this nor
            `read` is in the manifest.
        read: what was read, if that differs from what is sent.
    """

    name: str
    size: int
    sha256: str
    sop_instance_uid: str
    series_instance_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    source: int = field(default=-1, compare=False)
    read: ReadFile | None = field(default=None, compare=False)

    @property
    def source_size(self) -> int:
        """Bytes that were read."""
        return self.read.size if self.read else self.size


@dataclass(frozen=True, slots=True)
class Archive:
    """A finished and verified archive, in the form in which it is sent.

    Attributes:
        path: the `<parcel>.tar.gz` in the spool.
        size: bytes of the archive.
        sha256: hex digest of the archive.
        study_uid: Study Instance UID as it is sent.
        deidentified: the rules; None: it isn't.
        changes: how often the rewriter made each change; known only to the run that packed it.
        summary: what the rewriter reports, likewise.
        labels, modality: of its parcel. The manifest lists the labels.
        content: total bytes of all members.
    """

    parcel: str
    path: Path
    size: int
    sha256: str
    study_uid: str
    files: tuple[PackedFile, ...]
    deidentified: Profile | None = None
    changes: Mapping[Change, int] = field(default_factory=dict, compare=False)
    summary: Summary | None = field(default=None, compare=False)
    labels: Labels = ()
    modality: str = field(default="", compare=False)

    @property
    def content(self) -> int:
        return sum(f.size for f in self.files)

    @property
    def source_content(self) -> int:
        """Total bytes that were read for all members."""
        return sum(f.source_size for f in self.files)


class Outcome(StrEnum):
    """What a destination says about an archive or an instance.

    `stored` and `already there` count as delivered. `accepted` is the bare word of a server whose
    answer says neither yes nor no. `already there, content not compared` is an instance that the
    server may have had before, with the same UID, and whose content was not compared.
    """

    STORED = "stored"
    ALREADY_THERE = "already there"
    ACCEPTED = "accepted"
    NOT_COMPARED = "already there, content not compared"
    REJECTED = "rejected"
    UNKNOWN = "unknown"

    @property
    def is_delivered(self) -> bool:
        """Whether the arrival is proved."""
        return self in (Outcome.STORED, Outcome.ALREADY_THERE)

    @property
    def is_taken(self) -> bool:
        """Whether the destination accepted it, so that nothing is left to send."""
        return self.is_delivered or self in (Outcome.ACCEPTED, Outcome.NOT_COMPARED)


@dataclass(frozen=True, slots=True)
class InstanceOutcome:
    """What a destination says about one instance."""

    sop_instance_uid: str
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A destination's answer; kept in the history permanently.

    Attributes:
        destination: the destination's URL, without user and password.
        time: RFC 3339 UTC.
        status: the HTTP (or DIMSE) status; None if there is none.
        sha256, size: of the archive that was sent.
        outcome: of the archive as a whole.
        location: the server's own id or address of what it stored.
        body: the first 4 KiB of the answer, control characters cleaned.
        proof: how arrival was proved (`receiver's SHA-256`, `read back`, `QIDO-RS` …).
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

    @property
    def is_proved(self) -> bool:
        """Whether all of it is known to have arrived as sent."""
        return self.outcome.is_delivered and all(i.outcome.is_delivered for i in self.instances)


def state_after(receipt: Receipt, unread: int) -> ParcelState:
    """The state of a parcel that the destination accepted, given how many files were not read."""
    if unread:
        return ParcelState.INCOMPLETE
    return ParcelState.DELIVERED if receipt.is_proved else ParcelState.ACCEPTED
