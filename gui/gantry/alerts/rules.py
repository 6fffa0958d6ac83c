"""Which events are told, and in what words: ids, counts, the destination's name; no patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from gantry.engine import events
from gantry.engine.transfer.answer import clean, host_of

SCHEMA = "gantry.alert/1"
Payload = dict[str, str | int | float]


@dataclass(slots=True)
class AlertRules:
    """Turns the events of jobs into what is told of them.

    Attributes:
        always: also tell of jobs in which nothing failed.
    """

    always: bool = False
    _destinations: dict[str, str] = field(default_factory=dict)

    def payload(self, event: events.Event) -> Payload | None:
        """What to tell of this event; None: nothing."""
        if isinstance(event, events.JobStarted):
            self._destinations[event.job] = _label(event.destination)
            return None
        if not isinstance(event, events.JobDone):
            return None
        destination = self._destinations.pop(event.job, "")
        if not (event.failed or self.always):
            return None
        state = "failed" if event.failed else "cancelled" if event.cancelled else "delivered"
        return {
            "schema": SCHEMA,
            "event": "job.done",
            "time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "job": event.job,
            "destination": destination,
            "state": state,
            "delivered": event.delivered,
            "failed": event.failed,
            "cancelled": event.cancelled,
            "seconds": round(event.seconds, 1),
        }


def _label(name: str) -> str:
    """A destination's name; of one that has none but its address, the host; of a folder, no path.

    A folder's path may be named after a patient.
    """
    if "://" in name and not name.lower().startswith("file:"):
        return clean(host_of(name), 200, " ")
    if name.lower().startswith("file:") or "/" in name or "\\" in name:
        return "folder"
    return clean(name, 200, " ")
