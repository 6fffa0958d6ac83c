"""Sends instances: asks the server what it lists, sends what is left, then asks again."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import IO

from gantry.engine.cancel import Cancelled
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, PackedFile, Receipt
from gantry.engine.proof import Proof
from gantry.engine.transfer.destination import Destination, Shipment
from gantry.engine.transfer.dicom.instances import NotAllStored
from gantry.engine.transfer.dicom.ledger import Ledger
from gantry.engine.transfer.dicom.same_content import same_content, temporary

SETTLE_WAITS = (0.5, 1.0, 2.0, 4.0)  # a server may list an instance a little after it stored it
ANOTHER = "the server holds another file under this SOP Instance UID"
_BLOCK = 1 << 18
# The list is unavailable; other errors (401, busy, a failing gateway) end the attempt.
_SAYS_NOTHING = frozenset({ErrorCode.HTTP_500, ErrorCode.HTTP_5XX, ErrorCode.NOT_A_RECEIPT})


class InstanceDestination(Destination):
    """Sends the instances of a verified archive. Resumes at the instance: what an earlier attempt
    delivered is not sent again if the server, asked first, still has it.

    A list shows that a UID exists, not which file. So the server is also asked before the first
    send: instances that it lists then are afterwards only `NOT_COMPARED`, unless their content is
    compared.

    Attributes:
        proof: the name of the server's list in a receipt.
        unlisted: the outcome of an instance that it said it stored but does not list.
        compares: whether the option `compare` is set.
    """

    proof: Proof
    unlisted = Outcome.UNKNOWN

    def __init__(self, url: str) -> None:
        self.url = url
        self.compares = False
        self._lists_late = self._is_silent = False

    def send(self, shipment: Shipment) -> Receipt:
        """Sends what is left.

        Raises:
            NotAllStored: with a receipt that has the outcome of each instance.
        """
        ledger = Ledger(shipment)
        progress = shipment.progress
        progress.to_send, progress.handed_over = shipment.archive.content, False
        with self.talk(shipment):
            self._look_first(ledger, shipment)
            progress.sent = ledger.delivered_size()
            try:
                status = self.deliver(ledger, shipment)
            except GantryError as error:
                error.facts |= {"stored": ledger.count_taken(), "count": len(ledger.archive.files)}
                raise
            finally:
                ledger.save()
            progress.sent, progress.handed_over = progress.to_send, True
            try:
                held = self._settled(ledger, shipment)
            except Cancelled:
                if not ledger.has_all:
                    raise
                held = None  # cancelled too late: everything has arrived
            finally:
                progress.handed_over = False
            if held is not None:
                ledger.confirm(held, unlisted=self.unlisted)
                self.compare(ledger, shipment, held)
        return ledger.settle(self.url, status=status, proof=self._proof(ledger, held))

    def ask(self, shipment: Shipment) -> Receipt | None:
        """A receipt if the server lists every instance of the parcel and refused none.

        None, too, if the parcel's file list was forgotten: a list would prove nothing.
        """
        if not shipment.archive.files:
            return None
        ledger = Ledger(shipment)
        with self.talk(shipment):
            held = self._listed(shipment)
            wanted = {packed.sop_instance_uid for packed in shipment.archive.files}
            if held is None or ledger.has_refusals or not wanted <= set(held):
                return None
            ledger.confirm(held, Outcome.ALREADY_THERE)
            self.compare(ledger, shipment, held)
        try:
            return ledger.settle(self.url, status=None, proof=self._proof(ledger, held))
        except NotAllStored as error:
            return error.receipt

    @contextmanager
    def talk(self, shipment: Shipment) -> Iterator[None]:
        """A context for all requests of a send, for protocols that need one."""
        yield

    @abstractmethod
    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        """Sends what is outstanding and records each outcome; returns the worst status."""

    @abstractmethod
    def held(self, shipment: Shipment) -> Collection[str] | None:
        """SOP Instance UIDs that the server has in the parcel's series; None: it can't tell."""

    def compare(self, ledger: Ledger, shipment: Shipment, held: Collection[str]) -> None:
        """If the option is set, retrieves and compares what may have been there before."""
        files = ledger.archive.files
        wanted = {n for n in ledger.not_compared() if files[n].sop_instance_uid in held}
        if not (self.compares and wanted and shipment.has_members):
            return
        members = shipment.members()
        with (
            self.retrieving([files[n] for n in sorted(wanted)], shipment) as retrieve,
            closing(members),  # type: ignore[type-var]
        ):
            for member in members:
                number = ledger.number(member.file)
                if number not in wanted:
                    continue
                with temporary(shipment) as ours, temporary(shipment) as theirs:
                    while block := member.reader.read(_BLOCK):
                        ours.write(block)
                    shipment.token.check()
                    if not retrieve(member.file, theirs):
                        continue
                    same = same_content(ours, theirs, member.file.transfer_syntax_uid)
                if same:
                    ledger.record(number, Outcome.ALREADY_THERE, proved=True)
                elif same is False:
                    ledger.record(number, Outcome.REJECTED, ANOTHER)
            ledger.save()

    @contextmanager
    def retrieving(
        self, files: Sequence[PackedFile], shipment: Shipment
    ) -> Iterator[Callable[[PackedFile, IO[bytes]], bool]]:
        """Retrieves one of these from the server into a file; False: it doesn't return it."""
        yield lambda packed, into: False

    def _look_first(self, ledger: Ledger, shipment: Shipment) -> None:
        try:
            held = self._listed(shipment)
        except GantryError as error:
            if error.code not in _SAYS_NOTHING:
                raise
            held = None
        if not ledger.has_looked:
            ledger.look(held)
        # A list that never has any of ours does not outweigh the answers.
        if held or (held is not None and not self.unlisted.is_taken):
            ledger.compare_with(held)

    def _settled(self, ledger: Ledger, shipment: Shipment) -> Collection[str] | None:
        for wait in (*(SETTLE_WAITS[:1] if self._lists_late else SETTLE_WAITS), None):
            held = self._listed(shipment)
            if held is None or not ledger.lacks(held):
                return held
            if wait is None:
                self._lists_late = True  # the next parcel need not wait as long
                return held
            shipment.token.wait(wait)
        return None

    def _listed(self, shipment: Shipment) -> Collection[str] | None:
        """What the server lists; a server that was silent once is not asked again."""
        if self._is_silent:
            return None
        try:
            return self.held(shipment)
        except GantryError as error:
            if error.code is not ErrorCode.TIMED_OUT or error.facts.get("phase") != "answer":
                raise
            self._is_silent = True
            return None

    def _proof(self, ledger: Ledger, held: Collection[str] | None) -> str:
        if held is None:
            return self.features.word or ""
        uids = [packed.sop_instance_uid for packed in ledger.archive.files]
        listed = sum(uid in held for uid in uids)
        return (
            self.proof if listed == len(uids) else f"{self.proof}: {listed} of {len(uids)} listed"
        )


def series_of(shipment: Shipment) -> list[str]:
    """The valid Series Instance UIDs of the parcel, each once."""
    seen = dict.fromkeys(packed.series_instance_uid for packed in shipment.archive.files)
    return [uid for uid in seen if uid and set(uid) <= set("0123456789.")]
