"""tus 1.0 (tus.io): an upload that resumes at the byte where it broke."""

from __future__ import annotations

import base64
import json
import logging

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.times import now
from gantry.engine.transfer.destination import Destination, Limits, Shipment
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.body import Hash, hash_prefix
from gantry.engine.transfer.kinds.tus_endpoint import GONE, Chunk, TusEndpoint
from gantry.engine.transfer.kinds.tus_words import TusProof
from gantry.engine.transfer.options import Auth, Options
from gantry.engine.transfer.pacer import Pacer

CHUNK = 32 << 20  # bytes that a buffering front end may lose at a cut
SMALLEST_CHUNK = 16 << 10
STALLS = 5  # requests without progress since the server held more than ever before

_LOCKED = 423
_CHECKSUM_MISMATCH = 460
_log = logging.getLogger(__name__)


class TusDestination(Destination):
    """Sends archives to a tus server. Only the server's offset counts; it is requested (HEAD)
    before each new start, and the final one is the proof.

    Attributes:
        chunk: bytes per request; becomes smaller when a front end answers 413.
    """

    features = Features(
        proves_later=(TusProof.OFFSET_AND_LENGTH,), remembers=True, splits=True, abandons=True
    )
    pacer: Pacer

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
        *,
        auth: Auth | None = None,
    ) -> None:
        self.url = url
        self._endpoint = TusEndpoint(url.removeprefix("tus+"), credentials, limits, options, auth)
        self.pacer = self._endpoint.pacer
        self.chunk = CHUNK

    def send(self, shipment: Shipment) -> Receipt:
        """Creates or resumes the upload, and sends what the server lacks."""
        archive, upload = shipment.archive, self._kept_upload(shipment)
        progress = shipment.progress
        progress.sent, progress.to_send, progress.handed_over = 0, archive.size, False
        offset = self._endpoint.offset(upload, shipment) if upload else None
        if offset is None:
            upload, offset = self._create(shipment), 0
        resumed = offset
        shipment.confirmed = max(shipment.confirmed, offset)
        running = hash_prefix(archive, offset, shipment.token)
        # Only more than the server ever held is progress, not what it held and lost.
        stalls, furthest = 0, offset
        while offset < archive.size:
            progress.sent = offset
            body = self._body(archive, offset, running)
            answer = self._endpoint.patch(upload, offset, body, shipment)
            if answer.status in GONE:
                stalls += 1
                if stalls > STALLS:
                    raise answer.error()
                reached = self._endpoint.offset(upload, shipment)
                if reached is None:
                    _log.warning("the server dropped the upload: it starts again")
                    upload, reached = self._create(shipment), 0
                elif answer.status == 403:
                    self._endpoint.overrides = True  # the upload exists: the method is refused
            elif answer.status == 413:
                self._shrink(answer)
                reached = offset
            elif answer.status in (405, 501) and not self._endpoint.overrides:
                self._endpoint.overrides = True
                reached = offset
            elif answer.status in (409, _LOCKED, _CHECKSUM_MISMATCH):
                stalls += 1
                if stalls > STALLS:
                    raise self._no_progress(archive, offset, answer)
                if answer.status == _LOCKED:
                    shipment.token.wait(min(2.0**stalls, 10.0))
                found = self._endpoint.offset(upload, shipment)
                reached = offset if found is None else found
            else:
                answer.expect({204, 200})
                reached = self._endpoint.number(answer, "upload-offset", archive)
                if reached <= offset:
                    stalls += 1
                    if stalls > STALLS:
                        raise self._no_progress(archive, offset, answer)
                elif reached > furthest:
                    stalls, furthest = 0, reached
            if reached == offset + body.size and body.running is not None:
                running = body.running
            elif reached != offset:
                running = hash_prefix(archive, reached, shipment.token)
            offset = reached
            shipment.confirmed = max(shipment.confirmed, offset)
        progress.sent = archive.size
        return self._prove(upload, shipment, resumed == archive.size)

    def ask(self, shipment: Shipment) -> Receipt | None:
        """The upload's receipt if the server has all of it."""
        upload = self._kept_upload(shipment)
        if not upload or self._endpoint.offset(upload, shipment) != shipment.archive.size:
            return None
        return self._prove(upload, shipment, True)

    def abandon(self, shipment: Shipment) -> None:
        """Makes the server drop an unfinished upload (the termination extension)."""
        if upload := self._kept_upload(shipment):
            self._endpoint.request("DELETE", upload, {}, shipment)

    def size_limit(self, token: CancelToken, most: int) -> int | None:
        """The largest upload that the server says it accepts."""
        return self._endpoint.service(token).max_size or None

    def close(self) -> None:
        self._endpoint.close()

    def _create(self, shipment: Shipment) -> str:
        archive = shipment.archive
        most = self._endpoint.service(shipment.token).max_size
        if most and archive.size > most:
            raise self._endpoint.too_large(most)
        metadata = {
            "filename": f"{archive.parcel}.tar.gz",
            "filetype": "application/gzip",
            "parcel": archive.parcel,
            "sha256": archive.sha256,
        }
        pairs = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items())
        headers = {"Upload-Length": str(archive.size), "Upload-Metadata": ",".join(pairs)}
        upload = self._endpoint.create(headers, shipment)
        state = {"upload": upload, "archive": archive.sha256}
        shipment.position = json.dumps(state)
        shipment.save(shipment.position)
        return upload

    def _kept_upload(self, shipment: Shipment) -> str:
        """The address that an earlier attempt received for this archive, or ""."""
        try:
            state = json.loads(shipment.position or "{}")
            upload = str(state["upload"])
            if state["archive"] != shipment.archive.sha256 or not self._endpoint.is_ours(upload):
                return ""
        except (ValueError, KeyError, TypeError):
            return ""
        return upload

    def _body(self, archive: Archive, offset: int, running: Hash) -> Chunk:
        return Chunk(archive, offset, min(self.chunk, archive.size - offset), running)

    def _shrink(self, answer: Answer) -> None:
        """Makes requests smaller, down to the front end's usual limit if known."""
        if self.chunk <= SMALLEST_CHUNK:
            raise answer.error()
        usual = int(answer.error().facts.get("limit", 0))
        self.chunk = usual if 0 < usual < self.chunk else self.chunk // 2
        self.chunk = max(self.chunk, SMALLEST_CHUNK)
        _log.info("requests are now at most %d bytes, for a front end's limit", self.chunk)

    def _no_progress(self, archive: Archive, offset: int, answer: Answer) -> GantryError:
        return GantryError(
            ErrorCode.NO_PROGRESS,
            facts={**answer.facts(), "offset": offset, "size": archive.size},
            transient=answer.status == _LOCKED,
        )

    def _prove(self, upload: str, shipment: Shipment, was_there: bool) -> Receipt:
        """Asks once more. A server that moves finished uploads away has confirmed by its offset."""
        archive = shipment.archive
        answer = self._endpoint.request("HEAD", upload, {}, shipment)
        proof = TusProof.OFFSET
        if answer.status not in GONE:
            answer.expect({200, 204})
            if self._endpoint.is_anothers(answer, archive):
                raise GantryError(ErrorCode.RECEIPT_MISMATCH, facts=answer.facts(), transient=True)
            for header in ("upload-offset", "upload-length"):
                if self._endpoint.number(answer, header, archive) != archive.size:
                    raise GantryError(
                        ErrorCode.RECEIPT_MISMATCH, facts=answer.facts(), transient=True
                    )
            proof = TusProof.OFFSET_AND_LENGTH
        return Receipt(
            destination=self.url,
            time=now(),
            status=answer.status,
            sha256=archive.sha256,
            size=archive.size,
            outcome=Outcome.ALREADY_THERE if was_there else Outcome.STORED,
            location=upload,
            body=answer.text,
            proof=proof,
        )
