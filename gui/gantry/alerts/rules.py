"""Decides which events become alerts, and what they say: ids, counts, the destination's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import assert_never

from gantry.engine import events
from gantry.engine.text import drop_hidden
from gantry.engine.times import now
from gantry.engine.transfer.folder_path import is_folder_url
from gantry.engine.transfer.http.answer import host_of

SCHEMA = "gantry.alert/1"
Payload = dict[str, str | int | float]


@dataclass(slots=True)
class AlertRules:
    """Turns the events of jobs into alerts.

    Attributes:
        always: also alert on jobs in which nothing failed.
    """

    always: bool = False
    _destinations: dict[str, str] = field(default_factory=dict)

    def payload(self, event: events.Event) -> Payload | None:
        """The alert for this event; None: no alert."""
        match event:
            case events.JobStarted() | events.JobResumed():
                self._destinations[event.job] = _label(event.destination)
                return None
            case events.JobDone():
                return self._end(event)
            case events.ParcelPacking() | events.ParcelVerified() | events.ParcelSending():
                return None
            case events.SendPosition() | events.BodyHandedOver() | events.AttemptFailed():
                return None
            case events.ParcelArrived() | events.ParcelUnclear() | events.ParcelFailed():
                return None
            case events.ParcelHeld():
                return None
            case events.ParcelCancelled() | events.ParcelSplit() | events.ParcelRetried():
                return None
            case _:
                assert_never(event)

    def _end(self, event: events.JobDone) -> Payload | None:
        destination = self._destinations.pop(event.job, "")
        if not (event.is_trouble or self.always):
            return None
        return {
            "schema": SCHEMA,
            "event": "job.done",
            "time": now("seconds"),
            "job": event.job,
            "destination": destination,
            "state": _state(event),
            "delivered": event.delivered,
            "accepted": event.accepted,
            "incomplete": event.incomplete,
            "unclear": event.unclear,
            "held": event.held,
            "failed": event.failed,
            "cancelled": event.cancelled,
            "seconds": round(event.seconds, 1),
        }


def _state(done: events.JobDone) -> str:
    """The worst state of its parcels: a job is delivered only if all of it is."""
    counts = (
        ("failed", done.failed),
        ("unclear", done.unclear),
        ("held", done.held),
        ("incomplete", done.incomplete),
        ("cancelled", done.cancelled),
        ("accepted", done.accepted),
    )
    return next((state for state, number in counts if number), "delivered")


def _label(name: str) -> str:
    """A destination's name; the host of an unnamed one; for a folder, no path.

    A folder's path may be named after a patient.
    """
    if "://" in name and not is_folder_url(name):
        return drop_hidden(host_of(name), 200)
    if is_folder_url(name) or "/" in name or "\\" in name:
        return "folder"
    return drop_hidden(name, 200)
