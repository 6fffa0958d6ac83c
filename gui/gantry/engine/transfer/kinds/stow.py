"""Sends by DICOMweb STOW-RS (DICOM PS3.18 §10.5): instances in batches, two at once."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import IO
from urllib.parse import urlsplit, urlunsplit

from gantry.engine.credentials import Credentials
from gantry.engine.errors import GantryError
from gantry.engine.parcel import Outcome, PackedFile
from gantry.engine.transfer.destination import Limits, Shipment
from gantry.engine.transfer.dicom.ledger import Ledger
from gantry.engine.transfer.dicom.retrieve import file_of
from gantry.engine.transfer.dicom.same_content import temporary
from gantry.engine.transfer.dicom.suspects import halves, is_cut, is_fault, layers
from gantry.engine.transfer.dicom.web_instances import WebInstanceDestination
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.body import Body
from gantry.engine.transfer.http.request_pool import RequestPool
from gantry.engine.transfer.kinds.dicomweb_words import DicomwebProof
from gantry.engine.transfer.kinds.stow_answer import (
    ALREADY_STORED,
    BEING_CREATED,
    StowAnswer,
    parse_stow,
)
from gantry.engine.transfer.kinds.stow_body import PART_ROOM, MultipartBody
from gantry.engine.transfer.kinds.stow_studies import JSON, LIST_LIMIT, STORED, Studies
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.pacer import BUSY

LANES = 2  # requests at once, each in memory; more gained nothing, and burden some servers
BATCH_BYTES = 4 << 20
BATCH_COUNT = 100
_BLIND_LEVELS = 2  # halvings without one success: the rest waits for the next attempt
_PARSED = frozenset({200, 202, 400, 409})
_log = logging.getLogger(__name__)


class StowDestination(WebInstanceDestination):
    """`dicomweb+https://host/dicom-web`. Asks by QIDO-RS what an answer leaves open.

    Attributes:
        batch_bytes: most bytes per request; fewer after a 413.
    """

    service = "DICOMweb"
    proof = DicomwebProof.QIDO
    features = Features(word=DicomwebProof.ANSWERS, instances=True)

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        parts = urlsplit(url.removeprefix("dicomweb+"))
        base = urlunsplit(parts._replace(query="")).rstrip("/")
        super().__init__(url, base, credentials, limits, options)
        self.batch_bytes = BATCH_BYTES
        self._studies = Studies(base, parts.query, self._asking, self._foreign)
        self.compares = options.compare

    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        status = self._passes(ledger, shipment, BATCH_COUNT)
        # Some servers only say that a batch has a bad part; sending each alone shows which.
        if doubtful := self._doubtful(ledger, shipment):
            _log.info("%d instances were left without an answer: sent singly", len(doubtful))
            status = max(status or 0, self._passes(ledger, shipment, 1) or 0) or None
        self._narrow(ledger, shipment)
        return status

    def held(self, shipment: Shipment) -> Collection[str] | None:
        return self._studies.held(shipment)

    @contextmanager
    def retrieving(
        self, files: Sequence[PackedFile], shipment: Shipment
    ) -> Iterator[Callable[[PackedFile, IO[bytes]], bool]]:
        """By WADO-RS (PS3.18 §10.4), in the transfer syntax in which the server keeps it."""
        study = shipment.archive.study_uid

        def retrieve(packed: PackedFile, into: IO[bytes]) -> bool:
            with temporary(shipment) as body:
                answer = self._client.request(
                    "GET",
                    self._studies.address_of(packed, study),
                    token=shipment.token,
                    headers={"Accept": STORED},
                    into=body,
                )
                return answer.status == 200 and file_of(answer, body, into)

        yield retrieve if study else lambda packed, into: False

    def _doubtful(self, ledger: Ledger, shipment: Shipment) -> list[int]:
        """Files without a known outcome that the server does not list."""
        if not ledger.unknown():
            return []
        if (held := self.held(shipment)) is not None:
            ledger.confirm(held)
        return ledger.reopen()

    def _passes(self, ledger: Ledger, shipment: Shipment, count: int) -> int | None:
        """Reads the archive, again after a 413 or a busy spell, until only failures are left."""
        statuses: list[int] = []

        def go_over() -> None:
            try:
                self._one_pass(self._batches(ledger, count), ledger, shipment, statuses)
            finally:
                shipment.progress.sent = ledger.delivered_size()

        while ledger.clean():
            try:
                self.pacer.while_busy(go_over)
            except _TooBig as too_big:
                usual = int(too_big.answer.error().facts.get("limit", 0))
                self.batch_bytes = usual if 0 < usual < too_big.size else too_big.size // 2
                _log.info("requests are now at most %d bytes", self.batch_bytes)
        return max(statuses, default=None)  # a later success does not hide a failure

    def _narrow(self, ledger: Ledger, shipment: Shipment) -> None:
        """Halves failed batches again and again, down to the instances that make it fail."""
        suspects = ledger.suspects
        if suspects.error is not None and suspects.error.transient and not suspects.taken:
            raise suspects.error  # it is not known yet whether the server accepts anything
        groups = halves(suspects.groups)
        for level in itertools.count(1):
            if not groups:
                return
            failed: list[tuple[list[int], GantryError]] = []
            suspects.groups = groups
            for batches in layers([n for n in group if ledger.is_open(n)] for group in groups):
                self._one_pass(iter(batches), ledger, shipment, [], failed)
            shipment.progress.sent = ledger.delivered_size()
            suspects.groups = [group for group, _ in failed]
            if failed and not suspects.taken and level == _BLIND_LEVELS:
                raise failed[0][1]
            for group, error in failed:
                if len(group) == 1:
                    ledger.set_aside(group[0], error, busy=error.code in BUSY)
            groups = halves(group for group, _ in failed if len(group) > 1)

    def _one_pass(
        self,
        batches: Iterator[list[int]],
        ledger: Ledger,
        shipment: Shipment,
        statuses: list[int],
        failed: list[tuple[list[int], GantryError]] | None = None,
    ) -> None:
        """Sends the batches, which are in the archive's order.

        Args:
            failed: collects those on which the server failed; None: the ledger records it, and
                raises if the server itself is failing.
        """
        members = shipment.members()
        with (
            closing(members),  # type: ignore[type-var]
            RequestPool(LANES, shipment.token, "gantry-stow") as lanes,
        ):
            for batch in batches:
                body = MultipartBody([ledger.archive.files[n] for n in batch], members)
                send = partial(
                    self._try, batch, body.media_type, ledger, shipment, statuses, failed
                )
                if body.length > BATCH_BYTES:
                    send(body)  # too large for memory, so nothing is read in parallel
                else:
                    lanes.run(partial(send, body.in_memory()))

    def _batches(self, ledger: Ledger, count: int) -> Iterator[list[int]]:
        files = ledger.archive.files
        batch: list[int] = []
        room = self.batch_bytes
        for number in ledger.clean():
            size = files[number].size + PART_ROOM
            if batch and (len(batch) == count or size > room):
                yield batch
                batch, room = [], self.batch_bytes
            batch.append(number)
            room -= size
        if batch:
            yield batch

    def _try(
        self,
        batch: list[int],
        media_type: str,
        ledger: Ledger,
        shipment: Shipment,
        statuses: list[int],
        failed: list[tuple[list[int], GantryError]] | None,
        body: Body,
    ) -> None:
        """Sends a batch; an error of this batch alone does not end the pass."""
        try:
            self._send(batch, media_type, ledger, shipment, statuses, body)
        except _TooBig as too_big:
            if failed is None:
                raise
            failed.append((batch, too_big.answer.error()))
        except GantryError as error:
            passing = error.code in BUSY or is_cut(error)
            fault = is_fault(error, begun=ledger.is_begun)
            if failed is not None and (passing or fault):
                failed.append((batch, error))
            elif failed is None and fault:
                ledger.failed(batch, error)
            else:
                if passing:
                    ledger.suspect(batch)
                raise

    def _send(
        self,
        batch: list[int],
        media_type: str,
        ledger: Ledger,
        shipment: Shipment,
        statuses: list[int],
        body: Body,
    ) -> None:
        with self.pacer.place(shipment.token) as visit:
            answer = self._client.request(
                "POST",
                self._studies.address("/studies"),
                token=shipment.token,
                headers={"Content-Type": media_type, "Accept": JSON},
                body=body,
                sent=ledger.count_sent,
                handed_over=visit.handed_over,
                limit=LIST_LIMIT,
            )
            if answer.status == 413 and len(batch) > 1:
                raise _TooBig(answer, body.length)
            if answer.status not in _PARSED | {413}:
                raise answer.error()
        if answer.status == 413:
            reason = f"HTTP 413: its {body.length} bytes are too many for the server"
            ledger.record(batch[0], Outcome.REJECTED, reason)
            return
        self._take(answer, batch, ledger)
        statuses.append(answer.status)

    def _take(self, answer: Answer, batch: list[int], ledger: Ledger) -> None:
        """Records the answer for each instance of the batch; the others are unknown."""
        try:
            said = parse_stow(answer)
        except ValueError as error:
            if answer.is_html:
                raise self._foreign(answer) from error
            said = StowAnswer()
        for number in batch:
            uid = ledger.archive.files[number].sop_instance_uid
            code = said.codes.get(uid, 0)
            # If an answer says both, the no counts.
            if code in ALREADY_STORED:
                ledger.record(number, Outcome.NOT_COMPARED, said.refused[uid])
            elif uid in said.refused and code != BEING_CREATED:
                ledger.record(number, Outcome.REJECTED, said.refused[uid])
            elif uid in said.stored and uid not in said.refused:
                ledger.record(number, Outcome.STORED, said.stored[uid])
            elif len(batch) == 1 and answer.status in (400, 409):
                ledger.record(number, Outcome.REJECTED, _words(answer))
            else:
                ledger.record(number, Outcome.UNKNOWN, "the server's answer does not name it")


class _TooBig(Exception):
    def __init__(self, answer: Answer, size: int) -> None:
        super().__init__(size)
        self.answer, self.size = answer, size


def _words(answer: Answer) -> str:
    return f"HTTP {answer.status}: {answer.words}".rstrip(": ")
