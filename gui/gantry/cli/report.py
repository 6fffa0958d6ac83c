"""Reports the events of a job for `send` and `resume`, as JSON or in words."""

from __future__ import annotations

import dataclasses
from typing import assert_never

from gantry.cli.output import Output
from gantry.cli.scan import plural
from gantry.engine import events
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.held import files_in
from gantry.engine.parcel import Outcome, ParcelState, Receipt


class Report:
    """Reports each event: as JSON, or in words if it matters to people."""

    def __init__(self, output: Output, labels: dict[str, str]) -> None:
        self._output = output
        self._labels = labels
        self._unread: dict[str, int] = {}
        self._said: dict[str, ErrorCode] = {}

    def __call__(self, event: events.Event) -> None:
        emit, text = self._output.emit, self._output.text
        match event:
            case events.JobStarted(job=job, destination=name, url=url, parcels=parcels):
                self._unread.update({p.id: p.unread for p in parcels})
                emit("job", job=job, destination=name, url=url, parcels=[p.id for p in parcels])
            case events.JobResumed(job=job, destination=name, url=url, parcels=parcels):
                self._unread.update({p.id: p.unread for p in parcels})
                ids = [p.id for p in parcels]
                emit("job", job=job, destination=name, url=url, parcels=ids, resumed=True)
            case events.ParcelPacking(parcel=parcel, attempt=attempt):
                emit("packing", parcel=parcel, attempt=attempt)
            case events.ParcelVerified(parcel=parcel, archive=archive):
                emit(
                    "verified",
                    parcel=parcel,
                    files=len(archive.files),
                    size=archive.size,
                    sha256=archive.sha256,
                    seconds=round(event.pack_seconds + event.verify_seconds, 3),
                )
            case events.ParcelSending(parcel=parcel, attempt=attempt):
                emit("sending", parcel=parcel, attempt=attempt)
            case events.AttemptFailed(parcel=parcel, error=error, wait=wait):
                if wait is not None:
                    self._output.say(f"{self._labels[parcel]}: trying again in {wait:.0f} s.")
                    told = self._said.get(parcel) is error.code
                    self._said[parcel] = error.code
                    self._output.error(
                        error, told=told, parcel=parcel, attempt=event.attempt, wait=wait
                    )
            case events.ParcelArrived(parcel=parcel, receipt=receipt, state=state):
                self._arrived(parcel, receipt, state)
            case events.ParcelUnclear(parcel=parcel, error=error):
                text(f"UNCLEAR    {self._labels[parcel]}")
                self._output.error(error, parcel=parcel, final=True, state="unclear")
            case events.ParcelHeld(parcel=parcel, error=error):
                self._held(parcel, error)
            case events.ParcelSplit(parcel=parcel, parts=parts):
                self._labels.update({p.id: p.label or p.id for p in parts})
                self._unread.update({p.id: p.unread for p in parts})
                emit("split", parcel=parcel, parcels=[p.id for p in parts], limit=event.limit)
                text(f"split      {self._labels[parcel]}  into {len(parts)}: it was too big")
            case events.ParcelFailed(parcel=parcel, error=error):
                text(f"FAILED     {self._labels[parcel]}")
                self._output.error(error, parcel=parcel, final=True, state="failed")
            case events.ParcelCancelled(parcel=parcel):
                emit("cancelled", parcel=parcel, state="cancelled")
                text(f"cancelled  {self._labels[parcel]}")
            case events.JobDone():
                text(_counted(event))
            case events.SendPosition() | events.BodyHandedOver() | events.ParcelRetried():
                pass
            case _:
                assert_never(event)

    def _held(self, parcel: str, error: GantryError) -> None:
        """Reports each held file by its number in the parcel: its name may name the patient."""
        files = files_in(error)
        self._output.text(f"HELD       {self._labels[parcel]}")
        for file in files:
            self._output.emit(
                "held_file",
                parcel=parcel,
                file=file.number,
                rule=file.rule,
                path=file.place.split(" > ") if file.place else [],
                value=file.value,
            )
        self._output.error(error, parcel=parcel, final=True, state="held")
        self._output.say(
            f"`gantry-cli settle {parcel} --skip-held` sends the rest of it, `--again` tries it by "
            "the rules of today."
        )

    def _arrived(self, parcel: str, receipt: Receipt, state: ParcelState) -> None:
        """Reports `delivered` and the weaker states; standard error names unproved arrivals."""
        label = self._labels[parcel]
        self._output.emit(
            state.value,
            parcel=parcel,
            state=state.value,
            outcome=receipt.outcome.value,
            proof=receipt.proof,
            unread=self._unread.get(parcel, 0),
            receipt=dataclasses.asdict(receipt),
        )
        self._output.text(f"{state.value:<10} {label}  {receipt.location}".rstrip())
        if not receipt.is_proved:
            self._output.say(f"{label}: {_doubt(receipt)}")
        if unread := self._unread.get(parcel, 0):
            were = "was" if unread == 1 else "were"
            self._output.say(
                f"{label}: {unread} {plural(unread, 'file')} of it could not be read and {were} "
                "not sent."
            )


def _counted(done: events.JobDone) -> str:
    """`2 delivered, 1 failed in 3.1 s`; the weaker states only if they occur."""
    counts = (
        (done.delivered, "delivered", True),
        (done.accepted, "accepted, not proved", False),
        (done.incomplete, "incomplete", False),
        (done.unclear, "unclear", False),
        (done.held, "held", False),
        (done.failed, "failed", True),
        (done.cancelled, "cancelled", True),
    )
    said = ", ".join(f"{number} {name}" for number, name, always in counts if number or always)
    return f"{said} in {done.seconds:.1f} s"


def _doubt(receipt: Receipt) -> str:
    """Why an arrival is not proved."""
    if receipt.instances:
        count = len(receipt.instances)
        outcomes = [i.outcome for i in receipt.instances]
        said = []
        if lacking := outcomes.count(Outcome.ACCEPTED):
            said.append(f"the server lists {count - lacking} of {count} images")
        if older := outcomes.count(Outcome.NOT_COMPARED):
            said.append(
                f"it may have had {older} of {count} images before, under the same UIDs, and their "
                "content was not compared"
            )
        return f"accepted, not proved: {'; '.join(said)}."
    if receipt.outcome is Outcome.ACCEPTED:
        words = " ".join(receipt.body.split())[:300]
        answer = f" It answered: {words}" if words else " Its answer was empty."
        return f"accepted, but the server does not say that it was stored.{answer}"
    return (
        "accepted; the server may have had some of it before, under the same UIDs, and its "
        "content was not compared."
    )
