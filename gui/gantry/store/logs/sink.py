"""Logs engine events."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import assert_never

from gantry.engine import events
from gantry.engine.errors import GantryError
from gantry.engine.parcel import Parcel, ParcelState
from gantry.store.logs.line import allowed
from gantry.store.salt import salted

_log = logging.getLogger("gantry.job")
_STEPS = {
    "pack": "archive.pack.failed",
    "verify": "archive.verify.failed",
    "send": "transfer.send.failed",
}
_ARRIVALS = {
    ParcelState.DELIVERED: ("Delivered.", logging.INFO),
    ParcelState.ACCEPTED: ("Accepted, not proved.", logging.INFO),
    ParcelState.INCOMPLETE: (
        "All that was packed arrived; files could not be read.",
        logging.WARNING,
    ),
}
_PATHS = ("path", "file", "folder", "source")


class LogSink:
    """A `Sink` that logs a job's events: ids, numbers and codes; paths as salted hashes."""

    def __init__(self, salt: bytes) -> None:
        self._salt = salt
        self._destinations: dict[str, str] = {}

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.JobStarted():
                self._job_started(event)
            case events.JobResumed():
                self._destinations[event.job] = event.destination
                self._say("job.resumed", "A job was resumed.", {"job": event.job})
            case events.ParcelPacking():
                self._step("archive.pack.started", "Packing.", event)
            case events.ParcelVerified():
                self._verified(event)
            case events.ParcelSending():
                self._step("transfer.started", "Sending.", event)
            case events.SendPosition():
                context = {"job": event.job, "parcel": event.parcel}
                self._say("transfer.position", "A part arrived.", context, logging.DEBUG)
            case events.BodyHandedOver():
                self._handed_over(event)
            case events.AttemptFailed():
                self._attempt_failed(event)
            case events.ParcelArrived():
                self._arrived(event)
            case events.ParcelUnclear():
                unclear = {**self._error(event.error), "job": event.job, "parcel": event.parcel}
                text = "A parcel may have arrived: no answer came."
                self._say("parcel.unclear", text, unclear, logging.WARNING)
            case events.ParcelHeld():
                held = {**self._error(event.error), "job": event.job, "parcel": event.parcel}
                text = "A parcel is held: files of it must not be sent as they would be."
                self._say("parcel.held", text, held, logging.WARNING)
            case events.ParcelFailed():
                failed = {**self._error(event.error), "job": event.job, "parcel": event.parcel}
                self._say("parcel.failed", "A parcel failed.", failed, logging.ERROR)
            case events.ParcelCancelled():
                context = {"job": event.job, "parcel": event.parcel}
                self._say("parcel.cancelled", "A parcel was cancelled.", context)
            case events.ParcelSplit():
                self._split(event)
            case events.ParcelRetried():
                context = {"job": event.job, "parcel": event.parcel}
                self._say("parcel.retried", "A parcel waits again.", context)
            case events.JobDone():
                self._job_done(event)
            case _:
                assert_never(event)

    def _job_started(self, event: events.JobStarted) -> None:
        self._destinations[event.job] = event.destination
        files = sum(len(p.files) for p in event.parcels)
        size = sum(p.size for p in event.parcels)
        context = {"job": event.job, "parcels": len(event.parcels), "files": files, "bytes": size}
        self._say("job.started", "A job was made.", context)
        self._made(event.job, event.parcels)

    def _made(self, job: str, parcels: tuple[Parcel, ...]) -> None:
        for parcel in parcels:
            # The original UID would link an upload without a patient to the patient's study.
            made = {
                "job": job,
                "parcel": parcel.id,
                "study": "" if parcel.treatment.deidentified else parcel.study_uid,
                "files": len(parcel.files),
                "bytes": parcel.size,
            }
            self._say("parcel.made", "A parcel was made.", made)

    def _handed_over(self, event: events.BodyHandedOver) -> None:
        context = {"job": event.job, "parcel": event.parcel, "whole": event.whole}
        self._say("transfer.handed_over", "The end of a parcel goes out.", context, logging.DEBUG)

    def _verified(self, event: events.ParcelVerified) -> None:
        context = {
            "job": event.job,
            "parcel": event.parcel,
            "attempt": event.attempt,
            "bytes": event.archive.size,
            "files": len(event.archive.files),
            "seconds": event.pack_seconds + event.verify_seconds,
            "pack_seconds": event.pack_seconds,
            "verify_seconds": event.verify_seconds,
        }
        self._say("archive.verified", "Packed and verified.", context)

    def _attempt_failed(self, event: events.AttemptFailed) -> None:
        context = {
            "job": event.job,
            "parcel": event.parcel,
            "attempt": event.attempt,
            "step": event.step,
            "wait": event.wait,
            **self._error(event.error),
        }
        name = _STEPS.get(event.step, "attempt.failed")
        self._say(name, "An attempt failed.", context, logging.WARNING)

    def _arrived(self, event: events.ParcelArrived) -> None:
        context = {
            "job": event.job,
            "parcel": event.parcel,
            "attempt": event.attempt,
            "bytes": event.receipt.size,
            "seconds": event.seconds,
            "status": event.receipt.status,
            "outcome": event.receipt.outcome.value,
            "proof": event.receipt.proof,
        }
        text, level = _ARRIVALS[event.state]
        self._say(f"parcel.{event.state.value}", text, context, level)

    def _split(self, event: events.ParcelSplit) -> None:
        context = {
            "job": event.job,
            "parcel": event.parcel,
            "parcels": len(event.parts),
            "limit": event.limit,
            **self._error(event.error),
        }
        self._say("parcel.split", "A parcel was too big; smaller ones take its place.", context)
        self._made(event.job, event.parts)

    def _job_done(self, event: events.JobDone) -> None:
        context = {
            "job": event.job,
            "delivered": event.delivered,
            "failed": event.failed,
            "cancelled": event.cancelled,
            "accepted": event.accepted,
            "incomplete": event.incomplete,
            "unclear": event.unclear,
            "held": event.held,
            "seconds": event.seconds,
        }
        level = logging.WARNING if event.is_trouble else logging.INFO
        self._say("job.done", "A job is over.", context, level)
        self._destinations.pop(event.job, None)

    def _step(
        self, name: str, message: str, event: events.ParcelPacking | events.ParcelSending
    ) -> None:
        context = {"job": event.job, "parcel": event.parcel, "attempt": event.attempt}
        self._say(name, message, context)

    def _error(self, error: GantryError) -> dict[str, object]:
        """The error's code, its facts that may be logged, and its path as a hash."""
        found = allowed(error.facts)
        found.pop("job", None)
        found.pop("parcel", None)
        found.pop("path", None)
        found.pop("member", None)  # its name is made of UIDs
        for name in _PATHS:
            if isinstance(path := error.private.get(name), str):
                found["path"] = salted(self._salt, path)
                break
        return {**found, "error": error.code.value}

    def _say(
        self, name: str, message: str, context: Mapping[str, object], level: int = logging.INFO
    ) -> None:
        job = context.get("job")
        extra = {"event": name, **allowed(context)}
        if isinstance(job, str) and job in self._destinations:
            extra.setdefault("destination", self._destinations[job])
        _log.log(level, message, extra=extra)
