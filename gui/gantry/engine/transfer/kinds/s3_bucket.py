"""One bucket of an S3 store: signed requests and their common parts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, Fact, GantryError
from gantry.engine.labels.naming import check_paths, path_of, values_of
from gantry.engine.labels.safe import NameKind
from gantry.engine.labels.template import parse_template
from gantry.engine.parcel import Archive, Parcel
from gantry.engine.transfer.destination import Limits, Shipment
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.answer_xml import parse_xml
from gantry.engine.transfer.http.body import Body
from gantry.engine.transfer.http.client import Client
from gantry.engine.transfer.kinds.s3_answer import failure_of
from gantry.engine.transfer.kinds.s3_signature import EMPTY, Signature
from gantry.engine.transfer.options import Options
from gantry.engine.transfer.pacer import Pacer

_AMAZON = re.compile(r"s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com")
_READ_BACK = 8 << 20
_LIST_LIMIT = 4 << 20
NOT_OFFERED = frozenset({400, 405, 501})
_NOT_TOLD = frozenset({403, 404, 405, 501})  # S3 answers 403 for 404 if a key may not list


class Bucket:
    """`s3+https://endpoint/bucket/prefix?region=…`; addressed by path."""

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        parts = urlsplit(url.removeprefix("s3+"))
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.name, _, prefix = unquote(parts.path).strip("/").partition("/")
        if not self.name:
            raise GantryError(ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "bucket"})
        # Empty and dotted segments are lost from URLs on the way, which breaks the signature.
        self._prefix = "/".join(p for p in prefix.split("/") if p.strip("."))
        self._path = parse_template(options.path)
        amazon = _AMAZON.fullmatch(parts.hostname or "")
        region = parse_qs(parts.query).get("region", [amazon[1] if amazon else "us-east-1"])[0]
        self._signature = Signature(
            credentials.user, credentials.password, credentials.token, region
        )
        auth = self._signature if credentials.user else None
        self._client = Client(self._origin, Credentials(), limits, options, auth=auth)
        self.pacer = Pacer()

    def key(self, archive: Archive) -> str:
        """The key of a parcel's object."""
        levels = path_of(self._path, values_of(archive), NameKind.KEY)
        return "/".join(filter(None, (self._prefix, *levels, f"{archive.parcel}.tar.gz")))

    def check_names(self, parcels: Iterable[Parcel]) -> None:
        """Checks the keys made by the option `path`. Raises GantryError: LABEL_…."""
        check_paths(self._path, parcels, NameKind.KEY, "object store")

    def head(
        self, archive: Archive, token: CancelToken, *, missing_too: bool = False
    ) -> Answer | None:
        """The object's headers; None if this key may not see them.

        Raises:
            GantryError: it does not exist (unless `missing_too`), or can't be asked for now.
        """
        answer = self.request(
            "HEAD", self.key(archive), headers={"x-amz-checksum-mode": "ENABLED"}, token=token
        )
        if answer.status in _NOT_TOLD and (missing_too or answer.status != 404):
            return None
        if answer.status == 404:  # S3 has just said that it accepted it
            facts: dict[str, Fact] = {**answer.facts(), "reason": "not there"}
            raise GantryError(ErrorCode.RECEIPT_MISMATCH, facts=facts, transient=True)
        if answer.status == 400:  # HEAD has no body: only a GET says what is wrong
            first = {"Range": "bytes=0-0"}
            told = self.request("GET", self.key(archive), headers=first, token=token)
            if told.status >= 400:
                answer = told
        return self.expect(answer, 200)

    def read_back(self, archive: Archive, token: CancelToken) -> str | None:
        """The object's SHA-256; None if it may not be read, or only in other pieces."""
        digest = hashlib.sha256()
        for start in range(0, archive.size, _READ_BACK):
            size = min(_READ_BACK, archive.size - start)
            answer = self.request(
                "GET",
                self.key(archive),
                headers={"Range": f"bytes={start}-{start + size - 1}"},
                token=token,
                limit=_READ_BACK,
            )
            if answer.status >= 500 or answer.status == 429:
                raise failure_of(answer)
            whole = answer.status == 200 and size == archive.size
            if not (whole or answer.status == 206) or len(answer.body) != size:
                return None
            digest.update(answer.body)
        return digest.hexdigest()

    def write_and_delete(self, name: str, data: bytes, token: CancelToken) -> bool:
        """Writes a small object beside the parcels, checks it if the key may, and deletes it.

        Returns: whether it could be deleted; a write-only key leaves it there.

        Raises:
            GantryError: it could not be written, or is missing.
        """
        key = f"{self._prefix}/{name}" if self._prefix else name
        self.expect(self.request("PUT", key, data=data, token=token), 200)
        try:
            answer = self.request("HEAD", key, token=token)
            if answer.status not in _NOT_TOLD - {404}:
                self.expect(answer, 200)
        finally:
            answer = self.request("DELETE", key, token=token)
        return answer.status in (200, 204)

    def request(
        self,
        method: str,
        key: str,
        query: Mapping[str, str] | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        data: bytes | None = None,
        sha256: str = "",
        token: CancelToken | None = None,
        shipment: Shipment | None = None,
        limit: int = _LIST_LIMIT,
    ) -> Answer:
        """Makes one signed request; repeats it once if the service names the bucket's region."""
        path = "/" + quote(f"{self.name}/{key}" if key else self.name, safe="/~")
        url = f"{self._origin}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        hashed = sha256 or (hashlib.sha256(data).hexdigest() if data else EMPTY)
        progress = shipment.progress if shipment else None

        def sent(count: int) -> None:
            if progress:
                progress.sent += count

        token = shipment.token if shipment else (token or CancelToken())
        for last in (False, True):
            before = progress.sent if progress else 0
            with self.pacer.place(token) as visit:
                answer = self._client.request(
                    method,
                    url,
                    token=token,
                    headers={"x-amz-content-sha256": hashed, **(headers or {})},
                    body=body if body is not None else data,
                    sent=sent,
                    handed_over=visit.handed_over,
                    limit=limit,
                )
                if answer.status in (429, 503):
                    raise failure_of(answer)
            region = answer.headers.get("x-amz-bucket-region", "")
            if answer.status not in (301, 400) or last or region in ("", self._signature.region):
                break
            self._signature.region = region
            if body is not None:
                body.rewind()
            if progress:
                progress.sent = before
        return answer

    def expect(self, answer: Answer, status: int) -> Answer:
        """Returns this answer if it has that status. Raises GantryError."""
        if answer.status == status:
            return answer
        raise failure_of(answer)

    def document(self, answer: Answer) -> ElementTree.Element:
        """The answer's XML. Raises GantryError: HTTP_UNEXPECTED."""
        try:
            return parse_xml(answer)
        except ValueError as error:
            raise self.unexpected(answer, "not S3's XML") from error

    def unexpected(self, answer: Answer, reason: str) -> GantryError:
        """The error for an answer that S3 never gives."""
        return GantryError(ErrorCode.HTTP_UNEXPECTED, facts={**answer.facts(), "reason": reason})

    def close(self) -> None:
        """Closes its connections."""
        self._client.close()
