"""What the history answers: frozen rows, and the filter that asks for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gantry.engine.errors import GantryError
from gantry.engine.parcel import Parcel, ParcelState, Receipt


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
        return _COLUMNS[self]

    @property
    def descends(self) -> bool:
        return self in (Sort.NEWEST, Sort.LARGEST, Sort.LABEL_DESCENDING)


_COLUMNS = {
    Sort.NEWEST: "seq",
    Sort.OLDEST: "seq",
    Sort.LARGEST: "size",
    Sort.SMALLEST: "size",
    Sort.LABEL: "label",
    Sort.LABEL_DESCENDING: "label",
}


@dataclass(frozen=True, slots=True)
class ParcelFilter:
    """Which parcels; what is empty doesn't filter.

    Attributes:
        text: words of description and destination (each may be a beginning; all must be there),
            or a UID: a study's beginning, or a whole series or SOP instance UID.
        since, until: of the time when Send was pressed; `until` itself is left out. Aware.
        patient_id: the exact Patient ID.
        job: a job's id.
    """

    text: str = ""
    states: frozenset[ParcelState] = frozenset()
    destination: str = ""
    since: datetime | None = None
    until: datetime | None = None
    patient_id: str = ""
    job: str = ""
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a sorted list: the page after it begins behind this row."""

    key: int | str
    seq: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many; where `exact` is false, there are more than `number`."""

    number: int
    exact: bool


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """One line of the list.

    Attributes:
        created, changed: RFC 3339 UTC; of the press of Send, and of the last change of state.
        files, size: how many instances, and their bytes.
        archive_size: bytes of the archive; 0 until there is one.
        attempts: how often a step was begun.
        error: why it failed, or why the last attempt did.
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

    def cursor(self, sort: Sort) -> Cursor:
        """Where the next page begins after this row."""
        keys: dict[str, int | str] = {"seq": self.seq, "size": self.size, "label": self.label}
        return Cursor(keys[sort.column], self.seq)


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try of one step.

    Attributes:
        step: "pack" or "send"; `failed_step` is the one that went wrong ("verify", too).
        outcome: "" while it runs, else "done", "failed" or "interrupted" (Gantry ended).
        wait: seconds until the next try; None: there was none.
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
        name, sha256: of the archive's member; "" until packed, and for a file whose equal was
            packed under the same UID.
        path_hash: how log lines name `path`.
    """

    path: str
    member: str
    path_hash: str
    size: int
    sop_instance_uid: str
    series_instance_uid: str
    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ParcelDetail:
    """Everything of one parcel but its files, which may be many: `History.sources` pages them."""

    row: ParcelRow
    url: str
    archive_path: str
    archive_sha256: str
    position: str
    attempts: tuple[AttemptRow, ...]
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class JobRow:
    """One press of Send.

    Attributes:
        finished: RFC 3339 UTC, or "" while it isn't.
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

    @property
    def is_unfinished(self) -> bool:
        return any(n for state, n in self.states.items() if not state.is_final)


@dataclass(frozen=True, slots=True)
class Left:
    """What an earlier run left of a parcel, without its files; `History.unfinished` has those."""

    job: str
    parcel: str
    state: ParcelState


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Parcels to send once more, and those whose file lists were pruned."""

    parcels: tuple[Parcel, ...]
    forgotten: tuple[str, ...]
