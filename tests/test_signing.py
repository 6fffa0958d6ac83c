"""A signature is good for exactly the bytes that were signed, and for the key that was named."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from gantry.engine.errors import ErrorCode, GantryError
from gantry.services.certificate_file import write_certificate
from gantry.services.document import Document, Paragraph
from gantry.services.signing import Verdict, check, public_key, signature_file
from support.signing_keys import make_key

DOCUMENT = Document("Certificate", "en", (Paragraph("All of it."),))


def verdict(path: Path, key: Path | None) -> Verdict:
    return check(path, None if key is None else public_key(key))[0]


def test_a_signed_file_is_good_until_a_byte_changes(tmp_path: Path) -> None:
    private, public = make_key(tmp_path, "site")
    path = tmp_path / "certificate.html"
    assert write_certificate(DOCUMENT, path, private) == signature_file(path)
    assert verdict(path, public) is Verdict.GOOD
    assert verdict(path, private) is Verdict.GOOD
    path.write_bytes(path.read_bytes() + b"\n")
    assert verdict(path, public) is Verdict.CHANGED


def test_another_program_can_check_it(tmp_path: Path) -> None:
    private, _ = make_key(tmp_path, "site")
    path = tmp_path / "certificate.html"
    write_certificate(DOCUMENT, path, private)
    found = json.loads(signature_file(path).read_bytes())
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(found["key"]))
    key.verify(base64.b64decode(found["signature"]), path.read_bytes())


def test_of_two_keys_the_one_that_signed_is_the_known_one(tmp_path: Path) -> None:
    (first, _), (_, other) = make_key(tmp_path, "first"), make_key(tmp_path, "other")
    path = tmp_path / "certificate.html"
    write_certificate(DOCUMENT, path, first)
    assert verdict(path, other) is Verdict.UNKNOWN_KEY
    assert verdict(path, None) is Verdict.UNKNOWN_KEY


def test_the_signature_of_another_file_is_no_signature_of_this_one(tmp_path: Path) -> None:
    private, public = make_key(tmp_path, "site")
    one, two = tmp_path / "one.html", tmp_path / "two.html"
    write_certificate(DOCUMENT, one, private)
    write_certificate(Document("Certificate", "en", ()), two, private)
    shutil.copyfile(signature_file(one), signature_file(two))
    assert verdict(two, public) is Verdict.CHANGED


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", Verdict.CHANGED),
        (b"[]", Verdict.CHANGED),
        (b'{"schema": "gantry.signature/1"}', Verdict.CHANGED),
        (b'{"schema": "gantry.signature/1", "key": "AA", "signature": 7}', Verdict.CHANGED),
        (b'{"schema": "gantry.signature/1", "key": "AAAA", "signature": "AAAA"}', Verdict.CHANGED),
        (b"\xff\xfe", Verdict.CHANGED),
        (b"[" * 50_000, Verdict.CHANGED),
        (b'{"schema": "of something different"}', Verdict.UNSIGNED),
        (None, Verdict.UNSIGNED),
    ],
)
def test_whatever_is_beside_the_file_is_never_taken_for_good(
    tmp_path: Path, content: bytes | None, expected: Verdict
) -> None:
    _, public = make_key(tmp_path, "site")
    path = tmp_path / "certificate.html"
    path.write_bytes(b"x")
    if content is not None:
        signature_file(path).write_bytes(content)
    assert verdict(path, public) is expected


def test_written_again_without_a_key_the_old_signature_is_gone(tmp_path: Path) -> None:
    private, _ = make_key(tmp_path, "site")
    path = tmp_path / "certificate.html"
    for key in (private, private, None):
        write_certificate(DOCUMENT, path, key)
        assert signature_file(path).exists() is (key is not None)


def test_a_file_of_another_program_is_not_overwritten(tmp_path: Path) -> None:
    private, _ = make_key(tmp_path, "site")
    path = tmp_path / "certificate.html"
    signature_file(path).write_text("mine")
    with pytest.raises(GantryError) as caught:
        write_certificate(DOCUMENT, path, private)
    assert caught.value.code is ErrorCode.EXPORT_FAILED
    assert signature_file(path).read_text() == "mine"


def test_what_is_no_key_writes_nothing(tmp_path: Path) -> None:
    locked, public = make_key(tmp_path, "site", BestAvailableEncryption(b"secret"))
    rsa = tmp_path / "rsa.pem"
    rsa.write_bytes(
        generate_private_key(65537, 2048).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
    )
    (tmp_path / "text.pem").write_text("no key")
    path = tmp_path / "certificate.html"
    for key in (locked, public, rsa, tmp_path / "text.pem", tmp_path / "none.pem", tmp_path):
        with pytest.raises(GantryError) as caught:
            write_certificate(DOCUMENT, path, key)
        assert caught.value.code is ErrorCode.SIGNING_KEY
        assert not path.exists()
