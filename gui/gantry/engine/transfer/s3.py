"""S3 and what speaks its language (MinIO, Ceph, …): one object a parcel, resumed at the part.

A small archive is one PUT. A bigger one is a multipart upload: its id is the position, ListParts
says what the server holds, and each part listed is compared with the archive before it counts.
"""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from xml.etree import ElementTree

from gantry.engine.cancel import CancelToken
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Receipt
from gantry.engine.transfer.answer import Answer
from gantry.engine.transfer.answer_xml import parse_xml, text_of
from gantry.engine.transfer.aws_signature import EMPTY, Signature
from gantry.engine.transfer.body import ArchiveBody, Body, Hash, damaged, hash_prefix
from gantry.engine.transfer.destination import Credentials, Limits, Shipment
from gantry.engine.transfer.http import Client, Options
from gantry.engine.transfer.instances import now
from gantry.engine.transfer.pace import Pace
from gantry.engine.transfer.parts import Digests, Part, digests_of, part_size, whole_by

_AMAZON = re.compile(r"s3[.-](?:dualstack\.)?([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com")
_READ_BACK = 8 << 20
_LIST_LIMIT = 4 << 20
_MULTIPART_MISSING = frozenset({404})
_NOT_OFFERED = frozenset({400, 405, 501})
_NOT_TOLD = frozenset({403, 404})  # S3 says 403 for both to a key that may not list
_CLOCK = "RequestTimeTooSkewed"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Upload:
    """A multipart upload: the server's id, and the parts that are known to be there."""

    id: str
    checksums: bool
    parts: dict[int, Part] = field(default_factory=dict)


class S3Destination:
    """`s3+https://endpoint/bucket/prefix?region=…`; user and password are the access key's halves,
    a token is the session token of temporary ones. Buckets are addressed by path."""

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),  # noqa: B008  (frozen)
        limits: Limits = Limits(),  # noqa: B008  (frozen)
        options: Options = Options(),  # noqa: B008  (frozen)
    ) -> None:
        self.url = url
        parts = urlsplit(url.removeprefix("s3+"))
        self._origin = f"{parts.scheme}://{parts.netloc}"
        self.bucket, _, prefix = unquote(parts.path).strip("/").partition("/")
        if not self.bucket:
            raise GantryError(ErrorCode.DESTINATION_INVALID, facts={"url": url, "reason": "bucket"})
        # Empty and dotted segments are lost in URLs on the way, and the signature with them.
        self._prefix = "/".join(p for p in prefix.split("/") if p.strip("."))
        amazon = _AMAZON.fullmatch(parts.hostname or "")
        region = parse_qs(parts.query).get("region", [amazon[1] if amazon else "us-east-1"])[0]
        self._signature = Signature(
            credentials.user, credentials.password, credentials.token, region
        )
        auth = self._signature if credentials.user else None
        self._client = Client(self._origin, Credentials(), limits, options, auth=auth)
        self._pace = Pace(8)
        self._checksums = True

    def send(self, shipment: Shipment) -> Receipt:
        """Puts the archive, in one piece or in the parts that the server lacks."""
        archive, progress = shipment.archive, shipment.progress
        progress.sent, progress.to_send, progress.handed_over = 0, archive.size, False
        try:
            return self._send(shipment)
        finally:
            progress.handed_over = False

    def _send(self, shipment: Shipment) -> Receipt:
        archive = shipment.archive
        size = part_size(archive.size)
        if archive.size <= size:
            if receipt := self.ask(shipment):
                shipment.progress.sent = archive.size
                return receipt
            answer = self._put(shipment)
            parts = [Part("", digests_of(archive, 0, archive.size))]
        else:
            upload = self._resume(shipment, size)
            if upload is None:
                if receipt := self.ask(shipment):
                    shipment.progress.sent = archive.size
                    return receipt
                upload = self._create(shipment)
            self._send_parts(upload, shipment, size)
            answer = self._complete(upload, shipment)
            parts = [upload.parts[n] for n in sorted(upload.parts)]
        proof = self._prove(archive, parts, shipment.token, _said(answer))
        if proof is None:
            raise GantryError(ErrorCode.RECEIPT_MISMATCH, facts=answer.facts(), transient=True)
        return self._receipt(archive, answer, Outcome.STORED, proof)

    def ask(self, shipment: Shipment) -> Receipt | None:
        """The object's receipt, when it is there and proves to be this archive."""
        archive = shipment.archive
        answer = self.request("HEAD", self._key(archive), token=shipment.token)
        if answer.status in _NOT_TOLD:
            return None
        self._expect(answer, 200)
        if int(answer.headers.get("content-length", -1)) != archive.size:
            return None
        size = part_size(archive.size)
        parts = [
            Part("", digests_of(archive, start, min(size, archive.size - start), shipment.token))
            for start in range(0, archive.size, size)
        ]
        proof = self._prove(archive, parts, shipment.token)
        if proof is None:
            return None
        return self._receipt(archive, answer, Outcome.ALREADY_THERE, proof)

    def abandon(self, shipment: Shipment) -> None:
        """Lets the server drop the parts of an upload that won't be finished."""
        if kept := self._kept(shipment):
            key = self._key(shipment.archive)
            self.request("DELETE", key, {"uploadId": kept})

    def write_and_delete(self, name: str, data: bytes, token: CancelToken) -> None:
        """Puts a small object beside the parcels, looks at it, and deletes it again.

        Raises:
            GantryError: whichever of the three was refused.
        """
        key = f"{self._prefix}/{name}" if self._prefix else name
        self._expect(self.request("PUT", key, data=data, token=token), 200)
        try:
            self._expect(self.request("HEAD", key, token=token), 200)
        finally:
            answer = self.request("DELETE", key, token=token)
        if answer.status not in (200, 204):
            raise self.failure(answer)

    def close(self) -> None:
        self._client.close()

    def _key(self, archive: Archive) -> str:
        name = f"{archive.parcel}.tar.gz"
        return f"{self._prefix}/{name}" if self._prefix else name

    def _put(self, shipment: Shipment) -> Answer:
        archive = shipment.archive
        digests = digests_of(archive, 0, archive.size, shipment.token)
        if digests.sha256.hex() != archive.sha256:
            raise damaged(archive, "changed")  # some servers keep what they got of a broken PUT
        answer = self.request(
            "PUT",
            self._key(archive),
            headers={**_metadata(archive), **_checksum(digests)},
            body=ArchiveBody(archive),
            sha256=digests.sha256.hex(),
            shipment=shipment,
        )
        return self._expect(answer, 200)

    def _create(self, shipment: Shipment) -> _Upload:
        archive = shipment.archive
        headers = _metadata(archive)
        if self._checksums:
            headers["x-amz-checksum-algorithm"] = "SHA256"
        answer = self.request(
            "POST", self._key(archive), {"uploads": ""}, headers=headers, token=shipment.token
        )
        if answer.status in _NOT_OFFERED and self._checksums:
            self._checksums = False
            return self._create(shipment)
        root = self._document(self._expect(answer, 200))
        upload = _Upload(text_of(root, "UploadId"), self._checksums)
        if not upload.id:
            raise self._unexpected(answer, "no UploadId")
        shipment.position = json.dumps({"upload": upload.id, "archive": archive.sha256})
        shipment.save(shipment.position)
        return upload

    def _kept(self, shipment: Shipment) -> str:
        try:
            state = json.loads(shipment.position or "{}")
            return str(state["upload"]) if state["archive"] == shipment.archive.sha256 else ""
        except (ValueError, KeyError, TypeError):
            return ""

    def _resume(self, shipment: Shipment, size: int) -> _Upload | None:
        """The upload that an earlier attempt began, with the parts that are proved to be there."""
        if not (kept := self._kept(shipment)):
            return None
        upload, marker = _Upload(kept, False), "0"
        archive = shipment.archive
        while True:
            query = {"uploadId": kept, "part-number-marker": marker}
            answer = self.request("GET", self._key(archive), query, token=shipment.token)
            if answer.status in _MULTIPART_MISSING | _NOT_OFFERED:
                _log.info("the server can't list the parts of the upload: it starts anew")
                return None
            root = self._document(self._expect(answer, 200))
            upload.checksums |= text_of(root, "ChecksumAlgorithm") == "SHA256"
            for listed in root.iter("Part"):
                number = int(text_of(listed, "PartNumber") or 0)
                start = (number - 1) * size
                if number < 1 or start >= archive.size:
                    continue
                part = Part(
                    text_of(listed, "ETag"),
                    digests_of(archive, start, min(size, archive.size - start), shipment.token),
                )
                if part.is_proved_by(text_of(listed, "ETag"), text_of(listed, "ChecksumSHA256")):
                    upload.checksums |= bool(text_of(listed, "ChecksumSHA256"))
                    upload.parts[number] = part
            marker = text_of(root, "NextPartNumberMarker")
            if text_of(root, "IsTruncated") != "true" or not marker.isdecimal():
                return upload

    def _send_parts(self, upload: _Upload, shipment: Shipment, size: int) -> None:
        archive = shipment.archive
        running: Hash | None = None
        shipment.progress.sent = sum(p.digests.size for p in upload.parts.values())
        for number, start in enumerate(range(0, archive.size, size), 1):
            if number in upload.parts:
                running = None
                continue
            if running is None:
                running = hash_prefix(archive, start, shipment.token)
            length = min(size, archive.size - start)
            digests = digests_of(archive, start, length, shipment.token)
            body = ArchiveBody(archive, start=start, size=length, running=running)
            before = shipment.progress.sent
            answer = self.request(
                "PUT",
                self._key(archive),
                {"partNumber": str(number), "uploadId": upload.id},
                headers=_checksum(digests) if upload.checksums else {},
                body=body,
                sha256=digests.sha256.hex(),
                shipment=shipment,
            )
            self._expect(answer, 200)
            part = Part(answer.headers.get("etag", ""), digests)
            if not part.etag:
                raise self._unexpected(answer, "no ETag")
            encrypted = "x-amz-server-side-encryption" in answer.headers
            if part.is_contradicted_by(part.etag) and not encrypted:
                shipment.progress.sent = before
                raise GantryError(ErrorCode.RECEIPT_MISMATCH, facts=answer.facts(), transient=True)
            upload.parts[number] = part
            held = sum(p.digests.size for p in upload.parts.values())
            shipment.confirmed = max(shipment.confirmed, held)
            running = body.running

    def _complete(self, upload: _Upload, shipment: Shipment) -> Answer:
        root = ElementTree.Element("CompleteMultipartUpload")
        for number in sorted(upload.parts):
            part = upload.parts[number]
            element = ElementTree.SubElement(root, "Part")
            ElementTree.SubElement(element, "PartNumber").text = str(number)
            ElementTree.SubElement(element, "ETag").text = part.etag
            if upload.checksums:
                ElementTree.SubElement(element, "ChecksumSHA256").text = part.digests.base64
        shipment.progress.handed_over = True
        answer = self.request(
            "POST",
            self._key(shipment.archive),
            {"uploadId": upload.id},
            headers={"Content-Type": "application/xml"},
            data=ElementTree.tostring(root, encoding="utf-8"),
            token=shipment.token,
        )
        document = self._document(self._expect(answer, 200))
        if document.tag == "Error":  # the 200 went out before the server knew
            raise self.failure(answer, document)
        return answer

    def _prove(
        self,
        archive: Archive,
        parts: list[Part],
        token: CancelToken,
        said: tuple[str, str] = ("", ""),
    ) -> str | None:
        """How the object is proved to be the archive: its checksum, its ETag, or all its bytes.

        `said` are ETag and checksum in the answer to the upload, for keys that may only write.
        """
        answer = self.request(
            "HEAD", self._key(archive), headers={"x-amz-checksum-mode": "ENABLED"}, token=token
        )
        if answer.status == 403 and (proof := whole_by(parts, etag=said[0], checksum=said[1])):
            return proof
        self._expect(answer, 200)
        if int(answer.headers.get("content-length", -1)) != archive.size:
            return None
        if proof := whole_by(
            parts,
            etag=answer.headers.get("etag", ""),
            checksum=answer.headers.get("x-amz-checksum-sha256", ""),
        ):
            return proof
        _log.info("the server gives no checksum that could be compared: the object is read back")
        return "read back" if self._read_back(archive, token) == archive.sha256 else None

    def _read_back(self, archive: Archive, token: CancelToken) -> str:
        digest = hashlib.sha256()
        for start in range(0, archive.size, _READ_BACK):
            end = min(start + _READ_BACK, archive.size) - 1
            answer = self.request(
                "GET",
                self._key(archive),
                headers={"Range": f"bytes={start}-{end}"},
                token=token,
                limit=_READ_BACK,
            )
            self._expect(answer, 206 if archive.size > _READ_BACK else answer.status)
            digest.update(answer.body)
        return digest.hexdigest()

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
        """One signed request; once more when the service names the bucket's region."""
        path = "/" + quote(f"{self.bucket}/{key}" if key else self.bucket, safe="/~")
        url = f"{self._origin}{path}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")
        hashed = sha256 or (hashlib.sha256(data).hexdigest() if data else EMPTY)
        progress = shipment.progress if shipment else None

        def sent(count: int) -> None:
            if progress:
                progress.sent += count

        token = shipment.token if shipment else (token or CancelToken())
        for last in (False, True):
            before = progress.sent if progress else 0
            with self._pace.place(token) as visit:
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
                    raise self.failure(answer)
            region = answer.headers.get("x-amz-bucket-region", "")
            if answer.status not in (301, 400) or last or region in ("", self._signature.region):
                break
            self._signature.region = region
            if body is not None:
                body.rewind()
            if progress:
                progress.sent = before
        return answer

    def _expect(self, answer: Answer, status: int) -> Answer:
        if answer.status == status:
            return answer
        raise self.failure(answer)

    def failure(self, answer: Answer, document: ElementTree.Element | None = None) -> GantryError:
        """The error, with S3's own code for it as `reason`."""
        error = answer.error()
        if document is None:
            try:
                document = parse_xml(answer)
            except ValueError:
                return error
        error.facts["reason"] = code = text_of(document, "Code")[:60]
        if answer.status == 200:
            error.code = ErrorCode.HTTP_UNEXPECTED
            error.transient = code in ("InternalError", "SlowDown", "ServiceUnavailable")
        if code == _CLOCK:
            error.code = ErrorCode.CLOCK_WRONG
            error.facts["ours"] = now()
            error.facts["theirs"] = answer.headers.get("date", "")
        if code == "EntityTooLarge":
            error.code = ErrorCode.HTTP_413
            limit = text_of(document, "MaxSizeAllowed")
            if limit.isdecimal():
                error.facts["limit"] = int(limit)
        return error

    def _document(self, answer: Answer) -> ElementTree.Element:
        try:
            return parse_xml(answer)
        except ValueError as error:
            raise self._unexpected(answer, "not S3's XML") from error

    def _unexpected(self, answer: Answer, reason: str) -> GantryError:
        return GantryError(ErrorCode.HTTP_UNEXPECTED, facts={**answer.facts(), "reason": reason})

    def _receipt(self, archive: Archive, answer: Answer, outcome: Outcome, proof: str) -> Receipt:
        return Receipt(
            destination=self.url,
            time=now(),
            status=answer.status,
            sha256=archive.sha256,
            size=archive.size,
            outcome=outcome,
            location=f"s3://{self.bucket}/{self._key(archive)}",
            body=answer.text,
            proof=proof,
        )


def _metadata(archive: Archive) -> dict[str, str]:
    return {
        "Content-Type": "application/gzip",
        "x-amz-meta-parcel": archive.parcel,
        "x-amz-meta-sha256": archive.sha256,
    }


def _said(answer: Answer) -> tuple[str, str]:
    """ETag and SHA-256 checksum in the answer to a PUT or a CompleteMultipartUpload."""
    etag, checksum = (answer.headers.get(n, "") for n in ("etag", "x-amz-checksum-sha256"))
    try:
        root = parse_xml(answer)
    except ValueError:
        return etag, checksum
    return text_of(root, "ETag") or etag, text_of(root, "ChecksumSHA256") or checksum


def _checksum(digests: Digests) -> dict[str, str]:
    return {"x-amz-checksum-sha256": digests.base64}
