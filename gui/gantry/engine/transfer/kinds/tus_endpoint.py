"""Requests to a tus server: its abilities, the offset of an upload, the next piece."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.files import open_shared
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Limits, Shipment
from gantry.engine.transfer.http.access import origin
from gantry.engine.transfer.http.answer import Answer, host_of
from gantry.engine.transfer.http.body import ArchiveBody, Hash
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.options import Auth, Options
from gantry.engine.transfer.pacer import Pacer

GONE = frozenset({403, 404, 410})
_NUMBER = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class TusService:
    """The server's abilities (OPTIONS)."""

    max_size: int = 0
    checksum: str = ""


class TusEndpoint:
    """A tus server.

    Attributes:
        pacer: decides when pieces are sent.
        overrides: whether PATCH is sent as POST, because the method is refused.
    """

    def __init__(
        self,
        base: str,
        credentials: Credentials,
        limits: Limits,
        options: Options,
        auth: Auth | None = None,
    ) -> None:
        self.pacer = Pacer()
        self.overrides = False
        self._base = base
        self._client = Client(base, credentials, limits, options, auth=auth)
        self._service: TusService | None = None

    def is_ours(self, upload: str) -> bool:
        """Whether an upload's address is on this server."""
        return origin(upload) == origin(self._base)

    def create(self, headers: Mapping[str, str], shipment: Shipment) -> str:
        """Creates an upload; returns its address."""
        answer = self.request("POST", self._base, headers, shipment).expect({201})
        return self._upload_url(answer)

    def service(self, token: CancelToken) -> TusService:
        """The answer to OPTIONS; requested once."""
        if self._service is None:
            answer = self._client.request("OPTIONS", self._base, token=token)
            if answer.status in (200, 204) and "tus-version" in answer.headers:
                offered = answer.headers.get("tus-checksum-algorithm", "").split(",")
                known = [a.strip() for a in offered if a.strip() in ("sha256", "sha1")]
                size = answer.headers.get("tus-max-size", "")
                self._service = TusService(
                    int(size) if _NUMBER.fullmatch(size) else 0, sorted(known)[-1] if known else ""
                )
            else:  # a front end that answers OPTIONS itself says nothing about the server
                self._service = TusService()
        return self._service

    def offset(self, upload: str, shipment: Shipment) -> int | None:
        """How many bytes the server has; None: it does not know this upload (any more)."""
        answer = self.request("HEAD", upload, {}, shipment)
        if answer.status in GONE:
            return None
        answer.expect({200, 204})
        if self.is_anothers(answer, shipment.archive):
            return None
        if self.number(answer, "upload-length", shipment.archive) != shipment.archive.size:
            return None
        return self.number(answer, "upload-offset", shipment.archive)

    def patch(self, upload: str, offset: int, body: Chunk, shipment: Shipment) -> Answer:
        """Sends one piece; returns the answer. Raises GantryError for 429 and 503."""
        headers = {
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }
        if algorithm := self.service(shipment.token).checksum:
            headers["Upload-Checksum"] = f"{algorithm} {body.digest(algorithm)}"
        method = "PATCH"
        if self.overrides:
            method, headers["X-HTTP-Method-Override"] = "POST", "PATCH"

        def sent(count: int) -> None:
            shipment.progress.sent += count

        with self.pacer.place(shipment.token) as visit:
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

    def request(
        self, method: str, url: str, headers: Mapping[str, str], shipment: Shipment
    ) -> Answer:
        """Makes one request. Raises GantryError if the server speaks another version of tus."""
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

    def is_anothers(self, answer: Answer, archive: Archive) -> bool:
        """Whether the upload's metadata names other content: a server that lost its records may
        reuse an address, and the length alone may be the same."""
        for pair in answer.headers.get("upload-metadata", "").split(","):
            key, _, value = pair.strip().partition(" ")
            if key == "sha256":
                with contextlib.suppress(ValueError):
                    told = base64.b64decode(value, validate=True).decode("ascii", "replace")
                    return told != archive.sha256
        return False

    def number(self, answer: Answer, header: str, archive: Archive) -> int:
        """The number in a header, which can be at most the archive\'s size. Raises GantryError."""
        text = answer.headers.get(header, "").strip()
        if not _NUMBER.fullmatch(text) or int(text) > archive.size:
            raise GantryError(
                ErrorCode.HTTP_UNEXPECTED,
                facts={**answer.facts(), "reason": f"{header} is {text[:30]!r}"},
            )
        return int(text)

    def too_large(self, most: int) -> GantryError:
        """The error for an archive over the limit that the server named."""
        return GantryError(
            ErrorCode.HTTP_413,
            facts={"host": host_of(self._base), "limit": most, "setting": "Tus-Max-Size"},
        )

    def close(self) -> None:
        """Lets go of connections."""
        self._client.close()

    def _upload_url(self, answer: Answer) -> str:
        """The address of the new upload, which must be on the server that was asked.

        Behind a front end, the server may name its inner port or scheme; then the user's address is
        the one that works.
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


class Chunk(ArchiveBody):
    """One request's piece of the archive."""

    def __init__(self, archive: Archive, offset: int, size: int, running: Hash) -> None:
        self.size = size
        self._path, self._offset = archive.path, offset
        super().__init__(archive, start=offset, size=size, running=running)

    def digest(self, algorithm: str) -> str:
        """The value of Upload-Checksum; reads the piece once before sending."""
        checksum = hashlib.new(algorithm)
        left = self.size
        with open_shared(self._path) as file:
            file.seek(self._offset)
            while left and (block := file.read(min(1 << 18, left))):
                checksum.update(block)
                left -= len(block)
        return base64.b64encode(checksum.digest()).decode()
