"""Multipart uploads to S3: started, resumed at the first missing part, completed.

The upload's id is the position. ListParts says what the server has, and each listed part is
compared with the archive before it counts.
"""

from __future__ import annotations

import base64
import json
import logging
from dataclasses import dataclass, field
from xml.etree import ElementTree

from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive
from gantry.engine.transfer.destination import Shipment
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.answer_xml import text_of
from gantry.engine.transfer.http.body import ArchiveBody, Hash, hash_prefix
from gantry.engine.transfer.kinds.s3_answer import failure_of, said_in
from gantry.engine.transfer.kinds.s3_bucket import NOT_OFFERED, Bucket
from gantry.engine.transfer.kinds.s3_parts import Digests, Part, digests_of

_MOST_COMPLETIONS = 3  # of one upload that answer 5xx
_MULTIPART_MISSING = frozenset({404})
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Upload:
    """A multipart upload: the server's id, and the parts that it is known to have."""

    id: str
    checksums: bool
    parts: dict[int, Part] = field(default_factory=dict)


class MultipartUploads:
    """The multipart uploads of one bucket."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._checksums = True
        self._stuck: dict[str, int] = {}

    def upload(self, shipment: Shipment, upload: Upload, size: int) -> Answer:
        """Sends the missing parts, each of `size` bytes, and completes. Raises GantryError."""
        self._send_parts(upload, shipment, size)
        return self._complete(upload, shipment)

    def abandon(self, shipment: Shipment) -> None:
        """Makes the server drop the parts of an unfinished upload."""
        if kept := _kept(shipment):
            key = self._bucket.key(shipment.archive)
            self._bucket.request("DELETE", key, {"uploadId": kept}, token=shipment.token)

    def create(self, shipment: Shipment) -> Upload:
        """Starts an upload, and stores its id as the position. Raises GantryError."""
        archive = shipment.archive
        headers = metadata_headers(archive)
        if self._checksums:
            headers["x-amz-checksum-algorithm"] = "SHA256"
        answer = self._bucket.request(
            "POST",
            self._bucket.key(archive),
            {"uploads": ""},
            headers=headers,
            token=shipment.token,
        )
        if answer.status in NOT_OFFERED and self._checksums:
            self._checksums = False
            return self.create(shipment)
        root = self._bucket.document(self._bucket.expect(answer, 200))
        upload = Upload(text_of(root, "UploadId"), self._checksums)
        if not upload.id:
            raise self._bucket.unexpected(answer, "no UploadId")
        shipment.position = json.dumps({"upload": upload.id, "archive": archive.sha256})
        shipment.save(shipment.position)
        return upload

    def resume(self, shipment: Shipment, size: int) -> Upload | None:
        """The upload that an earlier attempt started, with its verified parts."""
        if not (kept := _kept(shipment)):
            return None
        upload, marker = Upload(kept, False), "0"
        archive = shipment.archive
        while True:
            query = {"uploadId": kept, "part-number-marker": marker}
            answer = self._bucket.request(
                "GET", self._bucket.key(archive), query, token=shipment.token
            )
            if answer.status in _MULTIPART_MISSING | NOT_OFFERED:
                _log.info("the server can't list the parts of the upload: it starts again")
                return None
            root = self._bucket.document(self._bucket.expect(answer, 200))
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

    def _send_parts(self, upload: Upload, shipment: Shipment, size: int) -> None:
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
            answer = self._bucket.request(
                "PUT",
                self._bucket.key(archive),
                {"partNumber": str(number), "uploadId": upload.id},
                headers=checksum_headers(digests, sha256=upload.checksums),
                body=body,
                sha256=digests.sha256.hex(),
                shipment=shipment,
            )
            self._bucket.expect(answer, 200)
            part = Part(answer.headers.get("etag", ""), digests)
            if not part.etag:
                raise self._bucket.unexpected(answer, "no ETag")
            if part.is_contradicted_by(part.etag) and not said_in(answer).is_encrypted:
                shipment.progress.sent = before
                raise GantryError(ErrorCode.RECEIPT_MISMATCH, facts=answer.facts(), transient=True)
            upload.parts[number] = part
            held = sum(p.digests.size for p in upload.parts.values())
            shipment.confirmed = max(shipment.confirmed, held)
            running = body.running

    def _complete(self, upload: Upload, shipment: Shipment) -> Answer:
        root = ElementTree.Element("CompleteMultipartUpload")
        for number in sorted(upload.parts):
            part = upload.parts[number]
            element = ElementTree.SubElement(root, "Part")
            ElementTree.SubElement(element, "PartNumber").text = str(number)
            ElementTree.SubElement(element, "ETag").text = part.etag
            if upload.checksums:
                ElementTree.SubElement(element, "ChecksumSHA256").text = part.digests.base64
        shipment.progress.handed_over = True
        answer = self._bucket.request(
            "POST",
            self._bucket.key(shipment.archive),
            {"uploadId": upload.id},
            headers={"Content-Type": "application/xml"},
            data=ElementTree.tostring(root, encoding="utf-8"),
            token=shipment.token,
        )
        if answer.status >= 500:
            self._forget_stuck(upload, shipment)
        document = self._bucket.document(self._bucket.expect(answer, 200))
        if document.tag == "Error":  # the 200 was sent before the server knew
            raise failure_of(answer, document)
        return answer

    def _forget_stuck(self, upload: Upload, shipment: Shipment) -> None:
        """Starts again if an upload can't be completed: Ceph locks one for ten minutes if its
        gateway died during it, and accepts another with the same name meanwhile."""
        self._stuck[upload.id] = self._stuck.get(upload.id, 0) + 1
        if self._stuck[upload.id] >= _MOST_COMPLETIONS:
            shipment.position = ""
            shipment.save("")


def _kept(shipment: Shipment) -> str:
    try:
        state = json.loads(shipment.position or "{}")
        return str(state["upload"]) if state["archive"] == shipment.archive.sha256 else ""
    except (ValueError, KeyError, TypeError):
        return ""


def metadata_headers(archive: Archive) -> dict[str, str]:
    """The object's metadata."""
    return {
        "Content-Type": "application/gzip",
        "x-amz-meta-parcel": archive.parcel,
        "x-amz-meta-sha256": archive.sha256,
    }


def checksum_headers(digests: Digests, *, sha256: bool = True) -> dict[str, str]:
    """Checksums that S3 compares with the body; every S3 knows Content-MD5."""
    md5 = {"Content-MD5": base64.b64encode(digests.md5).decode()}
    return {**md5, "x-amz-checksum-sha256": digests.base64} if sha256 else md5
