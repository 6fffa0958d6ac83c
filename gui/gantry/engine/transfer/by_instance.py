"""The way that all destinations of instances go: what is left is sent, then the server is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from gantry.engine.parcel import Outcome, Receipt
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.instances import Ledger

SETTLE_WAITS = (0.5, 1.0, 2.0, 4.0)  # a server may list an instance a little after it stored it


class InstanceDestination(ABC):
    """Sends the instances of a verified archive. Resumes at the instance: what an earlier attempt
    delivered is not sent again, if the server, asked first, still holds it.

    Attributes:
        proof: what the server's own list is called in a receipt.
        answers: what its answers to the sends are called, where it gives no list.
    """

    proof: str
    answers: str

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, shipment: Shipment) -> Receipt:
        """Sends what is left.

        Raises:
            NotAllStored: with a receipt that says of each instance what became of it.
        """
        ledger = Ledger(shipment)
        progress = shipment.progress
        progress.to_send, progress.handed_over = shipment.archive.content, False
        with self.talk(shipment):
            if ledger.is_begun and (held := self.held(shipment)) is not None:
                ledger.keep_only(held)
            progress.sent = ledger.delivered_size()
            try:
                status = self.deliver(ledger, shipment)
            finally:
                ledger.save()
            progress.sent, progress.handed_over = progress.to_send, True
            try:
                held = self._settled(ledger, shipment)
            finally:
                progress.handed_over = False
            if held is not None:
                ledger.confirm(held)
        return ledger.settle(
            self.url, status=status, proof=self.answers if held is None else self.proof
        )

    def ask(self, shipment: Shipment) -> Receipt | None:
        """A receipt when the server lists every instance of the parcel."""
        ledger = Ledger(shipment)
        with self.talk(shipment):
            held = self.held(shipment)
        wanted = {packed.sop_instance_uid for packed in shipment.archive.files}
        if held is None or not wanted <= set(held):
            return None
        ledger.confirm(held, Outcome.ALREADY_THERE)
        return ledger.settle(self.url, status=None, proof=self.proof)

    @contextmanager
    def talk(self, shipment: Shipment) -> Iterator[None]:
        """Surrounds all requests of a send; for protocols that need it."""
        yield

    @abstractmethod
    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        """Sends what is outstanding and records each outcome; returns the last status."""

    @abstractmethod
    def held(self, shipment: Shipment) -> Collection[str] | None:
        """SOP Instance UIDs that the server holds of the parcel's series; None: it can't tell."""

    def _settled(self, ledger: Ledger, shipment: Shipment) -> Collection[str] | None:
        for wait in (*SETTLE_WAITS, None):
            held = self.held(shipment)
            if held is None or wait is None or not ledger.lacks(held):
                return held
            shipment.token.wait(wait)
        return None


def series_of(shipment: Shipment) -> list[str]:
    """The Series Instance UIDs of the parcel, each once, those that can be asked for."""
    seen = dict.fromkeys(packed.series_instance_uid for packed in shipment.archive.files)
    return [uid for uid in seen if uid and set(uid) <= set("0123456789.")]
