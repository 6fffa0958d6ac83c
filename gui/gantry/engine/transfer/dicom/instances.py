"""Instances that did not arrive: the error that says so, and those that can't be sent at all."""

from __future__ import annotations

from collections.abc import Sequence

from gantry.engine.errors import GantryError
from gantry.engine.parcel import InstanceOutcome, Outcome, PackedFile, Receipt

TWIN = "another file of this parcel has the same SOP Instance UID"
NO_UID = "the file has no SOP Instance UID"


class NotAllStored(GantryError):
    """Some instances did not arrive; `receipt` has the server's answer for each."""

    def __init__(self, receipt: Receipt, error: GantryError) -> None:
        super().__init__(
            error.code, facts=error.facts, private=error.private, detail=error.detail,
            transient=error.transient, retry_after=error.retry_after,
        )  # fmt: skip
        self.receipt = receipt


def unsendable(files: Sequence[PackedFile]) -> dict[int, InstanceOutcome]:
    """The instances that can't be sent: a server keeps one instance per UID, and would silently
    drop a second file with it."""
    refused: dict[int, InstanceOutcome] = {}
    seen: dict[str, str] = {}
    for number, packed in enumerate(files):
        uid = packed.sop_instance_uid
        if not uid:
            refused[number] = InstanceOutcome("", Outcome.REJECTED, NO_UID)
        elif seen.setdefault(uid, packed.sha256) != packed.sha256:
            refused[number] = InstanceOutcome(uid, Outcome.REJECTED, TWIN)
    return refused
