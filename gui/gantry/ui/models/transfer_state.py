"""State of a running parcel: events and counters in, its step and pace out. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from gantry.engine import events
from gantry.engine.errors import GantryError
from gantry.engine.events import Event, Progress
from gantry.engine.parcel import Parcel, ParcelState, Receipt
from gantry.ui.models.pace import Pace

# The weight of a step in the total: reading is fast, the network is not.
_PACK_SHARE = 0.15
_PROVE_SHARE = 0.05


class ParcelStep(StrEnum):
    """What a parcel is doing, from the user's view."""

    WAITING = "waiting"
    PACKING = "packing"
    VERIFYING = "verifying"
    READY = "ready"
    SENDING = "sending"
    ANSWER = "answer"
    RETRYING = "retrying"
    PAUSED = "paused"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    UNCLEAR = "unclear"
    HELD = "held"
    INTERRUPTED = "interrupted"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SPLIT = "split"


FINAL_STEPS = {
    ParcelState.DELIVERED: ParcelStep.DELIVERED,
    ParcelState.ACCEPTED: ParcelStep.ACCEPTED,
    ParcelState.INCOMPLETE: ParcelStep.INCOMPLETE,
    ParcelState.UNCLEAR: ParcelStep.UNCLEAR,
    ParcelState.HELD: ParcelStep.HELD,
    ParcelState.FAILED: ParcelStep.FAILED,
    ParcelState.CANCELLED: ParcelStep.CANCELLED,
    ParcelState.SPLIT: ParcelStep.SPLIT,
}
# According to the history, which has states, not steps within them.
STEPS = FINAL_STEPS | {
    ParcelState.WAITING: ParcelStep.WAITING,
    ParcelState.PACKING: ParcelStep.PACKING,
    ParcelState.VERIFIED: ParcelStep.READY,
    ParcelState.SENDING: ParcelStep.SENDING,
    ParcelState.INTERRUPTED: ParcelStep.INTERRUPTED,
}


@dataclass(slots=True)
class ParcelTrack:
    """One parcel: its state from events, its counters from the last sample."""

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
    pace: Pace | None = None  # set while bytes move

    @property
    def step(self) -> ParcelStep:
        if final := FINAL_STEPS.get(self.state):
            return final
        if self.paused:
            return ParcelStep.PAUSED
        if self.retry_at is not None:
            return ParcelStep.RETRYING
        if self.state is ParcelState.PACKING:
            return ParcelStep.VERIFYING if self.verified else ParcelStep.PACKING
        if self.state is ParcelState.VERIFIED:
            return ParcelStep.READY
        if self.state is ParcelState.SENDING:
            return ParcelStep.ANSWER if self.handed_over else ParcelStep.SENDING
        return ParcelStep.WAITING

    @property
    def done(self) -> tuple[int, int]:
        """Bytes done and total bytes of the current step."""
        if self.state.has_arrived or self.state is ParcelState.SPLIT:
            return self.size, self.size
        if self.state in (ParcelState.VERIFIED, ParcelState.SENDING):
            return self.sent, self.to_send
        return (self.verified or self.packed), self.size

    @property
    def fraction(self) -> float:
        """How much of the whole work is done, 0…1."""
        if self.state.has_arrived or self.state is ParcelState.UNCLEAR:
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
        if self.step not in (ParcelStep.PACKING, ParcelStep.VERIFYING, ParcelStep.SENDING):
            return None
        return self.pace.seconds_left(total - done, now) if self.pace else None

    def rate(self, now: float) -> float | None:
        if self.step not in (ParcelStep.PACKING, ParcelStep.VERIFYING, ParcelStep.SENDING):
            return None
        return self.pace.rate(now) if self.pace else None

    def stalled(self, now: float) -> bool:
        return self.step is ParcelStep.SENDING and self.pace is not None and self.pace.stalled(now)

    def sample(self, progress: Progress, now: float) -> bool:
        """Updates the counters; returns whether anything visible has changed."""
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
        if step in (ParcelStep.PACKING, ParcelStep.VERIFYING, ParcelStep.SENDING):
            self.pace = self.pace or Pace()
            self.pace.add(now, self.done[0])
        now_is = (self.packed, self.verified, self.sent, self.to_send, self.retry_at)
        return (
            before != now_is or step is not was or step in (ParcelStep.SENDING, ParcelStep.RETRYING)
        )


def apply(track: ParcelTrack, event: Event, now: float) -> None:
    """Applies an event of the engine."""
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
        case events.ParcelArrived(receipt=receipt, state=state):
            _enter(track, state, track.attempt)
            track.receipt, track.error = receipt, None
        case events.ParcelUnclear(error=error):
            _enter(track, ParcelState.UNCLEAR, track.attempt)
            track.error = error
        case events.ParcelHeld(error=error):
            _enter(track, ParcelState.HELD, track.attempt)
            track.error = error
        case events.ParcelFailed(error=error):
            _enter(track, ParcelState.FAILED, track.attempt)
            track.error = error
        case events.ParcelCancelled():
            _enter(track, ParcelState.CANCELLED, track.attempt)
        case events.ParcelSplit(error=error):
            _enter(track, ParcelState.SPLIT, track.attempt)
            track.error = error
        case events.ParcelRetried(treatment=treatment):
            _enter(track, ParcelState.WAITING, 0)
            if treatment is not None:
                track.parcel = replace(track.parcel, treatment=treatment)
            track.packed = track.verified = track.sent = 0
            track.handed_over, track.error = False, None
        case events.SendPosition() | events.BodyHandedOver():
            pass
        case events.JobStarted() | events.JobResumed() | events.JobDone():
            pass
        case _:
            assert_never(event)


def _enter(track: ParcelTrack, state: ParcelState, attempt: int) -> None:
    track.state, track.attempt = state, attempt
    track.retry_at = None
    track.pace = None
