"""A running job: its parcels, and the sums over them that the window asks for. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from gantry.engine import events
from gantry.engine.errors import GantryError
from gantry.engine.events import Event
from gantry.engine.parcel import ParcelState
from gantry.ui.models.pace import Pace
from gantry.ui.models.transfer_state import ParcelStep, ParcelTrack, apply


class JobTrack:
    """One job and its parcels.

    It keeps sums, so that no query takes longer with more parcels.
    """

    def __init__(
        self,
        job_id: str,
        destination: str,
        url: str,
        parcels: list[ParcelTrack],
        key: int,
    ) -> None:
        self.id, self.destination, self.url, self.key = job_id, destination, url, key
        self.parcels: list[ParcelTrack] = []
        self.done: events.JobDone | None = None
        self.active: dict[str, ParcelTrack] = {}  # being packed, ready, or being sent
        self.failed: dict[str, ParcelTrack] = {}
        self.unclear: dict[str, ParcelTrack] = {}
        self.held: dict[str, ParcelTrack] = {}
        self.size = 0  # bytes of source files; for a split parcel, only those of its parts
        self.pace = Pace()
        self._states: Counter[ParcelState] = Counter()
        self._held = 0  # open, and paused
        self._open_size = 0
        self._finished = 0.0  # bytes of source files of finished parcels
        self._delivered_size = 0
        for track in parcels:
            self.add(track)

    def add(self, track: ParcelTrack) -> None:
        """Adds a parcel."""
        self.parcels.append(track)
        self._count(track, 1)

    def apply(self, track: ParcelTrack, event: Event, now: float) -> None:
        """Applies an event of the engine."""
        self._count(track, -1)
        apply(track, event, now)
        self._count(track, 1)

    def hold(self, track: ParcelTrack, paused: bool) -> None:
        """Notes that an open parcel is held, or continues."""
        if paused != track.paused:
            track.paused = paused
            self._held += 1 if paused else -1

    def _count(self, track: ParcelTrack, sign: int) -> None:
        state = track.state
        self._states[state] += sign
        if state is not ParcelState.SPLIT:
            self.size += sign * track.size
        if not state.is_final:
            self._held += sign * track.paused
            self._open_size += sign * track.size
            if state is not ParcelState.WAITING:
                _keep(self.active, track, sign)
        elif state is not ParcelState.SPLIT:
            self._finished += sign * track.fraction * track.size
            if state.has_arrived:
                self._delivered_size += sign * track.size
            elif state is ParcelState.FAILED:
                _keep(self.failed, track, sign)
            elif state is ParcelState.UNCLEAR:
                _keep(self.unclear, track, sign)
            elif state is ParcelState.HELD:
                _keep(self.held, track, sign)

    @property
    def total(self) -> int:
        """How many parcels there are, without those that were split into smaller ones."""
        return len(self.parcels) - self._states[ParcelState.SPLIT]

    @property
    def delivered(self) -> int:
        """How many are proved to have arrived."""
        return self._states[ParcelState.DELIVERED]

    def count(self, state: ParcelState) -> int:
        """How many of its parcels are in this state."""
        return self._states[state]

    @property
    def cancelled(self) -> int:
        return self._states[ParcelState.CANCELLED]

    @property
    def fraction(self) -> float:
        """How much of the whole work is done, 0…1; parcels are weighted by bytes."""
        if not self.size:
            return 1.0 if self.is_over else 0.0
        active = sum(p.fraction * p.size for p in self.active.values())
        return min(1.0, (self._finished + active) / self.size)

    @property
    def _open(self) -> int:
        return len(self.parcels) - sum(n for s, n in self._states.items() if s.is_final)

    @property
    def is_over(self) -> bool:
        return not self._open

    @property
    def is_paused(self) -> bool:
        """Whether all unfinished parcels are paused."""
        return 0 < self._open == self._held

    def _on_the_wire(self) -> float:
        """Source bytes that were sent and aren't confirmed yet."""
        return sum(
            p.size * min(1.0, p.sent / p.to_send)
            for p in self.active.values()
            if p.state is ParcelState.SENDING and p.to_send
        )

    def sample(self, now: float) -> None:
        """Measures the pace, by the bytes that are sent."""
        self.pace.add(now, int(self._delivered_size + self._on_the_wire()))

    def rate(self, now: float) -> float | None:
        """Bytes per second on the wire, all parcels together."""
        sending = [p for p in self.active.values() if p.step is ParcelStep.SENDING]
        rates = [r for p in sending if (r := p.rate(now))]
        return sum(rates) if rates else None

    def seconds_left(self, now: float) -> float | None:
        """By the bytes that are sent: packing and verifying run in parallel."""
        if self.is_over or self.is_paused:
            return None
        return self.pace.seconds_left(int(self._open_size - self._on_the_wire()), now)

    def stalled(self, now: float) -> bool:
        """Whether parcels are being sent, but none makes progress."""
        sending = [p for p in self.active.values() if p.step is ParcelStep.SENDING]
        return bool(sending) and all(p.stalled(now) for p in sending)


def _keep(where: dict[str, ParcelTrack], track: ParcelTrack, sign: int) -> None:
    if sign > 0:
        where[track.parcel.id] = track
    else:
        where.pop(track.parcel.id, None)


@dataclass(frozen=True, slots=True)
class Problem:
    """Several failures of one kind, shown once."""

    error: GantryError
    parcels: tuple[ParcelTrack, ...]


def problems(job: JobTrack) -> list[Problem]:
    """Final failures and unclear parcels, one entry per kind, the most frequent first."""
    return [
        *_kinds(job.failed.values()),
        *_kinds(job.unclear.values()),
        *_kinds(job.held.values()),
    ]


def being_retried(job: JobTrack) -> list[Problem]:
    """Failures that are being retried, one entry per kind."""
    return _kinds(t for t in job.active.values() if t.step is ParcelStep.RETRYING)


def _kinds(tracks: Iterable[ParcelTrack]) -> list[Problem]:
    kinds: dict[str, list[ParcelTrack]] = {}
    for track in tracks:
        if track.error is not None:
            kinds.setdefault(track.error.code, []).append(track)
    found = []
    for group in kinds.values():
        error = group[0].error
        assert error is not None
        found.append(Problem(error, tuple(group)))
    return sorted(found, key=lambda p: -len(p.parcels))
