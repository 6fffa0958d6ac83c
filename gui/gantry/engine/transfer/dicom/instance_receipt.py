"""The receipt of a parcel whose instances were confirmed one by one, and the error if any lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, InstanceOutcome, Outcome, Receipt
from gantry.engine.times import now
from gantry.engine.transfer.dicom.instances import NotAllStored

_NAMED = 3  # how many instances that did not arrive are named in the message
_WORST_FIRST = (Outcome.REJECTED, Outcome.UNKNOWN, Outcome.ACCEPTED, Outcome.NOT_COMPARED)


def receipt_of(
    archive: Archive,
    instances: tuple[InstanceOutcome, ...],
    *,
    url: str,
    status: int | None,
    proof: str,
) -> Receipt:
    """The receipt of the whole parcel, with the worst outcome of its instances."""
    found = {instance.outcome for instance in instances}
    good = Outcome.STORED if Outcome.STORED in found else Outcome.ALREADY_THERE
    return Receipt(
        destination=url,
        time=now(),
        status=status,
        sha256=archive.sha256,
        size=archive.size,
        outcome=next((outcome for outcome in _WORST_FIRST if outcome in found), good),
        proof=proof,
        instances=instances,
    )


def not_all_stored(archive: Archive, receipt: Receipt, hopeful: Collection[int]) -> NotAllStored:
    """The error for a parcel that did not arrive completely.

    Args:
        hopeful: numbers of refused instances that another attempt may bring.
    """
    counts = Counter(instance.outcome for instance in receipt.instances)
    lacking = [n for n, o in enumerate(receipt.instances) if not o.outcome.is_taken]
    reasons = Counter(r for n in lacking if (r := receipt.instances[n].reason))
    (reason, _), *_ = reasons.most_common(1) or [("", 0)]
    arrived = len(receipt.instances) - len(lacking)
    files = [archive.files[n] for n in lacking[:_NAMED]]
    named = ", ".join(
        f"{f.sop_instance_uid} (series {f.series_instance_uid or '?'})" for f in files
    )
    more = len(lacking) - len(files)
    refused = {n for n in lacking if receipt.instances[n].outcome is Outcome.REJECTED}
    error = GantryError(
        ErrorCode.PARTLY_STORED if arrived else ErrorCode.REJECTED,
        facts={
            "stored": arrived,
            "rejected": counts[Outcome.REJECTED],
            "unknown": counts[Outcome.UNKNOWN],
            "count": len(receipt.instances),
            "instances": named + (f", … (+{more})" if more else ""),
        },
        private={"reason": reason},
        transient=refused.issubset(hopeful),
    )
    return NotAllStored(receipt, error)
