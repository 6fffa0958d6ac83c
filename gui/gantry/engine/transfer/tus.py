"""tus 1.0 (tus.io): an upload that goes on at the byte where it broke."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import open_shared
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.answer import Answer, host_of
from gantry.engine.transfer.body import ArchiveBody, Hash, hash_prefix
from gantry.engine.transfer.destination import Credentials, Limits, Shipment
from gantry.engine.transfer.http import Auth, Client, Options, origin
from gantry.engine.transfer.instances import now
from gantry.engine.transfer.pace import Pace

CHUNK = 32 << 20  # what a front end that buffers requests may lose at a cut
SMALLEST_CHUNK = 16 << 10
STALLS = 5  # requests that brought nothing, since the server held more than ever before

_GONE = frozenset({403, 404, 410})
_LOCKED = 423
_CHECKSUM_MISMATCH = 460
_NUMBER = re.compile(r"[0-9]{1,18}")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Service:
    """What the server says of itself (OPTIONS)."""

    max_size: int = 0
    checksum: str = ""


class TusDestination:
    """Sends archives to a tus server. The server's offset is the only truth; it is asked for
    (HEAD) before each new start, and its last word is the proof.

    Attributes:
        chunk: bytes a request; becomes smaller when a front end answers 413.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
        *,
        auth: Auth | None = None,
    ) -> None:
        self.url = url
        self._base = url.removeprefix("tus+")
        self._client = Client(self._base, credentials, limits, options, auth=auth)
        self._pace = Pace(8)
        self._service: _Service | None = None
        self._override = False
        self.chunk = CHUNK

    def send(self, shipment: Shipment) -> Receipt:
        """Creates or resumes the upload, and sends what the server lacks."""
        archive, upload = shipment.archive, self._kept_upload(shipment)
        progress = shipment.progress
        progress.sent, progress.to_send, progress.handed_over = 0, archive.size, False
        offset = self._offset(upload, shipment) if upload else None
        if offset is None:
            upload, offset = self._create(shipment), 0
        resumed = offset
        shipment.confirmed = max(shipment.confirmed, offset)
        running = hash_prefix(archive, offset, shipment.token)
        # What the server held and forgot is no progress: only more than it ever held is.
        stalls, furthest = 0, offset
        while offset < archive.size:
            progress.sent = offset
            body = self._body(archive, offset, running)
            answer = self._patch(upload, offset, body, shipment)
            if answer.status in _GONE:
                stalls += 1
                if stalls > STALLS:
                    raise answer.error()
                reached = self._offset(upload, shipment)
                if reached is None:
                    _log.warning("the server dropped the upload: it starts anew")
                    upload, reached = self._create(shipment), 0
                elif answer.status == 403:
                    self._override = True  # the upload is there: it is the method that is refused
            elif answer.status == 413:
                self._shrink(answer)
                reached = offset
            elif answer.status in (405, 501) and not self._override:
                self._override = True
                reached = offset
            elif answer.status in (409, _LOCKED, _CHECKSUM_MISMATCH):
                stalls += 1
                if stalls > STALLS:
                    raise self._no_progress(archive, offset, answer)
                if answer.status == _LOCKED:
                    shipment.token.wait(min(2.0**stalls, 10.0))
                found = self._offset(upload, shipment)
                reached = offset if found is None else found
            else:
                answer.expect({204, 200})
                reached = self._number(answer, "upload-offset", archive)
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
        """The upload's receipt when the server holds all of it."""
        upload = self._kept_upload(shipment)
        if not upload or self._offset(upload, shipment) != shipment.archive.size:
            return None
        return self._prove(upload, shipment, True)

    def abandon(self, shipment: Shipment) -> None:
        """Lets the server drop an upload that won't be finished (the termination extension)."""
        if upload := self._kept_upload(shipment):
            self._request("DELETE", upload, {}, shipment)

    def size_limit(self, token: CancelToken) -> int | None:
        """The biggest upload that the server takes, by its own word."""
        return self.service(token).max_size or None

    def service(self, token: CancelToken) -> _Service:
        """What OPTIONS says; asked once."""
        if self._service is None:
            answer = self._client.request("OPTIONS", self._base, token=token)
            if answer.status in (200, 204) and "tus-version" in answer.headers:
                offered = answer.headers.get("tus-checksum-algorithm", "").split(",")
                known = [a.strip() for a in offered if a.strip() in ("sha256", "sha1")]
                size = answer.headers.get("tus-max-size", "")
                self._service = _Service(
                    int(size) if _NUMBER.fullmatch(size) else 0, sorted(known)[-1] if known else ""
                )
            else:  # a front end that answers OPTIONS itself tells nothing of the server
                self._service = _Service()
        return self._service

    def close(self) -> None:
        self._client.close()

    def _create(self, shipment: Shipment) -> str:
        archive = shipment.archive
        most = self.service(shipment.token).max_size
        if most and archive.size > most:
            raise GantryError(
                ErrorCode.HTTP_413,
                facts={"host": host_of(self._base), "limit": most, "setting": "Tus-Max-Size"},
            )
        metadata = {
            "filename": f"{archive.parcel}.tar.gz",
            "filetype": "application/gzip",
            "parcel": archive.parcel,
            "sha256": archive.sha256,
        }
        pairs = (f"{k} {base64.b64encode(v.encode()).decode()}" for k, v in metadata.items())
        headers = {"Upload-Length": str(archive.size), "Upload-Metadata": ",".join(pairs)}
        answer = self._request("POST", self._base, headers, shipment).expect({201})
        upload = self._upload_url(answer)
        state = {"upload": upload, "archive": archive.sha256}
        shipment.position = json.dumps(state)
        shipment.save(shipment.position)
        return upload

    def _upload_url(self, answer: Answer) -> str:
        """The address of the new upload, which must be on the server that was asked.

        Behind a front end the server may name itself by its inner port or scheme; then the
        address that the user gave is the one that works.
        """
        said = answer.headers.get("location", "")
        ours = urlsplit(self._base)
        try:
            theirs = urlsplit(urljoin(self._base, said))
        except ValueError:
            theirs = urlsplit("")
        if not said or theirs.hostname != ours.hostname or theirs.scheme not in ("http", "https"):
            raise GantryError(
                ErrorCode.HTTP_UNEXPECTED,
                facts={**answer.facts(), "reason": "no Location on this server"},
            )
        return urlunsplit(theirs._replace(scheme=ours.scheme, netloc=ours.netloc))

    def _kept_upload(self, shipment: Shipment) -> str:
        """The address that an earlier attempt was given for this very archive, or ""."""
        try:
            state = json.loads(shipment.position or "{}")
            upload = str(state["upload"])
            if state["archive"] != shipment.archive.sha256 or origin(upload) != origin(self._base):
                return ""
        except (ValueError, KeyError, TypeError):
            return ""
        return upload

    def _offset(self, upload: str, shipment: Shipment) -> int | None:
        """How many bytes the server holds; None: it does not know this upload (any more)."""
        answer = self._request("HEAD", upload, {}, shipment)
        if answer.status in _GONE:
            return None
        answer.expect({200, 204})
        if self._number(answer, "upload-length", shipment.archive) != shipment.archive.size:
            return None
        return self._number(answer, "upload-offset", shipment.archive)

    def _number(self, answer: Answer, header: str, archive: Archive) -> int:
        text = answer.headers.get(header, "").strip()
        if not _NUMBER.fullmatch(text) or int(text) > archive.size:
            raise GantryError(
                ErrorCode.HTTP_UNEXPECTED,
                facts={**answer.facts(), "reason": f"{header} is {text[:30]!r}"},
            )
        return int(text)

    def _body(self, archive: Archive, offset: int, running: Hash) -> _Chunk:
        return _Chunk(archive, offset, min(self.chunk, archive.size - offset), running)

    def _patch(self, upload: str, offset: int, body: _Chunk, shipment: Shipment) -> Answer:
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }
        if algorithm := self.service(shipment.token).checksum:
            headers["Upload-Checksum"] = f"{algorithm} {body.digest(algorithm)}"
        method = "PATCH"
        if self._override:
            method, headers["X-HTTP-Method-Override"] = "POST", "PATCH"

        def sent(count: int) -> None:
            shipment.progress.sent += count

        with self._pace.place(shipment.token) as visit:
            answer = self._client.request(
                method,
                upload,
                token=shipment.token,
                headers={"Tus-Resumable": "1.0.0", **headers},
                body=body,
                sent=sent,
                handed_over=visit.handed_over,
            )
            if answer.status in (429, 503):
                raise answer.error()
            return answer

    def _request(
        self, method: str, url: str, headers: Mapping[str, str], shipment: Shipment
    ) -> Answer:
        answer = self._client.request(
            method, url, token=shipment.token, headers={"Tus-Resumable": "1.0.0", **headers}
        )
        if answer.status == 412:
            raise GantryError(
                ErrorCode.HTTP_UNEXPECTED,
                facts={
                    **answer.facts(),
                    "reason": f"tus version {answer.headers.get('tus-version', '?')[:30]}",
                },
            )
        return answer

    def _shrink(self, answer: Answer) -> None:
        """Smaller requests, down to the front end's usual limit where it is known."""
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
        """Asks once more. A server that moves finished uploads away has said so by its offset."""
        archive = shipment.archive
        answer = self._request("HEAD", upload, {}, shipment)
        proof = "tus offset"
        if answer.status not in _GONE:
            answer.expect({200, 204})
            for header in ("upload-offset", "upload-length"):
                if self._number(answer, header, archive) != archive.size:
                    raise GantryError(
                        ErrorCode.RECEIPT_MISMATCH, facts=answer.facts(), transient=True
                    )
            proof = "tus offset and length"
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


class _Chunk(ArchiveBody):
    """One request's piece of the archive."""

    def __init__(self, archive: Archive, offset: int, size: int, running: Hash) -> None:
        self.size = size
        self._path, self._offset = archive.path, offset
        super().__init__(archive, start=offset, size=size, running=running)

    def digest(self, algorithm: str) -> str:
        """Upload-Checksum's value: the piece is read once more, ahead of sending."""
        checksum = hashlib.new(algorithm)
        left = self.size
        with open_shared(self._path) as file:
            file.seek(self._offset)
            while left and (block := file.read(min(1 << 18, left))):
                checksum.update(block)
                left -= len(block)
        return base64.b64encode(checksum.digest()).decode()
