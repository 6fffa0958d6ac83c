"""DICOMweb STOW-RS (DICOM PS3.18 §10.5): instances in batches out of the archive, two at once."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from contextlib import closing
from functools import partial
from urllib.parse import urlencode, urlsplit, urlunsplit

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome
from gantry.engine.transfer.answer import Answer
from gantry.engine.transfer.body import Body
from gantry.engine.transfer.by_instance import InstanceDestination, series_of
from gantry.engine.transfer.destination import Credentials, Limits, Shipment
from gantry.engine.transfer.http import Client, Options
from gantry.engine.transfer.instances import Ledger
from gantry.engine.transfer.lanes import Lanes
from gantry.engine.transfer.pace import BUSY, Pace
from gantry.engine.transfer.stow_answer import (
    ALREADY_STORED,
    BEING_CREATED,
    StowAnswer,
    parse_stow,
)
from gantry.engine.transfer.stow_body import PART_ROOM, MultipartBody

LANES = 2  # requests at once, each of them in memory; more gained nothing, and some servers suffer
BATCH_BYTES = 4 << 20
BATCH_COUNT = 100
BUSY_TRIES = 6
PAGE = 1000  # instances a list at once …
SMALL_PAGE = 100  # … and where that is refused: Microsoft's server takes a limit of 200 at most
_LIST_LIMIT = 16 << 20
_PARSED = frozenset({200, 202, 400, 409})
_JSON = "application/dicom+json"
_log = logging.getLogger(__name__)


class StowDestination(InstanceDestination):
    """`dicomweb+https://host/dicom-web`. What an answer leaves open is asked by QIDO-RS.

    Attributes:
        batch_bytes: most bytes a request; less after a 413.
    """

    proof = "QIDO-RS"
    answers = "STOW-RS answers"

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
    ) -> None:
        super().__init__(url)
        parts = urlsplit(url.removeprefix("dicomweb+"))
        self._query = parts.query
        self._base = urlunsplit(parts._replace(query="")).rstrip("/")
        self._client = Client(self._base, credentials, limits, options)
        self._pace = Pace(8)
        self.batch_bytes = BATCH_BYTES
        self._page = PAGE

    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        status = self._passes(ledger, shipment, BATCH_COUNT)
        # Of a batch with a bad part some servers only say that it was bad: which one shows alone.
        if doubtful := self._doubtful(ledger, shipment):
            _log.info("%d instances were left without an answer: sent singly", len(doubtful))
            status = self._passes(ledger, shipment, 1)
        return status

    def held(self, shipment: Shipment) -> Collection[str] | None:
        uids: set[str] = set()
        files = shipment.archive.files
        for series in series_of(shipment):
            wanted = {f.sop_instance_uid for f in files if f.series_instance_uid == series}
            offset, fresh = 0, True
            # A page may be shorter than asked for: the server's own limit, which it need not say.
            while fresh and not wanted <= uids:
                page = self._instances(series, offset, shipment)
                if page is None:
                    return None
                fresh = not uids.issuperset(page)
                uids.update(page)
                offset += len(page)
        return uids

    def close(self) -> None:
        self._client.close()

    def _instances(self, series: str, offset: int, shipment: Shipment) -> list[str] | None:
        """SOP Instance UIDs of one page of QIDO-RS (PS3.18 §10.6); None: it is not offered."""
        path, query = "/instances", {"SeriesInstanceUID": series}
        if shipment.archive.study_uid:
            path, query = f"/studies/{shipment.archive.study_uid}/series/{series}/instances", {}
        page = {"includefield": "00080018", "limit": str(self._page), "offset": str(offset)}
        answer = self._client.request(
            "GET",
            self._address(path, {**query, **page}),
            token=shipment.token,
            headers={"Accept": _JSON},
            limit=_LIST_LIMIT,
        )
        if answer.status in (204, 404):
            return []
        if answer.status == 400 and self._page > SMALL_PAGE:
            self._page = SMALL_PAGE
            return self._instances(series, offset, shipment)
        if answer.status in (400, 403, 405, 406, 501):
            return None
        answer.expect({200, 206})
        try:
            return [str(item["00080018"]["Value"][0]) for item in answer.json()]
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise _not_dicomweb(answer) from error

    def _address(self, path: str, query: dict[str, str] | None = None) -> str:
        said = "&".join(filter(None, (self._query, urlencode(query or {}))))
        return f"{self._base}{path}" + (f"?{said}" if said else "")

    def _doubtful(self, ledger: Ledger, shipment: Shipment) -> list[int]:
        """Files whose fate no answer told and that the server does not list."""
        if not ledger.unknown():
            return []
        if (held := self.held(shipment)) is not None:
            ledger.confirm(held)
        return ledger.reopen()

    def _passes(self, ledger: Ledger, shipment: Shipment, count: int) -> int | None:
        """Goes over the archive until nothing is outstanding: again after a 413, or a busy spell,
        with what is left then."""
        statuses: list[int] = []
        busy = 0
        while ledger.outstanding():
            try:
                self._one_pass(ledger, shipment, count, statuses)
            except _TooBig as too_big:
                usual = int(too_big.answer.error().facts.get("limit", 0))
                self.batch_bytes = usual if 0 < usual < too_big.size else too_big.size // 2
                _log.info("requests are now at most %d bytes", self.batch_bytes)
            except GantryError as error:
                busy += 1
                if error.code not in BUSY or busy == BUSY_TRIES:
                    raise
            shipment.progress.sent = ledger.delivered_size()
        return statuses[-1] if statuses else None

    def _one_pass(
        self, ledger: Ledger, shipment: Shipment, count: int, statuses: list[int]
    ) -> None:
        members = shipment.members()
        with (
            closing(members),  # type: ignore[type-var]
            Lanes(LANES, shipment.token, "gantry-stow") as lanes,
        ):
            for batch in self._batches(ledger, count):
                body = MultipartBody([ledger.archive.files[n] for n in batch], members)
                send = partial(self._send, batch, body.media_type, ledger, shipment, statuses)
                if body.length > BATCH_BYTES:
                    send(body)  # too big for memory, and nothing is read beside it
                else:
                    lanes.run(partial(send, body.in_memory()))

    def _batches(self, ledger: Ledger, count: int) -> Iterator[list[int]]:
        files = ledger.archive.files
        batch: list[int] = []
        room = self.batch_bytes
        for number in ledger.outstanding():
            size = files[number].size + PART_ROOM
            if batch and (len(batch) == count or size > room):
                yield batch
                batch, room = [], self.batch_bytes
            batch.append(number)
            room -= size
        if batch:
            yield batch

    def _send(
        self,
        batch: list[int],
        media_type: str,
        ledger: Ledger,
        shipment: Shipment,
        statuses: list[int],
        body: Body,
    ) -> None:
        with self._pace.place(shipment.token) as visit:
            answer = self._client.request(
                "POST",
                self._address("/studies"),
                token=shipment.token,
                headers={"Content-Type": media_type, "Accept": _JSON},
                body=body,
                sent=ledger.count_sent,
                handed_over=visit.handed_over,
                limit=_LIST_LIMIT,
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
        """Records what the answer says of each instance of the batch; of the rest: unknown."""
        try:
            said = parse_stow(answer)
        except ValueError as error:
            if answer.is_html:
                raise _not_dicomweb(answer) from error
            said = StowAnswer()
        for number in batch:
            uid = ledger.archive.files[number].sop_instance_uid
            code = said.codes.get(uid, 0)
            if uid in said.stored:
                ledger.record(number, Outcome.STORED, said.stored[uid])
            elif code in ALREADY_STORED:
                ledger.record(number, Outcome.ALREADY_THERE)
            elif uid in said.refused and code != BEING_CREATED:
                ledger.record(number, Outcome.REJECTED, said.refused[uid])
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


def _not_dicomweb(answer: Answer) -> GantryError:
    return GantryError(
        ErrorCode.NOT_A_RECEIPT,
        facts={**answer.facts(), "reason": "html" if answer.is_html else "not DICOMweb"},
        private={"words": answer.words},
    )
