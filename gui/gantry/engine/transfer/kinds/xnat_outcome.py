"""The outcome of an import into XNAT: which instances existed before, and which exist now."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import InstanceOutcome, Outcome, Receipt
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.dicom.instances import NO_UID, TWIN, NotAllStored
from gantry.engine.transfer.dicom.ranges import parse_ranges, ranges
from gantry.engine.transfer.http.answer import host_of
from gantry.engine.transfer.kinds.xnat_names import NamedFiles


@dataclass(frozen=True, slots=True)
class Begun:
    """A shipment's position: that it was sent, and what the session contained before.

    Attributes:
        numbers: of the archive's instances that already existed; None: unknown.
    """

    numbers: frozenset[int] | None

    @staticmethod
    def of(shipment: Shipment) -> Begun | None:
        """What was saved for this archive."""
        try:
            state = json.loads(shipment.position or "{}")
            if state.get("archive") != shipment.archive.sha256:
                return None
            before, count = state["before"], len(shipment.archive.files)
            return Begun(None if before is None else frozenset(parse_ranges(before, count)))
        except (ValueError, KeyError, TypeError, AttributeError):
            return None

    @staticmethod
    def save(shipment: Shipment, before: frozenset[int] | None) -> None:
        """Saves the position; call it before the first byte is sent."""
        known = None if before is None else ranges(before)
        shipment.position = json.dumps({"archive": shipment.archive.sha256, "before": known})
        shipment.save(shipment.position)


def outcomes_of(
    shipment: Shipment, held: NamedFiles, there: Outcome
) -> tuple[InstanceOutcome, ...]:
    """The outcome of each instance. Of two files with one UID, XNAT keeps the last."""
    begun, files = Begun.of(shipment), shipment.archive.files
    before = begun.numbers if begun else None
    uids = Counter(f.sop_instance_uid for f in files)
    made = []
    for number, packed in enumerate(files):
        uid = packed.sop_instance_uid
        if number not in held.numbers:
            reason = TWIN if uids[uid] > 1 and uid else "" if uid else NO_UID
            made.append(InstanceOutcome(uid, Outcome.REJECTED, reason))
        else:
            sure = before is not None and number not in before
            made.append(InstanceOutcome(uid, there if sure else Outcome.NOT_COMPARED))
    return tuple(made)


def not_all(receipt: Receipt, stored: int) -> NotAllStored:
    """The error for an import of which XNAT has only this many files."""
    count = len(receipt.instances)
    reasons = [i.reason for i in receipt.instances if not i.outcome.is_taken]
    return NotAllStored(
        receipt,
        GantryError(
            ErrorCode.PARTLY_STORED if stored else ErrorCode.REJECTED,
            facts={
                "host": host_of(receipt.destination),
                "stored": stored,
                "rejected": count - stored,
                "count": count,
            },
            private={"reason": next(filter(None, reasons), "")},
            detail=f"XNAT's session has {stored} files of {count}",
        ),
    )
