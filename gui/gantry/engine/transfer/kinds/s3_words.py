"""Texts about an S3 store: its proofs, what its connection test finds, its row in the
documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from gantry.engine.doctor_steps import Detail
from gantry.engine.proof import Proof
from gantry.engine.transfer.kind import Row


class S3Proof(Proof):
    """What proves an arrival at an S3 store."""

    ANSWER = "S3's answer"
    ANSWER_MD5 = "S3's answer to Content-MD5"
    PARTS = "S3 ETags of the parts (MD5)"
    ETAG = "S3 ETag (MD5)"
    CHECKSUM = "S3 checksum (SHA-256)"


class S3Detail(Detail):
    """What the connection test of an S3 store finds."""

    BUCKET = "bucket {bucket}"
    IN_PARTS = "archives go in parts"
    LEFT = "{size} bytes; this key may not delete, so {name} stays there"


WORDS: Final[Mapping[Proof | Detail, str]] = {
    S3Proof.ANSWER: "the store's answer (S3)",
    S3Proof.ANSWER_MD5: "the store's answer, which checks the MD5 (S3)",
    S3Proof.PARTS: "the MD5 of each part (S3)",
    S3Proof.ETAG: "the store's MD5 (S3)",
    S3Proof.CHECKSUM: "the store's SHA-256 (S3)",
    S3Detail.BUCKET: "Bucket {bucket}",
    S3Detail.IN_PARTS: "Archives are sent in parts.",
    S3Detail.LEFT: "{size} bytes written. This key may not delete: {name} stays there.",
}

ROW: Final = Row(
    examples=("s3+https://s3.example.org/bucket/incoming?region=eu-central-1",),
    takes="the archive",
    resumes="the part",
    proof=(
        "SHA-256 checksum, otherwise ETag, otherwise read back; if the key may only write: "
        "the ETags in the answers to the upload, or the store's 200 to a body sent with its "
        "Content-MD5"
    ),
    tested="moto 5.2.5 with signatures checked, s3rver 3.7.1",
)
