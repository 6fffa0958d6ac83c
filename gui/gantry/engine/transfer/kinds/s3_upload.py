"""Sends to S3 and compatible stores (MinIO, Ceph, …): one object per parcel, resumed at the part.

A small archive is one PUT, a larger one a multipart upload. The proof is what S3 then says about
the object: a checksum, an ETag, or all its bytes.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from typing import Literal

from gantry.engine.cancel import CancelToken
from gantry.engine.credentials import Credentials
from gantry.engine.errors import ErrorCode, GantryError
from gantry.engine.parcel import Archive, Outcome, Parcel, Receipt
from gantry.engine.proof import SharedProof
from gantry.engine.times import now
from gantry.engine.transfer.destination import Destination, Limits, Shipment
from gantry.engine.transfer.features import Features
from gantry.engine.transfer.http.answer import Answer
from gantry.engine.transfer.http.body import ArchiveBody, archive_changed
from gantry.engine.transfer.kinds.s3_answer import Said, length_of, said_in
from gantry.engine.transfer.kinds.s3_bucket import Bucket
from gantry.engine.transfer.kinds.s3_multipart import (
    MultipartUploads,
    checksum_headers,
    metadata_headers,
)
from gantry.engine.transfer.kinds.s3_parts import (
    Part,
    all_proved,
    digests_of,
    part_size,
    whole_by,
)
from gantry.engine.transfer.kinds.s3_words import (
    S3Proof,
)
from gantry.engine.transfer.options import Options

_log = logging.getLogger(__name__)


class S3Destination(Destination):
    """`s3+https://endpoint/bucket/prefix?region=…`; user and password are access key and secret,
    a token is the session token of temporary ones."""

    features = Features(
        proves_later=(S3Proof.CHECKSUM, S3Proof.ETAG, SharedProof.READ_BACK),
        remembers=True,
        abandons=True,
    )

    def __init__(
        self,
        url: str,
        credentials: Credentials = Credentials(),
        limits: Limits = Limits(),
        options: Options = Options(),
    ) -> None:
        self.url = url
        self._bucket = Bucket(url, credentials, limits, options)
        self.pacer = self._bucket.pacer
        self._multipart = MultipartUploads(self._bucket)

    def check_names(self, parcels: Iterable[Parcel]) -> None:
        """Checks the keys made by the option `path`."""
        self._bucket.check_names(parcels)

    def send(self, shipment: Shipment) -> Receipt:
        """Uploads the archive, in one piece or in the parts that the server lacks."""
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
            upload = self._multipart.resume(shipment, size)
            if upload is None:
                if receipt := self.ask(shipment):
                    shipment.progress.sent = archive.size
                    return receipt
                upload = self._multipart.create(shipment)
            answer = self._multipart.upload(shipment, upload, size)
            parts = [upload.parts[n] for n in sorted(upload.parts)]
        return self._judge(shipment, answer, parts)

    def ask(self, shipment: Shipment) -> Receipt | None:
        """The object's receipt, if it exists and is proved to be this archive.

        After a delivery the archive is no longer in the spool: then the ETag that was proved before
        is compared, or the object is read.
        """
        archive = shipment.archive
        answer = self._bucket.head(archive, shipment.token, missing_too=True)
        if answer is None or length_of(answer) not in (archive.size, None):
            return None
        proof = self._remembered(shipment, said_in(answer))
        if not proof:
            size = part_size(archive.size)
            try:
                parts = [
                    Part("", digests_of(archive, at, min(size, archive.size - at), shipment.token))
                    for at in range(0, archive.size, size)
                ]
            except GantryError:
                parts = []  # gone or spoilt; what was sent may have arrived anyway
            proof = self._prove(archive, parts, answer, shipment.token) or ""
        if not proof:
            return None
        return self._receipt(archive, answer, Outcome.ALREADY_THERE, proof)

    def abandon(self, shipment: Shipment) -> None:
        """Makes the server drop the parts of an unfinished upload."""
        self._multipart.abandon(shipment)

    def close(self) -> None:
        self._bucket.close()

    def _put(self, shipment: Shipment) -> Answer:
        archive = shipment.archive
        digests = digests_of(archive, 0, archive.size, shipment.token)
        if digests.sha256.hex() != archive.sha256:
            # Some servers keep the received part of a broken PUT.
            raise archive_changed(archive, "changed")
        answer = self._bucket.request(
            "PUT",
            self._bucket.key(archive),
            headers={**metadata_headers(archive), **checksum_headers(digests)},
            body=ArchiveBody(archive),
            sha256=digests.sha256.hex(),
            shipment=shipment,
        )
        return self._bucket.expect(answer, 200)

    def _judge(self, shipment: Shipment, answer: Answer, parts: list[Part]) -> Receipt:
        """Judges an upload that S3 answered with 200, by what S3 then says about the object.

        A write-only key learns nothing: then the answers to the upload count. S3 refuses a PUT with
        a wrong Content-MD5, so its 200 confirms exactly these bytes, unless its ETag says
        otherwise.
        """
        archive = shipment.archive
        head = self._bucket.head(archive, shipment.token)
        said = [said_in(a) for a in (head, answer) if a is not None]
        outcome, proof = Outcome.STORED, ""
        if head is not None:
            found = self._prove(archive, parts, head, shipment.token)
            if found is False:
                raise GantryError(ErrorCode.RECEIPT_MISMATCH, facts=answer.facts(), transient=True)
            proof = found or ""
        for one in said:
            proof = proof or whole_by(parts, etag=one.etag, checksum=one.checksum)
        if not proof and all_proved(parts):
            proof = S3Proof.PARTS
        if not proof:
            encrypted = any(one.is_encrypted for one in said)
            denied = len(parts) == 1 and any(parts[0].is_contradicted_by(o.etag) for o in said)
            if denied and not encrypted:
                outcome, proof = Outcome.ACCEPTED, S3Proof.ANSWER
            else:
                proof = S3Proof.ANSWER_MD5
        kept = {"archive": archive.sha256, "etag": said[0].etag, "proof": proof}
        shipment.position = json.dumps(kept if outcome is Outcome.STORED else {})
        shipment.save(shipment.position)
        return self._receipt(archive, answer, outcome, proof)

    def _remembered(self, shipment: Shipment, said: Said) -> str:
        """The proof of the object with this ETag when it was sent, or ""."""
        try:
            state = json.loads(shipment.position or "{}")
            same = state["archive"] == shipment.archive.sha256 and state["etag"] == said.etag
            return str(state["proof"]) if said.etag and same else ""
        except (ValueError, KeyError, TypeError):
            return ""

    def _prove(
        self, archive: Archive, parts: list[Part], head: Answer, token: CancelToken
    ) -> str | Literal[False] | None:
        """Proves that the object is the archive, by its checksum, its ETag, or all its bytes.

        Returns: the proof; False: it is something else; None: S3 doesn't tell.
        """
        if length_of(head) not in (archive.size, None):
            return False
        said = said_in(head)
        if parts and (proof := whole_by(parts, etag=said.etag, checksum=said.checksum)):
            return proof
        _log.info("the server gives no checksum that could be compared: the object is read back")
        digest = self._bucket.read_back(archive, token)
        if digest is None:
            return None
        return SharedProof.READ_BACK if digest == archive.sha256 else False

    def _receipt(self, archive: Archive, answer: Answer, outcome: Outcome, proof: str) -> Receipt:
        return Receipt(
            destination=self.url,
            time=now(),
            status=answer.status,
            sha256=archive.sha256,
            size=archive.size,
            outcome=outcome,
            location=f"s3://{self._bucket.name}/{self._bucket.key(archive)}",
            body=answer.text,
            proof=proof,
        )
