"""What is known of jobs in work: events and counters in, steps, speed and time left out. No Qt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gantry.engine import events
from gantry.engine.errors import GantryError
from gantry.engine.events import Event, Progress
from gantry.engine.parcel import Parcel, ParcelState, Receipt
from gantry.ui.models.pace import Pace

# What a step is worth of the whole way: reading is quick, the network is not.
_PACK_SHARE = 0.15
_PROVE_SHARE = 0.05


class Step(StrEnum):
    """What a parcel is doing, as people see it."""

    WAITING = "waiting"
    PACKING = "packing"
    PROVING = "proving"
    READY = "ready"
    SENDING = "sending"
    ANSWER = "answer"
    RETRYING = "retrying"
    PAUSED = "paused"
    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SPLIT = "split"


_FINAL_STEPS = {
    ParcelState.DELIVERED: Step.DELIVERED,
    ParcelState.FAILED: Step.FAILED,
    ParcelState.CANCELLED: Step.CANCELLED,
    ParcelState.SPLIT: Step.SPLIT,
}


@dataclass(slots=True)
class ParcelTrack:
    """One parcel: its state by the events, its counters by the last sample."""

    parcel: Parcel
    job: str
    row: int
    size: int
    state: ParcelState = ParcelState.WAITING
    attempt: int = 0
    packed: int = 0
    verified: int = 0
    sent: int = 0
    to_send: int = 0
    handed_over: bool = False
    paused: bool = False
    retry_at: float | None = None
    error: GantryError | None = None
    receipt: Receipt | None = None
    pace: Pace | None = None  # there while something moves

    @property
    def step(self) -> Step:
        if final := _FINAL_STEPS.get(self.state):
            return final
        if self.paused:
            return Step.PAUSED
        if self.retry_at is not None:
            return Step.RETRYING
        if self.state is ParcelState.PACKING:
            return Step.PROVING if self.verified else Step.PACKING
        if self.state is ParcelState.VERIFIED:
            return Step.READY
        if self.state is ParcelState.SENDING:
            return Step.ANSWER if self.handed_over else Step.SENDING
        return Step.WAITING

    @property
    def done(self) -> tuple[int, int]:
        """Bytes done and bytes in all of the present step."""
        if self.state in (ParcelState.DELIVERED, ParcelState.SPLIT):
            return self.size, self.size
        if self.state in (ParcelState.VERIFIED, ParcelState.SENDING):
            return self.sent, self.to_send
        return (self.verified or self.packed), self.size

    @property
    def fraction(self) -> float:
        """How much of the whole way is behind, 0…1."""
        if self.state is ParcelState.DELIVERED:
            return 1.0
        if self.state in (ParcelState.VERIFIED, ParcelState.SENDING):
            share = self.sent / self.to_send if self.to_send else 0.0
            return _PACK_SHARE + _PROVE_SHARE + min(1.0, share) * (1 - _PACK_SHARE - _PROVE_SHARE)
        if not self.size:
            return 0.0
        packed = min(1.0, self.packed / self.size)
        verified = min(1.0, self.verified / self.size)
        return packed * _PACK_SHARE + verified * _PROVE_SHARE

    def seconds_left(self, now: float) -> float | None:
        done, total = self.done
        if self.step not in (Step.PACKING, Step.PROVING, Step.SENDING):
            return None
        return self.pace.seconds_left(total - done, now) if self.pace else None

    def rate(self, now: float) -> float | None:
        if self.step not in (Step.PACKING, Step.PROVING, Step.SENDING):
            return None
        return self.pace.rate(now) if self.pace else None

    def stalled(self, now: float) -> bool:
        return self.step is Step.SENDING and self.pace is not None and self.pace.stalled(now)

    def sample(self, progress: Progress, now: float) -> bool:
        """Takes the counters over; says whether anything that is shown changed."""
        was = self.step
        before = (self.packed, self.verified, self.sent, self.to_send, self.retry_at)
        self.packed, self.verified = progress.packed, progress.verified
        self.sent, self.to_send = progress.sent, progress.to_send or self.to_send
        self.handed_over = progress.handed_over
        if self.retry_at is not None and now >= self.retry_at:
            self.retry_at = None
        step = self.step
        if step is not was:
            self.pace = None
        if step in (Step.PACKING, Step.PROVING, Step.SENDING):
            self.pace = self.pace or Pace()
            self.pace.add(now, self.done[0])
        now_is = (self.packed, self.verified, self.sent, self.to_send, self.retry_at)
        return before != now_is or step is not was or step in (Step.SENDING, Step.RETRYING)


class JobTrack:
    """One job and its parcels.

    It keeps sums beside them, so that no question takes longer the more parcels there are.
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
        self.active: dict[str, ParcelTrack] = {}  # being packed, ready, or on the wire
        self.failed: dict[str, ParcelTrack] = {}
        self.size = 0  # bytes of source files; of what was split, only its parts'
        self.pace = Pace()
        self._states: Counter[ParcelState] = Counter()
        self._held = 0  # open, and paused
        self._open_size = 0
        self._finished = 0.0  # bytes of source files behind, of what is over
        self._delivered_size = 0
        for track in parcels:
            self.add(track)

    def add(self, track: ParcelTrack) -> None:
        """Takes one more parcel."""
        self.parcels.append(track)
        self._count(track, 1)

    def apply(self, track: ParcelTrack, event: Event, now: float) -> None:
        """Moves a parcel on by what the engine said of it."""
        self._count(track, -1)
        apply(track, event, now)
        self._count(track, 1)

    def hold(self, track: ParcelTrack, paused: bool) -> None:
        """Notes that an open parcel is held, or goes on."""
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
            if state is ParcelState.DELIVERED:
                self._delivered_size += sign * track.size
            elif state is ParcelState.FAILED:
                _keep(self.failed, track, sign)

    @property
    def total(self) -> int:
        """How many parcels there are, but for those whose files travel as smaller ones now."""
        return len(self.parcels) - self._states[ParcelState.SPLIT]

    @property
    def delivered(self) -> int:
        return self._states[ParcelState.DELIVERED]

    @property
    def cancelled(self) -> int:
        return self._states[ParcelState.CANCELLED]

    @property
    def fraction(self) -> float:
        """How much of the whole way is behind, 0…1; parcels weigh as many bytes as they have."""
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
        """Whether everything that still has something to do is held."""
        return 0 < self._open == self._held

    def _on_the_wire(self) -> float:
        """Source bytes that have left this computer and aren't confirmed yet."""
        return sum(
            p.size * min(1.0, p.sent / p.to_send)
            for p in self.active.values()
            if p.state is ParcelState.SENDING and p.to_send
        )

    def sample(self, now: float) -> None:
        """Measures the pace: by what leaves at the end of the line."""
        self.pace.add(now, int(self._delivered_size + self._on_the_wire()))

    def rate(self, now: float) -> float | None:
        """Bytes per second on the wire, all parcels together."""
        sending = [p for p in self.active.values() if p.step is Step.SENDING]
        rates = [r for p in sending if (r := p.rate(now))]
        return sum(rates) if rates else None

    def seconds_left(self, now: float) -> float | None:
        """By what leaves at the end of the line: packing and proving happen beside it."""
        if self.is_over or self.is_paused:
            return None
        return self.pace.seconds_left(int(self._open_size - self._on_the_wire()), now)

    def stalled(self, now: float) -> bool:
        """Whether parcels are being sent, and of none anything moves."""
        sending = [p for p in self.active.values() if p.step is Step.SENDING]
        return bool(sending) and all(p.stalled(now) for p in sending)


def _keep(where: dict[str, ParcelTrack], track: ParcelTrack, sign: int) -> None:
    if sign > 0:
        where[track.parcel.id] = track
    else:
        where.pop(track.parcel.id, None)


@dataclass(frozen=True, slots=True)
class Problem:
    """Several failures of one kind: told once."""

    error: GantryError
    parcels: tuple[ParcelTrack, ...]


def problems(job: JobTrack) -> list[Problem]:
    """What went wrong for good, one entry a kind, the most frequent first."""
    return _kinds(job.failed.values())


def being_retried(job: JobTrack) -> list[Problem]:
    """What went wrong and is tried again, one entry a kind."""
    return _kinds(t for t in job.active.values() if t.step is Step.RETRYING)


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


def apply(track: ParcelTrack, event: Event, now: float) -> None:
    """Moves a parcel on by what the engine said of it."""
    match event:
        case events.ParcelPacking(attempt=attempt):
            _enter(track, ParcelState.PACKING, attempt)
            track.packed = track.verified = track.sent = 0
            track.handed_over = False
        case events.ParcelVerified(archive=archive):
            _enter(track, ParcelState.VERIFIED, track.attempt)
            track.packed = track.verified = track.size
            track.sent, track.to_send = 0, archive.size
        case events.ParcelSending(attempt=attempt):
            _enter(track, ParcelState.SENDING, attempt)
        case events.AttemptFailed(attempt=attempt, error=error, wait=wait):
            track.attempt, track.error = attempt, error
            track.retry_at = None if wait is None else now + wait
            track.pace = None
        case events.ParcelDelivered(receipt=receipt):
            _enter(track, ParcelState.DELIVERED, track.attempt)
            track.receipt, track.error = receipt, None
        case events.ParcelFailed(error=error):
            _enter(track, ParcelState.FAILED, track.attempt)
            track.error = error
        case events.ParcelCancelled():
            _enter(track, ParcelState.CANCELLED, track.attempt)
        case events.ParcelSplit(error=error):
            _enter(track, ParcelState.SPLIT, track.attempt)
            track.error = error
        case events.ParcelRetried():
            _enter(track, ParcelState.WAITING, 0)
            track.packed = track.verified = track.sent = 0
            track.handed_over, track.error = False, None
        case _:
            pass


def _enter(track: ParcelTrack, state: ParcelState, attempt: int) -> None:
    track.state, track.attempt = state, attempt
    track.retry_at = None
    track.pace = None
