"""Records what is known of each instance of a shipment, for the next attempt to build on."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection

from gantry.engine.errors import GantryError
from gantry.engine.parcel import Archive, InstanceOutcome, Outcome, PackedFile, Receipt
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.dicom.instance_receipt import not_all_stored, receipt_of
from gantry.engine.transfer.dicom.instances import unsendable
from gantry.engine.transfer.dicom.position import Position, parse_position
from gantry.engine.transfer.dicom.suspects import Suspects

SAVE_EVERY = 1.0  # seconds; what a kill loses is sent again, under the same UID
BEFORE = "the server may have had it before"
UNLISTED = "the server does not list it"


class Ledger:
    """Records outcomes from several threads, and stores them as the shipment's `Position`.

    Attributes:
        has_looked: whether what the server listed before the first send is known.
    """

    def __init__(self, shipment: Shipment) -> None:
        self._shipment = shipment
        self.archive: Archive = shipment.archive
        self._outcomes: dict[int, InstanceOutcome] = {}
        self._before: set[int] | None = None
        self._refused: set[int] = set()
        self._aside: dict[int, bool] = {}  # set aside: whether another attempt may help
        self._proved: set[int] = set()  # the content was compared, or the server said it is new
        self._unanswered: set[int] = set()  # known only from the server's list
        self._lock = threading.RLock()
        self._saved_at = time.monotonic()
        self.has_looked = False
        self.suspects = Suspects()
        self._numbers = {packed.name: n for n, packed in enumerate(self.archive.files)}
        self._restore()
        self._outcomes |= unsendable(self.archive.files)

    def number(self, packed: PackedFile) -> int:
        """The index of this file in the archive's list."""
        return self._numbers[packed.name]

    @property
    def is_begun(self) -> bool:
        """Whether the server accepted any of it, in this attempt or an earlier one."""
        return self.count_taken() > 0

    def count_taken(self) -> int:
        """How many instances the server has accepted so far."""
        with self._lock:
            return sum(o.outcome.is_taken for o in self._outcomes.values())

    @property
    def has_all(self) -> bool:
        """Whether the server accepted every instance."""
        return len(self._outcomes) == len(self.archive.files) and all(
            o.outcome.is_taken for o in self._outcomes.values()
        )

    @property
    def has_refusals(self) -> bool:
        """Whether an instance was refused in an earlier attempt and not accepted since."""
        return bool(self._refused)

    def outstanding(self) -> list[int]:
        """Numbers of the files whose outcome is unknown."""
        return [n for n in range(len(self.archive.files)) if n not in self._outcomes]

    def clean(self) -> list[int]:
        """The outstanding ones that have not failed so far."""
        suspects = self.suspects.numbers
        return [n for n in self.outstanding() if n not in suspects]

    def look(self, held: Collection[str] | None) -> None:
        """Records what the server lists before the first send; None: it could not be asked.

        Returns when it is stored, so that after a kill nothing older is mistaken for ours.
        """
        if held is not None:
            self._before = {
                n
                for n, packed in enumerate(self.archive.files)
                if packed.sop_instance_uid in held and n not in self._outcomes
            }
        self.has_looked = True
        self.save()

    def compare_with(self, held: Collection[str]) -> None:
        """Compares an earlier attempt's outcomes with what the server lists now: what it does
        not list is sent again; what it lists, and did not before, has arrived."""
        self._outcomes = {
            number: outcome
            for number, outcome in self._outcomes.items()
            if not outcome.outcome.is_taken or outcome.sop_instance_uid in held
        }
        for number in self.clean():
            uid = self.archive.files[number].sop_instance_uid
            if uid in held and self.is_ours(number) and number not in self._refused:
                self.record(number, Outcome.ALREADY_THERE)
                self._unanswered.add(number)

    def is_ours(self, number: int) -> bool:
        """Whether what the server lists under this file's UID can only be what Gantry sent."""
        return self._before is not None and number not in self._before

    def is_open(self, number: int) -> bool:
        """Whether its outcome is unknown."""
        return number not in self._outcomes

    def record(
        self, number: int, outcome: Outcome, reason: str = "", *, proved: bool = False
    ) -> None:
        """Records an outcome; the position is saved at most once a second.

        Args:
            proved: the content was compared, so it does not matter what was listed before.
        """
        uid = self.archive.files[number].sop_instance_uid
        with self._lock:
            if proved:
                self._proved.add(number)
                (self._before or set()).discard(number)
            elif outcome.is_delivered and number in (self._before or ()):
                outcome, reason = Outcome.NOT_COMPARED, reason or BEFORE
            elif outcome is Outcome.NOT_COMPARED:
                reason = reason or BEFORE
            self._outcomes[number] = InstanceOutcome(uid, outcome, reason)
            self._unanswered.discard(number)
            if outcome.is_taken:
                self._refused.discard(number)
                self._aside.pop(number, None)
                self.suspects.took()
            elif outcome is Outcome.REJECTED:
                self._refused.add(number)
            due = time.monotonic() - self._saved_at > SAVE_EVERY
        if due and outcome.is_taken:
            self.save()

    def suspect(self, numbers: list[int]) -> None:
        """Marks these files to be tried last."""
        with self._lock:
            self.suspects.add(numbers)

    def failed(self, numbers: list[int], error: GantryError) -> None:
        """Notes that these files failed; they are tried last.

        Raises:
            GantryError: `error`, if the server itself is failing.
        """
        with self._lock:
            self.suspects.failed(numbers, error)

    def set_aside(self, number: int, error: GantryError, *, busy: bool = False) -> None:
        """Sets a suspect aside that failed again while the server accepts others.

        Args:
            busy: the server only says that it is busy, which is temporary.

        Raises:
            GantryError: `error`, if the server itself is failing.
        """
        with self._lock:
            left = len(self.outstanding())
            if self.suspects.is_servers_fault(left, self.count_taken()):
                raise error
            reason = str(error.private.get("words") or error.detail or error.code.value)
            uid = self.archive.files[number].sop_instance_uid
            self._outcomes[number] = InstanceOutcome(uid, Outcome.REJECTED, reason)
            self._aside[number] = busy

    def count_sent(self, more: int) -> None:
        """Counts sent bytes; subtracts those that must be sent again."""
        with self._lock:
            self._shipment.progress.sent += more

    def save(self) -> None:
        """Stores the position now."""
        with self._lock:
            delivered = {
                n
                for n, o in self._outcomes.items()
                if o.outcome.is_delivered or (o.outcome.is_taken and n not in self._unanswered)
            }
            self._saved_at = time.monotonic()
            self._shipment.position = Position(
                delivered=delivered,
                not_compared=delivered.intersection(self.not_compared()),
                has_looked=self.has_looked,
                before=self._before,
                refused=self._refused,
                suspects=self.suspects.groups,
            ).text(self.archive.sha256)
            held = sum(self.archive.files[n].size for n in delivered)
            self._shipment.confirmed = max(self._shipment.confirmed, held)
            self._shipment.save(self._shipment.position)

    def delivered_size(self) -> int:
        """Bytes of the files that the server accepted."""
        return sum(
            self.archive.files[n].size
            for n, outcome in self._outcomes.items()
            if outcome.outcome.is_taken
        )

    def confirm(
        self,
        held: Collection[str],
        found: Outcome = Outcome.STORED,
        unlisted: Outcome = Outcome.UNKNOWN,
    ) -> None:
        """Applies the server's own list: what it holds without having confirmed it is `found`; what
        it confirmed but does not hold is `unlisted`.

        What may have been there before is neither, because its content was not compared.
        """
        for number, packed in enumerate(self.archive.files):
            known = self._outcomes.get(number)
            is_open = known is None or known.outcome is Outcome.UNKNOWN
            if packed.sop_instance_uid in held:
                if is_open:
                    ours = self.is_ours(number)
                    self.record(number, found if ours else Outcome.NOT_COMPARED)
                    self._unanswered.add(number)
                elif known and known.outcome.is_delivered and self._is_doubtful(number):
                    self.record(number, Outcome.NOT_COMPARED)
            elif known is None or known.outcome.is_delivered:
                taken = known is not None and unlisted.is_taken
                self.record(number, unlisted if taken else Outcome.UNKNOWN, UNLISTED)

    def _is_doubtful(self, number: int) -> bool:
        """Whether a good answer may refer to an older file: there is a list now, but there was
        none before the first send."""
        return self._before is None and number not in self._proved

    def not_compared(self) -> list[int]:
        """Numbers of the files whose UIDs may belong to other files on the server."""
        return [n for n, o in self._outcomes.items() if o.outcome is Outcome.NOT_COMPARED]

    def unanswered(self) -> list[int]:
        """Numbers of the files that are known only from the server's list."""
        return sorted(self._unanswered)

    def lacks(self, held: Collection[str]) -> bool:
        """Whether something that the server accepted is missing from its own list."""
        return any(
            o.outcome.is_delivered and o.sop_instance_uid not in held
            for o in self._outcomes.values()
        )

    def unknown(self) -> list[int]:
        """Numbers of the files that the server's answers did not mention."""
        return [n for n, o in self._outcomes.items() if o.outcome is Outcome.UNKNOWN]

    def reopen(self) -> list[int]:
        """Makes the unknown files outstanding again; returns their numbers."""
        unknown = self.unknown()
        for number in unknown:
            del self._outcomes[number]
        return unknown

    def settle(self, url: str, *, status: int | None, proof: str) -> Receipt:
        """The receipt, if the server accepted everything.

        Raises:
            NotAllStored: with PARTLY_STORED, or REJECTED if none was stored.
        """
        self.save()
        outcomes = tuple(
            self._outcomes.get(n, InstanceOutcome(f.sop_instance_uid, Outcome.UNKNOWN))
            for n, f in enumerate(self.archive.files)
        )
        receipt = receipt_of(self.archive, outcomes, url=url, status=status, proof=proof)
        if not receipt.outcome.is_taken:
            # Those set aside get another attempt as long as attempts deliver more.
            hopeful = {n for n, busy in self._aside.items() if busy or self.suspects.taken}
            raise not_all_stored(self.archive, receipt, hopeful)
        return receipt

    def _restore(self) -> None:
        files = self.archive.files
        kept = parse_position(self._shipment.position, self.archive.sha256, len(files))
        self.has_looked, self._before = kept.has_looked, kept.before
        self._refused = kept.refused
        self.suspects = Suspects(kept.suspects)
        for n in kept.delivered:
            uid = files[n].sop_instance_uid
            doubtful = n in kept.not_compared
            self._outcomes[n] = InstanceOutcome(
                uid,
                Outcome.NOT_COMPARED if doubtful else Outcome.ALREADY_THERE,
                BEFORE if doubtful else "",
            )
