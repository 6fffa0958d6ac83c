"""The values that the history returns: frozen rows, and the filter for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gantry.engine.content import VERBATIM, Treatment
from gantry.engine.errors import GantryError
from gantry.engine.parcel import Labels, Outcome, Parcel, ParcelState, Receipt


class Sort(StrEnum):
    """Orders of the parcel list; each has an index. Time is when Send was pressed."""

    NEWEST = "newest"
    OLDEST = "oldest"
    LARGEST = "largest"
    SMALLEST = "smallest"
    LABEL = "label"
    LABEL_DESCENDING = "label_descending"

    @property
    def column(self) -> str:
        return _ORDERS[self].column

    @property
    def descends(self) -> bool:
        return _ORDERS[self].descends


@dataclass(frozen=True, slots=True)
class Linked:
    """A patient of a job, found by an identifier from before or after it was de-identified.

    Attributes:
        patient_id: the original Patient ID; "": any patient of the job.
    """

    job: str
    patient_id: str = ""


@dataclass(frozen=True, slots=True)
class ParcelFilter:
    """Selects parcels; empty fields don't filter.

    Attributes:
        text: words of description, labels and destination (each may be a beginning; all must
            occur), or a UID: a study's beginning, or a complete series or SOP instance UID.
        since, until: of the time when Send was pressed; `until` itself is excluded. Aware.
        patient_id: the exact Patient ID.
        job: a job's id.
        deidentified: by a profile, or as it is; None: either.
        linked: found beside what `text` finds; `History` fills it in.
        states: `interrupted` finds all unfinished parcels; the displayed row says whether it is
            interrupted.
    """

    text: str = ""
    states: frozenset[ParcelState] = frozenset()
    destination: str = ""
    since: datetime | None = None
    until: datetime | None = None
    patient_id: str = ""
    job: str = ""
    sort: Sort = Sort.NEWEST
    deidentified: bool | None = None
    linked: tuple[Linked, ...] = ()


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sorted list: the next page begins after this row."""

    key: int | str
    seq: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many; if `exact` is false, there are more than `number`."""

    number: int
    exact: bool


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One line of the list.

    Attributes:
        created, changed: RFC 3339 UTC; of the press of Send, and of the last change of state.
        files, size: how many instances, and their bytes.
        archive_size: bytes of the archive; 0 until there is one.
        attempts: how often a step was started.
        error: why it failed, or why the last attempt did.
        unread: how many of its files could not be read and were not sent.
        outcome, proof: of the last receipt; None and "" without one.
        labels: what the user said about it.
        profile: by which its files are de-identified; "": they are sent as they are; None: neither.
    """

    seq: int
    id: str
    job: str
    state: ParcelState
    destination: str
    created: str
    changed: str
    study_uid: str
    label: str
    patient_id: str
    patient_name: str
    files: int
    size: int
    archive_size: int
    attempts: int
    error: GantryError | None
    unread: int = 0
    outcome: Outcome | None = None
    proof: str = ""
    labels: Labels = ()
    profile: str | None = ""

    def cursor(self, sort: Sort) -> Cursor:
        """Where the next page begins after this row."""
        return Cursor(_ORDERS[sort].key(self), self.seq)


@dataclass(frozen=True, slots=True)
class _Order:
    column: str
    key: Callable[[ParcelRow], int | str]
    descends: bool


_ORDERS = {
    Sort.NEWEST: _Order("seq", lambda row: row.seq, descends=True),
    Sort.OLDEST: _Order("seq", lambda row: row.seq, descends=False),
    Sort.LARGEST: _Order("size", lambda row: row.size, descends=True),
    Sort.SMALLEST: _Order("size", lambda row: row.size, descends=False),
    Sort.LABEL: _Order("label", lambda row: row.label, descends=False),
    Sort.LABEL_DESCENDING: _Order("label", lambda row: row.label, descends=True),
}


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One attempt at one step.

    Attributes:
        step: "pack" or "send"; `failed_step` is the one that failed (may be "verify").
        outcome: "" while it runs, then "done", "failed" or "interrupted" (Gantry ended).
        wait: seconds until the next attempt; None: there was none.
    """

    number: int
    step: str
    started: str
    ended: str
    outcome: str
    failed_step: str
    error: GantryError | None
    wait: float | None
    bytes: int
    seconds: float
    verify_seconds: float


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One file of a parcel: where it came from, and what it became in the archive.

    Attributes:
        name, sha256: of the archive's member; "" until packed, and for a file of which an equal one
            was packed under the same UID.
        path_hash: the hash by which log lines name `path`.
    """

    path: str
    member: str
    path_hash: str
    size: int
    sop_instance_uid: str
    series_instance_uid: str
    name: str
    sha256: str
    sop_class_uid: str = ""


@dataclass(frozen=True, slots=True)
class ParcelDetail:
    """Everything about one parcel except its files, which `History.sources` returns in pages.

    Attributes:
        has_report: whether its rewriter reported what it did; `History.reports` has it.
        treatment: how its files are rewritten before they are sent.
    """

    row: ParcelRow
    url: str
    archive_path: str
    archive_sha256: str
    position: str
    attempts: tuple[AttemptRow, ...]
    receipts: tuple[Receipt, ...]
    has_report: bool = False
    treatment: Treatment = VERBATIM


@dataclass(frozen=True, slots=True)
class JobRow:
    """One press of Send.

    Attributes:
        finished: RFC 3339 UTC, or "" while it is running.
        states: how many of its parcels are in which state.
    """

    seq: int
    id: str
    destination: str
    url: str
    created: str
    finished: str
    parcels: int
    files: int
    size: int
    states: dict[ParcelState, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Left:
    """An unfinished parcel of an earlier run, without its files; `History.unfinished` has those."""

    job: str
    parcel: str
    state: ParcelState


@dataclass(frozen=True, slots=True)
class SentBefore:
    """An earlier upload of a patient or a study that arrived, or may have."""

    destination: str
    url: str
    treatment: Treatment


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Parcels to send once more, and those whose file lists were pruned."""

    parcels: tuple[Parcel, ...]
    forgotten: tuple[str, ...]
