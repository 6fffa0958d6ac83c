"""DICOMweb STOW-RS (DICOM PS3.18 §10.5): instances in batches, streamed out of the archive."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from urllib.parse import urlencode, urlsplit, urlunsplit

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Outcome, PackedFile
from gantry.engine.transfer.answer import Answer
from gantry.engine.transfer.by_instance import InstanceDestination, series_of
from gantry.engine.transfer.destination import Credentials, Limits, Member, Shipment
from gantry.engine.transfer.http import Client, Options
from gantry.engine.transfer.instances import Ledger
from gantry.engine.transfer.pace import BUSY, Pace
from gantry.engine.transfer.stow_answer import (
    ALREADY_STORED,
    BEING_CREATED,
    StowAnswer,
    parse_stow,
)

BATCH_BYTES = 16 << 20
BATCH_COUNT = 100
BUSY_TRIES = 6
_PAGE = 1000
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

    def deliver(self, ledger: Ledger, shipment: Shipment) -> int | None:
        status = self._passes(ledger, shipment, BATCH_COUNT)
        # Of a batch with a bad part some servers only say that it was bad: which one shows alone.
        if doubtful := self._doubtful(ledger, shipment):
            _log.info("%d instances were left without an answer: sent singly", len(doubtful))
            status = self._passes(ledger, shipment, 1)
        return status

    def held(self, shipment: Shipment) -> Collection[str] | None:
        uids: set[str] = set()
        for series in series_of(shipment):
            offset = 0
            while True:
                page = self._instances(series, offset, shipment)
                if page is None:
                    return None
                fresh = set(page) - uids
                uids |= fresh
                offset += len(page)
                if not fresh or len(page) < _PAGE:
                    break
        return uids

    def close(self) -> None:
        self._client.close()

    def _instances(self, series: str, offset: int, shipment: Shipment) -> list[str] | None:
        """SOP Instance UIDs of one page of QIDO-RS (PS3.18 §10.6); None: it is not offered."""
        path, query = "/instances", {"SeriesInstanceUID": series}
        if shipment.archive.study_uid:
            path, query = f"/studies/{shipment.archive.study_uid}/series/{series}/instances", {}
        page = {"includefield": "00080018", "limit": str(_PAGE), "offset": str(offset)}
        answer = self._client.request(
            "GET",
            self._address(path, {**query, **page}),
            token=shipment.token,
            headers={"Accept": _JSON},
            limit=_LIST_LIMIT,
        )
        if answer.status in (204, 404):
            return []
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
        status, busy = None, 0
        while ledger.outstanding():
            try:
                status = self._one_pass(ledger, shipment, count) or status
            except _TooBig as too_big:
                if len(too_big.batch) == 1:
                    reason = f"HTTP 413: its {too_big.size} bytes are too many for the server"
                    ledger.record(too_big.batch[0], Outcome.REJECTED, reason)
                    continue
                usual = int(too_big.answer.error().facts.get("limit", 0))
                self.batch_bytes = usual if 0 < usual < too_big.size else too_big.size // 2
                _log.info("requests are now at most %d bytes", self.batch_bytes)
            except GantryError as error:
                busy += 1
                if error.code not in BUSY or busy == BUSY_TRIES:
                    raise
            shipment.progress.sent = ledger.delivered_size()
        return status

    def _one_pass(self, ledger: Ledger, shipment: Shipment, count: int) -> int | None:
        status = None
        members = shipment.members()
        with closing(members):  # type: ignore[type-var]
            for batch in self._batches(ledger, count):
                answer = self._send(batch, ledger, members, shipment)
                self._take(answer, batch, ledger)
                status = answer.status
        return status

    def _batches(self, ledger: Ledger, count: int) -> Iterator[list[int]]:
        files = ledger.archive.files
        batch: list[int] = []
        room = self.batch_bytes
        for number in ledger.outstanding():
            size = files[number].size + len(_HEAD) + _BOUNDARY_ROOM
            if batch and (len(batch) == count or size > room):
                yield batch
                batch, room = [], self.batch_bytes
            batch.append(number)
            room -= size
        if batch:
            yield batch

    def _send(
        self, batch: list[int], ledger: Ledger, members: Iterator[Member], shipment: Shipment
    ) -> Answer:
        files = [ledger.archive.files[n] for n in batch]
        body = _Batch(files, members)

        def sent(count: int) -> None:
            shipment.progress.sent += count

        with self._pace.place(shipment.token) as visit:
            answer = self._client.request(
                "POST",
                self._address("/studies"),
                token=shipment.token,
                headers={"Content-Type": body.media_type, "Accept": _JSON},
                body=body,
                sent=sent,
                handed_over=visit.handed_over,
                limit=_LIST_LIMIT,
            )
            if answer.status == 413:
                raise _TooBig(answer, batch, body.length)
            if answer.status not in _PARSED:
                raise answer.error()
            return answer

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
    def __init__(self, answer: Answer, batch: list[int], size: int) -> None:
        super().__init__(size)
        self.answer, self.batch, self.size = answer, batch, size


_HEAD = b"Content-Type: application/dicom\r\n\r\n"
_BOUNDARY_ROOM = 64


class _Batch:
    """multipart/related (RFC 2387) of whole DICOM files, in the archive's order; its length is
    known ahead, its bytes come through as they are asked for."""

    def __init__(self, files: Sequence[PackedFile], members: Iterator[Member]) -> None:
        # Plain letters and digits, and no quotes around them: some servers stumble over others.
        self._boundary = secrets.token_hex(16)
        self._files, self._members = files, members
        self._blocks = self._all()
        self._rest = b""
        self._begun = False
        part = len(self._start) + 2
        self.length = sum(part + f.size for f in files) + len(self._boundary) + 6

    @property
    def media_type(self) -> str:
        return f'multipart/related; type="application/dicom"; boundary={self._boundary}'

    @property
    def _start(self) -> bytes:
        return b"--" + self._boundary.encode() + b"\r\n" + _HEAD

    @property
    def is_spent(self) -> bool:
        """Whether some of it was read: the archive goes by once, so it can't be read again."""
        return self._begun

    def read(self, size: int) -> bytes:
        self._begun = True
        while not self._rest:
            try:
                self._rest = next(self._blocks)
            except StopIteration:
                return b""
        block, self._rest = self._rest[:size], self._rest[size:]
        return block

    def rewind(self) -> None:
        """A redirect that comes after some of the body can't be followed."""
        if self._begun:
            facts: dict[str, str | int | float] = {"reason": "redirect after the data"}
            raise GantryError(ErrorCode.HTTP_MOVED, facts=facts)

    def close(self) -> None:
        """The archive is the destination's to close."""

    def _all(self) -> Iterator[bytes]:
        wanted = {f.name for f in self._files}
        for member in self._members:
            if member.file.name not in wanted:
                continue
            wanted.discard(member.file.name)
            yield self._start
            while block := member.reader.read(1 << 18):
                yield block
            yield b"\r\n"
            if not wanted:
                break
        yield b"--" + self._boundary.encode() + b"--\r\n"


def _words(answer: Answer) -> str:
    return f"HTTP {answer.status}: {answer.words}".rstrip(": ")


def _not_dicomweb(answer: Answer) -> GantryError:
    return GantryError(
        ErrorCode.NOT_A_RECEIPT,
        facts={**answer.facts(), "reason": "html" if answer.is_html else "not DICOMweb"},
        private={"words": answer.words},
    )
