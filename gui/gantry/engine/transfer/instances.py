"""What destinations of instances share: members out of the archive, and a ledger of outcomes."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, InstanceOutcome, Outcome, PackedFile, Receipt
from gantry.engine.transfer.destination import Shipment

SAVE_EVERY = 1.0  # seconds; what a kill forgets is sent again, and the server knows it by its UID
TWIN = "another file of this parcel has the same SOP Instance UID"
NO_UID = "the file has no SOP Instance UID"


class NotAllStored(GantryError):
    """Some instances did not arrive; `receipt` says of each what the server said."""

    def __init__(self, receipt: Receipt, error: GantryError) -> None:
        super().__init__(
            error.code, facts=error.facts, private=error.private, detail=error.detail,
            transient=error.transient, retry_after=error.retry_after,
        )  # fmt: skip
        self.receipt = receipt


class Ledger:
    """What is known of each instance of a shipment; may be written by several threads.

    Only delivered instances are kept as the shipment's position: `{"archive": sha256, "delivered":
    "0-41,43"}`, numbers being those of `archive.files`. Rejected ones get another chance.
    """

    def __init__(self, shipment: Shipment) -> None:
        self._shipment = shipment
        self.archive: Archive = shipment.archive
        self._outcomes: dict[int, InstanceOutcome] = {}
        self._lock = threading.Lock()
        self._saved_at = time.monotonic()
        self._restore()
        self._refuse_twins()

    def number(self, packed: PackedFile) -> int:
        """Where the archive's list has this file."""
        return self._numbers[packed.name]

    @property
    def is_begun(self) -> bool:
        """Whether an earlier attempt delivered something."""
        return any(o.outcome.is_delivered for o in self._outcomes.values())

    def outstanding(self) -> list[int]:
        """Numbers of the files of which nothing is known yet."""
        return [n for n in range(len(self.archive.files)) if n not in self._outcomes]

    def keep_only(self, held: Collection[str]) -> None:
        """Forgets deliveries that the server, asked again, does not know of."""
        self._outcomes = {
            number: outcome
            for number, outcome in self._outcomes.items()
            if not outcome.outcome.is_delivered or outcome.sop_instance_uid in held
        }

    def record(self, number: int, outcome: Outcome, reason: str = "") -> None:
        """Notes what the server said; the position is saved at most once a second."""
        uid = self.archive.files[number].sop_instance_uid
        with self._lock:
            self._outcomes[number] = InstanceOutcome(uid, outcome, reason)
            due = time.monotonic() - self._saved_at > SAVE_EVERY
        if due and outcome.is_delivered:
            self.save()

    def count_sent(self, more: int) -> None:
        """Counts bytes that went onto the wire; fewer when some must go again."""
        with self._lock:
            self._shipment.progress.sent += more

    def save(self) -> None:
        """Keeps the position now."""
        with self._lock:
            delivered = [n for n, o in self._outcomes.items() if o.outcome.is_delivered]
            self._saved_at = time.monotonic()
            state = {"archive": self.archive.sha256, "delivered": ranges(delivered)}
            self._shipment.position = json.dumps(state)
            held = sum(self.archive.files[n].size for n in delivered)
            self._shipment.confirmed = max(self._shipment.confirmed, held)
            self._shipment.save(self._shipment.position)

    def delivered_size(self) -> int:
        """Bytes of the files that are delivered."""
        return sum(
            self.archive.files[n].size
            for n, outcome in self._outcomes.items()
            if outcome.outcome.is_delivered
        )

    def confirm(self, held: Collection[str], found: Outcome = Outcome.STORED) -> None:
        """Applies the server's own list: what it holds and was not answered for is `found`; what it
        was said to have stored and does not hold is unknown."""
        for number, packed in enumerate(self.archive.files):
            known = self._outcomes.get(number)
            if packed.sop_instance_uid in held:
                if known is None or known.outcome is Outcome.UNKNOWN:
                    self.record(number, found)
            elif known is None or known.outcome.is_delivered:
                self.record(number, Outcome.UNKNOWN, "the server does not list it")

    def lacks(self, held: Collection[str]) -> bool:
        """Whether something that counts as delivered is not on the server's own list."""
        return any(
            o.outcome.is_delivered and o.sop_instance_uid not in held
            for o in self._outcomes.values()
        )

    def unknown(self) -> list[int]:
        """Numbers of the files of which the server's answers told nothing."""
        return [n for n, o in self._outcomes.items() if o.outcome is Outcome.UNKNOWN]

    def reopen(self) -> list[int]:
        """Forgets what is unknown, so that it is outstanding again; returns its numbers."""
        unknown = self.unknown()
        for number in unknown:
            del self._outcomes[number]
        return unknown

    def settle(
        self, url: str, *, status: int | None, proof: str, location: str = "", body: str = ""
    ) -> Receipt:
        """The receipt, if all are delivered.

        Raises:
            NotAllStored: with PARTLY_STORED, or REJECTED when not one was stored.
        """
        self.save()
        outcomes = tuple(
            self._outcomes.get(n, InstanceOutcome(f.sop_instance_uid, Outcome.UNKNOWN))
            for n, f in enumerate(self.archive.files)
        )
        counts = Counter(o.outcome for o in outcomes)
        delivered = counts[Outcome.STORED] + counts[Outcome.ALREADY_THERE]
        if counts[Outcome.REJECTED]:
            whole = Outcome.REJECTED
        elif counts[Outcome.UNKNOWN]:
            whole = Outcome.UNKNOWN
        else:
            whole = Outcome.STORED if counts[Outcome.STORED] else Outcome.ALREADY_THERE
        receipt = Receipt(
            destination=url, time=now(), status=status, sha256=self.archive.sha256,
            size=self.archive.size, outcome=whole, location=location, body=body, proof=proof,
            instances=outcomes,
        )  # fmt: skip
        if whole.is_delivered:
            return receipt
        reasons = Counter(o.reason for o in outcomes if not o.outcome.is_delivered and o.reason)
        (reason, _), *_ = reasons.most_common(1) or [("", 0)]
        raise NotAllStored(
            receipt,
            GantryError(
                ErrorCode.PARTLY_STORED if delivered else ErrorCode.REJECTED,
                facts={
                    "stored": delivered,
                    "rejected": counts[Outcome.REJECTED],
                    "unknown": counts[Outcome.UNKNOWN],
                    "count": len(outcomes),
                },
                private={"reason": reason},
                transient=counts[Outcome.REJECTED] == 0,
            ),
        )

    def _restore(self) -> None:
        files = self.archive.files
        self._numbers = {packed.name: n for n, packed in enumerate(files)}
        try:
            state = json.loads(self._shipment.position or "{}")
            delivered = (
                parse_ranges(state["delivered"], len(files))
                if state.get("archive") == self.archive.sha256
                else []
            )
        except (ValueError, KeyError, TypeError, AttributeError):
            delivered = []
        for n in delivered:
            self._outcomes[n] = InstanceOutcome(files[n].sop_instance_uid, Outcome.ALREADY_THERE)

    def _refuse_twins(self) -> None:
        """A server keeps one instance a UID: the second file would vanish without a word."""
        seen: dict[str, str] = {}
        for n, packed in enumerate(self.archive.files):
            uid = packed.sop_instance_uid
            if not uid:
                self._outcomes[n] = InstanceOutcome("", Outcome.REJECTED, NO_UID)
            elif seen.setdefault(uid, packed.sha256) != packed.sha256:
                self._outcomes[n] = InstanceOutcome(uid, Outcome.REJECTED, TWIN)


def ranges(numbers: Iterable[int]) -> str:
    """`0-2,5` for 0, 1, 2, 5."""
    parts: list[str] = []
    first = last = -2
    for n in sorted(numbers):
        if n == last + 1:
            last = n
            continue
        if first >= 0:
            parts.append(f"{first}-{last}" if last > first else str(first))
        first = last = n
    if first >= 0:
        parts.append(f"{first}-{last}" if last > first else str(first))
    return ",".join(parts)


def parse_ranges(text: str, count: int) -> list[int]:
    """The numbers below `count` that `ranges` wrote.

    Raises:
        ValueError: it did not write this.
    """
    numbers: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        numbers += range(int(first), min(int(last or first), count - 1) + 1)
    return numbers


def now() -> str:
    """RFC 3339, UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
